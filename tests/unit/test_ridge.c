/* test_ridge.c: prediction from many numbers and few examples. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_near.h"
#include "math/permute.h"
#include "math/ridge.h"

enum { N = 60, P = 8, M = 2, Q = 20 };

static void fill(float *x, float *y, int n, double noise, Control *c)
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < P; k++) x[i * P + k] = (float)(3 + 2 * control_normal(c));
        y[i * M] = 1 + 0.5f * x[i * P] - 2 * x[i * P + 3] + (float)(noise * control_normal(c));
        y[i * M + 1] = (float)control_normal(c);
    }
}

static void a_linear_answer_is_found(void **state)
{
    (void)state;
    float x[N * P], y[N * M], q[Q * P], want[Q * M], got[Q * M];
    Control c = control_seed(1);
    fill(x, y, N, 0, &c);
    fill(q, want, Q, 0, &c);
    assert_true(ridge_predict(got, q, Q, x, y, N, P, M));
    /* the second answer is noise and raises the penalty of both: some shrinking is left */
    double error = 0, all = 0, mean = 0;
    for (int i = 0; i < Q; i++) mean += (double)want[i * M] / Q;
    for (int i = 0; i < Q; i++) {
        error += pow((double)(got[i * M] - want[i * M]), 2);
        all += pow((double)want[i * M] - mean, 2);
    }
    assert_true(error < 0.05 * all);
}

static void alone_it_is_found_to_the_least_penalty(void **state)
{
    (void)state;
    float x[N * P], y[N * M], one[N], q[Q * P], want[Q * M], got[Q];
    Control c = control_seed(2);
    fill(x, y, N, 0, &c);
    fill(q, want, Q, 0, &c);
    for (int i = 0; i < N; i++) one[i] = y[i * M];
    assert_true(ridge_predict(got, q, Q, x, one, N, P, 1));
    /* the least penalty is 1e-3 of the mean eigenvalue: under 1e-3 of a spread of 4, twice over */
    for (int i = 0; i < Q; i++) assert_near(got[i], want[i * M], 0.02);
}

static void noise_is_answered_by_its_mean(void **state)
{
    (void)state;
    float x[N * P], y[N * M], one[N], q[Q * P], unused[Q * M], got[Q];
    Control c = control_seed(3);
    fill(x, y, N, 0, &c);
    fill(q, unused, Q, 0, &c);
    double mean = 0;
    for (int i = 0; i < N; i++) mean += (double)(one[i] = 7 + y[i * M + 1]) / N;
    assert_true(ridge_predict(got, q, Q, x, one, N, P, 1));
    for (int i = 0; i < Q; i++) assert_near(got[i], mean, 0.35); /* its own spread is 1 */
}

static void more_columns_than_examples_and_constant_ones_are_fine(void **state)
{
    (void)state;
    float x[4 * P] = {0}, y[4] = {1, 2, 3, 4}, got[4];
    for (int i = 0; i < 4; i++) {
        x[i * P] = (float)i;
        x[i * P + 5] = 9;
    }
    assert_true(ridge_predict(got, x, 4, x, y, 4, P, 1));
    for (int i = 0; i < 4; i++) assert_near(got[i], y[i], 0.05); /* the penalty shrinks a little */
    assert_false(ridge_predict(got, x, 4, x, y, 1, P, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linear_answer_is_found),
        cmocka_unit_test(alone_it_is_found_to_the_least_penalty),
        cmocka_unit_test(noise_is_answered_by_its_mean),
        cmocka_unit_test(more_columns_than_examples_and_constant_ones_are_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
