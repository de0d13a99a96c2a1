/* rope.c: see rope.h. Pair i of a head turns by position * base^(-2i/dim), changed by the kind:
 *   linear   all frequencies divided by the factor (Chen et al. 2023)
 *   llama3   those with wavelengths over original/low_freq divided by the factor, those under
 *            original/high_freq left alone, a straight line between
 *   yarn     a ramp over the pairs between those that make beta_slow and beta_fast turns over the
 *            original context (Peng et al. 2023)
 *   long     divided by a factor of their own (Ding et al. 2024)
 * Angles are computed in f64 for every position, so that they are exact at any length. */
#include "rope.h"

#include <math.h>

static const double TWO_PI = 6.283185307179586;

static double llama3_frequency(const RopeSpec *r, double f)
{
    double turns = r->original * f / TWO_PI; /* over the original context */
    if (turns < r->low_freq) return f / r->factor;
    if (turns > r->high_freq) return f;
    double mix = (turns - r->low_freq) / (r->high_freq - r->low_freq);
    return (1 - mix) * f / r->factor + mix * f;
}

/* The pair that makes that many turns over the original context, as a real number. */
static double yarn_pair(const RopeSpec *r, double turns)
{
    return r->dim * log(r->original / (turns * TWO_PI)) / (2 * log(r->base));
}

static double yarn_frequency(const RopeSpec *r, int i, double f)
{
    double lo = yarn_pair(r, r->beta_fast), hi = yarn_pair(r, r->beta_slow);
    if (r->truncate) {
        lo = floor(lo);
        hi = ceil(hi);
    }
    lo = fmax(lo, 0);
    hi = fmin(hi, r->dim - 1);
    if (lo == hi) hi += 0.001;
    double ramp = fmin(fmax((i - lo) / (hi - lo), 0), 1);
    return f / r->factor * ramp + f * (1 - ramp);
}

void rope_frequencies(const RopeSpec *r, bool is_long, double *out)
{
    for (int i = 0; i < r->dim / 2; i++) {
        double f = pow(r->base, -2.0 * i / r->dim);
        switch (r->kind) {
        case ROPE_PLAIN: break;
        case ROPE_LINEAR: f /= r->factor; break;
        case ROPE_LLAMA3: f = llama3_frequency(r, f); break;
        case ROPE_YARN: f = yarn_frequency(r, i, f); break;
        case ROPE_LONG: f /= is_long ? r->long_factor[i] : r->short_factor[i]; break;
        }
        out[i] = f;
    }
}

void rope_table(const RopeSpec *r, const double *freq, int pos, int nt, float *cosine, float *sine)
{
    int half = r->dim / 2;
    for (int t = 0; t < nt; t++) {
        for (int i = 0; i < half; i++) {
            double angle = (pos + t) * freq[i];
            cosine[t * (int64_t)half + i] = (float)(cos(angle) * r->scale);
            sine[t * (int64_t)half + i] = (float)(sin(angle) * r->scale);
        }
    }
}
