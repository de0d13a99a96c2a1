/* test_timeline.c: ticks to frames through the tempo map, and channels dealt to groups. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fixture_song.h"
#include "synth/timeline.h"

enum { RATE = 48000 };

static void tempo_changes_move_what_follows(void **state)
{
    MidiSong s;
    Timeline t;
    Err err = {{0}};
    (void)state;
    song_init(&s);
    song_event(&s, 480, 0x90, 60, 100); /* 120 a minute until told otherwise: 0.5 s */
    song_tempo(&s, 960, 1000000);
    song_event(&s, 1440, 0x80, 60, 0); /* 1 s + 1 s */
    song_tempo(&s, 1440, 250000);
    s.end_tick = 2400; /* + 0.5 s */
    assert_true(timeline_init(&t, &s, RATE, &err));
    assert_int_equal(t.frame[0], RATE / 2);
    assert_int_equal(t.frame[2], 2 * RATE);
    assert_int_equal(t.last, 2 * RATE);
    assert_int_equal(t.end, RATE * 5 / 2);
    timeline_free(&t);
    song_free(&s);
}

static void smpte_time_ignores_the_tempo(void **state)
{
    MidiSong s;
    Timeline t;
    Err err = {{0}};
    (void)state;
    song_init(&s);
    s.division = 40, s.smpte = 25;
    song_tempo(&s, 0, 1000000);
    song_event(&s, 1000, 0x90, 60, 100);
    assert_true(timeline_init(&t, &s, RATE, &err));
    assert_int_equal(t.frame[1], RATE);
    timeline_free(&t);
    s.division = 100, s.smpte = 29; /* means 30000 / 1001 */
    assert_true(timeline_init(&t, &s, RATE, &err));
    assert_int_equal(t.frame[1], 16016);
    timeline_free(&t);
    song_free(&s);
}

static void endless_songs_are_refused(void **state)
{
    MidiSong s;
    Timeline t;
    Err err = {{0}};
    (void)state;
    song_init(&s);
    song_event(&s, 0, 0x90, 60, 100);
    s.end_tick = INT32_MAX;
    assert_false(timeline_init(&t, &s, RATE, &err));
    assert_non_null(strstr(err.msg, "hours"));
    s.end_tick = 0;
    song_event(&s, INT32_MAX, 0x80, 60, 0);
    assert_false(timeline_init(&t, &s, RATE, &err));
    s.division = 0;
    assert_false(timeline_init(&t, &s, RATE, &err));
    song_free(&s);
}

static void channels_are_dealt_so_that_groups_have_the_same_to_do(void **state)
{
    static const int BEATS[] = {8, 5, 4, 3}; /* 8 + 3 against 5 + 4 */
    MidiSong s;
    Timeline t;
    Err err = {{0}};
    (void)state;
    song_init(&s);
    for (int c = 0; c < 4; c++) song_event(&s, 0, 0x90 | c, 60, 100);
    for (int c = 3; c >= 0; c--) song_event(&s, 480 * BEATS[c], 0x80 | c, 60, 0);
    assert_true(timeline_init(&t, &s, RATE, &err));
    assert_int_equal(t.group[0], t.group[3]);
    assert_int_equal(t.group[1], t.group[2]);
    assert_int_not_equal(t.group[0], t.group[1]);
    assert_true(t.used[0] && t.used[1]);
    timeline_free(&t);
    song_free(&s);
}

static void one_channel_uses_one_group(void **state)
{
    MidiSong s;
    Timeline t;
    Err err = {{0}};
    (void)state;
    song_init(&s);
    song_event(&s, 0, 0xc3, 20, 0);
    song_event(&s, 0, 0x93, 60, 100);
    song_event(&s, 0, 0x95, 60, 0); /* velocity 0 is no note */
    assert_true(timeline_init(&t, &s, RATE, &err));
    assert_true(t.used[t.group[3]] && !t.used[!t.group[3]]);
    assert_false(t.default_program[3]);
    assert_false(t.default_program[5]);
    timeline_free(&t);
    song_free(&s);
}

static void a_note_before_any_program_change_plays_the_default_one(void **state)
{
    MidiSong s;
    Timeline t;
    Err err = {{0}};
    (void)state;
    song_init(&s);
    song_event(&s, 0, 0x92, 60, 100);
    song_event(&s, 10, 0xc2, 20, 0);
    assert_true(timeline_init(&t, &s, RATE, &err));
    assert_true(t.default_program[2]);
    timeline_free(&t);
    song_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tempo_changes_move_what_follows),
        cmocka_unit_test(smpte_time_ignores_the_tempo),
        cmocka_unit_test(endless_songs_are_refused),
        cmocka_unit_test(channels_are_dealt_so_that_groups_have_the_same_to_do),
        cmocka_unit_test(one_channel_uses_one_group),
        cmocka_unit_test(a_note_before_any_program_change_plays_the_default_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
