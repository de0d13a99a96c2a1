/* test_song.c: reading MIDI files: what is written comes back, what is odd is tolerated, what is
 * broken is refused in one line, and nothing crashes (run under ASan). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fixture_bytes.h"
#include "midi/song.h"

#define HEAD "4d546864 00000006 0000 0001 01e0 " /* format 0, one track, 480 ticks */
#define END "00ff2f00 "

static bool read_hex(MidiSong *song, const char *hex, Err *err)
{
    Str in = fixture_hex(hex);
    bool ok = midi_read(song, (const uint8_t *)in.s, (int64_t)in.len, err);
    str_free(&in);
    return ok;
}

static void must_read(MidiSong *song, const char *hex)
{
    Err err = {0};
    if (!read_hex(song, hex, &err)) fail_msg("%s: %s", hex, err.msg);
}

static void expect(const MidiEvent *e, int32_t tick, int track, int status, int a, int b)
{
    assert_int_equal(e->tick, tick);
    assert_int_equal(e->track, track);
    assert_int_equal(e->status, status);
    assert_int_equal(e->data[0], a);
    assert_int_equal(e->data[1], b);
}

static void add(Score *s, int track, int32_t start, int32_t dur, float key, float vel)
{
    Note n = {.start = start, .dur = dur, .key = key, .vel = vel};
    for (int f = 0; f < FROM_COUNT; f++) n.from[f] = CELL_NONE;
    score_add_note(s, track, &n);
}

static int count(const MidiSong *song, int kind)
{
    int n = 0;
    for (int i = 0; i < song->nevents; i++) n += (song->event[i].status & 0xf0) == kind;
    return n;
}

static void a_score_comes_back_note_for_note(void **state)
{
    (void)state;
    Score s = {.title = "round trip"};
    Str out = {0};
    Err err = {0};
    MidiSong song;
    score_add_tempo(&s, 0, 138);
    score_add_tempo(&s, 4800, 66);
    for (int t = 0; t < 3; t++) {
        score_add_track(&s, "voice", 10 * t, false);
        for (int i = 0; i < 200; i++)
            add(&s, t, i * 97, 60 + i % 31, (float)(40 + (i * 7 + t) % 40),
                0.01f + 0.004f * (float)i);
    }
    score_finish(&s);
    assert_true(midi_write_score(&s, MIDI_BOTH, &out, &err));
    assert_true(midi_read(&song, (const uint8_t *)out.s, (int64_t)out.len, &err));
    assert_int_equal(song.format, 1);
    assert_int_equal(song.ntracks, 4);
    assert_int_equal(song.division, SCORE_PPQ);
    assert_int_equal(song.end_tick, s.length);
    assert_int_equal(song.nwarnings, 0);
    assert_int_equal(count(&song, 0x90), score_count_notes(&s));
    assert_int_equal(count(&song, 0x80), score_count_notes(&s));
    for (int t = 0; t < 3; t++) {
        int on = 0, off = 0;
        for (int i = 0; i < song.nevents; i++) {
            const MidiEvent *e = &song.event[i];
            if (e->track != t + 1) continue;
            if ((e->status & 0xf0) == 0x90) {
                const Note *n = &s.track[t].note[on++];
                expect(e, n->start, t + 1, 0x90 | t, (int)n->key, (int)lroundf(127 * n->vel));
            }
            off += (e->status & 0xf0) == 0x80;
        }
        assert_int_equal(on, 200);
        assert_int_equal(off, 200);
    }
    for (int32_t tick = 0; tick < s.length; tick += 331) /* the file keeps whole microseconds */
        assert_true(fabs(midi_seconds(&song, tick) - score_seconds(&s, tick)) < 1e-4);
    str_free(&out);
    midi_free(&song);
    score_free(&s);
}

static void running_status_repeats_the_last_status(void **state)
{
    (void)state;
    MidiSong song;
    must_read(&song, HEAD "4d54726b 00000010 00903c40 0a3e41 0a c105 0a06 00ff2f00");
    assert_int_equal(song.nevents, 5);
    expect(&song.event[0], 0, 0, 0x90, 0x3c, 0x40);
    expect(&song.event[1], 10, 0, 0x90, 0x3e, 0x41);
    expect(&song.event[2], 20, 0, 0xc1, 5, 0);
    expect(&song.event[3], 30, 0, 0xc1, 6, 0);
    assert_int_equal(song.nwarnings, 0);
    midi_free(&song);
}

