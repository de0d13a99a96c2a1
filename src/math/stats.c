/* stats.c: see math/stats.h.
 *
 * Moments of a run are taken in two sweeps (mean, then powers about it) and runs are merged by the
 * formulas of Pebay, "Formulas for robust, one-pass parallel computation of covariances and
 * arbitrary-order statistical moments" (Sandia 2008): one pass over memory when a run fits in the
 * cache, and no cancellation when the mean is large against the spread. */
#include "math/stats.h"

#include <math.h>
#include <stdlib.h>

Moments moments_of_f32(const float *x, int64_t n)
{
    Moments m = {.n = (double)n};
    if (n == 0) return m;
    double sum[4] = {0}; /* independent chains, fixed order */
    for (int64_t i = 0; i < n; i++) sum[i & 3] += x[i];
    m.mean = (sum[0] + sum[1] + sum[2] + sum[3]) / (double)n;
    double s2[2] = {0}, s3[2] = {0}, s4[2] = {0};
    for (int64_t i = 0; i < n; i++) {
        double d = x[i] - m.mean, d2 = d * d;
        s2[i & 1] += d2;
        s3[i & 1] += d2 * d;
        s4[i & 1] += d2 * d2;
    }
    m.m2 = s2[0] + s2[1];
    m.m3 = s3[0] + s3[1];
    m.m4 = s4[0] + s4[1];
    return m;
}

Moments moments_of_f64(const double *x, int64_t n)
{
    Moments m = {.n = (double)n};
    if (n == 0) return m;
    for (int64_t i = 0; i < n; i++) m.mean += x[i];
    m.mean /= (double)n;
    for (int64_t i = 0; i < n; i++) {
        double d = x[i] - m.mean, d2 = d * d;
        m.m2 += d2;
        m.m3 += d2 * d;
        m.m4 += d2 * d2;
    }
    return m;
}

void moments_merge(Moments *into, const Moments *from)
{
    if (from->n == 0) return;
    if (into->n == 0) {
        *into = *from;
        return;
    }
    const Moments a = *into, b = *from;
    double n = a.n + b.n, d = b.mean - a.mean, ab = a.n * b.n, d2 = d * d;
    into->n = n;
    into->mean = a.mean + d * b.n / n;
    into->m2 = a.m2 + b.m2 + d2 * ab / n;
    into->m3 = a.m3 + b.m3 + d2 * d * ab * (a.n - b.n) / (n * n) +
               3 * d * (a.n * b.m2 - b.n * a.m2) / n;
    into->m4 = a.m4 + b.m4 + d2 * d2 * ab * (a.n * a.n - ab + b.n * b.n) / (n * n * n) +
               6 * d2 * (a.n * a.n * b.m2 + b.n * b.n * a.m2) / (n * n) +
               4 * d * (a.n * b.m3 - b.n * a.m3) / n;
}

double moments_std(const Moments *m)
{
    return m->n > 0 ? sqrt(m->m2 / m->n) : 0;
}

/* No spread beyond the rounding of the mean itself. */
static bool is_constant(const Moments *m)
{
    return !(m->m2 > 0) || moments_std(m) <= 1e-13 * fabs(m->mean);
}

double moments_skew(const Moments *m)
{
    if (is_constant(m)) return 0;
    double v = m->m2 / m->n;
    return m->m3 / m->n / (v * sqrt(v));
}

double moments_kurtosis(const Moments *m)
{
    if (is_constant(m)) return 0;
    double v = m->m2 / m->n;
    return m->m4 / m->n / (v * v) - 3;
}

double moments_norm(const Moments *m)
{
    return sqrt(m->m2 + m->n * m->mean * m->mean);
}

double moments_bimodality(const Moments *m)
{
    if (m->n < 4) return 0;
    double g = moments_skew(m), n = m->n;
    return (g * g + 1) / (moments_kurtosis(m) + 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3)));
}

double stats_mean(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += x[i];
    return n > 0 ? sum / n : 0;
}

double stats_norm(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += x[i] * x[i];
    return sqrt(sum);
}

