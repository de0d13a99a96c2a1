/* test_tape.c: every operation's gradient against central differences of its value. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/tape.h"

/* Values are f32 (6e-8) of order 1 and the losses are sums of some hundred: a difference over
 * 2 * STEP carries an error of 1e-4, and the curvature another of STEP^2. */
static const double STEP = 4e-3, NEAR = 2e-3;

enum { INPUTS = 4 };

/* Builds the operation from the inputs and gives the value of its loss. */
typedef double (*Build)(Tape *t, Var *const in[INPUTS]);

typedef struct Case {
    Build build;
    int shape[INPUTS][2];
} Case;

static float noise(uint64_t i)
{
    i = (i + 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    i = (i ^ i >> 31) * 0x94d049bb133111ebull;
    return (float)((double)(i >> 40) / (1 << 23) - 1);
}

/* What a result is compared to, so that every one of its numbers matters in its own way. */
static double against_noise(Tape *t, Var *y)
{
    Var *want = tape_matrix(t, y->rows, y->cols);
    for (int i = 0; i < y->rows * y->cols; i++) want->v[i] = 2 * noise(1000 + (uint64_t)i);
    return tape_square_loss(t, y, want, 1);
}

static double run(Tape *t, const Case *c, float *const v[INPUTS], float *const g[INPUTS])
{
    Var *in[INPUTS] = {NULL};
    tape_reset(t);
    for (int k = 0; k < INPUTS; k++)
        if (c->shape[k][0]) in[k] = tape_leaf(t, c->shape[k][0], c->shape[k][1], v[k], g[k]);
    double loss = c->build(t, in);
    if (g[0]) tape_backward(t);
    return loss;
}

static void check(const Case *c)
{
    Tape *t = tape_new(CPU_PORTABLE);
    float *v[INPUTS], *g[INPUTS], *const none[INPUTS] = {NULL};
    for (int k = 0; k < INPUTS; k++) {
        int n = c->shape[k][0] * c->shape[k][1];
        v[k] = mem_alloc(n, sizeof *v[k]);
        g[k] = mem_alloc(n, sizeof *g[k]);
        for (int i = 0; i < n; i++) v[k][i] = noise((uint64_t)(100 * k + i));
    }
    run(t, c, v, g);
    for (int k = 0; k < INPUTS; k++)
        for (int i = 0; i < c->shape[k][0] * c->shape[k][1]; i++) {
            float kept = v[k][i];
            v[k][i] = kept + (float)STEP;
            double up = run(t, c, v, none), above = (double)v[k][i];
            v[k][i] = kept - (float)STEP;
            double slope = (up - run(t, c, v, none)) / (above - (double)v[k][i]);
            v[k][i] = kept;
            if (!(fabs((double)g[k][i] - slope) <= NEAR * fmax(1, fabs(slope))))
                fail_msg("input %d, number %d: %.6g, by differences %.6g", k, i, (double)g[k][i],
                         slope);
        }
    for (int k = 0; k < INPUTS; k++) {
        free(v[k]);
        free(g[k]);
    }
    tape_free(t);
}

static double linear(Tape *t, Var *const in[INPUTS])
{
    return against_noise(t, tape_linear(t, in[0], in[1], in[2]));
}

static double twice(Tape *t, Var *const in[INPUTS])
{
    Var *y = tape_linear(t, in[0], in[1], NULL);
    return against_noise(t, tape_add(t, tape_linear(t, y, in[1], NULL), tape_scale(t, y, -3)));
}

static double embed(Tape *t, Var *const in[INPUTS])
{
    static const int32_t id[] = {2, 0, 2, 4, 1};
    return against_noise(t, tape_embed(t, in[0], id, 5));
}

static double add(Tape *t, Var *const in[INPUTS])
{
    return against_noise(t, tape_add(t, tape_add(t, in[0], in[1]), in[2]));
}

#define CURVE(name, curve)                                                                         \
    static double name(Tape *t, Var *const in[INPUTS])                                             \
    {                                                                                              \
        return against_noise(t, tape_curve(t, tape_scale(t, in[0], 3), curve));                    \
    }
#define GATED(name, curve)                                                                         \
    static double name(Tape *t, Var *const in[INPUTS])                                             \
    {                                                                                              \
        return against_noise(t, tape_gated(t, in[0], in[1], curve));                               \
    }

CURVE(gelu, CURVE_GELU)
CURVE(gelu_tanh, CURVE_GELU_TANH)
CURVE(silu, CURVE_SILU)
CURVE(tanh_curve, CURVE_TANH)
GATED(gated_gelu, CURVE_GELU)
GATED(gated_gelu_tanh, CURVE_GELU_TANH)
GATED(gated_silu, CURVE_SILU)

static double columns_and_pool(Tape *t, Var *const in[INPUTS])
{
    return against_noise(t, tape_pool(t, tape_columns(t, in[0], 2, 4), 3));
}

/* Rows in another order, some of them twice. */
static double rows_and_stacks(Tape *t, Var *const in[INPUTS])
{
    Var *tail = tape_rows(t, in[0], 2, 3), *head = tape_head_rows(t, in[0], 4);
    return against_noise(t, tape_stack(t, tape_stack(t, tail, in[1]), head));
}

static double gru(Tape *t, Var *const in[INPUTS])
{
    return against_noise(t, tape_gru(t, in[0], in[1], in[2]));
}

static double rms_norm(Tape *t, Var *const in[INPUTS])
{
    return against_noise(t, tape_rms_norm(t, in[0], in[1], 1e-6f, 1));
}

static double layer_norm(Tape *t, Var *const in[INPUTS])
{
    return against_noise(t, tape_layer_norm(t, in[0], in[1], in[2], 1e-5f));
}

static double rope(Tape *t, Var *const in[INPUTS])
{
    Rotary r;
    rotary_init(&r, 6, 4, 100);
    double loss = against_noise(t, tape_rope(t, in[0], &r, 5));
    if (in[0]->g) tape_backward(t);
    rotary_free(&r);
    return loss;
}

static double attend_as(Tape *t, Var *const in[INPUTS], Attend a)
{
    return against_noise(t, tape_attend(t, in[0], in[1], in[2], &a));
}

static double attend_causal(Tape *t, Var *const in[INPUTS])
{
    return attend_as(t, in,
                     (Attend){.seq = 4, .nh = 2, .nkv = 1, .dh = 3, .causal = true, .scale = 1.3f});
}

static double attend_window(Tape *t, Var *const in[INPUTS])
{
    return attend_as(
        t, in,
        (Attend){.seq = 8, .nh = 2, .nkv = 1, .dh = 3, .causal = true, .window = 3, .scale = 0.6f});
}

static double attend_all(Tape *t, Var *const in[INPUTS])
{
    return attend_as(t, in, (Attend){.seq = 4, .nh = 2, .nkv = 2, .dh = 3, .scale = 1});
}

static double cross_entropy(Tape *t, Var *const in[INPUTS])
{
    static const int32_t target[] = {3, -1, 0, 6, 2};
    return 0.7 * tape_cross_entropy(t, in[0], in[1], target, 0.7);
}

static double cosine(Tape *t, Var *const in[INPUTS])
{
    return 2 * tape_cosine_loss(t, in[0], in[1], 2);
}

static double hinge(Tape *t, Var *const in[INPUTS])
{
    return 3 * tape_variance_hinge(t, in[0], 0.55, 3);
}

static double square(Tape *t, Var *const in[INPUTS])
{
    return tape_square_loss(t, in[0], in[1], 1);
}

#define CHECK(name, build, ...)                                                                    \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        check(&(Case){build, {__VA_ARGS__}});                                                      \
    }