static void events_of_all_tracks_are_sorted_by_tick_then_file_order(void **state)
{
    (void)state;
    MidiSong song;
    must_read(&song, "4d546864 00000006 0001 0002 0060"
                     "4d54726b 0000000c 10903c40 10803c00" END
                     "4d54726b 0000000c 10913d40 08813d00" END);
    const int32_t tick[] = {16, 16, 24, 24, 32, 32};
    const uint8_t status[] = {0x90, 0x91, 0x81, 0xff, 0x80, 0xff};
    assert_int_equal(song.nevents, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(song.event[i].tick, tick[i]);
        assert_int_equal(song.event[i].status, status[i]);
    }
    assert_int_equal(song.end_tick, 32);
    midi_free(&song);
}

static void sysex_and_its_continuation_and_metas_keep_their_payload(void **state)
{
    (void)state;
    MidiSong song;
    must_read(&song, HEAD "4d54726b 00000019 00f003 7e7f09 05f702 01f7 00ff0302 4142 00903c40" END);
    assert_int_equal(song.nevents, 5);
    assert_int_equal(song.event[0].status, 0xf0);
    assert_int_equal(song.event[0].len, 3);
    assert_memory_equal(song.payload.s + song.event[0].at, "\x7e\x7f\x09", 3);
    assert_int_equal(song.event[1].status, 0xf7);
    assert_int_equal(song.event[1].tick, 5);
    assert_memory_equal(song.payload.s + song.event[1].at, "\x01\xf7", 2);
    assert_int_equal(song.event[2].data[0], 3);
    assert_memory_equal(song.payload.s + song.event[2].at, "AB", 2);
    midi_free(&song);
}

static void seconds_follow_the_tempo_map(void **state)
{
    (void)state;
    MidiSong song; /* 96 ticks; 120, then 60 at tick 96, then 240 at tick 192 */
    must_read(&song, "4d546864 00000006 0001 0001 0060 4d54726b 00000012"
                     "60ff5103 0f4240 60ff5103 03d090" END);
    assert_int_equal(song.ntempos, 3);
    assert_true(fabs(midi_seconds(&song, 48) - 0.25) < 1e-12);
    assert_true(fabs(midi_seconds(&song, 96) - 0.5) < 1e-12);
    assert_true(fabs(midi_seconds(&song, 144) - 1.0) < 1e-12);
    assert_true(fabs(midi_seconds(&song, 192) - 1.5) < 1e-12);
    assert_true(fabs(midi_seconds(&song, 288) - 1.75) < 1e-12);
    midi_free(&song);
}

static void smpte_time_is_frames_and_ignores_tempo(void **state)
{
    (void)state;
    static const struct { const char *division; double fps; } CASE[] = {
        {"e850", 24}, {"e750", 25}, {"e350", 30000.0 / 1001}, {"e250", 30},
    };
    for (size_t i = 0; i < 4; i++) {
        char hex[200];
        MidiSong song;
        snprintf(hex, sizeof hex, "4d546864 00000006 0000 0001 %s 4d54726b 0000000b"
                                  "00ff5103 0f4240" END, CASE[i].division);
        must_read(&song, hex);
        assert_true(fabs(midi_seconds(&song, 8000) - 8000 / (80 * CASE[i].fps)) < 1e-9);
        midi_free(&song);
    }
}

static void the_tracks_of_format_2_follow_one_another(void **state)
{
    (void)state;
    MidiSong song;
    must_read(&song, "4d546864 00000006 0002 0002 0060"
                     "4d54726b 0000000c 10903c40 10803c00" END
                     "4d54726b 0000000c 10913d40 08813d00" END);
    expect(&song.event[3], 48, 1, 0x91, 0x3d, 0x40);
    assert_int_equal(song.end_tick, 56);
    midi_free(&song);
}

