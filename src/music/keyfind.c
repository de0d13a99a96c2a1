/* keyfind.c: the Krumhansl-Schmuckler algorithm (Krumhansl 1990, Cognitive Foundations of Musical
 * Pitch, ch. 4) with the probe-tone profiles of Krumhansl and Kessler (1982): the key is the one of
 * 24 whose rotated profile correlates best (Pearson) with the weights of the pitch classes. Of
 * equal correlations the first wins: major before minor, lower root first. */
#include "music/keyfind.h"

#include <math.h>

/* From the tonic up. */
static const double PROFILE[2][12] = {
    {6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88}, /* major */
    {6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17}, /* minor */
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

KeyFind keyfind(const double weight[12])
{
    KeyFind best = {.root = -1, .r = NAN, .second = NAN};
    for (int mode = 0; mode < 2; mode++) {
        for (int root = 0; root < 12; root++) {
            double r = correlation(weight, PROFILE[mode], root);
            if (isnan(r)) return best;
            if (best.root < 0 || r > best.r)
                best = (KeyFind){.root = root, .minor = mode == 1, .r = r, .second = best.r};
            else if (isnan(best.second) || r > best.second)
                best.second = r;
        }
    }
    return best;
}

double keyfind_entropy(const double weight[12])
{
    double sum = total(weight), h = 0;
    if (!(sum > 0)) return NAN;
    for (int i = 0; i < 12; i++)
        if (weight[i] > 0) h -= weight[i] / sum * log2(weight[i] / sum);
    return h > 0 ? h : 0;
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
