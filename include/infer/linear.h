/* linear.h: products of weight matrices with activations, the bulk of a forward pass.
 *
 * y[t][o] = bias[o] + sum over i of w[o][i] * x[t][i]: f32 activations, weights as they lie in the
 * file (bf16, f16, f32; rows with any ld, transposed as in GPT-2, grouped as in GPT-NeoX).
 *
 * Each output is a sum in a fixed order that depends on the row's length alone: the same bytes for
 * any number of threads, for a token alone or in a batch of any size, for a row of any matrix.
 * (Another processor level sums in another order.) Rounding error of one output, in units of
 * 2^-24 * sum |w[o][i] * x[t][i]|: about 1 in practice, at most in / 8 + 8. */
#ifndef INFER_LINEAR_H
#define INFER_LINEAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "math/cpu.h"
#include "tensor/view.h"

/* A prepared view of a weight; owns nothing, may be copied. */
typedef struct Linear {
    Tensor w;        /* [out, in] */
    int64_t out, in; /* 0 until linear_init */
    CpuLevel level;
} Linear;

/* Checks shape and dtype; the level is cpu_level_choose(). The weight's data must outlive l. */
bool linear_init(Linear *l, const Tensor *w, Err *err);
/* The same for one level, which must be supported (for tests and benchmarks). */
bool linear_init_level(Linear *l, const Tensor *w, CpuLevel level, Err *err);

/* One product for nt tokens. */
typedef struct LinearCall {
    const Linear *l;
    const float *bias; /* [out] or NULL */
    const float *x;    /* [nt, in], rows ldx apart */
    float *y;          /* [nt, out], rows ldy apart; not overlapping x */
    int64_t ldx, ldy;
    int nt;
} LinearCall;

/* Several products in one go of the pool, none of which reads what another writes (q, k and v;
 * gate and up): fewer waits. At most LINEAR_MAX_CALLS. A NULL pool works without threads. */
enum { LINEAR_MAX_CALLS = 8 };
void linear_apply_all(const LinearCall *call, int n, Pool *pool);

void linear_apply(const Linear *l, const float *bias, const float *x, int64_t ldx, int nt, float *y,
                  int64_t ldy, Pool *pool);

#endif