CHECK(a_linear_layer_has_its_gradients, linear, {5, 4}, {3, 4}, {1, 3})
CHECK(a_matrix_used_twice_gathers_both_gradients, twice, {3, 4}, {4, 4})
CHECK(an_embedding_adds_up_the_rows_that_were_read, embed, {5, 3})
CHECK(sums_repeat_the_shorter_side, add, {6, 3}, {2, 3}, {1, 3})
CHECK(gelu_has_its_slope, gelu, {4, 5})
CHECK(gelu_by_tanh_has_its_slope, gelu_tanh, {4, 5})
CHECK(silu_has_its_slope, silu, {4, 5})
CHECK(tanh_has_its_slope, tanh_curve, {4, 5})
CHECK(a_gelu_gate_has_its_slopes, gated_gelu, {4, 5}, {4, 5})
CHECK(a_gelu_gate_by_tanh_has_its_slopes, gated_gelu_tanh, {4, 5}, {4, 5})
CHECK(a_silu_gate_has_its_slopes, gated_silu, {4, 5}, {4, 5})
CHECK(columns_and_means_of_rows_have_their_gradients, columns_and_pool, {6, 7})
CHECK(rows_taken_and_stacked_have_their_gradients, rows_and_stacks, {5, 3}, {2, 3})
CHECK(a_gru_has_its_gradients, gru, {3, 12}, {3, 12}, {3, 4})
CHECK(rms_norm_of_heads_has_its_gradients, rms_norm, {3, 8}, {1, 4})
CHECK(layer_norm_has_its_gradients, layer_norm, {3, 6}, {1, 6}, {1, 6})
CHECK(causal_attention_with_grouped_queries_has_its_gradients, attend_causal, {8, 6}, {8, 3},
      {8, 3})
