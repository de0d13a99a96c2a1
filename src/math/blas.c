/* blas.c: see math/blas.h. The only file that includes cblas.h. */
#include "math/blas.h"

#include <cblas.h>

void blas_one_thread(void)
{
    openblas_set_num_threads(1);
}

const char *blas_core(void)
{
    return openblas_get_corename();
}

void blas_gemm_f32(const BlasShape *s, const float *a, const float *b, float *c)
{
    cblas_sgemm(CblasRowMajor, s->ta ? CblasTrans : CblasNoTrans, s->tb ? CblasTrans : CblasNoTrans,
                s->m, s->n, s->k, 1.0f, a, s->lda, b, s->ldb, s->add, c, s->ldc);
}

void blas_gemm_f64(const BlasShape *s, const double *a, const double *b, double *c)
{
    cblas_dgemm(CblasRowMajor, s->ta ? CblasTrans : CblasNoTrans, s->tb ? CblasTrans : CblasNoTrans,
                s->m, s->n, s->k, 1.0, a, s->lda, b, s->ldb, s->add, c, s->ldc);
}
