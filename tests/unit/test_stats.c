/* Statistics with known answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "fixture_near.h"
#include "math/stats.h"

/* What f64 leaves after a handful of operations. */
static const double EPS = 1e-12;

static void moments_of_one_to_five_are_known(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3, 4, 5};
    Moments m = moments_of_f32(x, 5);
    assert_near(m.mean, 3, EPS);
    assert_near(moments_std(&m), sqrt(2), EPS);
    assert_near(moments_skew(&m), 0, EPS);
    assert_near(moments_kurtosis(&m), 6.8 / 4 - 3, EPS);
    assert_near(moments_norm(&m), sqrt(55), EPS);
}

static void moments_merge_to_those_of_the_whole(void **state)
{
    (void)state;
    double x[100];
    float f[100];
    for (int i = 0; i < 100; i++) f[i] = (float)(x[i] = (i * 37 % 101) + (i % 7 == 0 ? 50 : 0));
    Moments whole = moments_of_f64(x, 100), parts = {0};
    static const int cut[] = {0, 1, 1, 40, 100};
    for (int i = 0; i < 4; i++) {
        Moments m = moments_of_f32(f + cut[i], cut[i + 1] - cut[i]);
        moments_merge(&parts, &m);
    }
    assert_near(parts.n, 100, 0);
    assert_near(moments_std(&parts), moments_std(&whole), EPS * 100);
    assert_near(moments_skew(&parts), moments_skew(&whole), EPS);
    assert_near(moments_kurtosis(&parts), moments_kurtosis(&whole), EPS);
}

static void moments_survive_a_mean_far_over_the_spread(void **state)
{
    (void)state;
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = 1e6 + (i % 2 ? 1 : -1);
    Moments m = moments_of_f64(x, 1000);
    assert_near(moments_std(&m), 1, 1e-9);
    assert_near(moments_kurtosis(&m), -2, 1e-9);
}

static void a_constant_has_no_skewness_and_norm01_of_it_is_a_half(void **state)
{
    (void)state;
    double x[] = {0.1, 0.1, 0.1}, y[3];
    Moments m = moments_of_f64(x, 3);
    assert_near(moments_skew(&m), 0, 0);
    assert_near(moments_kurtosis(&m), 0, 0);
    stats_norm01(x, 3, y);
    for (int i = 0; i < 3; i++) assert_near(y[i], 0.5, 0);
}

static void norm01_reaches_both_ends(void **state)
{
    (void)state;
    double x[] = {3, -1, 1};
    stats_norm01(x, 3, x);
    assert_near(x[0], 1, 0);
    assert_near(x[1], 0, 0);
    assert_near(x[2], 0.5, 0);
}

static void bimodality_of_two_equal_points_is_near_one(void **state)
{
    (void)state;
    double x[1000];
    for (int i = 0; i < 1000; i++) x[i] = i % 2;
    Moments m = moments_of_f64(x, 1000);
    assert_near(moments_bimodality(&m), 1, 0.01); /* 1 / (-2 + 3 (n-1)^2/((n-2)(n-3))) */
}

static void bimodality_of_a_uniform_is_five_ninths(void **state)
{
    (void)state;
    double x[10000];
    for (int i = 0; i < 10000; i++) x[i] = i;
    Moments m = moments_of_f64(x, 10000);
    assert_near(moments_bimodality(&m), 5.0 / 9, 1e-3); /* the correction for n */
}

static void quantiles_interpolate_like_numpy(void **state)
{
    (void)state;
    const double x[] = {1, 2, 4, 8};
    assert_near(stats_quantile(x, 4, 0), 1, 0);
    assert_near(stats_quantile(x, 4, 0.5), 3, EPS);
    assert_near(stats_quantile(x, 4, 0.9), 6.8, EPS);
    assert_near(stats_quantile(x, 4, 1), 8, 0);
    assert_true(isnan(stats_quantile(x, 0, 0.5)));
}

