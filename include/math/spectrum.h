/* spectrum.h: what the field says of a weight matrix by its singular values. Names and formulas are
 * WeightWatcher's: W has N >= M rows and columns (whichever is longer), lambda = sigma^2. */
#ifndef MATH_SPECTRUM_H
#define MATH_SPECTRUM_H

#include <stdbool.h>
#include <stdint.h>

enum { SPECTRUM_MIN_FIT = 10 }; /* eigenvalues below which no power law is fitted */

/* p(lambda) ~ lambda^-alpha above xmin. */
typedef struct PowerLaw {
    double alpha, d, sigma, xmin; /* d: Kolmogorov-Smirnov distance; sigma: standard error */
    int n;                        /* eigenvalues in the tail */
} PowerLaw;

/* lambda [n], ascending, positive. For each of them but the largest as xmin the maximum-likelihood
 * alpha = 1 + n / sum ln(lambda / xmin); kept is the one of least distance d (the lowest xmin of
 * equals). False when n < SPECTRUM_MIN_FIT or all are equal. */
bool powerlaw_fit(const double *lambda, int n, PowerLaw *out);

typedef struct Spectrum {
    double spectral_norm;       /* lambda max */
    double log_spectral_norm;   /* log10 of it */
    double log_norm;            /* log10 of sum lambda */
    double stable_rank;         /* sum lambda / lambda max */
    double matrix_rank;         /* sigma > sigma max * N * 2^-23 */
    double effective_rank;      /* exp of the entropy of sigma / sum sigma */
    double participation_ratio; /* (sum lambda)^2 / sum lambda^2 */
    double spectral_entropy;    /* -sum p ln p / ln rank, p = lambda / sum lambda; 0 of rank 1 */
    bool fitted;                /* the power law's entries are set */
    PowerLaw law;               /* over the eigenvalues within the rank */
    double alpha_weighted;      /* alpha log10 lambda max */
    double log_alpha_norm;      /* log10 sum lambda^alpha */
    double mp_lambda_plus;      /* (s (1 + Q^-1/2))^2, Q = N / M, s^2 = sum lambda / M: the upper
                                   edge for random entries of the same mean square */
    double mp_softrank;         /* lambda plus / lambda max */
    double num_spikes;          /* lambda > lambda plus + sqrt(TW),
                                   TW = Q^-1/2 lambda plus^2/3 M^-2/3 */
} Spectrum;

/* sv [m], descending, of a matrix with sides rows and cols, m = min(rows, cols). Of a zero matrix
 * all is 0 and the logarithms are -INFINITY. */
void spectrum_measure(const double *sv, int m, int64_t rows, int64_t cols, Spectrum *out);

#endif
