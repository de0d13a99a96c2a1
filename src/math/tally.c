/* tally.c: see math/tally.h. */
#include "math/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static uint32_t bits_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static double value_of(uint32_t high, uint32_t low)
{
    uint32_t u = high << 16 | low;
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static bool bin_finite(uint32_t b)
{
    return (b & 0x7f80) != 0x7f80;
}

/* The i-th bin (or i-th pattern of the lower bits) in ascending order of value. */
static uint32_t bin_at(int i)
{
    return i < 32768 ? (uint32_t)(65535 - i) : (uint32_t)(i - 32768);
}

void tally_init(Tally *t)
{
    *t = (Tally){0};
    t->bin = mem_alloc(TALLY_BINS, sizeof *t->bin);
    t->used = mem_alloc(TALLY_BINS, sizeof *t->used);
}

void tally_free(Tally *t)
{
    free(t->bin);
    free(t->used);
    *t = (Tally){0};
}

void tally_clear(Tally *t)
{
    memset(t->bin, 0, TALLY_BINS * sizeof *t->bin);
}

void tally_add(Tally *t, const float *x, int64_t n)
{
    int64_t *bin = t->bin;
    for (int64_t i = 0; i < n; i++) bin[bits_of(x[i]) >> 16]++;
}

void tally_merge(Tally *into, const Tally *from)
{
    for (int i = 0; i < TALLY_BINS; i++) into->bin[i] += from->bin[i];
}

int64_t tally_count_nonfinite(const Tally *t)
{
    int64_t n = 0;
    for (int i = 0; i < 128; i++) n += t->bin[0x7f80 + i] + t->bin[0xff80 + i];
    return n;
}

void tally_close(Tally *t)
{
    t->nused = 0;
    t->nfinite = t->nonfinite = 0;
    for (int i = 0; i < TALLY_BINS; i++) {
        uint32_t b = bin_at(i);
        if (!t->bin[b]) continue;
        if (!bin_finite(b)) {
            t->nonfinite += t->bin[b];
        } else {
            t->nfinite += t->bin[b];
            t->used[t->nused++] = (uint16_t)b;
        }
    }
}

Moments tally_moments(const Tally *t)
{
    Moments m = {.n = (double)t->nfinite};
    if (m.n == 0) return m;
    for (int i = 0; i < t->nused; i++)
        m.mean += (double)t->bin[t->used[i]] * value_of(t->used[i], 0);
    m.mean /= m.n;
    for (int i = 0; i < t->nused; i++) {
        double d = value_of(t->used[i], 0) - m.mean, d2 = d * d, c = (double)t->bin[t->used[i]];
        m.m2 += c * d2;
        m.m3 += c * d2 * d;
        m.m4 += c * d2 * d2;
    }
    return m;
}

void tally_histogram(const Tally *t, double lo, double hi, int bins, double *count)
{
    for (int i = 0; i < bins; i++) count[i] = 0;
    for (int i = 0; i < t->nused; i++) {
        int at = stats_bin(value_of(t->used[i], 0), lo, hi, bins);
        if (at >= 0) count[at] += (double)t->bin[t->used[i]];
    }
}

/* The bin of the value of rank `rank` (0 = smallest finite), and the rank within the bin. */
static uint32_t bin_of_rank(const Tally *t, int64_t rank, int64_t *within)
{
    int i = 0;
    for (; i + 1 < t->nused && rank >= t->bin[t->used[i]]; i++) rank -= t->bin[t->used[i]];
    *within = rank;
    return t->used[i];
}

void ranks_begin(TallyRanks *r, const Tally *t, bool refine)
{
    r->nbins = 0;
    r->fine = NULL;
    memset(r->slot, 0, sizeof r->slot);
    int64_t n = t->nfinite, within;
    if (n == 0 || !refine) return;
    for (int i = 0; i < r->nq; i++) {
        int64_t at = (int64_t)(r->q[i] * (double)(n - 1));
        for (int k = 0; k < 2; k++) {
            uint32_t b = bin_of_rank(t, at + k < n ? at + k : n - 1, &within);
            if (r->slot[b]) continue;
            r->bin[r->nbins++] = (uint16_t)b;
            r->slot[b] = (uint8_t)r->nbins;
        }
    }
    r->fine = mem_alloc((int64_t)r->nbins * TALLY_BINS, sizeof *r->fine);
}

void ranks_add(TallyRanks *r, const float *x, int64_t n)
{
    if (!r->fine) return;
    for (int64_t i = 0; i < n; i++) {
        uint32_t u = bits_of(x[i]), s = r->slot[u >> 16];
        if (s) r->fine[(size_t)(s - 1) * TALLY_BINS + (u & 0xffff)]++;
    }
}

static double value_of_rank(const TallyRanks *r, const Tally *t, int64_t rank)
{
    int64_t within;
    uint32_t b = bin_of_rank(t, rank, &within);
    if (!r->fine) return value_of(b, 0);
    const int64_t *fine = r->fine + (size_t)(r->slot[b] - 1) * TALLY_BINS;
    bool negative = b & 0x8000;
    for (uint32_t i = 0; i < TALLY_BINS; i++) {
        uint32_t low = negative ? 65535 - i : i;
        if (within < fine[low]) return value_of(b, low);
        within -= fine[low];
    }
    return value_of(b, 0);
}

void ranks_end(TallyRanks *r, const Tally *t, double *out)
{
    int64_t n = t->nfinite;
    for (int i = 0; i < r->nq; i++) {
        out[i] = NAN;
        if (n == 0) continue;
        double at = r->q[i] * (double)(n - 1);
        int64_t rank = (int64_t)at;
        double lo = value_of_rank(r, t, rank);
        double hi = rank + 1 < n ? value_of_rank(r, t, rank + 1) : lo;
        out[i] = lo + (at - (double)rank) * (hi - lo);
    }
    free(r->fine);
    r->fine = NULL;
}
