/* test_jepa_health.c: planted latents: spread, flat, all alike. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "learn/jepa_health.h"
#include "math/permute.h"

enum { N = 400, D = 40 };

/* Normal variates in the first `dims` dimensions, about `mean` in the first of them. */
static float *planted(int dims, double mean)
{
    float *z = mem_alloc(N * D, sizeof *z);
    Control c = control_seed(2);
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < dims; k++) z[i * D + k] = (float)control_normal(&c);
        z[i * D] += (float)mean;
    }
    return z;
}

static void spread_latents_are_healthy(void **state)
{
    (void)state;
    float *z = planted(D, 0);
    Health h = health_of(z, N, D);
    assert_int_equal(h.active, D);
    assert_true(h.rank > 0.97 * D && h.rank <= D);
    assert_true(fabs(h.cosine) < 0.01);
    /* even on the sphere: cosines of deviation 1/sqrt(D): log E exp(-4 + 4 c) = -4 + 8 / D */
    assert_near(h.uniformity, -4 + 8.0 / D, 0.05);
    assert_false(h.collapsed);
    free(z);
}

static void few_dimensions_are_few(void **state)
{
    (void)state;
    float *z = planted(3, 0);
    Health h = health_of(z, N, D);
    assert_int_equal(h.active, 3);
    assert_true(h.rank > 2.9 && h.rank <= 3.0001);
    assert_true(h.collapsed);
    free(z);
}

static void a_common_direction_has_collapsed(void **state)
{
    (void)state;
    float *z = planted(D, 1000);
    Health h = health_of(z, N, D);
    assert_int_equal(h.active, D);
    assert_true(h.cosine > 0.999);
    assert_near(h.uniformity, 0, 0.01);
    assert_true(h.collapsed);
    free(z);
}

static void all_alike_or_not_finite_has_collapsed(void **state)
{
    (void)state;
    float *z = planted(0, 1);
    Health h = health_of(z, N, D);
    assert_int_equal(h.active, 0);
    assert_near(h.rank, 0, 0);
    assert_near(h.cosine, 1, 1e-9);
    assert_true(h.collapsed);
    z[7] = NAN;
    assert_true(health_of(z, N, D).collapsed);
    free(z);
}

static void alignment_is_a_squared_distance_on_the_sphere(void **state)
{
    (void)state;
    float a[] = {1, 0, 0, 2}, b[] = {0, 3, 0, 5};
    assert_near(health_alignment(a, b, 2, 2), 1, 1e-12); /* 2 and 0 */
    assert_near(row_cosine(a, b, 2), 0, 0);
    assert_near(row_cosine((float[]){0, 0}, b, 2), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spread_latents_are_healthy),
        cmocka_unit_test(few_dimensions_are_few),
        cmocka_unit_test(a_common_direction_has_collapsed),
        cmocka_unit_test(all_alike_or_not_finite_has_collapsed),
        cmocka_unit_test(alignment_is_a_squared_distance_on_the_sphere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
