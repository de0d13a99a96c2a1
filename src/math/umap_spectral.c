/* umap_spectral.c: see umap_parts.h. The eigenvectors of I - M, M = D^-1/2 W D^-1/2, with the
 * smallest eigenvalues are those of M with the largest. Lanczos's method with full
 * reorthogonalisation finds them; the first one, D^1/2, is known and taken out of the start. The
 * start is a fixed wave, not random numbers. It need not be exact: it is only a start. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/eigen.h"
#include "umap_parts.h"

enum { STEPS = 200 };
static const double LARGEST = 10, GOLDEN = 0.61803398874989484820, TINY = 1e-12;

static double dot(const double *a, const double *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* v less its parts along the count rows of q [count, n], twice; its length afterwards. */
static double make_orthogonal(double *v, const double *q, int count, int n)
{
    for (int pass = 0; pass < 2; pass++)
        for (int r = 0; r < count; r++) {
            const double *u = q + (int64_t)r * n;
            double c = dot(u, v, n);
            for (int i = 0; i < n; i++) v[i] -= c * u[i];
        }
    return sqrt(dot(v, v, n));
}

static void scale(double *v, double by, int n)
{
    for (int i = 0; i < n; i++) v[i] *= by;
}

/* Rows 1.. of q become Lanczos's vectors, row 0 the known eigenvector; t [STEPS, STEPS] the
 * tridiagonal matrix. How many there are. */
static int lanczos(double *q, double *t, const Sparse *g, const double *root, int steps)
{
    int n = g->n, m = 0;
    double *scaled = mem_alloc(n, sizeof *scaled);
    for (int i = 0; i < n; i++) q[i] = root[i];
    scale(q, 1 / sqrt(dot(q, q, n)), n);
    for (int i = 0; i < n; i++) q[n + i] = fmod((i + 1) * GOLDEN, 1) - 0.5;
    double length = make_orthogonal(q + n, q, 1, n);
    while (m < steps && length > TINY) {
        double *v = q + (int64_t)(m + 1) * n, *next = v + n;
        if (m > 0) t[m * steps + m - 1] = t[(m - 1) * steps + m] = length;
        scale(v, 1 / length, n);
        for (int i = 0; i < n; i++) scaled[i] = v[i] / root[i];
        sparse_times(g, scaled, next);
        for (int i = 0; i < n; i++) next[i] /= root[i];
        t[m * steps + m] = dot(v, next, n);
        m++;
        length = make_orthogonal(next, q, m + 1, n);
    }
    free(scaled);
    return m;
}

/* Row-major t [steps, steps] to its first m rows and columns, in place. */
static void shrink(double *t, int steps, int m)
{
    for (int r = 0; r < m; r++) memmove(t + (int64_t)r * m, t + (int64_t)r * steps,
                                        (size_t)m * sizeof *t);
}

/* Column `k` of y: the Ritz vector of t's eigenvector u [m], largest magnitude 10 and positive. */
static bool ritz(double *y, int dims, int k, const double *q, const double *u, int m, int n)
{
    double top = 0;
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int r = 0; r < m; r++) sum += u[r] * q[(int64_t)(r + 1) * n + i];
        y[(int64_t)i * dims + k] = sum;
        if (fabs(sum) > fabs(top) * (1 + 1e-9)) top = sum;
    }
    if (top == 0) return false;
    for (int i = 0; i < n; i++) y[(int64_t)i * dims + k] *= LARGEST / top;
    return true;
}

bool umap_spectral(double *y, const Sparse *g, int dims)
{
    int n = g->n, steps = n - 1 < STEPS ? n - 1 : STEPS;
    if (steps < dims || sparse_parts(g) > 1) return false;
    double *root = mem_alloc(n, sizeof *root), *w = mem_alloc(steps, sizeof *w);
    double *q = mem_alloc((int64_t)(steps + 2) * n, sizeof *q);
    double *t = mem_alloc((int64_t)steps * steps, sizeof *t);
    for (int i = 0; i < n; i++) {
        for (int64_t e = g->start[i]; e < g->start[i + 1]; e++) root[i] += g->w[e];
        root[i] = sqrt(root[i]);
    }
    int m = lanczos(q, t, g, root, steps);
    shrink(t, steps, m);
    bool ok = m >= dims && eigen_vectors_f64(t, m, w);
    for (int k = 0; ok && k < dims; k++)
        ok = ritz(y, dims, k, q, t + (int64_t)(m - 1 - k) * m, m, n);
    free(root);
    free(w);
    free(q);
    free(t);
    return ok;
}
