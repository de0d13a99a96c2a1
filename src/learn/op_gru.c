/* op_gru.c: the gates of a gated recurrent unit (Cho et al. 2014) in PyTorch's form:
 *   r = s(gi_r + gh_r);  z = s(gi_z + gh_z);  n = tanh(gi_n + r gh_n);  h' = (1 - z) n + z h. */
#include <assert.h>

#include "tape_parts.h"

/* y = 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2 */
static void sigmoid(const VecMath *vm, float *x, int64_t n)
{
    vm->scale(0.5f, x, n);
    vm->tanh(x, x, n);
    for (int64_t i = 0; i < n; i++) x[i] = 0.5f + 0.5f * x[i];
}

static void gru_back(Tape *t, Var *y)
{
    int64_t h = y->cols;
    const float *gates = y->extra;
    float *di = tape_grad(t, y->in[0]), *dh = tape_grad(t, y->in[1]), *ds = tape_grad(t, y->in[2]);
    for (int64_t row = 0; row < y->rows; row++) {
        const float *r = gates + row * 3 * h, *z = r + h, *n = z + h, *g = y->g + row * h;
        const float *new_h = y->in[1]->v + row * 3 * h + 2 * h, *state = y->in[2]->v + row * h;
        for (int64_t i = 0; i < h; i++) {
            float dn = g[i] * (1 - z[i]) * (1 - n[i] * n[i]);
            float dz = g[i] * (state[i] - n[i]) * z[i] * (1 - z[i]);
            float dr = dn * new_h[i] * r[i] * (1 - r[i]);
            int64_t at = row * 3 * h + i;
            if (di) di[at] += dr, di[at + h] += dz, di[at + 2 * h] += dn;
            if (dh) dh[at] += dr, dh[at + h] += dz, dh[at + 2 * h] += dn * r[i];
            if (ds) ds[row * h + i] += g[i] * z[i];
        }
    }
}

Var *tape_gru(Tape *t, Var *gi, Var *gh, Var *state)
{
    int64_t h = state->cols;
    assert(gi->cols == 3 * h && gh->cols == 3 * h && gi->rows == state->rows &&
           gh->rows == state->rows);
    Var *y = tape_node(t, state->rows, state->cols, (Var *[4]){gi, gh, state}, gru_back);
    float *gates = y->extra = tape_take(t, gi->rows * 3 * h, sizeof *gates);
    for (int64_t row = 0; row < y->rows; row++) {
        const float *a = gi->v + row * 3 * h, *b = gh->v + row * 3 * h;
        float *r = gates + row * 3 * h, *z = r + h, *n = z + h;
        for (int64_t i = 0; i < 2 * h; i++) r[i] = a[i] + b[i];
        sigmoid(tape_vm(t), r, 2 * h);
        for (int64_t i = 0; i < h; i++) n[i] = a[2 * h + i] + r[i] * b[2 * h + i];
        tape_vm(t)->tanh(n, n, h);
        for (int64_t i = 0; i < h; i++)
            y->v[row * h + i] = (1 - z[i]) * n[i] + z[i] * state->v[row * h + i];
    }
    return y;
}
