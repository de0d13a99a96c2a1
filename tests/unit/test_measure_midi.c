/* test_measure_midi.c: what is measured of MIDI files, against values worked out by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/measure_midi.h"
#include "fixture_bytes.h"

static void add(Score *s, int track, int32_t start, int32_t dur, int key, int vel)
{
    Note n = {.start = start, .dur = dur, .key = (float)key, .vel = (float)vel / 127};
    for (int f = 0; f < FROM_COUNT; f++) n.from[f] = CELL_NONE;
    score_add_note(s, track, &n);
}

/* At 120 BPM (a bar lasts 2 s), 4 bars of 4/4:
 *   Piano  bar 1: C4 E4 G4 together, half a second; C4 again at 1 s for 1 s
 *   Bass   bar 2: C2 for 2 s, bar 4: G2 for 1 s (nothing sounds from 4 s to 6 s nor from 7 s on)
 *   Drums  bar 1: two strokes */
static void make_song(MidiSong *song)
{
    Score s = {.length = 4 * 1920};
    Str out = {0};
    Err err = {0};
    score_add_tempo(&s, 0, 120);
    int piano = score_add_track(&s, "Piano", 0, false);
    int bass = score_add_track(&s, "Bass", 43, false);
    int drums = score_add_track(&s, "Drums", 0, true);
    for (int i = 0; i < 3; i++) add(&s, piano, 0, 480, (int[]){60, 64, 67}[i], 64);
    add(&s, piano, 960, 960, 60, 100);
    add(&s, bass, 1920, 1920, 36, 80);
    add(&s, bass, 5760, 960, 43, 80);
    add(&s, drums, 0, 120, 36, 127);
    add(&s, drums, 480, 120, 42, 1);
    score_finish(&s);
    if (!midi_write_score(&s, MIDI_BOTH, &out, &err) ||
        !midi_read(song, (const uint8_t *)out.s, (int64_t)out.len, &err))
        fail_msg("%s", err.msg);
    str_free(&out);
    score_free(&s);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9; /* a few roundings of doubles */
}

static void the_whole_is_measured(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m;
    make_song(&song);
    measure_midi(&m, &song);
    assert_true(near(m.seconds, 8));
    assert_int_equal(m.bars, 4);
    assert_true(near(m.bpm, 120) && near(m.bpm_min, 120) && near(m.bpm_max, 120));
    assert_int_equal(m.meter_num, 4);
    assert_int_equal(m.nparts, 3);
    const MidiPart *p = &m.all;
    assert_int_equal(p->notes, 8);
    assert_int_equal(p->pitches, 5); /* drums are no pitches */
    assert_int_equal(p->low, 36);
    assert_int_equal(p->high, 67);
    assert_int_equal(p->velocities, 5);
    assert_int_equal(p->durations, 4);
    assert_int_equal(p->max_polyphony, 4); /* the chord and a stroke */
    assert_true(near(p->longest_gap, 2));
    assert_true(near(p->density, 1));
    assert_true(near(p->mean_velocity, (3 * 64 + 100 + 2 * 80 + 127 + 1) / 8.0));
    /* pitch classes by count: C 3, E 1, G 2 */
    assert_true(near(p->entropy, -(0.5 * log2(0.5) + log2(1 / 6.0) / 6 + log2(1 / 3.0) / 3)));
    assert_string_equal(keyfind_name(&p->key), "C major");
    assert_true(near(p->in_key_time, 1) && near(p->in_key_notes, 1));
    measure_midi_free(&m);
    midi_free(&song);
}

static void each_track_is_measured(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m;
    make_song(&song);
    measure_midi(&m, &song);
    const MidiPart *piano = &m.part[0], *bass = &m.part[1], *drums = &m.part[2];
    assert_string_equal(piano->name, "Piano");
    assert_int_equal(piano->notes, 4);
    assert_int_equal(piano->pitches, 3);
    assert_int_equal(piano->max_polyphony, 3);
    assert_true(near(piano->mean_polyphony, (3 * 0.5 + 1) / 1.5));
    assert_true(near(piano->longest_gap, 0.5));
    assert_true(near(piano->seconds, 2) && near(piano->density, 2));
    assert_int_equal(piano->velocities, 2);
    assert_int_equal(piano->durations, 2);
    assert_int_equal(bass->program, 43);
    assert_int_equal(bass->low, 36);
    assert_int_equal(bass->high, 43);
    assert_true(near(bass->longest_gap, 2)); /* within its own time: not the bar before it */
    assert_int_equal(bass->max_polyphony, 1);
    assert_true(near(bass->entropy, 1));
    assert_true(drums->drum && isnan(drums->entropy) && drums->key.root == -1);
    assert_int_equal(drums->pitches, 2);
    measure_midi_free(&m);
    midi_free(&song);
}

static void read_and_measure(const char *hex, MidiSong *song, MidiMeasure *m)
{
    Str in = fixture_hex(hex);
    Err err = {0};
    if (!midi_read(song, (const uint8_t *)in.s, (int64_t)in.len, &err)) fail_msg("%s", err.msg);
    measure_midi(m, song);
    str_free(&in);
}

