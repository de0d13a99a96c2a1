/* kweight.c: see kweight.h.
 *
 * ITU-R BS.1770-4: a high shelf and a high-pass, the mean square of blocks of 400 ms every 100 ms,
 * gated at -70 LUFS and at 10 LU below the mean of what passed. The standard tabulates the filters
 * at 48 kHz only; at other rates they are designed from the analog prototypes fitted to that table
 * by B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement" (AES 145,
 * 2018), as every meter does. Both channels run side by side as lanes. Threads take
 * pieces of time, each begun CHUNK_BEFORE steps early from rest: by then the filters have forgotten
 * (the slower one, of 38 Hz, falls by 200 dB in 0.1 s). */
#include "kweight.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "audio/biquad.h"
#include "base/lanes.h"
#include "base/mem.h"
#include "chunks.h"

enum { STEPS_A_BLOCK = 4, CHUNK_STEPS = 48, CHUNK_BEFORE = 2 }; /* of 100 ms */
enum { PIECE = 1024 };                                           /* frames */

static const double OFFSET = -0.691, GATE = -70, RELATIVE_GATE = -10; /* LUFS, LU */

static Biquad shelf(double rate)
{
    const double k = tan(M_PI * 1681.974450955533 / rate), q = 0.7071752369554196;
    const double high = pow(10, 3.999843853973347 / 20), band = pow(high, 0.4996667741545416);
    const double a0 = 1 + k / q + k * k;
    return (Biquad){(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0,
                    (high - band * k / q + k * k) / a0, 2 * (k * k - 1) / a0,
                    (1 - k / q + k * k) / a0};
}

/* The numerator is 1, -2, 1, as in the standard's table. */
static Biquad high_pass(double rate)
{
    const double k = tan(M_PI * 38.13547087602444 / rate), q = 0.5003270373238773;
    const double a0 = 1 + k / q + k * k;
    return (Biquad){1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0};
}

typedef struct Weighting {
    Biquad f[2];
    Lane2 s1[2], s2[2];
} Weighting;

/* Sum of the squares of both channels of n frames, weighted. */
static double weighted_sum(Weighting *w, const float *x, int64_t n, int channels)
{
    const Biquad f = w->f[0], h = w->f[1];
    Lane2 f1 = w->s1[0], f2 = w->s2[0], h1 = w->s1[1], h2 = w->s2[1], sum = {0};
    for (int64_t i = 0; i < n; i++, x += channels) {
        Lane2 v = {x[0], channels > 1 ? x[1] : 0};
        Lane2 u = f.b0 * v + f1;
        f1 = (f.b1 * v + f2) - f.a1 * u;
        f2 = f.b2 * v - f.a2 * u;
        Lane2 y = u + h1;
        h1 = (h2 - 2 * u) - h.a1 * y;
        h2 = u - h.a2 * y;
        sum += y * y;
    }
    w->s1[0] = f1 + 1e-30; /* no denormals in silence */
    w->s2[0] = f2;
    w->s1[1] = h1 + 1e-30;
    w->s2[1] = h2;
    return sum[0] + sum[1];
}

/* Mean of those powers that are at least `gate`; 0 when there are none. */
static double gated_mean(const double *power, int64_t n, double gate)
{
    double sum = 0, count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (power[i] < gate) continue;
        sum += power[i];
        count++;
    }
    return count > 0 ? sum / count : 0;
}

typedef struct StepJob {
    const AudioBuf *a;
    const GainCurve *g;
    Weighting rest;
    int64_t step;  /* frames */
    double *power; /* [steps] a quarter of a block's */
} StepJob;

static double step_power(const StepJob *job, Weighting *w, int64_t step)
{
    float y[2 * PIECE];
    const AudioBuf *a = job->a;
    int64_t at = step * job->step, end = at + job->step;
    double sum = 0;
    if (!job->g) return weighted_sum(w, a->x + at * a->channels, job->step, a->channels);
    for (int64_t n; at < end; at += n) {
        n = end - at < PIECE ? end - at : PIECE;
        gain_curve_copy(y, a, at, at + n, job->g);
        sum += weighted_sum(w, y, n, a->channels);
    }
    return sum;
}

static void power_of_steps(void *ud, int64_t from, int64_t to)
{
    const StepJob *job = ud;
    Weighting w = job->rest;
    for (int64_t i = from > CHUNK_BEFORE ? from - CHUNK_BEFORE : 0; i < to; i++) {
        double power = step_power(job, &w, i) / (double)(STEPS_A_BLOCK * job->step);
        if (i >= from) job->power[i] = power;
    }
}

double kweight_lufs(const AudioBuf *a, const GainCurve *g, const Run *run)
{
    assert(a->channels >= 1 && a->channels <= 2);
    StepJob job = {.a = a, .g = g, .rest = {.f = {shelf(a->rate), high_pass(a->rate)}}};
    job.step = (a->rate + 5) / 10;
    int64_t steps = a->frames / job.step, blocks = steps - STEPS_A_BLOCK + 1;
    if (blocks < 1) return -HUGE_VAL;
    double *power = job.power = mem_alloc(steps, sizeof *power);
    for_chunks(run, steps, CHUNK_STEPS, power_of_steps, &job);
    for (int64_t i = 0; i < blocks; i++)
        for (int k = 1; k < STEPS_A_BLOCK; k++) power[i] += power[i + k];
    double mean = gated_mean(power, blocks, pow(10, (GATE - OFFSET) / 10));
    mean = gated_mean(power, blocks, fmax(mean * pow(10, RELATIVE_GATE / 10),
                                          pow(10, (GATE - OFFSET) / 10)));
    free(power);
    return mean > 0 ? 10 * log10(mean) + OFFSET : -HUGE_VAL;
}
