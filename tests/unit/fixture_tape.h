/* fixture_tape.h: each operation of learn/tape.h as a small graph of made-up inputs with a loss at
 * its end. tests/oracle/tape_oracle.py has the same graphs in PyTorch, by name. */
#ifndef FIXTURE_TAPE_H
#define FIXTURE_TAPE_H

#include "learn/tape.h"

enum { OP_INPUTS = 3 };

/* A graph being built. */
typedef struct Op {
    Tape *t;
    Var *in[OP_INPUTS];
    Var *y; /* the operation's value, where it is no loss */
    Rotary rotary;
} Op;

typedef struct OpCase {
    const char *name;
    double (*build)(Op *op); /* the weighted loss */
    int shape[OP_INPUTS][2];
} OpCase;

static inline float noise(uint64_t i)
{
    i = (i + 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    i = (i ^ i >> 31) * 0x94d049bb133111ebull;
    return (float)((double)(i >> 40) / (1 << 23) - 1);
}

/* What a result is compared to, so that every one of its numbers matters in its own way. */
static inline double against_noise(Op *op, Var *y)
{
    Var *want = tape_matrix(op->t, y->rows, y->cols);
    for (int i = 0; i < y->rows * y->cols; i++) want->v[i] = 2 * noise(1000 + (uint64_t)i);
    op->y = y;
    return tape_square_loss(op->t, y, want, 1);
}

static inline double op_linear(Op *op)
{
    return against_noise(op, tape_linear(op->t, op->in[0], op->in[1], op->in[2]));
}

/* A matrix used twice gathers both gradients. */
static inline double op_twice(Op *op)
{
    Var *y = tape_linear(op->t, op->in[0], op->in[1], NULL);
    Var *again = tape_linear(op->t, y, op->in[1], NULL);
    return against_noise(op, tape_add(op->t, again, tape_scale(op->t, y, -3)));
}

static inline double op_embed(Op *op)
{
    static const int32_t ID[] = {2, 0, 2, 4, 1};
    return against_noise(op, tape_embed(op->t, op->in[0], ID, 5));
}

static inline double op_add(Op *op)
{
    return against_noise(op, tape_add(op->t, tape_add(op->t, op->in[0], op->in[1]), op->in[2]));
}

static inline double curve_of_three(Op *op, Curve curve)
{
    return against_noise(op, tape_curve(op->t, tape_scale(op->t, op->in[0], 3), curve));
}

static inline double op_gelu(Op *op)
{
    return curve_of_three(op, CURVE_GELU);
}

static inline double op_gelu_tanh(Op *op)
{
    return curve_of_three(op, CURVE_GELU_TANH);
}

static inline double op_silu(Op *op)
{
    return curve_of_three(op, CURVE_SILU);
}

static inline double op_tanh(Op *op)
{
    return curve_of_three(op, CURVE_TANH);
}

static inline double op_gated_gelu(Op *op)
{
    return against_noise(op, tape_gated(op->t, op->in[0], op->in[1], CURVE_GELU));
}

static inline double op_gated_gelu_tanh(Op *op)
{
    return against_noise(op, tape_gated(op->t, op->in[0], op->in[1], CURVE_GELU_TANH));
}

static inline double op_gated_silu(Op *op)
{
    return against_noise(op, tape_gated(op->t, op->in[0], op->in[1], CURVE_SILU));
}

static inline double op_columns(Op *op)
{
    return against_noise(op, tape_columns(op->t, op->in[0], 2, 4));
}

/* Rows in another order, some of them twice. */
static inline double op_rows(Op *op)
{
    Var *tail = tape_rows(op->t, op->in[0], 2, 3), *head = tape_head_rows(op->t, op->in[0], 4);
    return against_noise(op, tape_stack(op->t, tape_stack(op->t, tail, op->in[1]), head));
}

static inline double op_pool(Op *op)
{
    return against_noise(op, tape_pool(op->t, op->in[0], 3));
}

static inline double op_gru(Op *op)
{
    return against_noise(op, tape_gru(op->t, op->in[0], op->in[1], op->in[2]));
}

static inline double op_rms_norm(Op *op)
{
    return against_noise(op, tape_rms_norm(op->t, op->in[0], op->in[1], 1e-6f, 1));
}

static inline double op_layer_norm(Op *op)
{
    return against_noise(op, tape_layer_norm(op->t, op->in[0], op->in[1], op->in[2], 1e-5f));
}

static inline double op_rope(Op *op)
{
    return against_noise(op, tape_rope(op->t, op->in[0], &op->rotary, 5));
}

static inline double attend_as(Op *op, Attend a)
{
    return against_noise(op, tape_attend(op->t, op->in[0], op->in[1], op->in[2], &a));
}

static inline double op_attend_grouped(Op *op)
{
    return attend_as(op,
                     (Attend){.seq = 4, .nh = 2, .nkv = 1, .dh = 3, .causal = true, .scale = 1.3f});
}

static inline double op_attend_window(Op *op)
{
    return attend_as(
        op,
        (Attend){.seq = 8, .nh = 2, .nkv = 1, .dh = 3, .causal = true, .window = 3, .scale = 0.6f});
}

static inline double op_attend_all(Op *op)
{
    return attend_as(op, (Attend){.seq = 4, .nh = 2, .nkv = 2, .dh = 3, .scale = 1});
}

static inline double op_cross_entropy(Op *op)
{
    static const int32_t TARGET[] = {3, -1, 0, 6, 2};
    return 0.7 * tape_cross_entropy(op->t, op->in[0], op->in[1], TARGET, 0.7);
}

static inline double op_cosine(Op *op)
{
    return 2 * tape_cosine_loss(op->t, op->in[0], op->in[1], 2);
}

static inline double op_hinge(Op *op)
{
    return 3 * tape_variance_hinge(op->t, op->in[0], 0.55, 3);
}

static inline double op_covariance(Op *op)
{
    return 2 * tape_covariance_loss(op->t, op->in[0], 2);
}

static inline double op_square(Op *op)
{
    return tape_square_loss(op->t, op->in[0], op->in[1], 1);
}

static const OpCase OP_CASES[] = {
    {"linear", op_linear, {{5, 4}, {3, 4}, {1, 3}}},
    {"linear, twice", op_twice, {{3, 4}, {4, 4}}},
    {"embedding", op_embed, {{5, 3}}},
    {"sum", op_add, {{6, 3}, {2, 3}, {1, 3}}},
    {"gelu", op_gelu, {{4, 5}}},
    {"gelu by tanh", op_gelu_tanh, {{4, 5}}},
    {"silu", op_silu, {{4, 5}}},
    {"tanh", op_tanh, {{4, 5}}},
    {"gated gelu", op_gated_gelu, {{4, 5}, {4, 5}}},
    {"gated gelu by tanh", op_gated_gelu_tanh, {{4, 5}, {4, 5}}},
    {"gated silu", op_gated_silu, {{4, 5}, {4, 5}}},
    {"columns", op_columns, {{6, 7}}},
    {"rows, stacked", op_rows, {{5, 3}, {2, 3}}},
    {"mean of rows", op_pool, {{6, 4}}},
    {"gru", op_gru, {{3, 12}, {3, 12}, {3, 4}}},
    {"rms norm of heads", op_rms_norm, {{3, 8}, {1, 4}}},
    {"layer norm", op_layer_norm, {{3, 6}, {1, 6}, {1, 6}}},
    {"rope", op_rope, {{10, 8}}},
    {"attention, causal, grouped", op_attend_grouped, {{8, 6}, {8, 3}, {8, 3}}},
    {"attention in a window", op_attend_window, {{8, 6}, {8, 3}, {8, 3}}},
    {"attention to everything", op_attend_all, {{8, 6}, {8, 6}, {8, 6}}},
    {"cross-entropy", op_cross_entropy, {{5, 4}, {7, 4}}},
    {"cosine", op_cosine, {{4, 5}, {4, 5}}},
    {"variance hinge", op_hinge, {{6, 5}}},
    {"covariance", op_covariance, {{6, 5}}},
    {"mean square", op_square, {{4, 5}, {4, 5}}},
};

enum { OP_COUNT = sizeof OP_CASES / sizeof OP_CASES[0] };

#endif
