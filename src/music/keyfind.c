/* keyfind.c: the Krumhansl-Schmuckler algorithm (Krumhansl 1990, Cognitive Foundations of Musical
 * Pitch, ch. 4) with the probe-tone profiles of Krumhansl and Kessler (1982): the key is the one of
 * 24 whose rotated profile correlates best (Pearson) with the weights of the pitch classes. Of
 * equal correlations the first wins: major before minor, lower root first. Temperley's profiles are
 * those of Music and Probability (2007), used in the same way. */
#include "music/keyfind.h"

#include <math.h>

#include "math/stats.h"

/* From the tonic up. */
static const double PROFILE[2][2][12] = {
    [KEY_KRUMHANSL] = {
        {6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88}, /* major */
        {6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17}, /* minor */
    },
    [KEY_TEMPERLEY] = {
        {.748, .060, .488, .082, .670, .460, .096, .715, .104, .366, .057, .400},
        {.712, .084, .474, .618, .049, .460, .105, .747, .404, .067, .133, .330},
    },
};
static const bool IN_SCALE[2][12] = {
    {1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1}, /* major */
    {1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1}, /* natural minor and the raised seventh */
};

static const char *const NAME[2][12] = {
    {"C major", "Db major", "D major", "Eb major", "E major", "F major", "F# major", "G major",
     "Ab major", "A major", "Bb major", "B major"},
    {"C minor", "C# minor", "D minor", "Eb minor", "E minor", "F minor", "F# minor", "G minor",
     "G# minor", "A minor", "Bb minor", "B minor"},
};

static double total(const double weight[12])
{
    double sum = 0;
    for (int i = 0; i < 12; i++) sum += weight[i];
    return sum;
}

/* Pearson correlation of the weights with a profile on `root`; NaN when the weights are constant.
 */
static double correlation(const double weight[12], const double profile[12], int root)
{
    double mw = total(weight) / 12, mp = total(profile) / 12;
    double wp = 0, ww = 0, pp = 0;
    for (int i = 0; i < 12; i++) {
        double w = weight[(root + i) % 12] - mw, p = profile[i] - mp;
        wp += w * p;
        ww += w * w;
        pp += p * p;
    }
    return ww > 1e-18 * mw * mw ? wp / sqrt(ww * pp) : NAN;
}

void keyfind_curve(KeyProfile profile, const double weight[12], double out[24])
{
    for (int i = 0; i < 24; i++) out[i] = correlation(weight, PROFILE[profile][i / 12], i % 12);
}

KeyFind keyfind_by(KeyProfile profile, const double weight[12])
{
    KeyFind best = {.root = -1, .r = NAN, .second = NAN};
    double r[24];
    keyfind_curve(profile, weight, r);
    for (int i = 0; i < 24; i++) {
        if (isnan(r[i])) return best;
        if (best.root < 0 || r[i] > best.r)
            best = (KeyFind){.root = i % 12, .minor = i >= 12, .r = r[i], .second = best.r};
        else if (isnan(best.second) || r[i] > best.second)
            best.second = r[i];
    }
    return best;
}

KeyFind keyfind(const double weight[12])
{
    return keyfind_by(KEY_KRUMHANSL, weight);
}

double keyfind_entropy(const double weight[12])
{
    return stats_entropy(weight, 12);
}

double keyfind_share(const double weight[12], const KeyFind *key)
{
    double sum = total(weight), in = 0;
    if (!(sum > 0) || key->root < 0) return NAN;
    for (int i = 0; i < 12; i++)
        if (IN_SCALE[key->minor][i]) in += weight[(key->root + i) % 12];
    return in / sum;
}

const char *keyfind_name(const KeyFind *key)
{
    return key->root < 0 ? "" : NAME[key->minor][key->root];
}
