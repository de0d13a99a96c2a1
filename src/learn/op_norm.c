/* op_norm.c: RMSNorm (Zhang & Sennrich 2019) and LayerNorm (Ba et al. 2016) on the tape.
 *
 * With u = (x - m) s the normed numbers and y = u (w + o) + b, c numbers in a run, e = dy (w + o):
 *   dx = s (e - mean(e) - u mean(e u));  for RMSNorm m = 0 and mean(e) does not occur. */
#include <assert.h>
#include <math.h>

#include "tape_parts.h"

typedef struct Norm {
    float offset;
    bool center;
    float *shift, *scale; /* [runs] */
} Norm;

static void norm_back(Tape *t, Var *y)
{
    const Norm *k = y->extra;
    Var *x = y->in[0], *w = y->in[1];
    int64_t c = w->cols, runs = (int64_t)y->rows * y->cols / c;
    float *dx = tape_grad(t, x), *dw = tape_grad(t, w), *db = tape_grad(t, y->in[2]);
    float *u = tape_scratch(t, 2 * c), *e = u + c;
    for (int64_t r = 0; r < runs; r++) {
        const float *in = x->v + r * c, *g = y->g + r * c;
        float shift = k->shift[r], scale = k->scale[r];
        for (int64_t i = 0; i < c; i++) {
            u[i] = (in[i] - shift) * scale;
            e[i] = g[i] * (w->v[i] + k->offset);
        }
        if (dw)
            for (int64_t i = 0; i < c; i++) dw[i] += g[i] * u[i];
        if (db) tape_vm(t)->axpy(1, g, db, c);
        if (!dx) continue;
        float along = tape_vm(t)->dot(e, u, c) / (float)c;
        float mean = k->center ? (float)(tape_vm(t)->sum(e, c) / (double)c) : 0;
        float *out = dx + r * c;
        for (int64_t i = 0; i < c; i++) out[i] += scale * (e[i] - mean - u[i] * along);
    }
}

static Var *norm(Tape *t, Var *x, Var *w, Var *b, float eps, Norm kind)
{
    const VecMath *vm = tape_vm(t);
    int64_t c = w->cols, runs = (int64_t)x->rows * x->cols / c;
    assert(w->rows == 1 && x->cols % c == 0);
    Var *y = tape_node(t, x->rows, x->cols, (Var *[4]){x, w, b}, norm_back);
    Norm *k = y->extra = tape_take(t, 1, sizeof *k);
    *k = kind;
    k->shift = tape_take(t, runs, sizeof *k->shift);
    k->scale = tape_take(t, runs, sizeof *k->scale);
    for (int64_t r = 0; r < runs; r++) {
        const float *in = x->v + r * c;
        double mean = k->center ? vm->sum(in, c) / (double)c : 0;
        double square = vm->sum_squares(in, mean, c) / (double)c;
        k->shift[r] = (float)mean;
        k->scale[r] = (float)(1 / sqrt(square + (double)eps));
        vm->norm(in, k->shift[r], k->scale[r], w->v, k->offset, b ? b->v : NULL, y->v + r * c, c);
    }
    return y;
}

Var *tape_rms_norm(Tape *t, Var *x, Var *w, float eps, float offset)
{
    return norm(t, x, w, NULL, eps, (Norm){.offset = offset});
}

Var *tape_layer_norm(Tape *t, Var *x, Var *w, Var *b, float eps)
{
    assert(w->cols == x->cols && b->cols == x->cols);
    return norm(t, x, w, b, eps, (Norm){.center = true});
}
