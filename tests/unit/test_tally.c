/* Order statistics by counting, against sorting. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "math/tally.h"

enum { N = 5001 };

static float number(uint32_t i)
{
    uint32_t u = i * 2654435761u;
    u = (u ^ (u >> 15)) * 2246822519u;
    u ^= u >> 13;
    float x = (float)(u >> 8) / 16777216.0f - 0.4f;
    return x * x * x;
}

static float as_bf16(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    u &= 0xffff0000;
    memcpy(&x, &u, sizeof x);
    return x;
}

static void make(float *x, bool bf16)
{
    /* The condition stays outside: gcc 12.2 -O2 drops the masking of as_bf16() under one. */
    for (uint32_t i = 0; i < N; i++) x[i] = number(i);
    for (uint32_t i = 0; bf16 && i < N; i++) x[i] = as_bf16(x[i]);
    x[7] = -0.0f;
    x[8] = 0.0f;
}

/* Percentiles by tally, with two NaN and an infinity thrown in. */
static void percentiles(const float *x, bool refine, const double *q, int nq, double *out)
{
    const float bad[] = {NAN, -INFINITY, INFINITY};
    Tally t;
    TallyRanks *r = mem_alloc(1, sizeof *r);
    tally_init(&t);
    tally_add(&t, x, N);
    tally_add(&t, bad, 3);
    assert_int_equal(tally_count_nonfinite(&t), 3);
    tally_close(&t);
    assert_int_equal(t.nfinite, N);
    assert_int_equal(t.nonfinite, 3);
    r->nq = nq;
    memcpy(r->q, q, (size_t)nq * sizeof *q);
    ranks_begin(r, &t, refine);
    ranks_add(r, x, N);
    ranks_add(r, bad, 3);
    ranks_end(r, &t, out);
    free(r);
    tally_free(&t);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void check_percentiles(bool bf16)
{
    static const double q[] = {0, 0.02, 0.25, 0.5, 0.5001, 0.75, 0.98, 1};
    float *x = mem_alloc(N, sizeof *x);
    double *sorted = mem_alloc(N, sizeof *sorted), out[8];
    make(x, bf16);
    for (int i = 0; i < N; i++) sorted[i] = (double)x[i];
    qsort(sorted, N, sizeof *sorted, ascending);
    percentiles(x, !bf16, q, 8, out);
    for (int i = 0; i < 8; i++)
        assert_near(out[i], stats_quantile(sorted, N, q[i]), 0); /* the same arithmetic */
    free(x);
    free(sorted);
}

static void percentiles_of_bf16_are_those_of_sorting(void **state)
{
    (void)state;
    check_percentiles(true);
}

static void percentiles_of_f32_are_those_of_sorting(void **state)
{
    (void)state;
    check_percentiles(false);
}

static void moments_and_histogram_of_bf16_are_exact(void **state)
{
    (void)state;
    float *x = mem_alloc(N, sizeof *x);
    make(x, true);
    Tally a, b;
    tally_init(&a);
    tally_init(&b);
    tally_add(&a, x, 1000);
    tally_add(&b, x + 1000, N - 1000);
    tally_merge(&a, &b);
    tally_close(&a);
    Moments want = moments_of_f32(x, N), got = tally_moments(&a);
    assert_near(got.mean, want.mean, 1e-15);
    assert_near(moments_std(&got), moments_std(&want), 1e-14);
    assert_near(moments_kurtosis(&got), moments_kurtosis(&want), 1e-11);
    double count[32], plain[32] = {0}, sum = 0;
    tally_histogram(&a, -0.05, 0.05, 32, count);
    for (int i = 0; i < N; i++) {
        int bin = stats_bin((double)x[i], -0.05, 0.05, 32);
        if (bin >= 0) plain[bin]++;
    }
    for (int i = 0; i < 32; i++) sum += count[i];
    assert_memory_equal(count, plain, sizeof plain);
    assert_true(sum > N / 2);
    tally_free(&a);
    tally_free(&b);
    free(x);
}

static void nothing_finite_has_no_percentiles(void **state)
{
    (void)state;
    Tally t;
    TallyRanks *r = mem_alloc(1, sizeof *r);
    const float x[] = {NAN, NAN};
    double out[1];
    tally_init(&t);
    tally_add(&t, x, 2);
    tally_close(&t);
    r->nq = 1;
    r->q[0] = 0.5;
    ranks_begin(r, &t, true);
    ranks_end(r, &t, out);
    assert_true(isnan(out[0]));
    free(r);
    tally_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_of_bf16_are_those_of_sorting),
        cmocka_unit_test(percentiles_of_f32_are_those_of_sorting),
        cmocka_unit_test(moments_and_histogram_of_bf16_are_exact),
        cmocka_unit_test(nothing_finite_has_no_percentiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
