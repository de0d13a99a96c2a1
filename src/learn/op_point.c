/* op_point.c: operations number by number: sums, scales, curves, gates, columns, rows and
 * means of rows.
 *
 * Curves are worked on a row at a time, so that what the way back computes again stays in the
 * cache; nothing but inputs and outputs is kept. */
#include <assert.h>
#include <string.h>

#include "tape_parts.h"

static void add_back(Tape *t, Var *y)
{
    const VecMath *vm = tape_vm(t);
    int d = y->cols, m = y->in[1]->rows;
    float *da = tape_grad(t, y->in[0]);
    if (da) vm->axpy(1, y->g, da, (int64_t)y->rows * d);
    float *db = tape_grad(t, y->in[1]);
    for (int i = 0; db && i < y->rows; i++)
        vm->axpy(1, y->g + (int64_t)i * d, db + (int64_t)(i % m) * d, d);
}

Var *tape_add(Tape *t, Var *a, Var *b)
{
    assert(a->cols == b->cols && a->rows % b->rows == 0);
    Var *y = tape_node(t, a->rows, a->cols, (Var *[4]){a, b}, add_back);
    int64_t d = a->cols;
    for (int64_t i = 0; i < a->rows; i++) {
        const float *p = a->v + i * d, *q = b->v + i % b->rows * d;
        float *out = y->v + i * d;
        for (int64_t k = 0; k < d; k++) out[k] = p[k] + q[k];
    }
    return y;
}

static void scale_back(Tape *t, Var *y)
{
    float *dx = tape_grad(t, y->in[0]);
    tape_vm(t)->axpy(*(float *)y->extra, y->g, dx, (int64_t)y->rows * y->cols);
}

Var *tape_scale(Tape *t, Var *x, float s)
{
    Var *y = tape_node(t, x->rows, x->cols, (Var *[4]){x}, scale_back);
    float *kept = y->extra = tape_take(t, 1, sizeof *kept);
    *kept = s;
    for (int64_t i = 0; i < (int64_t)x->rows * x->cols; i++) y->v[i] = s * x->v[i];
    return y;
}

static void curve_of(const VecMath *vm, Curve curve, const float *x, const float *up, float *y,
                     int64_t n)
{
    switch (curve) {
    case CURVE_GELU: vm->gelu(x, up, y, n); break;
    case CURVE_GELU_TANH: vm->gelu_tanh(x, up, y, n); break;
    case CURVE_SILU: vm->silu(x, up, y, n); break;
    case CURVE_TANH: vm->tanh(x, y, n); break;
    }
}

/* slope [n] of x + erf: Phi(x) + x phi(x), Phi(x) = gelu(x) / x. value: gelu(x). */
static void gelu_slope(const VecMath *vm, const float *x, const float *value, float *slope,
                       int64_t n)
{
    static const float ROOT = 0.398942280f; /* 1 / sqrt(2 pi) */
    for (int64_t i = 0; i < n; i++) slope[i] = -0.5f * x[i] * x[i];
    vm->exp_sum(slope, 0, slope, n);
    for (int64_t i = 0; i < n; i++)
        slope[i] = (x[i] != 0 ? value[i] / x[i] : 0.5f) + ROOT * x[i] * slope[i];
}

/* Of 0.5 x (1 + tanh(u)), u = c (x + a x^3). */
static void gelu_tanh_slope(const VecMath *vm, const float *x, float *slope, int64_t n)
{
    static const float C = 0.797884561f, A = 0.044715f; /* sqrt(2 / pi) */
    for (int64_t i = 0; i < n; i++) slope[i] = C * (x[i] + A * x[i] * x[i] * x[i]);
    vm->tanh(slope, slope, n);
    for (int64_t i = 0; i < n; i++) {
        float h = slope[i], du = C * (1 + 3 * A * x[i] * x[i]);
        slope[i] = 0.5f * (1 + h) + 0.5f * x[i] * (1 - h * h) * du;
    }
}

/* slope [n] of the curve at x [n], whose value is given. */
static void slope_of(const VecMath *vm, Curve curve, const float *x, const float *value,
                     float *slope, int64_t n)
{
    switch (curve) {
    case CURVE_GELU: gelu_slope(vm, x, value, slope, n); break;
    case CURVE_GELU_TANH: gelu_tanh_slope(vm, x, slope, n); break;
    case CURVE_SILU:
        for (int64_t i = 0; i < n; i++) {
            float s = x[i] != 0 ? value[i] / x[i] : 0.5f;
            slope[i] = s * (1 + x[i] * (1 - s));
        }
        break;
    case CURVE_TANH:
        for (int64_t i = 0; i < n; i++) slope[i] = 1 - value[i] * value[i];
        break;
    }
}

static void curve_back(Tape *t, Var *y)
{
    const Var *x = y->in[0];
    int64_t n = y->cols;
    float *dx = tape_grad(t, y->in[0]), *slope = tape_scratch(t, n);
    for (int64_t at = 0; at < y->rows * n; at += n) {
        slope_of(tape_vm(t), *(Curve *)y->extra, x->v + at, y->v + at, slope, n);
        for (int64_t i = 0; i < n; i++) dx[at + i] += y->g[at + i] * slope[i];
    }
}