/* Files that break the standard but are understood: notes to be found, and a warning. */
static void odd_files_are_read_with_a_warning(void **state)
{
    (void)state;
    static const struct { const char *hex, *warning; int notes; } CASE[] = {
        {"52494646 00000030 524d4944 64617461 1e000000" HEAD "4d54726b 00000008 00903c40" END,
         "RIFF", 1},
        {"52494646 00000030 524d4944 494e464f 01000000 4100 64617461 ff000000" HEAD
         "4d54726b 00000008 00903c40" END, "claims 255", 1},
        {HEAD "4d54726b 00000004 00903c40", "no end", 1},
        {HEAD "4d54726b 00001000 00903c40" END, "claims 4096", 1},
        {HEAD "58464948 00000002 0102 4d54726b 00000008 00903c40" END, "XFIH", 1},
        {HEAD "000102 4d54726b 00000008 00903c40" END, "junk", 1},
        {HEAD "4d54726b 00000008 00903c40" END "001122", "after the last chunk", 1},
        {HEAD "4d54726b 0000000c 00903c40" END "00903c40", "after its end", 1},
        {HEAD "4d54726b 0000000f 00903c40 00ff0100 003d40" END, "running status", 2},
        {HEAD "4d54726b 0000000a 00f8 00903c40" END, "real-time", 1},
        {"4d546864 00000006 0001 0005 01e0 4d54726b 00000008 00903c40" END, "5 tracks", 1},
        {"4d546864 00000008 0000 0001 01e0 ffff 4d54726b 00000008 00903c40" END, NULL, 1},
        {HEAD "4d54726b 0000000e 00ff5102 0102 00903c40" END, "tempo", 1},
        {HEAD "4d54726b 0000000f 00ff5103 000000 00903c40" END, "tempo", 1},
        {HEAD "4d54726b 00000000", "no end", 0},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        MidiSong song;
        bool found = false;
        must_read(&song, CASE[i].hex);
        for (int w = 0; CASE[i].warning && w < song.nwarnings; w++)
            found = found || strstr(song.warning[w], CASE[i].warning);
        if (CASE[i].warning && !found) fail_msg("case %zu: no warning", i);
        if (!CASE[i].warning) assert_int_equal(song.nwarnings, 0);
        assert_int_equal(count(&song, 0x90), CASE[i].notes);
        midi_free(&song);
    }
}

