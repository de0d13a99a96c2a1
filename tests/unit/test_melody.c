/* test_melody.c: intervals and contours of lines that show one thing each. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/melody.h"
#include "fixture_near.h"

static void intervals_are_repeats_steps_and_leaps(void **state)
{
    (void)state;
    const int line[8] = {60, 60, 62, 61, 64, 84, 60, 59}; /* 0 +2 -1 +3 +20 -24 -1 */
    MelodyStats m = melody_stats(line, 8);
    assert_int_equal(m.notes, 8);
    assert_int_equal(m.repeats, 1);
    assert_int_equal(m.steps, 3);
    assert_int_equal(m.leaps, 3);
    assert_near(m.step_share, 0.5, 0);
    assert_near(m.mean_interval, 51 / 7.0, 1e-12);
    assert_int_equal(m.low, 59);
    assert_int_equal(m.high, 84);
    assert_int_equal(m.interval[MELODY_REACH], 1);
    assert_int_equal(m.interval[MELODY_REACH - 1], 2);
    assert_int_equal(m.interval[MELODY_BINS - 1], 1); /* +20 */
    assert_int_equal(m.interval[0], 1);               /* -24 */
}

static void short_lines_have_no_shares(void **state)
{
    (void)state;
    MelodyStats none = melody_stats(NULL, 0), one = melody_stats((int[]){60}, 1);
    MelodyStats same = melody_stats((int[]){60, 60}, 2);
    assert_int_equal(none.low, -1);
    assert_true(isnan(none.step_share) && isnan(none.mean_interval));
    assert_true(isnan(one.mean_interval) && one.low == 60 && one.high == 60);
    assert_true(isnan(same.step_share));
    assert_near(same.mean_interval, 0, 0);
}

static void the_nine_contours_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        int key[4];
        const char *name;
    } KNOWN[CONTOUR_COUNT] = {
        {{60, 60, 60, 60}, "horizontal"},
        {{60, 62, 64, 65}, "ascending"},
        {{65, 64, 62, 60}, "descending"},
        {{60, 65, 67, 62}, "convex"},
        {{67, 60, 62, 65}, "concave"},
        {{60, 58, 62, 65}, "horizontal-ascending"},
        {{60, 58, 62, 55}, "horizontal-descending"},
        {{60, 64, 66, 65}, "ascending-horizontal"},
        {{67, 64, 66, 65}, "descending-horizontal"},
    };
    for (int i = 0; i < CONTOUR_COUNT; i++) {
        Contour c = melody_contour(KNOWN[i].key, 4);
        assert_int_equal(c, i);
        assert_string_equal(melody_contour_name(c), KNOWN[i].name);
    }
}

static void one_and_two_notes_have_plain_contours(void **state)
{
    (void)state;
    assert_int_equal(melody_contour((int[]){60}, 1), CONTOUR_HORIZONTAL);
    assert_int_equal(melody_contour((int[]){60, 67}, 2), CONTOUR_ASCENDING);
    assert_int_equal(melody_contour((int[]){60, 53}, 2), CONTOUR_DESCENDING);
    assert_int_equal(melody_contour((int[]){60, 60}, 2), CONTOUR_HORIZONTAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_repeats_steps_and_leaps),
        cmocka_unit_test(short_lines_have_no_shares),
        cmocka_unit_test(the_nine_contours_are_told_apart),
        cmocka_unit_test(one_and_two_notes_have_plain_contours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
