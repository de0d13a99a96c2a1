/* jepa_health.c: see learn/jepa_health.h. */
#include "learn/jepa_health.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/eigen.h"

double row_cosine(const float *a, const float *b, int d)
{
    double dot = 0, aa = 0, bb = 0;
    for (int k = 0; k < d; k++) {
        dot += (double)a[k] * (double)b[k];
        aa += (double)a[k] * (double)a[k];
        bb += (double)b[k] * (double)b[k];
    }
    return aa > 0 && bb > 0 ? dot / sqrt(aa * bb) : 0;
}

double health_alignment(const float *a, const float *b, int n, int d)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += 2 - 2 * row_cosine(a + (int64_t)i * d, b + (int64_t)i * d, d);
    return sum / n;
}

/* Centres x [n, d] and counts the dimensions that vary. */
static int centre(double *x, int n, int d)
{
    int active = 0;
    for (int k = 0; k < d; k++) {
        double mean = 0, square = 0;
        for (int i = 0; i < n; i++) mean += x[(int64_t)i * d + k] / n;
        for (int i = 0; i < n; i++) {
            x[(int64_t)i * d + k] -= mean;
            square += x[(int64_t)i * d + k] * x[(int64_t)i * d + k];
        }
        active += square / n > 0.01;
    }
    return active;
}

/* x is destroyed. */
static double effective_rank(double *x, int n, int d)
{
    int most = n < d ? n : d;
    double *s = mem_alloc(most, sizeof *s), sum = 0, entropy = 0;
    bool ok = svd_values_f64(x, n, d, s);
    for (int i = 0; ok && i < most; i++) sum += s[i];
    for (int i = 0; ok && i < most; i++)
        if (s[i] > 0) entropy -= s[i] / sum * log(s[i] / sum);
    free(s);
    return ok && sum > 1e-9 * n ? exp(entropy) : 0; /* less is rounding */
}

Health health_of(const float *z, int n, int d)
{
    Health h = {.collapsed = true};
    double *x = mem_alloc((int64_t)n * d, sizeof *x), pairs = n * (n - 1.0) / 2, near = 0;
    bool finite = true;
    for (int64_t i = 0; i < (int64_t)n * d; i++) {
        x[i] = (double)z[i];
        finite = finite && isfinite(x[i]);
    }
    for (int i = 0; finite && i < n; i++)
        for (int k = 0; k < i; k++) {
            double cosine = row_cosine(z + (int64_t)i * d, z + (int64_t)k * d, d);
            h.cosine += cosine / pairs;
            near += exp(-2 * (2 - 2 * cosine)) / pairs;
        }
    if (finite) {
        h.uniformity = log(near);
        h.active = centre(x, n, d);
        h.rank = effective_rank(x, n, d);
        h.collapsed = 10 * h.active < d || h.cosine > 0.99;
    }
    free(x);
    return h;
}
