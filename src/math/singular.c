/* singular.c: see math/singular.h.
 *
 * With lambda_1 the largest eigenvalue of G:
 * - an f32 product or an f32 reduction to tridiagonal form moves eigenvalues by less than F32_ERROR
 *   lambda_1 (measured against f64, flat and power-law spectra, n up to 1024: below 7e-7), f64 by
 *   less than F64_ERROR lambda_1; delta in lambda is delta / (2 lambda) relative in sigma. The f32
 *   reduction is used only when even the smallest eigenvalue keeps the promise, so that tail
 *   statistics are as good as the top. The smallest eigenvalue lies below every diagonal entry and
 *   the largest above: a spectrum that is too wide is often seen before any work is done.
 * - Q16 rounds X to X - E. No singular value moves by more than |E| (Weyl); that is a hundred times
 *   what happens. The k-th of them moves by no more than the norm of E between the k leading left
 *   and right singular vectors, and when rounding errors have nothing to do with those vectors,
 *   that is the norm of a k by k matrix of independent entries of their deviation: 2 sqrt(k) of it,
 *   and 6 more for safety. So this must be within the promise, and the strict bound, in case they
 *   do have to do with them, within ten times the promise. */
#include "math/singular.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/eigen.h"

static const double F32_ERROR = 1e-6, F64_ERROR = 1e-13, PROMISE = 1e-4, STRICT = 1e-3;
enum { MAX_F32 = 1024 }; /* as far as its error was measured */

/* Largest and smallest diagonal entries; false when one is not finite. */
static bool diagonal_range(const double *g, int n, double *lo, double *hi)
{
    *lo = INFINITY;
    *hi = 0;
    for (size_t i = 0; i < (size_t)n; i++) {
        double v = g[i * (size_t)n + i];
        if (!isfinite(v)) return false;
        *lo = fmin(*lo, v);
        *hi = fmax(*hi, v);
    }
    return true;
}

/* Eigenvalues ascending into w by f32; false when they are not good enough. */
static bool try_f32(const double *g, int n, double lo, double hi, double *w)
{
    if (n > MAX_F32 || !(F32_ERROR * hi <= PROMISE * 2 * lo)) return false;
    int64_t count = (int64_t)n * n;
    float *a = mem_alloc(count, sizeof *a);
    for (int64_t i = 0; i < count; i++) a[i] = (float)(g[i] / hi);
    bool ok = eigen_values_f32(a, n, w) && F32_ERROR * w[n - 1] <= PROMISE * 2 * w[0];
    free(a);
    for (int i = 0; ok && i < n; i++) w[i] *= hi;
    return ok;
}

static bool loss_is_small(SingularLoss lost, double sigma)
{
    double likely = (2 * sqrt(SINGULAR_TOP) + 6) * lost.deviation;
    return likely <= PROMISE * sigma && lost.bound <= STRICT * sigma;
}

SingularAnswer singular_from_gram(double *g, int n, GramKind kind, SingularLoss lost, double *s)
{
    double lo, hi;
    for (int i = 0; i < n; i++) s[i] = 0;
    if (!diagonal_range(g, n, &lo, &hi) || !isfinite(lost.bound))
        return kind == GRAM_Q16 ? SINGULAR_NEED_F32
               : kind == GRAM_F32 ? SINGULAR_NEED_F64
                                  : SINGULAR_FAILED;
    if (!(hi > 0)) return SINGULAR_OK; /* a zero matrix */
    double *w = mem_alloc(n, sizeof *w);
    if (!try_f32(g, n, lo, hi, w) && !eigen_values_f64(g, n, w)) {
        free(w);
        return SINGULAR_FAILED;
    }
    for (int i = 0; i < n; i++) s[i] = sqrt(fmax(w[n - 1 - i], 0));
    double top = w[n - 1], last = w[n > SINGULAR_TOP ? n - SINGULAR_TOP : 0];
    free(w);
    if (kind == GRAM_Q16 && !loss_is_small(lost, sqrt(fmax(last, 0)))) return SINGULAR_NEED_F32;
    if (kind == GRAM_F32 && !(F32_ERROR * top <= PROMISE * 2 * last)) return SINGULAR_NEED_F64;
    if (!(F64_ERROR * top <= PROMISE * 2 * last)) return SINGULAR_NEED_DIRECT;
    return SINGULAR_OK;
}