CHECK(attention_in_a_window_has_its_gradients, attend_window, {8, 6}, {8, 3}, {8, 3})
CHECK(attention_to_everything_has_its_gradients, attend_all, {8, 6}, {8, 6}, {8, 6})
CHECK(cross_entropy_has_its_gradients, cross_entropy, {5, 4}, {7, 4})
CHECK(the_cosine_has_its_gradients, cosine, {4, 5}, {4, 5})
CHECK(the_variance_hinge_has_its_gradient, hinge, {6, 5})
CHECK(squares_have_their_gradients, square, {4, 5}, {4, 5})

/* rope: its way back runs inside, as its angles do not outlive the builder. */
static void a_rotary_position_has_its_gradient(void **state)
{
    (void)state;
    Case c = {rope, {{10, 8}}};
    Tape *t = tape_new(CPU_PORTABLE);
    float v[80], g[80] = {0};
    for (int i = 0; i < 80; i++) v[i] = noise((uint64_t)i);
    Var *in[INPUTS] = {tape_leaf(t, 10, 8, v, g)};
    rope(t, in);
    for (int i = 0; i < 80; i++) {
        float *const vs[INPUTS] = {v}, *const none[INPUTS] = {NULL};
        float kept = v[i];
        v[i] = kept + (float)STEP;
        double up = run(t, &c, vs, none), above = (double)v[i];
        v[i] = kept - (float)STEP;
        double slope = (up - run(t, &c, vs, none)) / (above - (double)v[i]);
        v[i] = kept;
        assert_true(fabs((double)g[i] - slope) <= NEAR);
    }
    tape_free(t);
}

/* A long pass in memory that the next pass takes over, at every level of the processor. */
static void a_pass_gives_the_same_gradients_again_at_any_level(void **state)
{
    (void)state;
    enum { N = 200, D = 96 };
    float *v = mem_alloc(N * D, sizeof *v), *g[3];
    for (int i = 0; i < N * D; i++) v[i] = noise((uint64_t)i);
    for (int pass = 0; pass < 3; pass++) {
        CpuLevel level = pass == 2 && cpu_level_supported(CPU_AVX2) ? CPU_AVX2 : CPU_PORTABLE;
        Tape *t = tape_new(level);
        g[pass] = mem_alloc(N * D, sizeof *g[pass]);
        int64_t bytes = 0;
        for (int again = 0; again < 3; again++) {
            memset(g[pass], 0, N * D * sizeof *g[pass]);
            tape_reset(t);
            Var *x = tape_leaf(t, N, D, v, g[pass]);
            Attend a = {.seq = N,
                        .nh = 3,
                        .nkv = 1,
                        .dh = D / 3,
                        .causal = true,
                        .window = 70,
                        .scale = 0.2f};
            Var *kv = tape_columns(t, x, 0, D / 3);
            against_noise(t, tape_curve(t, tape_attend(t, x, kv, kv, &a), CURVE_GELU_TANH));
            tape_backward(t);
            if (again == 1) bytes = tape_bytes(t);
        }
        assert_int_equal(tape_bytes(t), bytes);
        tape_free(t);
    }
    assert_memory_equal(g[0], g[1], N * D * sizeof *g[0]);
    for (int i = 0; i < N * D; i++) /* sums of 200 in another order, in f32 */
        assert_true(fabs((double)g[0][i] - (double)g[2][i]) < 1e-6);
    for (int pass = 0; pass < 3; pass++) free(g[pass]);
    free(v);
}

