/* test_scale.c: modes, degrees, snapping, key signatures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "music/scale.h"

static void every_mode_has_a_name_that_parses_back(void **state)
{
    (void)state;
    for (int m = 0; m < MODE_COUNT; m++) assert_int_equal(mode_parse(mode_name(m)), m);
    assert_int_equal(mode_parse("minor"), MODE_NATURAL_MINOR);
    assert_int_equal(mode_parse("locrian_sharp"), -1);
}

static void d_dorian_has_the_white_keys(void **state)
{
    (void)state;
    Scale s = {2, MODE_DORIAN};
    static const int WHITE[12] = {1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1};
    for (int key = 0; key < 128; key++) assert_int_equal(scale_has(s, key), WHITE[key % 12]);
}

static void e_phrygian_has_f_natural(void **state)
{
    (void)state;
    Scale s = {4, MODE_PHRYGIAN};
    assert_true(scale_has(s, 65));
    assert_false(scale_has(s, 66));
    assert_true(scale_has(s, 62)); /* D: the minor seventh, not the major one */
}

static void degree_and_key_are_inverse(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        for (int root = 0; root < 12; root++) {
            Scale s = {root, mode};
            for (int degree = -20; degree < 70; degree++) {
                int key = scale_key(s, degree);
                assert_true(scale_has(s, key));
                assert_int_equal(scale_degree(s, key), degree);
            }
        }
    }
}

static void snap_takes_the_nearest_pitch_and_ties_go_down(void **state)
{
    (void)state;
    Scale c = {0, MODE_MAJOR};
    assert_int_equal(scale_snap(c, 61), 60);    /* between C and D */
    assert_int_equal(scale_snap(c, 61.2), 62);
    assert_int_equal(scale_snap(c, 60), 60);
    assert_int_equal(scale_snap(c, 64.6), 65);
    for (double x = 20; x < 100; x += 0.13)
        assert_true(fabs(scale_snap(c, x) - x) <= 1.0);
}

static void positions_are_monotone_and_reach_both_ends(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        Scale s = {7, mode};
        int last = 0;
        for (int i = 0; i <= 100; i++) {
            int key = scale_at(s, 28, 76, i / 100.0);
            assert_true(key >= 28 && key <= 76 && key >= last && scale_has(s, key));
            last = key;
        }
        assert_true(scale_at(s, 28, 76, 0) < 28 + 4);
        assert_true(last > 76 - 4);
    }
    assert_int_equal(scale_at((Scale){0, MODE_MAJOR}, 60, 72, NAN), 60);
}

static void key_signatures_are_those_of_the_book(void **state)
{
    (void)state;
    bool minor;
    assert_int_equal(scale_sharps((Scale){0, MODE_MAJOR}, &minor), 0);
    assert_false(minor);
    assert_int_equal(scale_sharps((Scale){9, MODE_NATURAL_MINOR}, &minor), 0);
    assert_true(minor);
    assert_int_equal(scale_sharps((Scale){5, MODE_MAJOR}, &minor), -1);
    assert_int_equal(scale_sharps((Scale){4, MODE_MAJOR}, &minor), 4);
    assert_int_equal(scale_sharps((Scale){2, MODE_DORIAN}, &minor), 0);
    assert_int_equal(scale_sharps((Scale){4, MODE_PHRYGIAN}, &minor), 0);
    assert_int_equal(scale_sharps((Scale){5, MODE_LYDIAN}, &minor), 0);
    assert_int_equal(scale_sharps((Scale){7, MODE_MIXOLYDIAN}, &minor), 0);
    assert_int_equal(scale_sharps((Scale){3, MODE_NATURAL_MINOR}, &minor), 6);
}

static void relative_keys_are_no_step_apart_and_the_tritone_is_six(void **state)
{
    (void)state;
    assert_int_equal(scale_fifths_apart((Scale){0, MODE_MAJOR}, (Scale){9, MODE_NATURAL_MINOR}), 0);
    assert_int_equal(scale_fifths_apart((Scale){0, MODE_MAJOR}, (Scale){7, MODE_MAJOR}), 1);
    assert_int_equal(scale_fifths_apart((Scale){0, MODE_MAJOR}, (Scale){6, MODE_MAJOR}), 6);
}

static void pitch_classes_parse_sharps_and_flats(void **state)
{
    (void)state;
    assert_int_equal(pitch_class_parse("C"), 0);
    assert_int_equal(pitch_class_parse("f#"), 6);
    assert_int_equal(pitch_class_parse("Bb"), 10);
    assert_int_equal(pitch_class_parse("Cb"), 11);
    assert_int_equal(pitch_class_parse("H"), -1);
    assert_int_equal(pitch_class_parse("C##"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mode_has_a_name_that_parses_back),
        cmocka_unit_test(d_dorian_has_the_white_keys),
        cmocka_unit_test(e_phrygian_has_f_natural),
        cmocka_unit_test(degree_and_key_are_inverse),
        cmocka_unit_test(snap_takes_the_nearest_pitch_and_ties_go_down),
        cmocka_unit_test(positions_are_monotone_and_reach_both_ends),
        cmocka_unit_test(key_signatures_are_those_of_the_book),
        cmocka_unit_test(relative_keys_are_no_step_apart_and_the_tritone_is_six),
        cmocka_unit_test(pitch_classes_parse_sharps_and_flats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
