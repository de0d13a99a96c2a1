/* blas.h: matrix products (CBLAS behind it), all matrices row-major.
 *
 * Our own threads split the work (parallel_for), so BLAS itself must not: call blas_one_thread()
 * once before. */
#ifndef MATH_BLAS_H
#define MATH_BLAS_H

#include <stdbool.h>

void blas_one_thread(void);
/* The kernels in use ("Haswell", "Zen", "SkylakeX"). */
const char *blas_core(void);

/* c [m, n] = op(a) [m, k] * op(b) [k, n], or added to what c holds; op transposes when ta, tb. ld:
 * elements between rows as stored. */
typedef struct BlasShape {
    int m, n, k;
    bool ta, tb, add;
    int lda, ldb, ldc;
} BlasShape;

void blas_gemm_f32(const BlasShape *s, const float *a, const float *b, float *c);
void blas_gemm_f64(const BlasShape *s, const double *a, const double *b, double *c);

#endif
