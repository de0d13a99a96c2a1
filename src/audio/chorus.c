/* chorus.c: see audio/chorus.h.
 *
 * A ring buffer read at three places that wander as sines of slightly different speeds (J.
 * Dattorro, "Effect design part 2", JAES 45 (1997)); between samples by cubic Hermite
 * interpolation, whose slope is continuous. */
#include "audio/chorus.h"

#include <math.h>
#include <stdlib.h>

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
    while ((double)c->size < c->delay + c->depth + 2 * AROUND) c->size *= 2;
    c->ring = mem_alloc(2 * c->size, sizeof *c->ring);
    for (int v = 0; v < CHORUS_VOICES; v++) {
        double start = 2 * M_PI * v / CHORUS_VOICES, turn = 2 * M_PI * hz * SPREAD[v] / rate;
        c->x[v] = cos(start);
        c->y[v] = sin(start);
        c->turn_x[v] = cos(turn);
        c->turn_y[v] = sin(turn);
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

/* The ring `ago` frames before the newest. */
static float read_at(const Chorus *c, const float *ring, double ago)
{
    int64_t whole = (int64_t)ago, mask = c->size - 1, i = c->at - whole;
    float t = (float)(ago - (double)whole); /* towards the older sample */
    float a = ring[(i + 1) & mask], b = ring[i & mask];
    float d = ring[(i - 1) & mask], e = ring[(i - 2) & mask];
    float c1 = 0.5f * (d - a), c2 = a - 2.5f * b + 2 * d - 0.5f * e;
    float c3 = 0.5f * (e - a) + 1.5f * (b - d);
    return ((c3 * t + c2) * t + c1) * t + b;
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
    c->x[v] = x * longer;
    c->y[v] = y * longer;
}

static void copies(Chorus *c, float wet[2])
{
    wet[0] = wet[1] = 0;
    for (int v = 0; v < CHORUS_VOICES; v++) {
        wet[0] += read_at(c, c->ring, c->delay + c->depth * c->y[v]);
        wet[1] += read_at(c, c->ring + c->size, c->delay + c->depth * c->x[v]);
        turn(c, v);
    }
}

void chorus_run(Chorus *c, float *left, float *right, int n)
{
    const float level = 1 / sqrtf(CHORUS_VOICES), glide = (float)(1 / (0.004 * c->rate));
    for (int i = 0; i < n; i++) {
        float wet[2];
        c->ring[c->at & (c->size - 1)] = written(left[i]);
        c->ring[c->size + (c->at & (c->size - 1))] = written(right[i]);
        copies(c, wet);
        c->at++;
        c->mix += glide * (c->mix_to - c->mix);
        left[i] += c->mix * (level * wet[0] - left[i]);
        right[i] += c->mix * (level * wet[1] - right[i]);
    }
}