double stats_correlation(const double *x, const double *y, int n)
{
    double mx = stats_mean(x, n), my = stats_mean(y, n), xx = 0, yy = 0, xy = 0;
    for (int i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

void stats_norm01(const double *x, int n, double *out)
{
    double lo = INFINITY, hi = -INFINITY;
    for (int i = 0; i < n; i++) {
        lo = fmin(lo, x[i]);
        hi = fmax(hi, x[i]);
    }
    for (int i = 0; i < n; i++) out[i] = hi > lo ? (x[i] - lo) / (hi - lo) : 0.5;
}

static int compare_descending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

void stats_sort_descending(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, compare_descending);
}

double stats_quantile(const double *x, int n, double q)
{
    if (n <= 0) return NAN;
    double at = q * (n - 1);
    int i = (int)at;
    if (i >= n - 1) return x[n - 1];
    return x[i] + (at - i) * (x[i + 1] - x[i]);
}

double stats_wasserstein(const double *x, int nx, const double *y, int ny)
{
    /* Between neighbouring values of the merged samples the distribution functions are constant. */
    double area = 0, last = 0;
    int i = nx - 1, j = ny - 1;
    for (bool first = true; i >= 0 || j >= 0; first = false) {
        bool from_x = j < 0 || (i >= 0 && x[i] <= y[j]);
        double v = from_x ? x[i] : y[j];
        double fx = (double)(nx - 1 - i) / nx, fy = (double)(ny - 1 - j) / ny;
        if (!first) area += fabs(fx - fy) * (v - last);
        last = v;
        if (from_x) i--;
        else j--;
    }
    return area;
}

/* Position of v on an axis (ascending), clamped: the cell's index and the fraction within it. */
static int axis_find(const double *axis, int n, double v, double *frac)
{
    int i = 0;
    while (i < n - 2 && v >= axis[i + 1]) i++;
    *frac = fmin(fmax((v - axis[i]) / (axis[i + 1] - axis[i]), 0), 1);
    return i;
}

double stats_stable_index(const double p[5])
{
    enum { NA = 15, NB = 7 };
    static const double nu_alpha[NA] = {2.439, 2.5, 2.6, 2.7, 2.8, 3,  3.2, 3.5,
                                        4,     5,   6,   8,   10,  15, 25};
    static const double nu_beta[NB] = {0, 0.1, 0.2, 0.3, 0.5, 0.7, 1};
    static const double alpha[NA][NB] = {
        {2.000, 2.000, 2.000, 2.000, 2.000, 2.000, 2.000},
        {1.916, 1.924, 1.924, 1.924, 1.924, 1.924, 1.924},
        {1.808, 1.813, 1.829, 1.829, 1.829, 1.829, 1.829},
        {1.729, 1.730, 1.737, 1.745, 1.745, 1.745, 1.745},
        {1.664, 1.663, 1.663, 1.668, 1.676, 1.676, 1.676},
        {1.563, 1.560, 1.553, 1.548, 1.547, 1.547, 1.547},
        {1.484, 1.480, 1.471, 1.460, 1.448, 1.438, 1.438},
        {1.391, 1.386, 1.378, 1.364, 1.337, 1.318, 1.318},
        {1.279, 1.273, 1.266, 1.250, 1.210, 1.184, 1.150},
        {1.128, 1.121, 1.114, 1.101, 1.067, 1.027, 0.973},
        {1.029, 1.021, 1.014, 1.004, 0.974, 0.935, 0.874},
        {0.896, 0.892, 0.884, 0.883, 0.855, 0.823, 0.769},
        {0.818, 0.812, 0.806, 0.801, 0.780, 0.756, 0.691},
        {0.698, 0.695, 0.692, 0.689, 0.676, 0.656, 0.597},
        {0.593, 0.590, 0.588, 0.586, 0.579, 0.563, 0.513},
    };
    if (!(p[3] > p[1]) || !(p[4] > p[0])) return 2;
    double fa, fb;
    int i = axis_find(nu_alpha, NA, (p[4] - p[0]) / (p[3] - p[1]), &fa);
    int j = axis_find(nu_beta, NB, fabs((p[4] + p[0] - 2 * p[2]) / (p[4] - p[0])), &fb);
    double low = alpha[i][j] + fb * (alpha[i][j + 1] - alpha[i][j]);
    double high = alpha[i + 1][j] + fb * (alpha[i + 1][j + 1] - alpha[i + 1][j]);
    return low + fa * (high - low);
}

int stats_bin(double x, double lo, double hi, int bins)
{
    if (!(x >= lo && x <= hi)) return -1;
    if (!(hi > lo)) return bins / 2;
    double step = (hi - lo) / bins;
    int i = (int)((x - lo) / (hi - lo) * bins);
    if (i >= bins) i = bins - 1;
    if (i > 0 && x < lo + i * step) i--;
    else if (i + 1 < bins && x >= lo + (i + 1) * step) i++;
    return i;
}

double stats_entropy(const double *weight, int n)
{
    double sum = 0, h = 0;
    for (int i = 0; i < n; i++) sum += weight[i];
    if (!(sum > 0)) return NAN;
    for (int i = 0; i < n; i++)
        if (weight[i] > 0) h -= weight[i] / sum * log2(weight[i] / sum);
    return h > 0 ? h : 0;
}
