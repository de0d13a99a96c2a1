/* tape.h: reverse-mode differentiation over f32 matrices.
 *
 * Every operation computes its value at once and writes itself on the tape (a Wengert list);
 * tape_backward() goes over the tape from its end and adds to each gradient. Values live in an
 * arena that the next pass uses again, gradients of what lies in between in buffers that are handed
 * on as soon as they have been used: the peak is the values of one pass plus a few matrices.
 *
 * A loss is no Var: it has a weight, its gradient is known when its value is, and it adds both.
 * One thread works on one tape; batches are split over several tapes, each with gradients of its
 * own, which are summed in a fixed order (learn/trainer.h), so that the number of threads never
 * changes a result. Shapes that do not fit are our own bugs, and asserted. */
#ifndef LEARN_TAPE_H
#define LEARN_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "math/cpu.h"

typedef struct Tape Tape;

/* A matrix on the tape; lasts until tape_reset(). */
typedef struct Var {
    int rows, cols;
    float *v;   /* [rows, cols] */
    float *g;   /* [rows, cols] of the losses; NULL where none is wanted or was made yet */
    bool wants; /* a gradient */
    bool leaf;  /* v and g belong to the caller */
    struct Var *in[4];
    void *extra; /* what the way back needs besides */
    void (*back)(Tape *t, struct Var *out);
} Var;

typedef enum Curve { CURVE_GELU, CURVE_GELU_TANH, CURVE_SILU, CURVE_TANH } Curve;

Tape *tape_new(CpuLevel level);
void tape_free(Tape *t);
/* Forgets all variables; their memory serves the next pass. */
void tape_reset(Tape *t);
/* From the end to the beginning, once a pass. Gradients of leaves are added to what they hold. */
void tape_backward(Tape *t);
/* Bytes that the tape holds. */
int64_t tape_bytes(const Tape *t);

/* The caller's memory: v [rows, cols] is not written; g [rows, cols] NULL: a constant. */
Var *tape_leaf(Tape *t, int rows, int cols, const float *v, float *g);
/* A matrix of zeros to be filled by the caller, without a gradient. */
Var *tape_matrix(Tape *t, int rows, int cols);
/* The same numbers, through which no gradient goes. */
Var *tape_stop(Tape *t, const Var *x);

/* x [n, in] w [out, in]^T + b [1, out] (b may be NULL): [n, out]. */
Var *tape_linear(Tape *t, Var *x, Var *w, Var *b);
/* Rows id[0..n) of table [vocab, d]: [n, d]. id must last as long as the pass. */
Var *tape_embed(Tape *t, Var *table, const int32_t *id, int n);

/* a [n, d] + b [m, d], m divides n: row i has b's row i mod m (biases, positions, residuals). */
Var *tape_add(Tape *t, Var *a, Var *b);
Var *tape_scale(Tape *t, Var *x, float s);
Var *tape_curve(Tape *t, Var *x, Curve curve);
/* curve(gate) * up, all [n, d]: the gated MLP. */
Var *tape_gated(Tape *t, Var *gate, Var *up, Curve curve);
/* Columns [from, from + cols) of x. */
Var *tape_columns(Tape *t, Var *x, int from, int cols);
/* The first n rows of x: positions of a sequence shorter than the longest. */
Var *tape_head_rows(Tape *t, Var *x, int n);
/* Rows [from, from + n) of x. */
Var *tape_rows(Tape *t, Var *x, int from, int n);
/* a [n, d] with b [m, d] below it: [n + m, d]. */
Var *tape_stack(Tape *t, Var *a, Var *b);
/* Means of runs of `run` rows: [n / run, d]. */
Var *tape_pool(Tape *t, Var *x, int run);
/* The GRU's gates (Cho et al. 2014, as in PyTorch): gi [n, 3 h] of the input and gh [n, 3 h] of the
 * state, both linear, in the order reset, update, new; state [n, h]: the next state [n, h]. */
Var *tape_gru(Tape *t, Var *gi, Var *gh, Var *state);

/* x / sqrt(mean x^2 + eps) * (w + offset) over runs of w->cols columns: [n, d] like x. w [1, c], c
 * divides d: norms of heads. Zhang & Sennrich 2019; offset 1 is Gemma's. */
Var *tape_rms_norm(Tape *t, Var *x, Var *w, float eps, float offset);
/* (x - mean) / std * w + b, w and b [1, d]. Ba et al. 2016. */
Var *tape_layer_norm(Tape *t, Var *x, Var *w, Var *b, float eps);

/* Angles of rotary positions (Su et al. 2021): cos, sin [seq, dh / 2]. */
typedef struct Rotary {
    int seq, half;
    float *cos, *sin;
} Rotary;

void rotary_init(Rotary *r, int seq, int dh, double base);
void rotary_free(Rotary *r);
/* x [batch * seq, heads * dh]: every head's pairs (i, i + dh / 2) turned by its position. r must
 * last as long as the pass. */
Var *tape_rope(Tape *t, Var *x, const Rotary *r, int seq);

/* softmax(scale q k^T) v for every sequence and head. nh is a multiple of nkv: grouped queries. */
typedef struct Attend {
    int seq, nh, nkv, dh;
    int window; /* positions that a query sees, itself included; 0 = all */
    bool causal;
    float scale;
} Attend;

/* q [batch * seq, nh * dh], k and v [batch * seq, nkv * dh]: [batch * seq, nh * dh]. */
Var *tape_attend(Tape *t, Var *q, Var *k, Var *v, const Attend *a);

/* Losses: the unweighted value, NaN goes through; weight times its gradient goes to the inputs. */

/* Of logits x [n, d] w [vocab, d]^T against target [n] (-1 = not asked): the sum of nats over
 * those asked. w must be a leaf. The logits are never held at once. */
double tape_cross_entropy(Tape *t, Var *x, Var *w, const int32_t *target, double weight);
/* Mean over rows of 1 - cosine(a, b); 1 where a row is 0. */
double tape_cosine_loss(Tape *t, Var *a, Var *b, double weight);
/* Mean over columns of max(0, floor - std), std over the rows with n - 1 (VICReg, Bardes et al.
 * 2022; eps 1e-4 under the root). n >= 2. */
double tape_variance_hinge(Tape *t, Var *x, double floor, double weight);
/* Sum of the squares of the covariances of different columns, over the number of columns; over the
 * rows with n - 1 (VICReg). n >= 2. */
double tape_covariance_loss(Tape *t, Var *x, double weight);
/* Mean of (a - b)^2. */
double tape_square_loss(Tape *t, Var *a, Var *b, double weight);
/* A loss that was made elsewhere, of which here only the gradient g [rows, cols] of x is known; g
 * must last as long as the pass. */
void tape_given_loss(Tape *t, Var *x, const float *g);

#endif
