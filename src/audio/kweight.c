/* kweight.c: see kweight.h.
 *
 * ITU-R BS.1770-4: a high shelf and a high-pass, the mean square of blocks of 400 ms every 100 ms,
 * gated at -70 LUFS and at 10 LU below the mean of what passed. The standard tabulates the filters
 * at 48 kHz only; at other rates they are designed from the analog prototypes fitted to that table
 * by B. De Man, "Evaluation of implementations of the EBU R128 loudness measurement" (AES 145,
 * 2018), as every meter does. Both channels run side by side as lanes. */
#include "kweight.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "audio/biquad.h"
#include "base/lanes.h"
#include "base/mem.h"

enum { STEPS_A_BLOCK = 4 }; /* of 100 ms */

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

double kweight_lufs(const AudioBuf *a)
{
    assert(a->channels >= 1 && a->channels <= 2);
    Weighting w = {.f = {shelf(a->rate), high_pass(a->rate)}};
    int64_t step = (a->rate + 5) / 10, steps = a->frames / step, blocks = steps - STEPS_A_BLOCK + 1;
    if (blocks < 1) return -HUGE_VAL;
    double *power = mem_alloc(steps, sizeof *power);
    for (int64_t i = 0; i < steps; i++)
        power[i] = weighted_sum(&w, a->x + i * step * a->channels, step, a->channels) /
                   (double)(STEPS_A_BLOCK * step);
    for (int64_t i = 0; i < blocks; i++)
        for (int k = 1; k < STEPS_A_BLOCK; k++) power[i] += power[i + k];
    double mean = gated_mean(power, blocks, pow(10, (GATE - OFFSET) / 10));
    mean = gated_mean(power, blocks, fmax(mean * pow(10, RELATIVE_GATE / 10),
                                          pow(10, (GATE - OFFSET) / 10)));
    free(power);
    return mean > 0 ? 10 * log10(mean) + OFFSET : -HUGE_VAL;
}
