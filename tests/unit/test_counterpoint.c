/* test_counterpoint.c: fitting a line into a texture. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "music/counterpoint.h"

enum { BEAT = SCORE_PPQ };

static const Scale C_MAJOR = {0, MODE_MAJOR};

static Track held(Note *note, int n, const int *key)
{
    for (int i = 0; i < n; i++)
        note[i] = (Note){.start = i * BEAT, .dur = BEAT + 10, .key = (float)key[i], .vel = 1};
    return (Track){.note = note, .nnotes = n};
}

static CpTask four_slots(const double *aim, const int *rank)
{
    CpTask t = {.scale = C_MAJOR,
                .chord = chord_on(C_MAJOR, 0, 3),
                .range = {55, 84},
                .before = -1,
                .n = 4};
    for (int i = 0; i < 4; i++)
        t.slot[i] = (CpSlot){.at = i * BEAT, .aim = aim[i], .rank = rank[i], .strong = i % 2 == 0};
    return t;
}

static void a_higher_rank_is_always_a_higher_key(void **state)
{
    (void)state;
    static const int ORDER[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}, {2, 0, 3, 1}};
    for (int o = 0; o < 4; o++) {
        double aim[4];
        int key[4];
        for (int i = 0; i < 4; i++) aim[i] = 66 + 0.4 * ORDER[o][i]; /* all but the same height */
        CpTask t = four_slots(aim, ORDER[o]);
        counterpoint_fit(&t, key);
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 4; j++)
                if (ORDER[o][i] > ORDER[o][j]) assert_true(key[i] > key[j]);
    }
}

static void strong_notes_are_chord_tones_and_all_notes_are_in_scale(void **state)
{
    (void)state;
    const double aim[4] = {62, 65, 69, 71};
    const int rank[4] = {0, 1, 2, 3};
    int key[4];
    CpTask t = four_slots(aim, rank);
    counterpoint_fit(&t, key);
    for (int i = 0; i < 4; i++) assert_true(scale_has(C_MAJOR, key[i]));
    assert_true(chord_has(&t.chord, key[0]));
    assert_true(chord_has(&t.chord, key[2]));
}

static void a_line_does_not_follow_another_in_octaves(void **state)
{
    (void)state;
    static const int LOW[4] = {48, 52, 55, 60};
    const double aim[4] = {60, 64, 67, 72}; /* the same, an octave higher */
    const int rank[4] = {0, 1, 2, 3};
    Note note[4];
    Track below = held(note, 4, LOW);
    CpTask t = four_slots(aim, rank);
    int key[4], parallels = 0;
    t.other[t.nothers++] = (CpOther){&below, -1};
    counterpoint_fit(&t, key);
    for (int i = 1; i < 4; i++)
        parallels += counterpoint_parallels(t.other, 1, key[i - 1], key[i], i * BEAT);
    assert_int_equal(parallels, 0);
    assert_int_equal(counterpoint_parallels(t.other, 1, 60, 64, BEAT), 1); /* what was asked for */
}

static void equal_numbers_share_a_rank(void **state)
{
    (void)state;
    const float x[5] = {2, 5, 2, 7, 5};
    int rank[5];
    counterpoint_rank(x, 5, rank);
    static const int WANT[5] = {0, 1, 0, 2, 1};
    for (int i = 0; i < 5; i++) assert_int_equal(rank[i], WANT[i]);
}

static void the_latest_of_overlapping_notes_sounds(void **state)
{
    (void)state;
    static const int KEY[3] = {60, 62, 64};
    Note note[3];
    Track t = held(note, 3, KEY);
    assert_int_equal(track_sounding(&t, 0), 60);
    assert_int_equal(track_sounding(&t, BEAT - 1), 60);
    assert_int_equal(track_sounding(&t, BEAT), 62);
    assert_int_equal(track_sounding(&t, 3 * BEAT + 9), 64);
    assert_int_equal(track_sounding(&t, 3 * BEAT + 10), -1);
    assert_int_equal(track_sounding(&(Track){0}, 5), -1);
}

static void a_natural_seventh_is_not_sung_against_a_leading_note(void **state)
{
    (void)state;
    const Scale a_minor = {9, MODE_NATURAL_MINOR};
    Chord dominant = chord_before_tonic(a_minor); /* E G# B */
    assert_true(chord_allows(&dominant, a_minor, 68));
    assert_false(chord_allows(&dominant, a_minor, 67));
    assert_true(chord_allows(&dominant, a_minor, 62));
    assert_false(chord_allows(&dominant, a_minor, 61));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_higher_rank_is_always_a_higher_key),
        cmocka_unit_test(strong_notes_are_chord_tones_and_all_notes_are_in_scale),
        cmocka_unit_test(a_line_does_not_follow_another_in_octaves),
        cmocka_unit_test(equal_numbers_share_a_rank),
        cmocka_unit_test(the_latest_of_overlapping_notes_sounds),
        cmocka_unit_test(a_natural_seventh_is_not_sung_against_a_leading_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
