/* spectrum.c: see math/spectrum.h. Formulas: WeightWatcher (RMT_Util.py, WW_powerlaw.py), Clauset,
 * Shalizi and Newman, "Power-law distributions in empirical data" (2009) for the fit; Roy and
 * Vetterli, "The effective rank" (2007).
 *
 * The fit takes, for every xmin, the largest deviation over all larger eigenvalues: n^2 / 2 powers.
 * Only the smallest of these maxima is wanted, so a candidate is dropped as soon as one deviation
 * exceeds the best maximum so far, on a coarse grid first: same result, far fewer powers. */
#include "math/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIT_COARSE = 16 };

/* The tail of n values with logarithms log_l [n] above xmin = lambda[0]: its maximum deviation, or
 * something above `limit` when that is exceeded. */
static double fit_distance(const double *log_l, int n, double alpha, double limit)
{
    double worst = 0;
    for (int step = FIT_COARSE; step >= 1; step /= FIT_COARSE) {
        for (int k = 0; k < n; k += step) {
            double model = 1 - exp((1 - alpha) * (log_l[k] - log_l[0]));
            double dev = fabs(model - (double)k / n);
            if (dev > worst) worst = dev;
            if (worst > limit) return worst;
        }
    }
    return worst;
}

/* Tries xmin = each stride-th value against the best so far. */
static void fit_sweep(const double *log_l, const double *tail_sum, int n, int stride, int *best,
                      PowerLaw *law)
{
    for (int i = 0; i + 1 < n; i += stride) {
        int m = n - i;
        double spread = tail_sum[i] - m * log_l[i];
        if (!(spread > 1e-12 * m)) continue; /* the rest are all equal */
        double alpha = 1 + m / spread;
        double d = fit_distance(log_l + i, m, alpha, law->d);
        if (d > law->d || (d == law->d && *best >= 0 && i >= *best)) continue;
        *best = i;
        *law = (PowerLaw){.alpha = alpha, .d = d, .sigma = (alpha - 1) / sqrt(m), .n = m};
    }
}

bool powerlaw_fit(const double *lambda, int n, PowerLaw *out)
{
    *out = (PowerLaw){.d = INFINITY};
    if (n < SPECTRUM_MIN_FIT) return false;
    double *log_l = mem_alloc(2 * (int64_t)n, sizeof *log_l), *tail_sum = log_l + n;
    for (int i = 0; i < n; i++) log_l[i] = log(lambda[i]);
    tail_sum[n - 1] = log_l[n - 1];
    for (int i = n - 2; i >= 0; i--) tail_sum[i] = tail_sum[i + 1] + log_l[i];
    int best = -1;
    fit_sweep(log_l, tail_sum, n, FIT_COARSE, &best, out);
    fit_sweep(log_l, tail_sum, n, 1, &best, out);
    free(log_l);
    if (best < 0) return false;
    out->xmin = lambda[best];
    return true;
}

/* -sum p ln p of x / sum x, where x = sv^power. */
static double entropy(const double *sv, int m, int power)
{
    double sum = 0, h = 0;
    for (int i = 0; i < m; i++) sum += power == 2 ? sv[i] * sv[i] : sv[i];
    for (int i = 0; i < m; i++) {
        double p = (power == 2 ? sv[i] * sv[i] : sv[i]) / sum;
        if (p > 0) h -= p * log(p);
    }
    return h;
}

static void measure_random(Spectrum *s, const double *sv, int m, double q, double sum)
{
    double edge = 1 + 1 / sqrt(q);
    s->mp_lambda_plus = sum / m * edge * edge;
    s->mp_softrank = s->mp_lambda_plus / s->spectral_norm;
    double tw = pow(s->mp_lambda_plus, 2.0 / 3) * pow(m, -2.0 / 3) / sqrt(q);
    for (int i = 0; i < m; i++) s->num_spikes += sv[i] * sv[i] > s->mp_lambda_plus + sqrt(tw);
}

static void measure_law(Spectrum *s, const double *sv, int rank)
{
    double *lambda = mem_alloc(rank, sizeof *lambda);
    for (int i = 0; i < rank; i++) lambda[i] = sv[rank - 1 - i] * sv[rank - 1 - i];
    s->fitted = powerlaw_fit(lambda, rank, &s->law);
    if (s->fitted) {
        /* sum lambda^alpha = max^alpha sum (lambda / max)^alpha: no overflow */
        double sum = 0, top = lambda[rank - 1];
        for (int i = 0; i < rank; i++) sum += pow(lambda[i] / top, s->law.alpha);
        s->alpha_weighted = s->law.alpha * log10(top);
        s->log_alpha_norm = s->alpha_weighted + log10(sum);
    }
    free(lambda);
}

void spectrum_measure(const double *sv, int m, int64_t rows, int64_t cols, Spectrum *out)
{
    *out = (Spectrum){.log_spectral_norm = -INFINITY, .log_norm = -INFINITY};
    if (m <= 0 || !(sv[0] > 0)) return;
    int64_t longer = rows > cols ? rows : cols;
    double sum = 0, sum2 = 0, tol = sv[0] * (double)longer * ldexp(1, -23);
    int rank = 0;
    for (int i = 0; i < m; i++) {
        double lambda = sv[i] * sv[i];
        sum += lambda;
        sum2 += lambda * lambda;
        rank += sv[i] > tol;
    }
    if (rank == 0) rank = 1; /* a side over 2^23: the tolerance says nothing */
    out->spectral_norm = sv[0] * sv[0];
    out->log_spectral_norm = log10(out->spectral_norm);
    out->log_norm = log10(sum);
    out->stable_rank = sum / out->spectral_norm;
    out->matrix_rank = rank;
    out->effective_rank = exp(entropy(sv, m, 1));
    out->participation_ratio = sum * sum / sum2;
    out->spectral_entropy = rank > 1 ? entropy(sv, m, 2) / log(rank) : 0;
    measure_random(out, sv, m, (double)longer / m, sum);
    measure_law(out, sv, rank);
}
