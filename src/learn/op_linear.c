/* op_linear.c: matrix products and look-ups on the tape. */
#include <assert.h>
#include <string.h>

#include "math/blas.h"
#include "tape_parts.h"

/* y [n, out] = x w^T: dx = dy w, dw = dy^T x, db = the sum of dy's rows. */
static void linear_back(Tape *t, Var *y)
{
    Var *x = y->in[0], *w = y->in[1], *b = y->in[2];
    int n = y->rows, out = y->cols, in = x->cols;
    bool add;
    float *dx = tape_grad_to(t, x, &add);
    if (dx)
        blas_gemm_f32(
            &(BlasShape){.m = n, .n = in, .k = out, .add = add, .lda = out, .ldb = in, .ldc = in},
            y->g, w->v, dx);
    float *dw = tape_grad_to(t, w, &add);
    if (dw)
        blas_gemm_f32(&(BlasShape){.m = out,
                                   .n = in,
                                   .k = n,
                                   .ta = true,
                                   .add = add,
                                   .lda = out,
                                   .ldb = in,
                                   .ldc = in},
                      y->g, x->v, dw);
    float *db = tape_grad(t, b);
    for (int i = 0; db && i < n; i++) tape_vm(t)->axpy(1, y->g + (int64_t)i * out, db, out);
}

Var *tape_linear(Tape *t, Var *x, Var *w, Var *b)
{
    assert(x->cols == w->cols && (!b || (b->rows == 1 && b->cols == w->rows)));
    int n = x->rows, out = w->rows, in = w->cols;
    Var *y = tape_node(t, n, out, (Var *[4]){x, w, b, NULL}, linear_back);
    for (int i = 0; b && i < n; i++)
        memcpy(y->v + (int64_t)i * out, b->v, (size_t)out * sizeof *y->v);
    blas_gemm_f32(&(BlasShape){.m = n,
                               .n = out,
                               .k = in,
                               .tb = true,
                               .add = b != NULL,
                               .lda = in,
                               .ldb = in,
                               .ldc = out},
                  x->v, w->v, y->v);
    return y;
}

static void embed_back(Tape *t, Var *y)
{
    const int32_t *id = y->extra;
    float *g = tape_grad(t, y->in[0]);
    for (int i = 0; i < y->rows; i++)
        tape_vm(t)->axpy(1, y->g + (int64_t)i * y->cols, g + (int64_t)id[i] * y->cols, y->cols);
}

Var *tape_embed(Tape *t, Var *table, const int32_t *id, int n)
{
    Var *y = tape_node(t, n, table->cols, (Var *[4]){table}, embed_back);
    y->extra = (void *)id;
    for (int i = 0; i < n; i++) {
        assert(id[i] >= 0 && id[i] < table->rows);
        memcpy(y->v + (int64_t)i * y->cols, table->v + (int64_t)id[i] * y->cols,
               (size_t)y->cols * sizeof *y->v);
    }
    return y;
}
