/* ridge.c: see math/ridge.h.
 *
 * With K = X X^T = V w V^T and C = (K + penalty)^-1 the dual coefficients are C Y, and the error of
 * example i when it is left out is (C Y)_i / C_ii: every penalty is tried on one decomposition. */
#include "math/ridge.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/eigen.h"

typedef struct Ridge {
    int n, p, m;
    double *mean, *scale; /* [p] of columns; scale 0: constant */
    double *centre;       /* [m] of the answers */
    double *x, *y;        /* [n, p] standardised, [n, m] centred */
    double *v, *w;        /* [n, n] eigenvectors as rows, [n] */
    double *vy;           /* [n, m] V^T Y */
    double *c;            /* [n, m] dual coefficients */
} Ridge;

static void ridge_free(Ridge *r)
{
    double *const all[] = {r->mean, r->scale, r->centre, r->x, r->y, r->v, r->w, r->vy, r->c};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

static void ridge_alloc(Ridge *r)
{
    struct {
        double **at;
        int64_t n;
    } const all[] = {{&r->mean, r->p},
                     {&r->scale, r->p},
                     {&r->centre, r->m},
                     {&r->x, (int64_t)r->n * r->p},
                     {&r->y, (int64_t)r->n * r->m},
                     {&r->v, (int64_t)r->n * r->n},
                     {&r->w, r->n},
                     {&r->vy, (int64_t)r->n * r->m},
                     {&r->c, (int64_t)r->n * r->m}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i].at = mem_alloc(all[i].n, sizeof **all[i].at);
}

static void learn_scales(Ridge *r, const float *x, const float *y)
{
    for (int k = 0; k < r->p; k++) {
        double square = 0;
        for (int i = 0; i < r->n; i++) r->mean[k] += (double)x[(int64_t)i * r->p + k] / r->n;
        for (int i = 0; i < r->n; i++) {
            double d = (double)x[(int64_t)i * r->p + k] - r->mean[k];
            square += d * d / r->n;
        }
        r->scale[k] = square > 1e-12 ? 1 / sqrt(square) : 0;
    }
    for (int k = 0; k < r->m; k++)
        for (int i = 0; i < r->n; i++) r->centre[k] += (double)y[(int64_t)i * r->m + k] / r->n;
}

static void standardise(const Ridge *r, const float *x, int n, double *out)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < r->p; k++) {
            int64_t at = (int64_t)i * r->p + k;
            out[at] = ((double)x[at] - r->mean[k]) * r->scale[k];
        }
}

/* c [n, m] = V diag(1 / (w + penalty)) V^T Y; the leave-one-out error. */
static double solve(Ridge *r, double penalty)
{
    int n = r->n, m = r->m;
    double *scaled = mem_alloc((int64_t)n * m, sizeof *scaled), error = 0;
    for (int k = 0; k < n; k++)
        for (int j = 0; j < m; j++)
            scaled[(int64_t)k * m + j] = r->vy[(int64_t)k * m + j] / (r->w[k] + penalty);
    BlasShape s = {.m = n, .n = m, .k = n, .ta = true, .lda = n, .ldb = m, .ldc = m};
    blas_gemm_f64(&s, r->v, scaled, r->c);
    for (int i = 0; i < n; i++) {
        double own = 0;
        for (int k = 0; k < n; k++) {
            double v = r->v[(int64_t)k * n + i];
            own += v * v / (r->w[k] + penalty);
        }
        for (int j = 0; j < m; j++) {
            double e = r->c[(int64_t)i * m + j] / own;
            error += e * e;
        }
    }
    free(scaled);
    return error;
}

static void choose_penalty(Ridge *r)
{
    double mean = 0, best = 0, least = INFINITY;
    for (int k = 0; k < r->n; k++) {
        if (r->w[k] < 0) r->w[k] = 0; /* rounding */
        mean += r->w[k] / r->n;
    }
    if (!(mean > 0)) mean = 1;
    for (int i = 0; i <= 10; i++) {
        double penalty = mean * pow(10, 0.5 * i - 3), error = solve(r, penalty);
        if (!(error < least)) continue;
        least = error;
        best = penalty;
    }
    solve(r, best > 0 ? best : mean);
}

static bool fit(Ridge *r, const float *x, const float *y)
{
    int n = r->n, m = r->m, p = r->p;
    learn_scales(r, x, y);
    standardise(r, x, n, r->x);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < m; k++)
            r->y[(int64_t)i * m + k] = (double)y[(int64_t)i * m + k] - r->centre[k];
    BlasShape gram = {.m = n, .n = n, .k = p, .tb = true, .lda = p, .ldb = p, .ldc = n};
    blas_gemm_f64(&gram, r->x, r->x, r->v);
    if (!eigen_vectors_f64(r->v, n, r->w)) return false;
    BlasShape turn = {.m = n, .n = m, .k = n, .lda = n, .ldb = m, .ldc = m};
    blas_gemm_f64(&turn, r->v, r->y, r->vy);
    choose_penalty(r);
    return true;
}

static void predict(const Ridge *r, const float *q, int nq, float *out)
{
    double *x = mem_alloc((int64_t)nq * r->p, sizeof *x);
    double *k = mem_alloc((int64_t)nq * r->n, sizeof *k);
    double *y = mem_alloc((int64_t)nq * r->m, sizeof *y);
    BlasShape kernel = {
        .m = nq, .n = r->n, .k = r->p, .tb = true, .lda = r->p, .ldb = r->p, .ldc = r->n};
    BlasShape sum = {.m = nq, .n = r->m, .k = r->n, .lda = r->n, .ldb = r->m, .ldc = r->m};
    standardise(r, q, nq, x);
    blas_gemm_f64(&kernel, x, r->x, k);
    blas_gemm_f64(&sum, k, r->c, y);
    for (int i = 0; i < nq; i++)
        for (int j = 0; j < r->m; j++)
            out[(int64_t)i * r->m + j] = (float)(y[(int64_t)i * r->m + j] + r->centre[j]);
    free(y);
    free(k);
    free(x);
}

bool ridge_predict(float *out, const float *q, int nq, const float *x, const float *y, int n, int p,
                   int m)
{
    if (n < 2) return false;
    Ridge r = {.n = n, .p = p, .m = m};
    ridge_alloc(&r);
    bool ok = fit(&r, x, y);
    if (ok && nq > 0) predict(&r, q, nq, out);
    ridge_free(&r);
    return ok;
}