static void nothing_flows_through_a_stop(void **state)
{
    (void)state;
    Tape *t = tape_new(CPU_PORTABLE);
    float v[4] = {1, 2, 3, 4}, g[4] = {0};
    Var *x = tape_leaf(t, 2, 2, v, g);
    Var *y = tape_add(t, tape_stop(t, tape_scale(t, x, 5)), x);
    tape_square_loss(t, y, tape_matrix(t, 2, 2), 4); /* 4 * mean of (6 x)^2, slope 2 * 6 x */
    tape_backward(t);
    for (int i = 0; i < 4; i++) assert_float_equal(g[i], 12 * v[i], 1e-5);
    tape_free(t);
}

/* Two tapes: the second's gradient of the first's result is what the first goes back with. */
static void a_loss_made_elsewhere_goes_on_from_its_gradient(void **state)
{
    (void)state;
    enum { N = 12 };
    Tape *t = tape_new(CPU_PORTABLE), *other = tape_new(CPU_PORTABLE);
    float v[N], g[N] = {0}, whole[N] = {0}, between[N] = {0};
    for (int i = 0; i < N; i++) v[i] = noise((uint64_t)i);
    against_noise(t, tape_curve(t, tape_leaf(t, 4, 3, v, whole), CURVE_SILU));
    tape_backward(t);
    tape_reset(t);
    Var *y = tape_curve(t, tape_leaf(t, 4, 3, v, g), CURVE_SILU);
    against_noise(other, tape_leaf(other, 4, 3, y->v, between));
    tape_backward(other);
    tape_given_loss(t, y, between);
    tape_backward(t);
    assert_memory_equal(g, whole, sizeof g);
    assert_true(fabs((double)g[0]) > 1e-3);
    tape_free(t);
    tape_free(other);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_linear_layer_has_its_gradients),
        T(a_matrix_used_twice_gathers_both_gradients),
        T(an_embedding_adds_up_the_rows_that_were_read),
        T(sums_repeat_the_shorter_side),
        T(gelu_has_its_slope),
        T(gelu_by_tanh_has_its_slope),
        T(silu_has_its_slope),
        T(tanh_has_its_slope),
        T(a_gelu_gate_has_its_slopes),
        T(a_gelu_gate_by_tanh_has_its_slopes),
        T(a_silu_gate_has_its_slopes),
        T(columns_and_means_of_rows_have_their_gradients),
        T(rows_taken_and_stacked_have_their_gradients),
        T(a_gru_has_its_gradients),
        T(rms_norm_of_heads_has_its_gradients),
        T(layer_norm_has_its_gradients),
        T(a_rotary_position_has_its_gradient),
        T(causal_attention_with_grouped_queries_has_its_gradients),
        T(attention_in_a_window_has_its_gradients),
        T(attention_to_everything_has_its_gradients),
        T(cross_entropy_has_its_gradients),
        T(the_cosine_has_its_gradients),
        T(the_variance_hinge_has_its_gradient),
        T(squares_have_their_gradients),
        T(a_pass_gives_the_same_gradients_again_at_any_level),
        T(nothing_flows_through_a_stop),
        T(a_loss_made_elsewhere_goes_on_from_its_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
