/* op_loss.c: losses on the tape. Each computes its gradient together with its value, so that
 * nothing large has to be kept: the way back only adds it. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "math/blas.h"
#include "tape_parts.h"

enum { ROWS = 128 }; /* logits at a time */

/* Puts down the gradients dx of in[0] and db of in[1] (may be NULL) for the way back. */
typedef struct Kept {
    float *d[2];
} Kept;

static void loss_back(Tape *t, Var *y)
{
    const Kept *k = y->extra;
    for (int i = 0; i < 2; i++) {
        Var *x = y->in[i];
        if (!x || !k->d[i]) continue;
        float *g = tape_grad(t, x);
        if (g) tape_vm(t)->axpy(1, k->d[i], g, (int64_t)x->rows * x->cols);
    }
}

/* A node of no rows; gradients, not set, for those inputs that want them. */
static Kept *loss_node(Tape *t, Var *a, Var *b)
{
    Var *y = tape_node(t, 0, 0, (Var *[4]){a, b}, loss_back);
    Kept *k = y->extra = tape_take(t, 1, sizeof *k);
    *k = (Kept){{NULL, NULL}};
    if (a->wants) k->d[0] = tape_take(t, (int64_t)a->rows * a->cols, sizeof(float));
    if (b && b->wants) k->d[1] = tape_take(t, (int64_t)b->rows * b->cols, sizeof(float));
    return k;
}

/* Nats of one row of logits against its target; the logits become weight (softmax - one). */
static double entropy_row(const VecMath *vm, float *logit, int vocab, int32_t target, double weight)
{
    if (target < 0) {
        memset(logit, 0, (size_t)vocab * sizeof *logit);
        return 0;
    }
    float max = vm->max(logit, vocab), at = logit[target];
    double sum = vm->exp_sum(logit, max, logit, vocab);
    vm->scale((float)(weight / sum), logit, vocab);
    logit[target] -= (float)weight;
    return log(sum) + (double)max - (double)at;
}

double tape_cross_entropy(Tape *t, Var *x, Var *w, const int32_t *target, double weight)
{
    int d = x->cols, vocab = w->rows;
    assert(w->leaf && w->cols == d);
    Kept *k = loss_node(t, x, NULL);
    float *logit = tape_scratch(t, (int64_t)ROWS * vocab);
    double nats = 0;
    for (int first = 0; first < x->rows; first += ROWS) {
        int n = x->rows - first < ROWS ? x->rows - first : ROWS;
        const float *in = x->v + (int64_t)first * d;
        blas_gemm_f32(
            &(BlasShape){.m = n, .n = vocab, .k = d, .tb = true, .lda = d, .ldb = d, .ldc = vocab},
            in, w->v, logit);
        for (int i = 0; i < n; i++)
            nats += entropy_row(tape_vm(t), logit + (int64_t)i * vocab, vocab, target[first + i],
                                weight);
        if (k->d[0])
            blas_gemm_f32(
                &(BlasShape){.m = n, .n = d, .k = vocab, .lda = vocab, .ldb = d, .ldc = d}, logit,
                w->v, k->d[0] + (int64_t)first * d);
        if (w->g)
            blas_gemm_f32(&(BlasShape){.m = vocab,
                                       .n = d,
                                       .k = n,
                                       .ta = true,
                                       .add = true,
                                       .lda = vocab,
                                       .ldb = d,
                                       .ldc = d},
                          logit, in, w->g);
    }
    return nats;
}

/* d cos / d a = b / (|a| |b|) - cos a / |a|^2 */
static void cosine_slope(float *d, const float *a, const float *b, int n, const double norm[2],
                         double cosine, double weight)
{
    double s = weight / (norm[0] * norm[1]), r = weight * cosine / (norm[0] * norm[0]);
    for (int i = 0; i < n; i++) d[i] = (float)(r * (double)a[i] - s * (double)b[i]);
}

