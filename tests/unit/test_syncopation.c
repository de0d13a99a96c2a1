/* test_syncopation.c: syncopation worked out by hand after SynPy, AMADS and the papers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/syncopation.h"
#include "fixture_near.h"

static const uint8_t SON[16] = {1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0};

static int lhl(const uint8_t *onset, int n, int num, int den, int per_beat)
{
    MetreTree tree = syncopation_metre(num, den, per_beat);
    int slots = 1;
    for (int i = 0; i < tree.n; i++) slots *= tree.split[i];
    assert_int_equal(slots, n);
    return syncopation_lhl(onset, n, &tree, NULL);
}

static void metres_divide_as_musicians_count(void **state)
{
    (void)state;
    MetreTree common = syncopation_metre(4, 4, 4), waltz = syncopation_metre(3, 4, 2);
    MetreTree six = syncopation_metre(6, 8, 2);
    assert_int_equal(common.n, 4);
    for (int i = 0; i < 4; i++) assert_int_equal(common.split[i], 2);
    assert_int_equal(waltz.split[0], 3);
    assert_int_equal(waltz.split[1], 2);
    assert_int_equal(six.n, 3);
    assert_int_equal(six.split[0], 2);
    assert_int_equal(six.split[1], 3);
    assert_int_equal(six.split[2], 2);
}

static void a_rest_stronger_than_the_note_before_it_counts(void **state)
{
    (void)state;
    assert_int_equal(lhl((uint8_t[]){1, 0, 0, 1, 0, 1, 1, 0}, 8, 2, 4, 4), 2);
    /* rests on 4 (-2) and 8 (-1) after the notes on 3 (-4) and 6 (-3) */
    assert_int_equal(lhl(SON, 16, 4, 4, 4), 2 + 2);
    assert_int_equal(lhl((uint8_t[]){1, 0, 1, 0, 1, 0, 1, 0}, 8, 4, 4, 2), 0);
    assert_int_equal(lhl((uint8_t[]){0, 0, 0, 0}, 4, 4, 4, 1), 0);
    assert_int_equal(lhl((uint8_t[]){1, 1, 0, 0, 0, 1}, 6, 6, 8, 1), 1); /* -1 after -2 */
}

static void a_note_is_heard_over_the_bar_line(void **state)
{
    (void)state;
    MetreTree tree = syncopation_metre(4, 4, 2);
    LhlNote last = {0};
    assert_int_equal(syncopation_lhl((uint8_t[]){1, 0, 0, 0, 0, 0, 0, 1}, 8, &tree, &last), 0);
    assert_true(last.any);
    assert_int_equal(last.weight, -3);
    /* a rest on one (0) and, after the note on two (-2), one on three (-1) */
    assert_int_equal(syncopation_lhl((uint8_t[]){0, 0, 1, 0, 0, 0, 0, 0}, 8, &tree, &last), 3 + 1);
    assert_int_equal(last.weight, -2);
}

static void weighted_note_to_beat_distance_is_gomezs(void **state)
{
    (void)state;
    static const double CLAVE[5] = {0, 0.75, 1.5, 2.5, 3};
    static const double HESITATION[4] = {0, 0.5, 1, 1.75};
    assert_near(syncopation_wnbd(CLAVE, 5), 14 / 5.0, 1e-12);
    assert_near(syncopation_wnbd(HESITATION, 4), 1 / 2.0, 1e-12);
    assert_near(syncopation_wnbd((double[]){0, 1, 2, 3}, 4), 0, 0);
    assert_near(syncopation_wnbd((double[]){0.5, 3}, 2), 1 / 0.5 / 2, 1e-12); /* beyond two beats */
    assert_near(syncopation_wnbd(NULL, 0), 0, 0);
}

static void doubled_onsets_count_once(void **state)
{
    (void)state;
    assert_near(syncopation_wnbd((double[]){0, 0, 0.75, 0.75, 1.5, 2.5, 3}, 7), 14 / 5.0, 1e-12);
}

static void groove_is_the_share_of_slots_that_agree(void **state)
{
    (void)state;
    const uint8_t straight[4] = {1, 0, 1, 0}, off[4] = {0, 1, 0, 1}, near_it[4] = {1, 0, 1, 1};
    assert_near(syncopation_groove(straight, straight, 4), 1, 0);
    assert_near(syncopation_groove(straight, off, 4), 0, 0);
    assert_near(syncopation_groove(straight, near_it, 4), 0.75, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metres_divide_as_musicians_count),
        cmocka_unit_test(a_rest_stronger_than_the_note_before_it_counts),
        cmocka_unit_test(a_note_is_heard_over_the_bar_line),
        cmocka_unit_test(weighted_note_to_beat_distance_is_gomezs),
        cmocka_unit_test(doubled_onsets_count_once),
        cmocka_unit_test(groove_is_the_share_of_slots_that_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
