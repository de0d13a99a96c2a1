/* harmonicity.c: see music/harmonicity.h. Harrison and Pearce 2018, "An energy-based generative
 * sequence model for testing sensory theories of Western harmony", ISMIR; Milne et al. 2011,
 * Computer Music Journal 35. Partial k of pitch class p lies at round(100 p + 1200 log2 k) cents,
 * so a chord's spectrum is a sum of rotations of one tone's, and so is its profile: the inner
 * products of one tone with its own rotations are computed once. */
#include "music/harmonicity.h"

#include <math.h>

static const double SIGMA = 6.83;   /* cents */
static const double ROLL_OFF = 0.75;
enum { CUT = 82, CENTS = HARMONICITY_CENTS }; /* cents: 12 sigma */

static void tone_spectrum(int harmonics, double out[CENTS])
{
    for (int i = 0; i < CENTS; i++) out[i] = 0;
    for (int k = 1; k <= harmonics; k++) {
        int at = (int)floor(1200 * log2(k) + 0.5);
        double weight = pow(k, -ROLL_OFF);
        for (int d = -CUT; d <= CUT; d++) {
            double bell = exp(-d * d / (2 * SIGMA * SIGMA)) / (SIGMA * sqrt(2 * M_PI));
            out[(at + d + CENTS) % CENTS] += weight * bell;
        }
    }
}

void harmonicity_init(Harmonicity *h, int harmonics)
{
    double tone[CENTS];
    tone_spectrum(harmonics, tone);
    for (int lag = 0; lag < CENTS; lag++) {
        double sum = 0;
        for (int i = 0; i < CENTS; i++) sum += tone[i] * tone[(i + lag) % CENTS];
        h->share[lag] = sum;
    }
}

HarmonicityOf harmonicity_of(const Harmonicity *h, unsigned pcs)
{
    double profile[CENTS] = {0}, power = 0, total = 0, top = 0, kl = 0;
    for (int p = 0; p < 12; p++) {
        if (!(pcs >> p & 1)) continue;
        for (int i = 0; i < CENTS; i++) profile[i] += h->share[(i + CENTS - 100 * p) % CENTS];
        for (int q = 0; q < 12; q++)
            if (pcs >> q & 1) power += h->share[(100 * (p - q) + CENTS) % CENTS];
    }
    if (!(power > 0)) return (HarmonicityOf){.kl = NAN, .peak = NAN};
    for (int i = 0; i < CENTS; i++) {
        total += profile[i];
        top = fmax(top, profile[i]);
    }
    for (int i = 0; i < CENTS; i++) {
        double p = profile[i] / total;
        if (p > 0) kl += p * log2(p * CENTS);
    }
    return (HarmonicityOf){.kl = kl, .peak = top / sqrt(power * h->share[0])};
}
