/* gain_curve.c: see gain_curve.h.
 *
 * Between block middles the amplitude is interpolated linearly: no steps, so no clicks. */
#include "gain_curve.h"

#include "base/lanes.h"
#include "base/mem.h"
#include "chunks.h"

enum { CHUNK = 1 << 17, SUMS = 4 }; /* frames a thread takes; sums side by side */

typedef struct PowerJob {
    const AudioBuf *a;
    int block;
    double *power;
} PowerJob;

static double sum_of_squares(const float *x, int64_t n)
{
    double sum[SUMS] = {0}, rest = 0;
    int64_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (int k = 0; k < SUMS; k++) sum[k] += (double)x[i + k] * x[i + k];
    for (; i < n; i++) rest += (double)x[i] * x[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]) + rest;
}

static void power_of_blocks(void *ud, int64_t from, int64_t to)
{
    const PowerJob *job = ud;
    const AudioBuf *a = job->a;
    for (int64_t b = from; b < to; b++) {
        int64_t at = b * job->block, left = a->frames - at;
        int64_t n = (left < job->block ? left : job->block) * a->channels;
        job->power[b] = sum_of_squares(a->x + at * a->channels, n) / (double)n;
    }
}

double *block_power(const AudioBuf *a, int block, int64_t *count, const Run *run)
{
    int64_t n = (a->frames + block - 1) / block;
    PowerJob job = {.a = a, .block = block, .power = mem_alloc(n, sizeof *job.power)};
    for_chunks(run, n, CHUNK / block + 1, power_of_blocks, &job);
    *count = n;
    return job.power;
}

/* n frames of stereo by a gain that is `g` at the first and grows by `by` a frame: two at once. */
static void ramp_stereo(float *out, const float *x, int n, float g, float by)
{
    Lane4 at = {0, 0, 1, 1};
    int i = 0;
    for (; i + 2 <= n; i += 2, at += 2)
        *(Lane4 *)(out + 2 * i) = *(const Lane4 *)(x + 2 * i) * (g + by * at);
    for (int k = 2 * i; k < 2 * n; k++) out[k] = x[k] * (g + by * (float)i);
}

static void ramp(float *out, const float *x, int channels, int n, float g, float by)
{
    for (int i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            out[i * channels + c] = x[i * channels + c] * (g + by * (float)i);
}

/* The ends are continued. */
static double at_block(const GainCurve *g, int64_t b)
{
    return g->gain[b < 0 ? 0 : b < g->count ? b : g->count - 1];
}

void gain_curve_copy(float *out, const AudioBuf *a, int64_t from, int64_t to, const GainCurve *g)
{
    const int half = g->block / 2;
    for (int64_t i = from; i < to;) {
        int64_t b = i < half ? -1 : (i - half) / g->block, start = b * g->block + half;
        int64_t end = start + g->block < to ? start + g->block : to;
        double before = at_block(g, b), after = at_block(g, b + 1);
        double by = b < 0 ? 0 : (after - before) / g->block;
        float *y = out + (i - from) * a->channels;
        float first = (float)(before + by * (double)(i - start));
        const float *x = a->x + i * a->channels;
        if (a->channels == 2)
            ramp_stereo(y, x, (int)(end - i), first, (float)by);
        else
            ramp(y, x, a->channels, (int)(end - i), first, (float)by);
        i = end;
    }
}

typedef struct ApplyJob {
    AudioBuf *a;
    const GainCurve *g;
} ApplyJob;

static void apply(void *ud, int64_t from, int64_t to)
{
    const ApplyJob *job = ud;
    gain_curve_copy(job->a->x + from * job->a->channels, job->a, from, to, job->g);
}

void gain_curve_apply(AudioBuf *a, const GainCurve *g, const Run *run)
{
    ApplyJob job = {a, g};
    if (g->count > 0) for_chunks(run, a->frames, CHUNK, apply, &job);
}
