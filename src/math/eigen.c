/* eigen.c: see math/eigen.h. The only file that includes lapacke.h.
 *
 * Row-major lower is column-major upper, so no transposition is needed. Eigenvalues alone come
 * from a blocked reduction to tridiagonal form (sytrd) and the square-root-free QL of sterf. At
 * n = 640 on one core ssytrd takes 10-12 ms, dsytrd 17-21 ms, the two-stage routines twice that,
 * dsterf 3 ms. In f32 the error comes from ssterf (up to 4e-6 of the largest eigenvalue at n =
 * 1024), not from ssytrd (7e-7): so its eigenvalues are counted instead, see sturm.c. */
#include "math/eigen.h"

#include <lapacke.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sturm.h"

bool svd_values_f64(double *a, int m, int n, double *s)
{
    double none = 0;
    /* Row-major [m, n] is column-major [n, m]: the same singular values. */
    return LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'N', n, m, a, n, s, &none, 1, &none, 1) == 0;
}

bool eigen_values_f64(double *a, int n, double *w)
{
    double *e = mem_alloc(2 * (int64_t)n, sizeof *e), *tau = e + n;
    bool ok = LAPACKE_dsytrd(LAPACK_COL_MAJOR, 'U', n, a, n, w, e, tau) == 0 &&
              LAPACKE_dsterf(n, w, e) == 0;
    free(e);
    return ok;
}

bool eigen_values_f32(float *a, int n, double *w)
{
    float *d = mem_alloc(3 * (int64_t)n, sizeof *d), *e = d + n, *tau = e + n;
    bool ok = LAPACKE_ssytrd(LAPACK_COL_MAJOR, 'U', n, a, n, d, e, tau) == 0;
    if (ok) sturm_eigenvalues(d, e, n, w);
    free(d);
    return ok;
}

bool eigen_vectors_f64(double *a, int n, double *w)
{
    return LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', n, a, n, w) == 0;
}

bool eigen_top_f64(double *a, int n, int k, double *w, double *v)
{
    double *value = mem_alloc(n, sizeof *value);
    double *vector = mem_alloc((int64_t)n * k, sizeof *vector);
    int *support = mem_alloc(2 * (int64_t)k, sizeof *support), found = 0;
    bool ok = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'I', 'U', n, a, n, 0, 0, n - k + 1, n, 0,
                             &found, value, vector, n, support) == 0 &&
              found == k;
    for (int i = 0; ok && i < k; i++) {
        w[i] = value[k - 1 - i];
        memcpy(v + (size_t)i * (size_t)n, vector + (size_t)(k - 1 - i) * (size_t)n,
               (size_t)n * sizeof *v);
    }
    free(value);
    free(vector);
    free(support);
    return ok;
}