Var *tape_curve(Tape *t, Var *x, Curve curve)
{
    Var *y = tape_node(t, x->rows, x->cols, (Var *[4]){x}, curve_back);
    Curve *kept = y->extra = tape_take(t, 1, sizeof *kept);
    *kept = curve;
    curve_of(tape_vm(t), curve, x->v, NULL, y->v, (int64_t)x->rows * x->cols);
    return y;
}

static void gated_back(Tape *t, Var *y)
{
    const VecMath *vm = tape_vm(t);
    const Var *gate = y->in[0], *up = y->in[1];
    Curve curve = *(Curve *)y->extra;
    int64_t n = y->cols;
    float *dgate = tape_grad(t, y->in[0]), *dup = tape_grad(t, y->in[1]);
    float *value = tape_scratch(t, 2 * n), *slope = value + n;
    for (int64_t at = 0; at < y->rows * n; at += n) {
        const float *g = y->g + at;
        curve_of(vm, curve, gate->v + at, NULL, value, n);
        if (dup)
            for (int64_t i = 0; i < n; i++) dup[at + i] += g[i] * value[i];
        if (!dgate) continue;
        slope_of(vm, curve, gate->v + at, value, slope, n);
        for (int64_t i = 0; i < n; i++) dgate[at + i] += g[i] * slope[i] * up->v[at + i];
    }
}

Var *tape_gated(Tape *t, Var *gate, Var *up, Curve curve)
{
    assert(gate->rows == up->rows && gate->cols == up->cols && curve != CURVE_TANH);
    Var *y = tape_node(t, gate->rows, gate->cols, (Var *[4]){gate, up}, gated_back);
    Curve *kept = y->extra = tape_take(t, 1, sizeof *kept);
    *kept = curve;
    curve_of(tape_vm(t), curve, gate->v, up->v, y->v, (int64_t)gate->rows * gate->cols);
    return y;
}

static void columns_back(Tape *t, Var *y)
{
    const Var *x = y->in[0];
    int from = *(int *)y->extra;
    float *dx = tape_grad(t, y->in[0]);
    for (int64_t i = 0; i < y->rows; i++)
        tape_vm(t)->axpy(1, y->g + i * y->cols, dx + i * x->cols + from, y->cols);
}

Var *tape_columns(Tape *t, Var *x, int from, int cols)
{
    assert(from >= 0 && from + cols <= x->cols);
    Var *y = tape_node(t, x->rows, cols, (Var *[4]){x}, columns_back);
    int *kept = y->extra = tape_take(t, 1, sizeof *kept);
    *kept = from;
    for (int64_t i = 0; i < x->rows; i++)
        memcpy(y->v + i * cols, x->v + i * x->cols + from, (size_t)cols * sizeof *y->v);
    return y;
}

static void rows_back(Tape *t, Var *y)
{
    float *dx = tape_grad(t, y->in[0]) + *(int64_t *)y->extra * y->cols;
    tape_vm(t)->axpy(1, y->g, dx, (int64_t)y->rows * y->cols);
}

Var *tape_rows(Tape *t, Var *x, int from, int n)
{
    assert(from >= 0 && n >= 1 && from + n <= x->rows);
    Var *y = tape_node(t, n, x->cols, (Var *[4]){x}, rows_back);
    int64_t *kept = y->extra = tape_take(t, 1, sizeof *kept);
    *kept = from;
    memcpy(y->v, x->v + (int64_t)from * x->cols, (size_t)((int64_t)n * x->cols) * sizeof *y->v);
    return y;
}

Var *tape_head_rows(Tape *t, Var *x, int n)
{
    return tape_rows(t, x, 0, n);
}

static void stack_back(Tape *t, Var *y)
{
    int64_t at = 0;
    for (int i = 0; i < 2; i++) {
        int64_t n = (int64_t)y->in[i]->rows * y->cols;
        float *d = tape_grad(t, y->in[i]);
        if (d) tape_vm(t)->axpy(1, y->g + at, d, n);
        at += n;
    }
}

Var *tape_stack(Tape *t, Var *a, Var *b)
{
    assert(a->cols == b->cols);
    Var *y = tape_node(t, a->rows + b->rows, a->cols, (Var *[4]){a, b}, stack_back);
    int64_t n = (int64_t)a->rows * a->cols, m = (int64_t)b->rows * b->cols;
    memcpy(y->v, a->v, (size_t)n * sizeof *y->v);
    memcpy(y->v + n, b->v, (size_t)m * sizeof *y->v);
    return y;
}

static void pool_back(Tape *t, Var *y)
{
    int run = y->in[0]->rows / y->rows;
    float *dx = tape_grad(t, y->in[0]);
    for (int64_t i = 0; i < y->in[0]->rows; i++)
        tape_vm(t)->axpy(1.0f / (float)run, y->g + i / run * y->cols, dx + i * y->cols, y->cols);
}

Var *tape_pool(Tape *t, Var *x, int run)
{
    assert(run >= 1 && x->rows % run == 0);
    Var *y = tape_node(t, x->rows / run, x->cols, (Var *[4]){x}, pool_back);
    memset(y->v, 0, (size_t)((int64_t)y->rows * y->cols) * sizeof *y->v);
    for (int64_t i = 0; i < x->rows; i++)
        tape_vm(t)->axpy(1.0f / (float)run, x->v + i * x->cols, y->v + i / run * x->cols, x->cols);
    return y;
}
