/* sampler.c: see infer/sampler.h. Filters as llama.cpp orders them, temperature last. The generator
 * is xoshiro256** with SplitMix64 to fill its state (Blackman and Vigna 2018). Sorting is avoided:
 * the likeliest are split off by quickselect, then only those are sorted. */
#include "infer/sampler.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { TOP_P_FIRST = 256 }; /* candidates sorted at first when top_p is all there is */

typedef struct Candidate {
    int32_t id;
    float logit;
} Candidate;

struct Sampler {
    SamplerOpts o;
    int64_t vocab;
    uint64_t state[4];
    int32_t last[SAMPLER_MAX_LAST]; /* a ring */
    int nlast, at;
    Candidate *cand;  /* [vocab] */
    uint8_t *is_last; /* [vocab] */
};

const SamplerOpts SAMPLER_DEFAULTS = {
    .temp = 0.8, .top_k = 40, .top_p = 0.95, .min_p = 0.05, .repeat_penalty = 1, .repeat_last = 64};

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t next(uint64_t s[4])
{
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

/* Likelier first, then the lower id: no two are equal. */
static int compare(const void *pa, const void *pb)
{
    const Candidate *a = pa, *b = pb;
    if (a->logit != b->logit) return a->logit > b->logit ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static void swap(Candidate *a, Candidate *b)
{
    Candidate t = *a;
    *a = *b;
    *b = t;
}

/* The first k of c[0..n) become the likeliest k, in any order: Hoare's quickselect. */
static void select_top(Candidate *c, int64_t n, int64_t k)
{
    int64_t lo = 0, hi = n - 1;
    while (lo < hi) {
        Candidate pivot = c[lo + (hi - lo) / 2];
        int64_t i = lo, j = hi;
        while (i <= j) {
            while (compare(&c[i], &pivot) < 0) i++;
            while (compare(&c[j], &pivot) > 0) j--;
            if (i <= j) swap(&c[i++], &c[j--]);
        }
        if (k - 1 <= j)
            hi = j;
        else if (k - 1 >= i)
            lo = i;
        else
            return;
    }
}

static void sort_top(Candidate *c, int64_t n, int64_t k)
{
    if (k < n) select_top(c, n, k);
    qsort(c, (size_t)(k < n ? k : n), sizeof *c, compare);
}

static float largest(const Candidate *c, int64_t n)
{
    float top = c[0].logit;
    for (int64_t i = 1; i < n; i++)
        if (c[i].logit > top) top = c[i].logit;
    return top;
}

/* The shortest run of the likeliest that holds p of the probability; it is sorted. */
static int64_t keep_top_p(Candidate *c, int64_t n, double p, bool sorted)
{
    double total = 0, top = largest(c, n);
    for (int64_t i = 0; i < n; i++) total += exp(c[i].logit - top);
    for (int64_t k = sorted ? n : TOP_P_FIRST;; k *= 8) {
        double sum = 0;
        if (!sorted) sort_top(c, n, k);
        for (int64_t i = 0; i < k && i < n; i++) {
            sum += exp(c[i].logit - top);
            if (sum >= p * total) return i + 1;
        }
        if (k >= n) return n;
    }
}

static int64_t keep_min_p(Candidate *c, int64_t n, double p)
{
    int64_t kept = 0;
    double floor_logit = largest(c, n) + log(p);
    for (int64_t i = 0; i < n; i++)
        if (c[i].logit >= floor_logit) c[kept++] = c[i];
    return kept;
}

/* The possible tokens, penalised. */
static int64_t gather(Sampler *s, const float *logits)
{
    int64_t n = 0;
    double penalty = s->o.repeat_penalty;
    for (int i = 0; i < s->nlast; i++) s->is_last[s->last[i]] = penalty != 1;
    for (int64_t i = 0; i < s->vocab; i++) {
        float l = logits[i];
        if (s->is_last[i]) l = (float)(l > 0 ? l / penalty : l * penalty);
        if (l > -INFINITY) s->cand[n++] = (Candidate){(int32_t)i, l}; /* false for NaN too */
    }
    for (int i = 0; i < s->nlast; i++) s->is_last[s->last[i]] = 0;
    return n;
}

static int32_t greedy(const Candidate *c, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (compare(&c[i], &c[best]) < 0) best = i;
    return c[best].id;
}

static int32_t draw(Sampler *s, const Candidate *c, int64_t n)
{
    double total = 0, sum = 0, top = largest(c, n);
    for (int64_t i = 0; i < n; i++) total += exp((c[i].logit - top) / s->o.temp);
    double at = sampler_uniform(s) * total;
    for (int64_t i = 0; i < n; i++) {
        sum += exp((c[i].logit - top) / s->o.temp);
        if (sum > at) return c[i].id;
    }
    return c[n - 1].id;
}

Sampler *sampler_open(const SamplerOpts *opts, int64_t vocab)
{
    Sampler *s = mem_alloc(1, sizeof *s);
    s->o = opts ? *opts : SAMPLER_DEFAULTS;
    s->vocab = vocab;
    if (s->o.repeat_last > SAMPLER_MAX_LAST) s->o.repeat_last = SAMPLER_MAX_LAST;
    s->cand = mem_alloc(vocab, sizeof *s->cand);
    s->is_last = mem_alloc(vocab, sizeof *s->is_last);
    uint64_t x = s->o.seed;
    for (int i = 0; i < 4; i++) s->state[i] = splitmix(&x);
    return s;
}

void sampler_close(Sampler *s)
{
    if (!s) return;
    free(s->cand);
    free(s->is_last);
    free(s);
}

void sampler_accept(Sampler *s, int32_t id)
{
    if (id < 0 || id >= s->vocab || s->o.repeat_last <= 0) return;
    s->last[s->at] = id;
    s->at = (s->at + 1) % s->o.repeat_last;
    if (s->nlast < s->o.repeat_last) s->nlast++;
}

void sampler_set_temp(Sampler *s, double temp)
{
    s->o.temp = temp;
}

int32_t sampler_pick(Sampler *s, const float *logits)
{
    const SamplerOpts *o = &s->o;
    Candidate *c = s->cand;
    int64_t n = gather(s, logits);
    if (n == 0) return -1;
    if (!(o->temp > 0)) return greedy(c, n);
    bool sorted = o->top_k > 0 && o->top_k < n;
    if (sorted) {
        sort_top(c, n, o->top_k);
        n = o->top_k;
    }
    if (o->top_p < 1) n = keep_top_p(c, n, o->top_p, sorted);
    if (o->min_p > 0) n = keep_min_p(c, n, o->min_p);
    return draw(s, c, n);
}

double sampler_uniform(Sampler *s)
{
    return (double)(next(s->state) >> 11) * 0x1p-53;
}