static void broken_files_are_refused_in_one_line(void **state)
{
    (void)state;
    static const struct { const char *hex, *message; } CASE[] = {
        {"", "MThd"},
        {"4d54", "MThd"},
        {"52494646 00000000 57415645", "RMID"},
        {"52494646 00000000 524d4944", "data"},
        {"52494646 00000000 524d4944 64617461 04000000 4d546864", "header"},
        {"4d546864 00000006 0000", "header"},
        {"4d546864 00000005 0000 0001 01e0", "header of 5"},
        {"4d546864 ffffffff 0000 0001 01e0", "header of 4294967295"},
        {"4d546864 00000006 0003 0001 01e0", "format 3"},
        {"4d546864 00000006 0000 0001 0000", "division of 0"},
        {"4d546864 00000006 0000 0001 e800", "division of 0"},
        {"4d546864 00000006 0000 0001 8050", "frames"},
        {HEAD, "no track"},
        {"4d546864 00000006 0000 0000 01e0", "no track"},
        {HEAD "4d54726b 00", "no track"},
        {HEAD "4d54726b 00000004 00909000", "data byte over 127"},
        {HEAD "4d54726b 00000004 00903cff", "data byte over 127"},
        {HEAD "4d54726b 00000003 00c0 80", "data byte over 127"},
        {HEAD "4d54726b 00000003 003c40", "status byte must be"},
        {HEAD "4d54726b 00000007 00f000 003c40 00", "status byte must be"},
        {HEAD "4d54726b 00000006 8080808000 00", "four bytes"},
        {HEAD "4d54726b 00000007 00ff01 ffffffff", "four bytes"},
        {HEAD "4d54726b 00000001 81", "ends within"},
        {HEAD "4d54726b 00000001 00", "ends within"},
        {HEAD "4d54726b 00000002 0090", "ends within"},
        {HEAD "4d54726b 00000003 00903c", "ends within"},
        {HEAD "4d54726b 00000008 00903c", "ends within"},
        {HEAD "4d54726b 00000002 00ff", "ends within"},
        {HEAD "4d54726b 00000003 00ff01", "ends within"},
        {HEAD "4d54726b 00000007 00ff01 8fffff7f", "past the end"},
        {HEAD "4d54726b 00000006 00f005 010203", "past the end"},
        {HEAD "4d54726b 00000006 00f103 010203", "f1 to f6"},
        {HEAD "4d54726b 00000003 00f600", "f1 to f6"},
        {HEAD "4d54726b 00000048 ffffff7f 903c40 ffffff7f 3c40 ffffff7f 3c40 ffffff7f 3c40"
              "ffffff7f 3c40 ffffff7f 3c40 ffffff7f 3c40 ffffff7f 3c40 ffffff7f 3c40",
         "2147483647"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        MidiSong song;
        Err err = {0};
        if (read_hex(&song, CASE[i].hex, &err)) fail_msg("case %zu was taken", i);
        if (!strstr(err.msg, CASE[i].message)) fail_msg("case %zu: %s", i, err.msg);
        assert_null(strchr(err.msg, '\n'));
        assert_int_equal(song.nevents, 0);
        assert_null(song.event);
    }
}

static void warnings_are_bounded(void **state)
{
    (void)state;
    Str in = fixture_hex("4d546864 00000006 0001 0001 01e0");
    Err err = {0};
    MidiSong song;
    for (int i = 0; i < 1000; i++) str_add(&in, "MTrk\0\0\0\0", 8);
    assert_true(midi_read(&song, (const uint8_t *)in.s, (int64_t)in.len, &err));
    assert_int_equal(song.ntracks, 1000);
    assert_int_equal(song.nwarnings, 32);
    midi_free(&song);
    str_free(&in);
}

/* Every prefix, and every single changed byte, of a file with all kinds of events. */
static void no_prefix_and_no_changed_byte_does_harm(void **state)
{
    (void)state;
    Str in = fixture_hex("4d546864 00000006 0001 0002 01e0 4d54726b 0000001b"
                         "00ff0302 4142 00ff5103 07a120 00ff5804 03021808" END
                         "4d54726b 00000023 00c005 00f003 7e7f09 00b00764 00903c40 00e00040"
                         "83603c00 00d010 00a03c20 00" "ff2f00");
    int read = 0;
    for (size_t n = 0; n <= in.len; n++) {
        MidiSong song;
        Err err = {0};
        uint8_t *copy = mem_alloc((int64_t)n, 1); /* of exact size, so that ASan sees any overrun */
        if (n) memcpy(copy, in.s, n);
        if (midi_read(&song, copy, (int64_t)n, &err)) {
            read++;
            midi_free(&song);
        }
        free(copy);
    }
    assert_true(read > 0);
    for (size_t i = 0; i < in.len; i++) {
        char was = in.s[i];
        for (int v = 0; v < 256; v++) {
            MidiSong song;
            Err err = {0};
            in.s[i] = (char)v;
            if (midi_read(&song, (const uint8_t *)in.s, (int64_t)in.len, &err))
                midi_free(&song);
            else
                assert_true(err.msg[0] != 0);
        }
        in.s[i] = was;
    }
    str_free(&in);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    MidiSong song;
    Err err = {0};
    assert_false(midi_read_file(&song, "/nonexistent/x.mid", &err));
    assert_non_null(strstr(err.msg, "/nonexistent/x.mid"));
}

/* Reads every `step`-th MIDI file below dir; counts files seen and notes. */
static void read_tree(const char *dir, int step, int *seen, int *done, int *notes)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char *path = path_join(dir, list[i]->d_name);
        if (str_ends(path, ".mid")) {
            MidiSong song;
            Err err = {0};
            if ((*seen)++ % step == 0) {
                if (!midi_read_file(&song, path, &err)) fail_msg("%s", err.msg);
                *notes += count(&song, 0x90);
                ++*done;
                midi_free(&song);
            }
        } else if (list[i]->d_name[0] != '.' && !strchr(list[i]->d_name, '.')) {
            read_tree(path, step, seen, done, notes);
        }
        free(path);
        free(list[i]);
    }
    if (n >= 0) free(list);
}

static void files_of_two_corpora_are_read(void **state)
{
    (void)state;
    const char *data = getenv("LLMSONIFY_DATA");
    char *dir = path_join(data && *data ? data : "../shared/data", "midi");
    int seen = 0, done = 0, notes = 0;
    read_tree(dir, 10, &seen, &done, &notes);
    free(dir);
    if (seen == 0) {
        print_message("skipped: no MIDI corpora (LLMSONIFY_DATA names the directory above)\n");
        skip();
    }
    assert_true(done >= seen / 10);
    assert_true(notes > 100 * done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_comes_back_note_for_note),
        cmocka_unit_test(running_status_repeats_the_last_status),
        cmocka_unit_test(events_of_all_tracks_are_sorted_by_tick_then_file_order),
        cmocka_unit_test(sysex_and_its_continuation_and_metas_keep_their_payload),
        cmocka_unit_test(seconds_follow_the_tempo_map),
        cmocka_unit_test(smpte_time_is_frames_and_ignores_tempo),
        cmocka_unit_test(the_tracks_of_format_2_follow_one_another),
        cmocka_unit_test(odd_files_are_read_with_a_warning),
        cmocka_unit_test(broken_files_are_refused_in_one_line),
        cmocka_unit_test(warnings_are_bounded),
        cmocka_unit_test(no_prefix_and_no_changed_byte_does_harm),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(files_of_two_corpora_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
