/* oversample.c: see audio/oversample.h.
 *
 * One filter for both ways: a sinc cut at half the low rate under a Kaiser window (J. F. Kaiser,
 * 1974), OVERSAMPLE_FIR + 1 taps of which the outermost is zero. beta 8 over 32 low-rate samples:
 * transition 0.4..0.6 of the rate, stop band -80 dB. Up: only every fourth tap meets a sample that
 * is not zero, so each phase is a filter of its own. */
#include "audio/oversample.h"

#include <math.h>
#include <string.h>

static const double KAISER_BETA = 8;

static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

/* Tap j of 0..OVERSAMPLE_FIR, middle at OVERSAMPLE_FIR / 2; sums to about 1. */
static double tap(int j)
{
    double t = j - OVERSAMPLE_FIR / 2, r = t / (OVERSAMPLE_FIR / 2), a = M_PI * t / OVERSAMPLE;
    double sinc = fabs(a) < 1e-9 ? 1 : sin(a) / a;
    if (fabs(r) >= 1) return 0;
    return sinc / OVERSAMPLE * bessel_i0(KAISER_BETA * sqrt(1 - r * r)) / bessel_i0(KAISER_BETA);
}

void oversample_init(Oversampler *o)
{
    double sum = 0;
    memset(o, 0, sizeof *o);
    for (int j = 0; j < OVERSAMPLE_FIR; j++) sum += tap(j);
    /* Output phase p of input i is the sum of tap(4 m + p) * input(i - m): newest input last. */
    for (int p = 0; p < OVERSAMPLE; p++)
        for (int m = 0; m < OVERSAMPLE_TAPS; m++)
            o->up[p][OVERSAMPLE_TAPS - 1 - m] =
                (float)(tap(OVERSAMPLE * m + p) * OVERSAMPLE / sum);
    for (int j = 0; j < OVERSAMPLE_FIR; j++)
        o->down[OVERSAMPLE_FIR - 1 - j] = (float)(tap(j) / sum);
}

/* Four sums side by side, so that the loop vectorises without reordering by the compiler. */
static float dot(const float *a, const float *b, int n)
{
    float s[4] = {0};
    for (int i = 0; i < n; i += 4)
        for (int k = 0; k < 4; k++) s[k] += a[i + k] * b[i + k];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

void oversample_up(Oversampler *o, const float *in, float *out, int n)
{
    float x[OVERSAMPLE_TAPS + OVERSAMPLE_BLOCK];
    memcpy(x, o->low, sizeof o->low);
    memcpy(x + OVERSAMPLE_TAPS, in, (size_t)n * sizeof *in);
    for (int i = 0; i < n; i++)
        for (int p = 0; p < OVERSAMPLE; p++)
            out[OVERSAMPLE * i + p] = dot(o->up[p], x + 1 + i, OVERSAMPLE_TAPS);
    memcpy(o->low, x + n, sizeof o->low);
}

void oversample_down(Oversampler *o, const float *in, float *out, int n)
{
    float x[OVERSAMPLE_FIR + OVERSAMPLE * OVERSAMPLE_BLOCK];
    memcpy(x, o->high, sizeof o->high);
    memcpy(x + OVERSAMPLE_FIR, in, (size_t)(OVERSAMPLE * n) * sizeof *in);
    /* Frame i ends with the first of its four samples: the delay of both ways is whole. */
    for (int i = 0; i < n; i++) out[i] = dot(o->down, x + 1 + OVERSAMPLE * i, OVERSAMPLE_FIR);
    memcpy(o->high, x + OVERSAMPLE * n, sizeof o->high);
}