double tape_cosine_loss(Tape *t, Var *a, Var *b, double weight)
{
    int n = a->rows, d = a->cols;
    assert(b->rows == n && b->cols == d);
    Kept *k = loss_node(t, a, b);
    double sum = 0, each = weight / n;
    for (int64_t i = 0; i < n; i++) {
        const float *p = a->v + i * d, *q = b->v + i * d;
        double norm[2] = {sqrt(tape_vm(t)->sum_squares(p, 0, d)),
                          sqrt(tape_vm(t)->sum_squares(q, 0, d))};
        double back[2] = {norm[1], norm[0]}, product = norm[0] * norm[1], dot = 0;
        for (int c = 0; c < d; c++) dot += (double)p[c] * (double)q[c];
        double cosine = product == 0 ? 0 : dot / product;
        sum += 1 - cosine;
        for (int side = 0; side < 2; side++) {
            float *out = k->d[side] ? k->d[side] + i * d : NULL;
            if (out && product == 0)
                memset(out, 0, (size_t)d * sizeof *out);
            else if (out)
                cosine_slope(out, side ? q : p, side ? p : q, d, side ? back : norm, cosine, each);
        }
    }
    return sum / n;
}

double tape_variance_hinge(Tape *t, Var *x, double floor, double weight)
{
    static const double EPS = 1e-4;
    int n = x->rows, d = x->cols;
    assert(n >= 2);
    Kept *k = loss_node(t, x, NULL);
    double sum = 0;
    for (int c = 0; c < d; c++) {
        double mean = 0, square = 0;
        for (int i = 0; i < n; i++) mean += (double)x->v[(int64_t)i * d + c];
        mean /= n;
        for (int i = 0; i < n; i++) {
            double u = (double)x->v[(int64_t)i * d + c] - mean;
            square += u * u;
        }
        double std = sqrt(square / (n - 1) + EPS), slope = 0;
        if (std < floor || isnan(std)) {
            sum += floor - std;
            slope = -weight / (d * std * (n - 1));
        }
        for (int i = 0; k->d[0] && i < n; i++)
            k->d[0][(int64_t)i * d + c] =
                (float)(slope * ((double)x->v[(int64_t)i * d + c] - mean));
    }
    return sum / d;
}

/* x [n, d] without the means of its columns. */
static void centre(const Var *x, float *out)
{
    int n = x->rows, d = x->cols;
    for (int c = 0; c < d; c++) {
        double mean = 0;
        for (int i = 0; i < n; i++) mean += (double)x->v[(int64_t)i * d + c];
        mean /= n;
        for (int i = 0; i < n; i++)
            out[(int64_t)i * d + c] = (float)((double)x->v[(int64_t)i * d + c] - mean);
    }
}

/* With x centred and C its covariance without the diagonal, the slope is 4 x C / (d (n - 1)): that
 * centring takes nothing off it, as the columns of x C sum to zero. */
double tape_covariance_loss(Tape *t, Var *x, double weight)
{
    int n = x->rows, d = x->cols;
    assert(n >= 2);
    Kept *k = loss_node(t, x, NULL);
    float *c = tape_scratch(t, (int64_t)d * d + (int64_t)n * d), *u = c + (int64_t)d * d;
    double sum = 0;
    centre(x, u);
    blas_gemm_f32(&(BlasShape){.m = d, .n = d, .k = n, .ta = true, .lda = d, .ldb = d, .ldc = d}, u,
                  u, c);
    tape_vm(t)->scale((float)(1.0 / (n - 1)), c, (int64_t)d * d);
    for (int i = 0; i < d; i++) c[(int64_t)i * d + i] = 0;
    for (int64_t i = 0; i < (int64_t)d * d; i++) sum += (double)c[i] * (double)c[i];
    if (k->d[0]) {
        blas_gemm_f32(&(BlasShape){.m = n, .n = d, .k = d, .lda = d, .ldb = d, .ldc = d}, u, c,
                      k->d[0]);
        tape_vm(t)->scale((float)(4 * weight / ((double)d * (n - 1))), k->d[0], (int64_t)n * d);
    }
    return sum / d;
}

double tape_square_loss(Tape *t, Var *a, Var *b, double weight)
{
    assert(a->rows == b->rows && a->cols == b->cols);
    int64_t n = (int64_t)a->rows * a->cols;
    Kept *k = loss_node(t, a, b);
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double u = (double)a->v[i] - (double)b->v[i], slope = 2 * weight * u / (double)n;
        sum += u * u;
        if (k->d[0]) k->d[0][i] = (float)slope;
        if (k->d[1]) k->d[1][i] = (float)-slope;
    }
    return sum / (double)n;
}

void tape_given_loss(Tape *t, Var *x, const float *g)
{
    Var *y = tape_node(t, 0, 0, (Var *[4]){x}, loss_back);
    Kept *k = y->extra = tape_take(t, 1, sizeof *k);
    *k = (Kept){{(float *)g, NULL}}; /* only read */
}
