/* pca.c: see math/pca.h. Through the first eigenvectors of the smaller Gram matrix, [n, n]
 * or [d, d]. */
#include "math/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/eigen.h"

/* Eigenvalues below this share of the largest are rounding. */
static const double NOISE = 1e-14;

/* v becomes a unit vector with its largest entry positive, or stays zero. */
static void fix_vector(double *v, int d)
{
    double sum = 0;
    int top = 0;
    for (int j = 0; j < d; j++) {
        sum += v[j] * v[j];
        if (fabs(v[j]) > fabs(v[top]) * (1 + 1e-12)) top = j; /* equals: the first, stably */
    }
    if (!(sum > 0)) return;
    double scale = (v[top] < 0 ? -1 : 1) / sqrt(sum);
    for (int j = 0; j < d; j++) v[j] *= scale;
}

static void centre(double *c, int n, int d)
{
    for (int j = 0; j < d; j++) {
        double mean = 0;
        for (int i = 0; i < n; i++) mean += c[(size_t)i * (size_t)d + (size_t)j];
        mean /= n;
        for (int i = 0; i < n; i++) c[(size_t)i * (size_t)d + (size_t)j] -= mean;
    }
}

/* Component `i` from eigenvector u of the Gram matrix: itself, or c'u when that is over points. */
static void component(Pca *p, const double *c, const double *u, int i, bool over_points)
{
    double *v = p->comp + (size_t)i * (size_t)p->d;
    if (!over_points) {
        memcpy(v, u, (size_t)p->d * sizeof *v);
    } else {
        for (int r = 0; r < p->n; r++)
            for (int j = 0; j < p->d; j++) v[j] += u[r] * c[(size_t)r * (size_t)p->d + (size_t)j];
    }
    fix_vector(v, p->d);
    for (int r = 0; r < p->n; r++) {
        double dot = 0;
        for (int j = 0; j < p->d; j++) dot += v[j] * c[(size_t)r * (size_t)p->d + (size_t)j];
        p->coord[(size_t)r * (size_t)p->k + (size_t)i] = dot;
    }
}

/* The Gram matrix g [m, m] of c [n, d], over points or over dimensions. */
static void multiply(const double *c, int n, int d, bool over_points, double *g)
{
    int m = over_points ? n : d;
    BlasShape s = {.m = m, .n = m, .k = over_points ? d : n, .lda = d, .ldb = d, .ldc = m};
    s.tb = over_points;
    s.ta = !over_points;
    blas_gemm_f64(&s, c, c, g);
}

static bool fit(Pca *p, const double *c, int n, int d, int k)
{
    bool over_points = n < d;
    int m = over_points ? n : d, most = k < m ? k : m;
    *p = (Pca){.n = n, .d = d, .k = k};
    p->coord = mem_alloc((int64_t)n * k, sizeof *p->coord);
    p->comp = mem_alloc((int64_t)k * d, sizeof *p->comp);
    p->var = mem_alloc(k, sizeof *p->var);
    if (most < 1) return true;
    double *g = mem_alloc((int64_t)m * m, sizeof *g), *w = mem_alloc(most, sizeof *w);
    double *v = mem_alloc((int64_t)most * m, sizeof *v);
    multiply(c, n, d, over_points, g);
    bool ok = eigen_top_f64(g, m, most, w, v);
    for (int i = 0; ok && i < most; i++) {
        if (!(w[i] > NOISE * w[0])) break;
        p->var[i] = w[i] / n;
        component(p, c, v + (size_t)i * (size_t)m, i, over_points);
    }
    free(g);
    free(w);
    free(v);
    return ok;
}

bool pca_fit(Pca *p, const double *x, int n, int d, int k)
{
    double *c = mem_alloc((int64_t)n * d, sizeof *c);
    if (n > 0) memcpy(c, x, (size_t)n * (size_t)d * sizeof *c);
    centre(c, n, d);
    bool ok = fit(p, c, n, d, k);
    free(c);
    return ok;
}

bool pca_fit_origin(Pca *p, const double *x, int n, int d, int k)
{
    return fit(p, x, n, d, k);
}

bool pca_of_covariance(double *cov, int d, int k, double *comp, double *var)
{
    if (!eigen_top_f64(cov, d, k, var, comp)) return false;
    for (int i = 0; i < k; i++) {
        bool left = var[0] > 0 && var[i] > NOISE * var[0];
        if (!left) var[i] = 0;
        for (int j = 0; j < d && !left; j++) comp[(size_t)i * (size_t)d + (size_t)j] = 0;
        fix_vector(comp + (size_t)i * (size_t)d, d);
    }
    return true;
}

void pca_free(Pca *p)
{
    free(p->coord);
    free(p->comp);
    free(p->var);
    *p = (Pca){0};
}
