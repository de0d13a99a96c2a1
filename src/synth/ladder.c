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
 * (Zavalishin, "The art of VA filter design"): the tridiagonal system is solved when the cutoff
 * moves, for each state alone and for the input; a sample is the sum of these, the one
 * nonlinearity, the clipping of u, being applied to the linear solution. */
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

/* The solution x of the system for states s and input u; r: reciprocals of its pivots. */
static void solve(double x[4], const double s[4], double u, double g, const double r[4])
{
    double below = 2 * u;
    for (int i = 0; i < 4; i++) below = x[i] = (s[i] + g * below) * r[i];
    for (int i = 2; i >= 0; i--) x[i] += (i ? g : 2 * g) * r[i] * x[i + 1];
}

void ladder_set(Ladder *f, double hz, double resonance)
{
    hz = voice_clamp(hz, 5, 0.45 * f->rate);
    double g = tan(M_PI * hz / f->rate) * M_SQRT1_2, d = 1 + 2 * g, r[4], x[4];
    f->k = MOST_FEEDBACK * voice_clamp(resonance, 0, 1);
    r[0] = 1 / d;
    for (int i = 1; i < 4; i++) r[i] = 1 / (d - g * (i > 1 ? g : 2 * g) * r[i - 1]);
    for (int i = 0; i <= 4; i++) {
        const double s[4] = {i == 0, i == 1, i == 2, i == 3};
        solve(x, s, i == 4, g, r);
        Wide4 next = {2 * x[0] - s[0], 2 * x[1] - s[1], 2 * x[2] - s[2], 2 * x[3] - s[3]};
        *(i < 4 ? &f->next[i] : &f->next_in) = next;
        *(i < 4 ? &f->out[i] : &f->out_in) = x[3];
    }
}

LANES_WIDE void ladder_run(Ladder *f, float *x, int n)
{
    const double k = f->k, undo = 1 / (1 + k * f->out_in), cut_step = f->cut_step;
    const Wide4 p0 = f->next[0], p1 = f->next[1], p2 = f->next[2], p3 = f->next[3];
    const Wide4 in = f->next_in, tiny = {TINY};
    Wide4 s = f->s;
    double low = f->low;
    for (int i = 0; i < n; i++) {
        double rest = (f->out[0] * s[0] + f->out[1] * s[1]) + (f->out[2] * s[2] + f->out[3] * s[3]);
        double u = voice_clip((x[i] - k * (rest - low)) * undo), y = rest + f->out_in * u;
        s = ((p0 * s[0] + p1 * s[1]) + (p2 * s[2] + p3 * s[3]) + tiny) + in * u;
        low += cut_step * (y - low);
        x[i] = (float)y;
    }
    f->s = s;
    f->low = low;
}
