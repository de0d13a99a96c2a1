/* stats.h: moments, quantiles, histograms, distances of plain arrays. f64 inside. */
#ifndef MATH_STATS_H
#define MATH_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* Sums of powers about the mean; zero is empty. Merging is exact up to rounding. */
typedef struct Moments {
    double n, mean, m2, m3, m4; /* mk = sum (x - mean)^k */
} Moments;

/* x [n], finite. */
Moments moments_of_f32(const float *x, int64_t n);
Moments moments_of_f64(const double *x, int64_t n);
void moments_merge(Moments *into, const Moments *from);
double moments_std(const Moments *m);      /* population */
double moments_skew(const Moments *m);     /* m3 / m2^1.5, population; 0 of a constant */
double moments_kurtosis(const Moments *m); /* excess: m4 / m2^2 - 3, population; 0 of a constant */
/* Root of the sum of squares (about zero). */
double moments_norm(const Moments *m);
/* Sarle's bimodality coefficient (skew^2 + 1) / (excess + 3 (n-1)^2 / ((n-2)(n-3))), with the
 * population's skewness and kurtosis; 5/9 for a uniform. 0 when n < 4. */
double moments_bimodality(const Moments *m);

double stats_mean(const double *x, int n);
double stats_norm(const double *x, int n); /* L2 */
/* Pearson's r; 0 when either is constant. */
double stats_correlation(const double *x, const double *y, int n);
/* (x - min) / (max - min) into out (may be x); a constant gives 0.5. */
void stats_norm01(const double *x, int n, double *out);
/* x [n] into descending order. */
void stats_sort_descending(double *x, int n);
/* numpy's "linear" percentile of x [n], ascending; q 0..1. */
double stats_quantile(const double *x, int n, double q);

/* Wasserstein-1 distance of two samples, both descending: the area between their distribution
 * functions. */
double stats_wasserstein(const double *x, int nx, const double *y, int ny);

/* Index of the stable law by quantiles (McCulloch 1986, table III): 2 is Gaussian, lower has
 * heavier tails, clamped to the table's 0.513..2. p: 5th, 25th, 50th, 75th, 95th percentiles.
 * A sample without spread gives 2. */
double stats_stable_index(const double p[5]);

/* Equal bins between lo and hi, as numpy.histogram places them; -1 outside. When hi = lo all
 * values equal to lo go to the middle bin. */
int stats_bin(double x, double lo, double hi, int bins);

/* Shannon entropy in bits of weights [n] that are not negative: 0 for one, log2 n for all alike;
 * NaN when there is no weight. */
double stats_entropy(const double *weight, int n);

#endif