static void channels_of_a_format_0_file_are_parts(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m;
    read_and_measure("4d546864 00000006 0000 0001 0060 4d54726b 0000001a"
                     "00c005 00c107 00903c40 00914040 60803c40 00814000 00ff2f00", &song, &m);
    assert_int_equal(m.nparts, 2);
    assert_int_equal(m.part[0].program, 5);
    assert_int_equal(m.part[1].program, 7);
    assert_int_equal(m.part[1].channel, 1);
    measure_midi_free(&m);
    midi_free(&song);
}

static void note_offs_end_the_oldest_and_unended_notes_last_to_the_end(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m; /* C4 at 0 and at 96; off at 192; another off for D4, never on; end at 384 */
    read_and_measure("4d546864 00000006 0000 0001 0060 4d54726b 00000017"
                     "00903c40 603c40 60803c40 00803e40 8140ff2f00", &song, &m);
    assert_int_equal(m.part[0].notes, 2);
    assert_int_equal(m.part[0].durations, 2);  /* 192 and 288 */
    assert_true(near(m.part[0].seconds, 2));   /* 384 ticks at 120 BPM */
    assert_true(near(m.part[0].mean_polyphony, (1 + 1.5) / 2));
    measure_midi_free(&m);
    midi_free(&song);
}

static void bars_follow_the_metre_and_tempo_its_changes(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m; /* 3/4 for two bars (576 ticks), then 6/8; 120, then 60; 288 more = one bar */
    read_and_measure("4d546864 00000006 0001 0001 0060 4d54726b 00000027"
                     "00ff5804 03021808 00ff5103 07a120 8440ff5804 06031808 00ff5103 0f4240"
                     "8220ff2f00", &song, &m);
    assert_int_equal(m.bars, 3);
    assert_int_equal(m.nmeters, 2);
    assert_int_equal(m.meter_num, 3);
    assert_int_equal(m.meter_den, 4);
    assert_true(near(m.bpm, 120) && near(m.bpm_min, 60) && near(m.bpm_max, 120));
    assert_true(near(m.seconds, 3 + 3));
    measure_midi_free(&m);
    midi_free(&song);
}

static void a_file_without_notes_is_measured_too(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m;
    Str out = {0};
    Err err = {0};
    JsonOut j;
    read_and_measure("4d546864 00000006 0000 0001 0060 4d54726b 00000004 60ff2f00", &song, &m);
    assert_int_equal(m.nparts, 0);
    assert_true(near(m.seconds, 0.5) && near(m.all.longest_gap, 0.5));
    measure_midi_text(&m, "x.mid", &out);
    assert_non_null(strstr(out.s, "0.500 s, 1 bars of 4/4"));
    str_free(&out);
    jout_init(&j, &out);
    measure_midi_json(&m, "x.mid", &j);
    Json *root = json_parse(out.s, out.len, &err);
    assert_non_null(root);
    assert_true(json_is_null(json_get(root, "key")));
    json_free(root);
    str_free(&out);
    measure_midi_free(&m);
    midi_free(&song);
}

static void text_and_json_show_what_was_measured(void **state)
{
    (void)state;
    MidiSong song;
    MidiMeasure m;
    Str out = {0};
    Err err = {0};
    JsonOut j;
    make_song(&song);
    measure_midi(&m, &song);
    measure_midi_text(&m, "x.mid", &out);
    assert_non_null(strstr(out.s, "x.mid\n"));
    assert_non_null(strstr(out.s, "8.000 s, 4 bars of 4/4, 120.00 BPM"));
    assert_non_null(strstr(out.s, "Contrabass"));
    assert_non_null(strstr(out.s, "C2..G4"));
    str_free(&out);
    jout_init(&j, &out);
    measure_midi_json(&m, "x.mid", &j);
    Json *root = json_parse(out.s, out.len, &err);
    assert_non_null(root);
    assert_string_equal(json_string(json_get(root, "kind")), "midi");
    assert_string_equal(json_string(json_get(root, "key")), "C major");
    assert_true(json_number(json_get(root, "notes"), 0) == 8);
    const Json *first = json_child(json_get(root, "tracks"));
    assert_int_equal(json_count(json_get(root, "tracks")), 3);
    assert_string_equal(json_string(json_get(first, "lowest_name")), "C4");
    assert_true(json_number(json_get(first, "longest_gap"), 0) == 0.5);
    json_free(root);
    str_free(&out);
    measure_midi_free(&m);
    midi_free(&song);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_is_measured),
        cmocka_unit_test(each_track_is_measured),
        cmocka_unit_test(channels_of_a_format_0_file_are_parts),
        cmocka_unit_test(note_offs_end_the_oldest_and_unended_notes_last_to_the_end),
        cmocka_unit_test(bars_follow_the_metre_and_tempo_its_changes),
        cmocka_unit_test(a_file_without_notes_is_measured_too),
        cmocka_unit_test(text_and_json_show_what_was_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
