/* pca.c: see math/pca.h. Through the eigenvectors of the smaller Gram matrix, [n, n] or [d, d]. */
#include "math/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/eigen.h"

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

bool pca_fit(Pca *p, const double *x, int n, int d, int k)
{
    *p = (Pca){.n = n, .d = d, .k = k};
    p->coord = mem_alloc((int64_t)n * k, sizeof *p->coord);
    p->comp = mem_alloc((int64_t)k * d, sizeof *p->comp);
    p->var = mem_alloc(k, sizeof *p->var);
    bool over_points = n < d;
    int m = over_points ? n : d;
    double *c = mem_alloc((int64_t)n * d, sizeof *c);
    double *g = mem_alloc((int64_t)m * m, sizeof *g), *w = mem_alloc(m, sizeof *w);
    if (n > 0) memcpy(c, x, (size_t)n * (size_t)d * sizeof *c);
    centre(c, n, d);
    BlasShape s = {.m = m, .n = m, .k = over_points ? d : n, .lda = d, .ldb = d, .ldc = m};
    s.tb = over_points;
    s.ta = !over_points;
    bool ok = true;
    if (m > 0 && s.k > 0) {
        blas_gemm_f64(&s, c, c, g);
        ok = eigen_vectors_f64(g, m, w);
    }
    for (int i = 0; ok && i < k && i < m; i++) {
        double lambda = w[m - 1 - i];
        if (!(lambda > 1e-14 * w[m - 1])) break;
        p->var[i] = lambda / n;
        component(p, c, g + (size_t)(m - 1 - i) * (size_t)m, i, over_points);
    }
    free(c);
    free(g);
    free(w);
    return ok;
}

void pca_free(Pca *p)
{
    free(p->coord);
    free(p->comp);
    free(p->var);
    *p = (Pca){0};
}
