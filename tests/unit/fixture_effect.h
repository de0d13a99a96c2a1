/* fixture_effect.h: what the tests of effects measure with: sines, tones by correlation, jumps, and
 * a fixed sequence that stands for a run of standardised weights. */
#ifndef FIXTURE_EFFECT_H
#define FIXTURE_EFFECT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

static inline bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

static inline double decibels(double amplitude)
{
    return 20 * log10(amplitude + 1e-30);
}

static inline void make_sine(float *x, int n, double hz, double rate, double amplitude)
{
    for (int i = 0; i < n; i++) x[i] = (float)(amplitude * sin(2 * M_PI * hz * i / rate));
}

/* Amplitude of the sine of hz in x [n] under a Hann window (sidelobes fall quickly). */
static inline double tone_amplitude(const float *x, int n, double hz, double rate)
{
    double re = 0, im = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        double w = 0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / n), a = 2 * M_PI * hz * i / rate;
        re += w * x[i] * cos(a);
        im += w * x[i] * sin(a);
        sum += w;
    }
    return 2 * sqrt(re * re + im * im) / sum;
}

static inline double largest_jump(const float *x, int n)
{
    double most = 0;
    for (int i = 1; i < n; i++) most = fmax(most, fabs((double)x[i] - x[i - 1]));
    return most;
}

/* A click is a corner: the largest second difference. Of a sine it is (2 pi hz / rate)^2. */
static inline double largest_corner(const float *x, int n)
{
    double most = 0;
    for (int i = 2; i < n; i++) most = fmax(most, fabs((double)x[i] - 2.0 * x[i - 1] + x[i - 2]));
    return most;
}

static inline double rms_of(const float *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)x[i] * x[i];
    return sqrt(sum / n);
}

/* n near-Gaussian values, mean 0, std 1: sums of twelve terms of the golden ratio's sequence
 * scrambled by squares. */
static inline float *make_noise(int n)
{
    float *x = mem_alloc(n, sizeof *x);
    uint64_t s = 1;
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++) {
            s = s * 6364136223846793005u + 1442695040888963407u;
            sum += (double)(s >> 40) / 16777216.0;
        }
        x[i] = (float)(sum - 6);
    }
    return x;
}

#endif
