/* test_gradus.c: Euler, Tenney and Stolzenburg on ratios with published answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/gradus.h"
#include "fixture_near.h"

static void euler_of_the_intervals_of_an_octave(void **state)
{
    (void)state;
    static const int KNOWN[13] = {1, 11, 8, 8, 7, 5, 14, 4, 8, 7, 9, 10, 2};
    for (int i = 0; i <= 12; i++) {
        assert_int_equal(gradus_chord((int[]){60, 60 + i}, 2), KNOWN[i]);
        assert_int_equal(gradus_chord((int[]){60 + i, 60}, 2), KNOWN[i]);
    }
}

static void euler_of_numbers_counts_their_primes(void **state)
{
    (void)state;
    assert_int_equal(gradus_of(1), 1);
    assert_int_equal(gradus_of(2), 2);
    assert_int_equal(gradus_of(60), 9); /* 2 2 3 5 */
    assert_int_equal(gradus_of(97), 97);
    assert_int_equal(gradus_of(INT64_C(1) << 62), 63);
}

static void euler_of_triads_is_that_of_4_5_6_and_10_12_15(void **state)
{
    (void)state;
    assert_int_equal(gradus_chord((int[]){60, 64, 67}, 3), gradus_of(60));
    assert_int_equal(gradus_chord((int[]){60, 63, 67}, 3), gradus_of(60));
    assert_int_equal(gradus_chord((int[]){0, 24}, 2), gradus_of(4));
    assert_int_equal(gradus_chord((int[]){60}, 1), 1);
    assert_int_equal(gradus_chord(NULL, 0), 0);
}

static void tenney_takes_lowest_terms(void **state)
{
    (void)state;
    assert_near(gradus_tenney(3, 2), 2.585, 5e-4); /* printed digits */
    assert_near(gradus_tenney(6, 4), gradus_tenney(3, 2), 0);
    assert_near(gradus_tenney(5, 5), 0, 0);
}

static void ratios_are_those_of_stolzenburgs_tunings(void **state)
{
    (void)state;
    static const struct {
        int semitones;
        double slack;
        int num, den;
    } KNOWN[] = {
        {6, 0.010, 17, 12}, {10, 0.010, 16, 9}, {6, 0.011, 7, 5}, {10, 0.011, 9, 5},
        {1, 0.011, 16, 15}, {2, 0.011, 9, 8},   {3, 0.011, 6, 5}, {4, 0.011, 5, 4},
        {5, 0.011, 4, 3},   {7, 0.011, 3, 2},   {8, 0.011, 8, 5}, {9, 0.011, 5, 3},
        {11, 0.011, 15, 8}, {12, 0.011, 2, 1},  {-5, 0.011, 3, 4}, {-24, 0.011, 1, 4},
    };
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        int64_t num, den;
        gradus_ratio(KNOWN[i].semitones, KNOWN[i].slack, &num, &den);
        assert_int_equal(num, KNOWN[i].num);
        assert_int_equal(den, KNOWN[i].den);
    }
}

static void periodicity_of_triads_is_stolzenburgs(void **state)
{
    (void)state;
    assert_near(gradus_stolzenburg((int[]){0, 4, 7}, 3, 0.011), 2, 1e-12); /* rounding of log2 */
    assert_near(gradus_stolzenburg((int[]){0, 3, 7}, 3, 0.011), log2(10), 1e-12);
    assert_near(gradus_stolzenburg((int[]){48, 64, 67}, 3, 0.011), 1, 1e-12);
    assert_near(gradus_stolzenburg((int[]){67, 48, 64}, 3, 0.011), 1, 1e-12);
    assert_true(isnan(gradus_stolzenburg(NULL, 0, 0.011)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(euler_of_the_intervals_of_an_octave),
        cmocka_unit_test(euler_of_numbers_counts_their_primes),
        cmocka_unit_test(euler_of_triads_is_that_of_4_5_6_and_10_12_15),
        cmocka_unit_test(tenney_takes_lowest_terms),
        cmocka_unit_test(ratios_are_those_of_stolzenburgs_tunings),
        cmocka_unit_test(periodicity_of_triads_is_stolzenburgs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
