/* test_tape.c: every operation's gradient against central differences of its value and against
 * PyTorch (tests/oracle/tape_oracle.py). With LLMSONIFY_TABLE=1 it prints how near they are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_oracle.h"
#include "fixture_tape.h"

/* Values are f32 (6e-8) of order 1 and the losses are sums of some hundred: a difference over
 * 2 * STEP carries an error of 1e-4, and the curvature another of STEP^2. */
static const double STEP = 4e-3, NEAR = 3e-4;
/* PyTorch's are f64; ours are sums of a few f32, 6e-8 each. Beside the largest of an array. */
static const double NEAR_TORCH = 2e-6;

/* The inputs of one operation and their gradients. */
typedef struct Bed {
    const OpCase *c;
    Op op;
    float *v[OP_INPUTS], *g[OP_INPUTS];
    int n[OP_INPUTS];
} Bed;

static void open_bed(Bed *b, const OpCase *c)
{
    *b = (Bed){.c = c, .op.t = tape_new(CPU_PORTABLE)};
    rotary_init(&b->op.rotary, 6, 4, 100);
    for (int k = 0; k < OP_INPUTS; k++) {
        b->n[k] = c->shape[k][0] * c->shape[k][1];
        b->v[k] = mem_alloc(b->n[k], sizeof *b->v[k]);
        b->g[k] = mem_alloc(b->n[k], sizeof *b->g[k]);
        for (int i = 0; i < b->n[k]; i++) b->v[k][i] = noise((uint64_t)(100 * k + i));
    }
}

static void close_bed(Bed *b)
{
    tape_free(b->op.t);
    rotary_free(&b->op.rotary);
    for (int k = 0; k < OP_INPUTS; k++) {
        free(b->v[k]);
        free(b->g[k]);
    }
}

static double run(Bed *b, bool gradient)
{
    tape_reset(b->op.t);
    for (int k = 0; k < OP_INPUTS; k++)
        b->op.in[k] = b->n[k] ? tape_leaf(b->op.t, b->c->shape[k][0], b->c->shape[k][1], b->v[k],
                                          gradient ? b->g[k] : NULL)
                              : NULL;
    double loss = b->c->build(&b->op);
    if (gradient) tape_backward(b->op.t);
    return loss;
}

static double slope_at(Bed *b, float *x)
{
    float kept = *x;
    *x = kept + (float)STEP;
    double up = run(b, false), above = (double)*x;
    *x = kept - (float)STEP;
    double slope = (up - run(b, false)) / (above - (double)*x);
    *x = kept;
    return slope;
}

/* The largest error beside the slope or 1. */
static double check_differences(Bed *b)
{
    double worst = 0;
    for (int k = 0; k < OP_INPUTS; k++)
        for (int i = 0; i < b->n[k]; i++) {
            double slope = slope_at(b, &b->v[k][i]), g = (double)b->g[k][i];
            double error = fabs(g - slope) / fmax(1, fabs(slope));
            if (!(error <= NEAR))
                fail_msg("input %d, number %d: %.6g, by differences %.6g", k, i, g, slope);
            worst = fmax(worst, error);
        }
    return worst;
}

/* The largest error beside the largest number of the array. */
static double check_array(const float *x, int n, const Json *want, const char *what)
{
    double size = 0, worst = 0;
    int i = 0;
    for (const Json *j = json_child(want); j; j = json_next(j))
        size = fmax(size, fabs(json_number(j, NAN)));
    assert_int_equal(json_count(want), n);
    for (const Json *j = json_child(want); j; j = json_next(j), i++) {
        double error = fabs((double)x[i] - json_number(j, NAN)) / size;
        if (!(error <= NEAR_TORCH))
            fail_msg("%s %d: %.9g, PyTorch has %.9g", what, i, (double)x[i], json_number(j, NAN));
        worst = fmax(worst, error);
    }
    return worst;
}

static double check_torch(Bed *b, double loss)
{
    Json *all = oracle_read("tape.json");
    const Json *c = json_child(all);
    while (c && strcmp(json_string(json_get(c, "name")), b->c->name) != 0) c = json_next(c);
    if (!c) fail_msg("no \"%s\" in tape.json", b->c->name);
    double want = json_number(json_get(c, "loss"), NAN);
    if (!(fabs(loss - want) <= NEAR_TORCH * fabs(want)))
        fail_msg("loss %.9g, PyTorch has %.9g", loss, want);
    double worst = 0;
    const Json *value = json_get(c, "value"), *g = json_child(json_get(c, "grads"));
    if (b->op.y) worst = check_array(b->op.y->v, b->op.y->rows * b->op.y->cols, value, "value");
    assert_int_equal(json_count(value) > 0, b->op.y != NULL);
    for (int k = 0; k < OP_INPUTS && b->n[k]; k++, g = json_next(g))
        worst = fmax(worst, check_array(b->g[k], b->n[k], g, "gradient"));
    assert_null(g);
    json_free(all);
    return worst;
}

static void has_the_gradients_of_differences_and_of_pytorch(void **state)
{
    Bed b;
    open_bed(&b, *state);
    double torch = check_torch(&b, run(&b, true)), differences = check_differences(&b);
    if (getenv("LLMSONIFY_TABLE"))
        printf("# | %s | %.0e | %.0e |\n", b.c->name, differences, torch);
    close_bed(&b);
}

static double loss_of(Tape *t, Var *y)
{
    return against_noise(&(Op){.t = t}, y);
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
            loss_of(t, tape_curve(t, tape_attend(t, x, kv, kv, &a), CURVE_GELU_TANH));
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
    loss_of(t, tape_curve(t, tape_leaf(t, 4, 3, v, whole), CURVE_SILU));
    tape_backward(t);
    tape_reset(t);
    Var *y = tape_curve(t, tape_leaf(t, 4, 3, v, g), CURVE_SILU);
    loss_of(other, tape_leaf(other, 4, 3, y->v, between));
    tape_backward(other);
    tape_given_loss(t, y, between);
    tape_backward(t);
    assert_memory_equal(g, whole, sizeof g);
    assert_true(fabs((double)g[0]) > 1e-3);
    tape_free(t);
    tape_free(other);
}

int main(void)
{
    struct CMUnitTest tests[OP_COUNT + 3] = {
        cmocka_unit_test(a_pass_gives_the_same_gradients_again_at_any_level),
        cmocka_unit_test(nothing_flows_through_a_stop),
        cmocka_unit_test(a_loss_made_elsewhere_goes_on_from_its_gradient),
    };
    char name[OP_COUNT][100];
    for (int i = 0; i < OP_COUNT; i++) {
        snprintf(name[i], sizeof name[i], "%s has the gradients of differences and of PyTorch",
                 OP_CASES[i].name);
        tests[3 + i] = (struct CMUnitTest){name[i], has_the_gradients_of_differences_and_of_pytorch,
                                           NULL, NULL, (void *)&OP_CASES[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
