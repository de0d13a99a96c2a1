/* chorus.c: see audio/chorus.h.
 *
 * A ring buffer read at three places that wander as sines of slightly different speeds (J.
 * Dattorro, "Effect design part 2", JAES 45 (1997)); between samples by cubic Hermite
 * interpolation, whose slope is continuous. The places are known every CHORUS_STEP frames and move
 * in straight lines between (off by less than a thousandth of a sample). */
#include "audio/chorus.h"

#include <math.h>
#include <stdlib.h>

#include "base/lanes.h"
#include "base/mem.h"

static const double CHORUS_HZ = 0.45, CHORUS_DELAY = 0.014, CHORUS_DEPTH = 0.003;
static const double SPREAD[CHORUS_VOICES] = {1, 1.32, 1.71}; /* speeds; no simple ratios */
static const float CHORUS_FLUSH = 1e-20f;
enum { AROUND = 4 }; /* frames that interpolation needs beside the wandering place */

void chorus_init(Chorus *c, double rate, const ChorusOpts *opts)
{
    double delay = opts->delay > 0 ? opts->delay : CHORUS_DELAY;
    double depth = opts->depth > 0 ? opts->depth : CHORUS_DEPTH;
    double hz = opts->hz > 0 ? opts->hz : CHORUS_HZ;
    *c = (Chorus){.rate = rate, .delay = delay * rate + AROUND, .size = 1,
                  .depth = fmin(depth, delay) * rate, .mix = (float)opts->mix,
                  .mix_to = (float)opts->mix};
    double most = c->delay + c->depth + 2 * AROUND + CHORUS_STEP;
    while ((double)c->size < most) c->size *= 2;
    c->ring = mem_alloc(2 * c->size, sizeof *c->ring);
    for (int v = 0; v < CHORUS_VOICES; v++) {
        double start = 2 * M_PI * v / CHORUS_VOICES, by = 2 * M_PI * hz * SPREAD[v] / rate;
        c->x[v] = cos(start);
        c->y[v] = sin(start);
        c->turn_x[v] = cos(CHORUS_STEP * by);
        c->turn_y[v] = sin(CHORUS_STEP * by);
    }
}

void chorus_free(Chorus *c)
{
    free(c->ring);
    *c = (Chorus){0};
}

void chorus_set_mix(Chorus *c, double mix)
{
    c->mix_to = (float)mix;
}

/* Adds to y the n frames between x[1] and x[2], x[2] and x[3], ... that lie t, t + by, ... before
 * the later one. */
LANES_WIDE static void add_between(const float *x, float t, float by, float *y, int n)
{
    for (int i = 0; i < n; i++) {
        float d0 = x[i + 3], d1 = x[i + 2], d2 = x[i + 1], d3 = x[i], u = t + by * (float)i;
        float c1 = 0.5f * (d2 - d0), c2 = d0 - 2.5f * d1 + 2 * d2 - 0.5f * d3;
        float c3 = 0.5f * (d3 - d0) + 1.5f * (d1 - d2);
        y[i] += ((c3 * u + c2) * u + c1) * u + d1;
    }
}

/* Adds the ring as it was `ago` frames before frame `at`, and `ago` + by before the next, ...; by
 * is so small that the whole part of that changes at most once. */
static void add_copy(const Chorus *c, const float *ring, double ago, double by, float *y, int n)
{
    float x[CHORUS_STEP + AROUND];
    for (int i = 0; i < n;) {
        double back = ago + by * i;
        int64_t whole = (int64_t)back, from = c->at + i - whole - 2;
        int len = 1; /* frames with the same whole part */
        while (i + len < n && (int64_t)(ago + by * (i + len)) == whole) len++;
        for (int k = 0; k < len + 3; k++) x[k] = ring[(from + k) & (c->size - 1)];
        add_between(x, (float)(back - (double)whole), (float)by, y + i, len);
        i += len;
    }
}

static float written(float x)
{
    return fabsf(x) < CHORUS_FLUSH ? 0 : x;
}

/* Turns the arrow and draws its length back to 1 (one Newton step). */
static void turn(Chorus *c, int v)
{
    double x = c->x[v] * c->turn_x[v] - c->y[v] * c->turn_y[v];
    double y = c->x[v] * c->turn_y[v] + c->y[v] * c->turn_x[v];
    double longer = 1.5 - 0.5 * (x * x + y * y);
    c->from_x[v] = c->x[v];
    c->from_y[v] = c->y[v];
    c->x[v] = x * longer;
    c->y[v] = y * longer;
}

/* The sum of the copies of n frames, which do not cross a multiple of CHORUS_STEP. */
static void copies(Chorus *c, float *left, float *right, int n)
{
    const int in = (int)(c->at & (CHORUS_STEP - 1)); /* frames since the places were known */
    for (int v = 0; v < CHORUS_VOICES; v++) {
        if (in == 0) turn(c, v);
        double by_y = c->depth * (c->y[v] - c->from_y[v]) / CHORUS_STEP;
        double by_x = c->depth * (c->x[v] - c->from_x[v]) / CHORUS_STEP;
        double y = c->delay + c->depth * c->from_y[v] + by_y * in;
        double x = c->delay + c->depth * c->from_x[v] + by_x * in;
        add_copy(c, c->ring, y, by_y, left, n);
        add_copy(c, c->ring + c->size, x, by_x, right, n);
    }
}

static void run_step(Chorus *c, float *left, float *right, int n, float glide)
{
    const float level = 1 / sqrtf(CHORUS_VOICES);
    float wet[2][CHORUS_STEP] = {{0}};
    for (int i = 0; i < n; i++) {
        int64_t at = (c->at + i) & (c->size - 1);
        c->ring[at] = written(left[i]);
        c->ring[c->size + at] = written(right[i]);
    }
    copies(c, wet[0], wet[1], n);
    c->at += n;
    for (int i = 0; i < n; i++) {
        c->mix += glide * (c->mix_to - c->mix);
        left[i] += c->mix * (level * wet[0][i] - left[i]);
        right[i] += c->mix * (level * wet[1][i] - right[i]);
    }
}

void chorus_run(Chorus *c, float *left, float *right, int n)
{
    const float glide = (float)(1 / (0.004 * c->rate));
    for (int i = 0; i < n;) {
        int len = CHORUS_STEP - (int)(c->at & (CHORUS_STEP - 1));
        if (len > n - i) len = n - i;
        run_step(c, left + i, right + i, len, glide);
        i += len;
    }
}
