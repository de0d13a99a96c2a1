/* wavetables.c: see wavetables.h.
 *
 * A step in a waveform is replaced by the integral of a windowed sinc (Brandt, "Hard sync without
 * aliasing", ICMC 2001; the corner is that integrated again: Esqueda, Valimaki and Bilbao 2016).
 * Cut at 0.4 of the rate with a Kaiser window of beta 5 over 16 samples, the sinc is 3 dB down at
 * about 17 kHz (rate 44100) and 50 dB from 24 kHz on: with the 1/n of a saw's harmonics aliases are
 * more than 80 dB below the fundamental of a note of 1 kHz. */
#include "wavetables.h"

#include <math.h>

static const double CUTOFF = 0.4; /* of the rate */
static const double KAISER_BETA = 5;

enum {
    HALF = WAVE_TAPS / 2,
    FINE = 8,
    GRID = WAVE_TAPS * WAVE_PHASES
}; /* FINE: sub-steps of a grid step */

/* Modified Bessel function of the first kind, order 0, by its series. */
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

/* The band-limited impulse at x samples from its middle. */
static double impulse(double x)
{
    double a = M_PI * 2 * CUTOFF * x, r = x / HALF;
    if (fabs(r) >= 1) return 0;
    double sinc = fabs(a) < 1e-9 ? 1 : sin(a) / a;
    return 2 * CUTOFF * sinc * bessel_i0(KAISER_BETA * sqrt(1 - r * r));
}

/* Integral of f over one step of the grid from x, by the midpoint rule. */
static double integrate(double (*f)(double), double x)
{
    double sum = 0, h = 1.0 / (WAVE_PHASES * FINE);
    for (int i = 0; i < FINE; i++) sum += f(x + (i + 0.5) * h);
    return sum * h;
}

/* Grid point g of GRID + 1 lies at g / WAVE_PHASES - HALF samples; tap k at phase p reads g = k *
 * WAVE_PHASES + p and, from tap HALF on, comes after the step. */
void wavetables_init(WaveTables *w)
{
    double step = 0, corner = 0, total = 0;
    for (int g = 0; g < GRID; g++) total += integrate(impulse, (double)g / WAVE_PHASES - HALF);
    for (int g = 0; g <= GRID; g++) {
        int k = g / WAVE_PHASES, p = g % WAVE_PHASES;
        double x = (double)g / WAVE_PHASES - HALF;
        if (k < WAVE_TAPS) {
            w->step[p][k] = (float)(step - (k >= HALF));
            w->corner[p][k] = (float)(corner - (k >= HALF ? x : 0));
        }
        if (p == 0 && k > 0) {
            w->step[WAVE_PHASES][k - 1] = (float)(step - (k > HALF));
            w->corner[WAVE_PHASES][k - 1] = (float)(corner - (k > HALF ? x : 0));
        }
        double rise = g < GRID ? integrate(impulse, x) / total : 0;
        corner += (step + rise / 2) / WAVE_PHASES;
        step += rise;
    }
    for (int i = 0; i <= WAVE_SINE; i++) w->sine[i] = (float)sin(2 * M_PI * i / WAVE_SINE);
}