static void wasserstein_of_a_shift_is_the_shift(void **state)
{
    (void)state;
    const double x[] = {5, 3, 1}, y[] = {7, 5, 3}, z[] = {3};
    assert_near(stats_wasserstein(x, 3, y, 3), 2, EPS);
    assert_near(stats_wasserstein(x, 3, x, 3), 0, 0);
    assert_near(stats_wasserstein(x, 3, z, 1), 4.0 / 3, EPS);
    assert_near(stats_wasserstein(z, 1, x, 3), 4.0 / 3, EPS);
}

static void correlation_of_a_line_is_one_and_of_a_constant_zero(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {9, 7, 5, 3}, c[] = {2, 2, 2, 2};
    assert_near(stats_correlation(x, x, 4), 1, EPS);
    assert_near(stats_correlation(x, y, 4), -1, EPS);
    assert_near(stats_correlation(x, c, 4), 0, 0);
}

static void the_stable_index_of_gaussian_quantiles_is_two(void **state)
{
    (void)state;
    const double gauss[] = {-1.644854, -0.674490, 0, 0.674490, 1.644854};
    const double cauchy[] = {-6.313752, -1, 0, 1, 6.313752};
    assert_near(stats_stable_index(gauss), 2, 2e-3);    /* the table starts at 2.439 */
    assert_near(stats_stable_index(cauchy), 1, 1e-2); /* linear between rows 6 and 8 of the table */
    assert_near(stats_stable_index((double[5]){1, 1, 1, 1, 1}), 2, 0);
}

static void the_stable_index_does_not_see_sign_place_or_scale(void **state)
{
    (void)state;
    const double p[] = {-2, -0.7, 0.1, 0.9, 5}, q[] = {-5, -0.9, -0.1, 0.7, 2};
    double r[5];
    for (int i = 0; i < 5; i++) r[i] = 10 + 3 * p[i];
    assert_near(stats_stable_index(p), stats_stable_index(q), EPS);
    assert_near(stats_stable_index(p), stats_stable_index(r), EPS);
}

static void bins_take_their_lower_edge_and_the_last_both(void **state)
{
    (void)state;
    assert_int_equal(stats_bin(0, 0, 8, 4), 0);
    assert_int_equal(stats_bin(2, 0, 8, 4), 1);
    assert_int_equal(stats_bin(nextafter(2, 0), 0, 8, 4), 0);
    assert_int_equal(stats_bin(8, 0, 8, 4), 3);
    assert_int_equal(stats_bin(8.1, 0, 8, 4), -1);
    assert_int_equal(stats_bin(-0.1, 0, 8, 4), -1);
    assert_int_equal(stats_bin(NAN, 0, 8, 4), -1);
    assert_int_equal(stats_bin(3, 3, 3, 4), 2);
}

static void sorting_is_descending(void **state)
{
    (void)state;
    double x[] = {1, 3, 2, 3};
    const double want[] = {3, 3, 2, 1};
    stats_sort_descending(x, 4);
    assert_memory_equal(x, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_one_to_five_are_known),
        cmocka_unit_test(moments_merge_to_those_of_the_whole),
        cmocka_unit_test(moments_survive_a_mean_far_over_the_spread),
        cmocka_unit_test(a_constant_has_no_skewness_and_norm01_of_it_is_a_half),
        cmocka_unit_test(norm01_reaches_both_ends),
        cmocka_unit_test(bimodality_of_two_equal_points_is_near_one),
        cmocka_unit_test(bimodality_of_a_uniform_is_five_ninths),
        cmocka_unit_test(quantiles_interpolate_like_numpy),
        cmocka_unit_test(wasserstein_of_a_shift_is_the_shift),
        cmocka_unit_test(correlation_of_a_line_is_one_and_of_a_constant_zero),
        cmocka_unit_test(the_stable_index_of_gaussian_quantiles_is_two),
        cmocka_unit_test(the_stable_index_does_not_see_sign_place_or_scale),
        cmocka_unit_test(bins_take_their_lower_edge_and_the_last_both),
        cmocka_unit_test(sorting_is_descending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
