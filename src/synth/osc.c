/* osc.c: see osc.h. The naive waveform plus, at each step or corner, a correction from the tables
 * (wavetables.c), all of it WAVE_TAPS/2 samples late so that the correction can begin before. */
#include "osc.h"

#include <math.h>
#include <string.h>

void osc_init(Osc *o, const WaveTables *tables, double phase)
{
    *o = (Osc){.tables = tables, .phase = phase};
}

/* Adds height * table at the place `ago` (0..1) samples before the sample whose first tap is
 * y[0]. */
static void correct(const float table[][WAVE_TAPS], float *y, double ago, double height)
{
    double at = ago * WAVE_PHASES;
    int i = (int)at;
    if (i >= WAVE_PHASES) i = WAVE_PHASES - 1;
    float f = (float)(at - i), h = (float)height;
    const float *a = table[i], *b = table[i + 1];
    for (int k = 0; k < WAVE_TAPS; k++) y[k] += h * (a[k] + f * (b[k] - a[k]));
}

/* A saw of one pitch: between its steps it is a straight line. */
static void run_even_saw(Osc *o, double dt, float *y, int n)
{
    double p = o->phase;
    for (int i = 0; i < n;) {
        double more = ceil((1 - p) / dt); /* samples to the next step, at least one */
        int line = more - 1 < n - i ? (int)more - 1 : n - i;
        float from = (float)(2 * (p + dt) - 1), by = (float)(2 * dt), *to = y + i + OSC_LATENCY;
        for (int k = 0; k < line; k++) to[k] += from + by * (float)k;
        p += line * dt;
        i += line;
        if (i == n) break;
        p = fmax(p + dt - 1, 0); /* rounding may leave it a hair before the step */
        correct(o->tables->step, y + i, p / dt, -2);
        y[i + OSC_LATENCY] += (float)(2 * p - 1);
        i++;
    }
    o->phase = p;
}

static void run_saw(Osc *o, double dt, double by, float *y, int n)
{
    double p = o->phase;
    if (by == 0 && dt > 1e-6) {
        run_even_saw(o, dt, y, n);
        return;
    }
    for (int i = 0; i < n; i++, dt += by) {
        p += dt;
        if (p >= 1) {
            p -= 1;
            correct(o->tables->step, y + i, p / dt, -2);
        }
        y[i + OSC_LATENCY] += (float)(2 * p - 1);
    }
    o->phase = p;
}

static void run_square(Osc *o, double dt, double by, float *y, int n)
{
    double p = o->phase;
    for (int i = 0; i < n; i++, dt += by) {
        double before = p;
        p += dt;
        if (before < 0.5 && p >= 0.5) correct(o->tables->step, y + i, (p - 0.5) / dt, -2);
        if (p >= 1) {
            p -= 1;
            correct(o->tables->step, y + i, p / dt, 2);
        }
        y[i + OSC_LATENCY] += p < 0.5 ? 1.0f : -1.0f;
    }
    o->phase = p;
}

static void run_triangle(Osc *o, double dt, double by, float *y, int n)
{
    double p = o->phase;
    for (int i = 0; i < n; i++, dt += by) {
        double before = p;
        p += dt;
        if (before < 0.5 && p >= 0.5) correct(o->tables->corner, y + i, (p - 0.5) / dt, -8 * dt);
        if (p >= 1) {
            p -= 1;
            correct(o->tables->corner, y + i, p / dt, 8 * dt);
        }
        y[i + OSC_LATENCY] += (float)(p < 0.5 ? 4 * p - 1 : 3 - 4 * p);
    }
    o->phase = p;
}

void osc_run(Osc *o, OscShape shape, double dt, double dt_end, float *out, int n)
{
    float y[OSC_BLOCK + 2 * WAVE_TAPS];
    double by = n > 0 ? (dt_end - dt) / n : 0;
    memcpy(y, o->tail, sizeof o->tail);
    for (int i = 0; i < n; i += WAVE_TAPS) memset(y + WAVE_TAPS + i, 0, WAVE_TAPS * sizeof *y);
    switch (shape) {
    case OSC_SAW: run_saw(o, dt, by, y, n); break;
    case OSC_SQUARE: run_square(o, dt, by, y, n); break;
    case OSC_TRIANGLE: run_triangle(o, dt, by, y, n); break;
    }
    memcpy(out, y, (size_t)n * sizeof *out);
    memcpy(o->tail, y + n, sizeof o->tail);
}
