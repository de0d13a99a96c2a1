/* ladder.c: see ladder.h.
 *
 * Four capacitors joined by diodes, the first of half the size, linearised (after Stinchcombe,
 * "Diode ladder filters", 2009); x4 is the output, u the input less the feedback, w the stages'
 * frequency:
 *   x1' = 2w(u - x1 + x2), x2' = w(x1 - 2 x2 + x3), x3' = w(x2 - 2 x3 + x4), x4' = w(x3 - 2 x4)
 * which has H(s) = 1/T4(1 + s/2w) = 1/(1 + 8s + 10s^2 + 4s^3 + s^4/2) for w = 1, T4 a Chebyshev
 * polynomial: 24 dB an octave in the end. With feedback k the imaginary part at s = iv vanishes
 * for v = sqrt 2 and the real part for k = 17: it sings at sqrt 2 times w, so w is the wanted
 * frequency over sqrt 2. Integrated by the trapezoidal rule without a delay in the loop
 * (Zavalishin, "The art of VA filter design"): the tridiagonal system is solved sample by sample,
 * the one nonlinearity, the clipping of u, being applied to the linear solution. */
#include "ladder.h"

#include <math.h>

#include "voice.h"

static const double MOST_FEEDBACK = 17.6; /* at resonance 1 */
static const double TINY = 1e-18;         /* keeps the states from becoming denormal */

void ladder_init(Ladder *f, double rate, double feedback_hz)
{
    *f = (Ladder){.rate = rate, .cut_step = 1 - exp(-2 * M_PI * feedback_hz / rate)};
    ladder_set(f, 1000, 0);
}

void ladder_set(Ladder *f, double hz, double resonance)
{
    hz = voice_clamp(hz, 5, 0.45 * f->rate);
    double g = tan(M_PI * hz / f->rate) / sqrt(2), d = 1 + 2 * g;
    f->k = MOST_FEEDBACK * voice_clamp(resonance, 0, 1);
    f->g = g;
    f->r1 = 1 / d;
    f->c1 = 2 * g * f->r1;
    f->r2 = 1 / (d - g * f->c1);
    f->c2 = g * f->r2;
    f->r3 = 1 / (d - g * f->c2);
    f->c3 = g * f->r3;
    f->r4 = 1 / (d - g * f->c3);
}

void ladder_run(Ladder *f, float *x, int n)
{
    double g = f->g, reach = 2 * g * f->r1 * g * f->r2 * g * f->r3 * g * f->r4; /* x4 by u */
    double undo = 1 / (1 + f->k * reach);
    for (int i = 0; i < n; i++) {
        double a1 = f->s1 * f->r1, a2 = (f->s2 + g * a1) * f->r2, a3 = (f->s3 + g * a2) * f->r3;
        double a4 = (f->s4 + g * a3) * f->r4;
        double u = voice_clip((x[i] - f->k * (a4 - f->low)) * undo);
        double in = 2 * g * u * f->r1;
        double x1 = a1 + in, x2 = a2 + g * in * f->r2, x3 = a3 + g * g * in * f->r2 * f->r3;
        double x4 = a4 + reach * u;
        x3 += f->c3 * x4;
        x2 += f->c2 * x3;
        x1 += f->c1 * x2;
        f->s1 = 2 * x1 - f->s1 + TINY;
        f->s2 = 2 * x2 - f->s2;
        f->s3 = 2 * x3 - f->s3;
        f->s4 = 2 * x4 - f->s4;
        f->low += f->cut_step * (x4 - f->low);
        x[i] = (float)x4;
    }
}
