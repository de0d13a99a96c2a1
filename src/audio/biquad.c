/* biquad.c: see audio/biquad.h.
 *
 * Coefficients: R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients"
 * (W3C note 2021): A = 10^(dB/40), alpha = sin(w0) / (2 Q). Structure: transposed direct form II,
 * which is the most accurate one in floating point for low corners. */
#include "audio/biquad.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

static const double BIQUAD_REST = 1e-30; /* a state below is zero: denormals are slow */

static Biquad normalised(double b0, double b1, double b2, double a0, double a1, double a2)
{
    return (Biquad){b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0};
}

static Biquad shelf(double amp, double c, double alpha, bool high)
{
    double s = high ? -1 : 1, root = 2 * sqrt(amp) * alpha;
    double p = amp + 1, m = amp - 1;
    return normalised(amp * (p - s * m * c + root), s * 2 * amp * (m - s * p * c),
                      amp * (p - s * m * c - root), p + s * m * c + root,
                      -s * 2 * (m + s * p * c), p + s * m * c - root);
}

Biquad biquad_design(BiquadKind kind, double rate, double hz, double q, double gain_db)
{
    assert(rate > 0 && hz > 0 && hz < rate / 2 && q > 0);
    double w = 2 * M_PI * hz / rate, c = cos(w), alpha = sin(w) / (2 * q);
    double amp = pow(10, gain_db / 40);
    switch (kind) {
    case BIQUAD_LOW_PASS:
        return normalised((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case BIQUAD_HIGH_PASS:
        return normalised((1 + c) / 2, -1 - c, (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha);
    case BIQUAD_BELL:
        return normalised(1 + alpha * amp, -2 * c, 1 - alpha * amp, 1 + alpha / amp, -2 * c,
                          1 - alpha / amp);
    case BIQUAD_LOW_SHELF:
        return shelf(amp, c, alpha, false);
    case BIQUAD_HIGH_SHELF:
        return shelf(amp, c, alpha, true);
    case BIQUAD_OFF:
        break;
    }
    return (Biquad){.b0 = 1};
}

/* Two filters in a row, their states in registers. The sums are grouped so that little waits for
 * y. */
static void run_two(const Biquad *filter, BiquadState *state, float *x, int64_t n, int stride)
{
    const Biquad f = filter[0], g = filter[1];
    double f1 = state[0].s1, f2 = state[0].s2, g1 = state[1].s1, g2 = state[1].s2;
    for (int64_t i = 0; i < n; i++) {
        double v = x[i * stride], y = f.b0 * v + f1;
        f1 = (f.b1 * v + f2) - f.a1 * y;
        f2 = f.b2 * v - f.a2 * y;
        double z = g.b0 * y + g1;
        g1 = (g.b1 * y + g2) - g.a1 * z;
        g2 = g.b2 * y - g.a2 * z;
        x[i * stride] = (float)z;
    }
    state[0] = (BiquadState){f1, f2};
    state[1] = (BiquadState){g1, g2};
}

static void run_one(const Biquad *filter, BiquadState *state, float *x, int64_t n, int stride)
{
    const Biquad f = *filter;
    double s1 = state->s1, s2 = state->s2;
    for (int64_t i = 0; i < n; i++) {
        double v = x[i * stride], y = f.b0 * v + s1;
        s1 = (f.b1 * v + s2) - f.a1 * y;
        s2 = f.b2 * v - f.a2 * y;
        x[i * stride] = (float)y;
    }
    *state = (BiquadState){s1, s2};
}

void biquad_run(const Biquad *filter, BiquadState *state, int nf, float *x, int64_t n, int stride)
{
    for (int k = 0; k + 1 < nf; k += 2) run_two(filter + k, state + k, x, n, stride);
    if (nf % 2) run_one(filter + nf - 1, state + nf - 1, x, n, stride);
    for (int k = 0; k < nf; k++) {
        if (fabs(state[k].s1) < BIQUAD_REST) state[k].s1 = 0;
        if (fabs(state[k].s2) < BIQUAD_REST) state[k].s2 = 0;
    }
}

void biquad_run_pair(const Biquad *filter, BiquadPair *state, int nf, float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++, x += 2) {
        Lane2 v = {x[0], x[1]};
        for (int k = 0; k < nf; k++) {
            const Biquad *f = &filter[k];
            Lane2 y = f->b0 * v + state[k].s1;
            state[k].s1 = (f->b1 * v + state[k].s2) - f->a1 * y;
            state[k].s2 = f->b2 * v - f->a2 * y;
            v = y;
        }
        x[0] = (float)v[0];
        x[1] = (float)v[1];
    }
    for (int k = 0; k < nf; k++) {
        for (int c = 0; c < 2; c++) {
            if (fabs(state[k].s1[c]) < BIQUAD_REST) state[k].s1[c] = 0;
            if (fabs(state[k].s2[c]) < BIQUAD_REST) state[k].s2[c] = 0;
        }
    }
}

double biquad_gain_db(const Biquad *f, double rate, double hz)
{
    double w = 2 * M_PI * hz / rate;
    double br = f->b0 + f->b1 * cos(w) + f->b2 * cos(2 * w);
    double bi = f->b1 * sin(w) + f->b2 * sin(2 * w);
    double ar = 1 + f->a1 * cos(w) + f->a2 * cos(2 * w);
    double ai = f->a1 * sin(w) + f->a2 * sin(2 * w);
    return 10 * log10((br * br + bi * bi) / (ar * ar + ai * ai));
}
