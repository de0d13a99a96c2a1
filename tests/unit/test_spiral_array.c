/* test_spiral_array.c: the spiral array against hand-made distances and positions from NumPy. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/spiral_array.h"
#include "fixture_near.h"

enum { C_MAJOR_TRIAD = 1 << 0 | 1 << 4 | 1 << 7 };

static void check(Spiral got, double x, double y, double z)
{
    assert_near(got.x, x, 1e-9); /* digits of the constants */
    assert_near(got.y, y, 1e-9);
    assert_near(got.z, z, 1e-9);
}

static void a_fifth_is_near_and_a_third_straight_above(void **state)
{
    (void)state;
    assert_near(spiral_distance(spiral_pitch(0), spiral_pitch(1)), sqrt(2.16), 1e-12);
    assert_near(spiral_distance(spiral_pitch(0), spiral_pitch(1)), 1.4697, 5e-5);
    assert_near(spiral_distance(spiral_pitch(0), spiral_pitch(4)), 1.6, 1e-12);
    assert_near(spiral_distance(spiral_pitch(-3), spiral_pitch(1)), 1.6, 1e-12);
}

static void chords_and_keys_are_weighted_means(void **state)
{
    (void)state;
    check(spiral_triad(0, false), 0.274, 0.726, 0.4136);
    check(spiral_triad(0, true), 0.464, 0.536, -0.1184);
    check(spiral_key(0, false), 0.207848, 0.36612, 0.4472);
    check(spiral_key(3, true), -0.27834, 0.323748, 1.249796); /* A minor */
}

static void keys_spell_their_own_notes(void **state)
{
    (void)state;
    assert_int_equal(spiral_spell(6, 0, false), -6); /* G flat in C major */
    assert_int_equal(spiral_spell(6, 7, false), 6);  /* F sharp in G major */
    assert_int_equal(spiral_spell(10, 5, false), -2);
    assert_int_equal(spiral_spell(9, 9, true), 3);
    for (int root = 0; root < 12; root++) {
        static const int MAJOR[7] = {0, 1, 2, 3, 4, 5, -1};
        for (int i = 0; i < 7; i++) { /* the scale: six fifths in a row */
            int pc = (root + 7 * (MAJOR[i] + 12)) % 12, home = spiral_spell(root, root, false);
            assert_int_equal(spiral_spell(pc, root, false), home + MAJOR[i]);
        }
    }
}

static void the_cloud_of_a_triad_spans_its_third(void **state)
{
    (void)state;
    assert_near(spiral_diameter(C_MAJOR_TRIAD, 0, false), sqrt(2 + 1.2 * 1.2), 1e-12); /* E - G */
    assert_near(spiral_diameter(1 << 0 | 1 << 4, 0, false), 1.6, 1e-12);
    assert_near(spiral_diameter(1 << 0, 0, false), 0, 0);
    assert_near(spiral_diameter(1 << 6 | 1 << 11, 0, false), sqrt(2 + 4.4 * 4.4), 1e-12);
}

static void strain_of_a_triad_is_its_distance_from_the_key(void **state)
{
    (void)state;
    const double triad[12] = {[0] = 2, [4] = 2, [7] = 2};
    Spiral centre;
    assert_true(spiral_centre(triad, 0, false, &centre));
    assert_near(spiral_distance(centre, spiral_key_of(0, false)), 0.39273462478, 1e-10);
    assert_true(spiral_centre(triad, 9, true, &centre));
    assert_near(spiral_distance(centre, spiral_key_of(9, true)), 0.91201825533, 1e-10);
    assert_false(spiral_centre((double[12]){0}, 0, false, &centre));
}

static void scales_with_a_strong_tonic_are_found(void **state)
{
    (void)state;
    for (int root = 0; root < 12; root++) {
        double major[12] = {0}, minor[12] = {0};
        for (int i = 0; i < 7; i++) {
            major[(root + (int[]){0, 2, 4, 5, 7, 9, 11}[i]) % 12] = (int[]){4, 1, 2, 1, 3, 1, 1}[i];
            minor[(root + (int[]){0, 2, 3, 5, 7, 8, 10}[i]) % 12] = (int[]){4, 1, 2, 1, 3, 1, 1}[i];
        }
        SpiralKey a = spiral_find_key(major), b = spiral_find_key(minor);
        assert_int_equal(a.root, root);
        assert_false(a.minor);
        assert_int_equal(b.root, root);
        assert_true(b.minor);
    }
    assert_int_equal(spiral_find_key((double[12]){0}).root, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fifth_is_near_and_a_third_straight_above),
        cmocka_unit_test(chords_and_keys_are_weighted_means),
        cmocka_unit_test(keys_spell_their_own_notes),
        cmocka_unit_test(the_cloud_of_a_triad_spans_its_third),
        cmocka_unit_test(strain_of_a_triad_is_its_distance_from_the_key),
        cmocka_unit_test(scales_with_a_strong_tonic_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
