/* test_keyfind.c: the Krumhansl-Kessler key finder on cases with known answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>

#include <cmocka.h>

#include "music/keyfind.h"

static const double MAJOR[12] = {6.35, 2.23, 3.48, 2.33, 4.38, 4.09,
                                 2.52, 5.19, 2.39, 3.66, 2.29, 2.88};
static const double MINOR[12] = {6.33, 2.68, 3.52, 5.38, 2.60, 3.53,
                                 2.54, 4.75, 3.98, 2.69, 3.34, 3.17};

static void a_rotated_profile_is_its_own_key(void **state)
{
    (void)state;
    for (int root = 0; root < 12; root++) {
        double major[12], minor[12];
        for (int i = 0; i < 12; i++) {
            major[(root + i) % 12] = 3 * MAJOR[i] + 1; /* correlation ignores scale and offset */
            minor[(root + i) % 12] = MINOR[i];
        }
        KeyFind a = keyfind(major), b = keyfind(minor);
        assert_int_equal(a.root, root);
        assert_false(a.minor);
        assert_true(fabs(a.r - 1) < 1e-12); /* rounding of sums of 12 */
        assert_int_equal(b.root, root);
        assert_true(b.minor);
        assert_true(fabs(b.r - 1) < 1e-12);
        assert_true(a.second < a.r && b.second < b.r);
    }
}

/* Correlations computed with numpy.corrcoef. */
static void known_pieces_have_known_keys(void **state)
{
    (void)state;
    const double c_scale[12] = {1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1};
    const double c_triad[12] = {1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0};
    const double a_harmonic_minor[12] = {2, 0, 1, 0, 3, 1, 0, 0, 2, 4, 0, 1};
    KeyFind scale = keyfind(c_scale), triad = keyfind(c_triad), minor = keyfind(a_harmonic_minor);
    assert_string_equal(keyfind_name(&scale), "C major");
    assert_true(fabs(scale.r - 0.7564071) < 5e-7); /* printed digits */
    assert_string_equal(keyfind_name(&triad), "C major");
    assert_true(fabs(triad.r - 0.8337828) < 5e-7);
    assert_string_equal(keyfind_name(&minor), "A minor");
    assert_true(fabs(minor.r - 0.8889063) < 5e-7);
    assert_true(fabs(minor.second - 0.6490695) < 5e-7);
}

/* numpy.corrcoef again. */
static void temperleys_profiles_are_another_opinion(void **state)
{
    (void)state;
    const double c_triad[12] = {[0] = 1, [4] = 1, [7] = 1};
    const double a_harmonic_minor[12] = {2, 0, 1, 0, 3, 1, 0, 0, 2, 4, 0, 1};
    KeyFind triad = keyfind_by(KEY_TEMPERLEY, c_triad);
    KeyFind minor = keyfind_by(KEY_TEMPERLEY, a_harmonic_minor);
    assert_string_equal(keyfind_name(&triad), "C major");
    assert_true(fabs(triad.r - 0.8013795) < 5e-7); /* printed digits */
    assert_string_equal(keyfind_name(&minor), "A minor");
    assert_true(fabs(minor.r - 0.9025931) < 5e-7);
}

static void the_curve_holds_every_keys_correlation(void **state)
{
    (void)state;
    const double c_triad[12] = {[0] = 1, [4] = 1, [7] = 1};
    double r[24];
    KeyFind key = keyfind(c_triad);
    keyfind_curve(KEY_KRUMHANSL, c_triad, r);
    assert_true(r[0] == key.r);
    for (int i = 1; i < 24; i++) assert_true(r[i] <= key.second);
    keyfind_curve(KEY_KRUMHANSL, (double[12]){0}, r);
    for (int i = 0; i < 24; i++) assert_true(isnan(r[i]));
}

static void silence_and_the_chromatic_cluster_have_no_key(void **state)
{
    (void)state;
    const double none[12] = {0}, all[12] = {.3, .3, .3, .3, .3, .3, .3, .3, .3, .3, .3, .3};
    const KeyFind c_major = {.root = 0};
    KeyFind a = keyfind(none), b = keyfind(all);
    assert_int_equal(a.root, -1);
    assert_true(isnan(a.r));
    assert_int_equal(b.root, -1);
    assert_true(isnan(b.r));
    assert_string_equal(keyfind_name(&a), "");
    assert_true(isnan(keyfind_share(none, &c_major)));
    assert_true(isnan(keyfind_share(all, &b)));
}

static void entropy_is_in_bits(void **state)
{
    (void)state;
    const double one[12] = {0, 0, 7}, two[12] = {1, 1}, none[12] = {0};
    double all[12];
    for (int i = 0; i < 12; i++) all[i] = 0.25;
    assert_true(keyfind_entropy(one) == 0);
    assert_true(fabs(keyfind_entropy(two) - 1) < 1e-15);
    assert_true(fabs(keyfind_entropy(all) - log2(12)) < 1e-12);
    assert_true(isnan(keyfind_entropy(none)));
}

static void the_share_counts_the_scale_and_minors_raised_seventh(void **state)
{
    (void)state;
    const KeyFind c_major = {.root = 0}, a_minor = {.root = 9, .minor = true};
    const double w[12] = {[0] = 4, [6] = 1, [8] = 2, [9] = 3}; /* C F# G# A */
    assert_true(fabs(keyfind_share(w, &c_major) - 0.7) < 1e-15); /* without F#, G# */
    assert_true(fabs(keyfind_share(w, &a_minor) - 0.9) < 1e-15); /* without F# */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rotated_profile_is_its_own_key),
        cmocka_unit_test(known_pieces_have_known_keys),
        cmocka_unit_test(temperleys_profiles_are_another_opinion),
        cmocka_unit_test(the_curve_holds_every_keys_correlation),
        cmocka_unit_test(silence_and_the_chromatic_cluster_have_no_key),
        cmocka_unit_test(entropy_is_in_bits),
        cmocka_unit_test(the_share_counts_the_scale_and_minors_raised_seventh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
