/* test_soundfont.c: what is played sounds when, how high and how long the song says; the bytes do
 * not depend on threads; wrong fonts are told. Needs a General MIDI SoundFont (any). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/loudness.h"
#include "base/file.h"
#include "fixture_audio.h"
#include "fixture_song.h"
#include "synth/soundfont.h"

enum { RATE = 44100, SECOND = 960 }; /* ticks at 120 a minute */

typedef struct Fixture {
    char *font;
} Fixture;

static int setup(void **state)
{
    static Fixture f;
    Err err = {{0}};
    f.font = soundfont_find("TimGM6mb", &err);
    if (!f.font) f.font = soundfont_find(NULL, &err);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    free(((Fixture *)*state)->font);
    return 0;
}

static SoundFontOpts need_font(void **state)
{
    const Fixture *f = *state;
    if (!f->font) {
        print_message("skipped: no SoundFont on this system\n");
        skip();
    }
    return (SoundFontOpts){.font = f->font, .rate = RATE, .max_tail = 6};
}

static void render(AudioBuf *a, const MidiSong *s, const SoundFontOpts *o)
{
    Err err = {{0}};
    if (!soundfont_render(s, o, a, NULL, &err)) fail_msg("%s", err.msg);
}

/* Seconds of the first sample over 1 % of the peak. */
static double onset(const AudioBuf *a)
{
    float peak = 0;
    for (int64_t i = 0; i < 2 * a->frames; i++) peak = fmaxf(peak, fabsf(a->x[i]));
    for (int64_t i = 0; i < 2 * a->frames; i++)
        if (fabsf(a->x[i]) > 0.01f * peak) return (double)(i / 2) / a->rate;
    return -1;
}

static double level(const AudioBuf *a, double from, double to)
{
    double sum = 0;
    int64_t n0 = (int64_t)(from * a->rate), n1 = (int64_t)(to * a->rate);
    for (int64_t i = 2 * n0; i < 2 * n1 && i < 2 * a->frames; i++) sum += pow(a->x[i], 2);
    return 10 * log10(sum / (double)(2 * (n1 - n0)) + 1e-20);
}

/* Magnitude of one frequency between two times (Goertzel as a plain sum). */
static double at_hz(const AudioBuf *a, double hz, double from, double to)
{
    double re = 0, im = 0;
    int64_t n0 = (int64_t)(from * a->rate), n1 = (int64_t)(to * a->rate);
    for (int64_t i = n0; i < n1; i++) {
        double w = 0.5 - 0.5 * cos(2 * M_PI * (double)(i - n0) / (double)(n1 - n0));
        re += w * a->x[2 * i] * cos(2 * M_PI * hz * (double)i / a->rate);
        im += w * a->x[2 * i] * sin(2 * M_PI * hz * (double)i / a->rate);
    }
    return sqrt(re * re + im * im);
}

static void a_note_sounds_at_its_time(void **state)
{
    SoundFontOpts o = need_font(state);
    o.dry = true;
    /* woodblock: its attack is immediate; so only the difference of places counts */
    double first = 0;
    for (int k = 0; k < 4; k++) {
        MidiSong s;
        AudioBuf a;
        int tick = 700 + 13 * k;
        song_init(&s);
        song_event(&s, tick, 0x99, 76, 120);
        song_event(&s, tick + 100, 0x89, 76, 0);
        render(&a, &s, &o);
        double late = onset(&a) - tick / (double)SECOND;
        if (k == 0) first = late;
        /* FluidSynth's blocks of 64 frames: each place is off by 32 at most */
        assert_true(fabs(late - first) <= 64.5 / RATE);
        assert_true(late > -33.0 / RATE && late < 0.01);
        audio_free(&a);
        song_free(&s);
    }
}

static void pitch_and_bend_are_right(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf a;
    o.dry = true;
    song_init(&s);
    song_event(&s, 0, 0xc0, 80, 0); /* square lead: a steady tone */
    song_event(&s, 0, 0x90, 69, 100);
    song_event(&s, 2 * SECOND, 0xe0, 0x7f, 0x7f); /* up a whole tone, the default range */
    song_event(&s, 4 * SECOND, 0x80, 69, 0);
    render(&a, &s, &o);
    double up = 440 * pow(2, 2.0 / 12);
    assert_true(at_hz(&a, 440, 0.5, 1.5) > 10 * at_hz(&a, up, 0.5, 1.5));
    assert_true(at_hz(&a, up, 2.5, 3.5) > 10 * at_hz(&a, 440, 2.5, 3.5));
    audio_free(&a);
    song_free(&s);
}

static void controllers_and_nrpn_are_obeyed(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf a;
    AudioMeasure open, closed;
    o.dry = true;
    for (int k = 0; k < 2; k++) {
        song_init(&s);
        song_event(&s, 0, 0xc0, 81, 0);
        song_event(&s, 0, 0xb0, 99, 120); /* SF2 NRPN 8: filter, 2 cents a step, 8192 = no change */
        song_event(&s, 0, 0xb0, 98, 8);
        song_event(&s, 0, 0xb0, 38, 0);
        song_event(&s, 0, 0xb0, 6, k ? 64 - 24 : 64); /* 24 * 128 * 2 cents = 5 octaves down */
        song_event(&s, 0, 0x90, 45, 100);
        song_event(&s, SECOND, 0xb0, 7, 50); /* volume: square law, (50/100)^2 = -12 dB */
        song_event(&s, 2 * SECOND, 0x80, 45, 0);
        render(&a, &s, &o);
        audio_measure(&a, k ? &closed : &open);
        if (k == 0) {
            double drop = level(&a, 0.3, 0.9) - level(&a, 1.3, 1.9);
            assert_true(drop > 10 && drop < 14);
        }
        audio_free(&a);
        song_free(&s);
    }
    assert_true(closed.centroid < 0.5 * open.centroid);
}

/* Our bank answers controller 74 as well as NRPN; a file in both dialects means it once. */
static void a_filter_told_in_both_dialects_moves_once(void **state)
{
    char font[512];
    const char *root = getenv("LLMSONIFY_ROOT");
    AudioMeasure m[4]; /* bit 0: NRPN, bit 1: controller 74 */
    (void)state;
    snprintf(font, sizeof font, "%s/soundfonts/llmsonify.sf2", root ? root : ".");
    SoundFontOpts o = {.font = font, .rate = 44100, .dry = true};
    for (int k = 0; k < 4; k++) {
        MidiSong s;
        AudioBuf a;
        song_init(&s);
        song_event(&s, 0, 0xc0, 38, 0);
        if (k & 2) song_event(&s, 0, 0xb0, 74, 30);
        if (k & 1) {
            song_event(&s, 0, 0xb0, 99, 120);
            song_event(&s, 0, 0xb0, 98, 8);
            song_event(&s, 0, 0xb0, 38, 0);
            song_event(&s, 0, 0xb0, 6, 64 - 8);
        }
        song_event(&s, 0, 0x90, 45, 100);
        song_event(&s, SECOND, 0x80, 45, 0);
        render(&a, &s, &o);
        audio_measure(&a, &m[k]);
        audio_free(&a);
        song_free(&s);
    }
    assert_true(m[1].centroid < 0.9 * m[0].centroid);
    assert_true(m[2].centroid < 0.9 * m[0].centroid);
    assert_true(m[3].centroid == m[1].centroid);
}

static void channel_ten_plays_drums_and_programs_are_kept_apart(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf drum, piano;
    AudioMeasure m[2];
    for (int k = 0; k < 2; k++) {
        song_init(&s);
        song_event(&s, 0, k ? 0x90 : 0x99, 42, 120); /* closed hi-hat, or a low F sharp */
        song_event(&s, SECOND, k ? 0x80 : 0x89, 42, 0);
        render(k ? &piano : &drum, &s, &o);
        audio_measure(k ? &piano : &drum, &m[k]);
        song_free(&s);
    }
    assert_true(m[0].centroid > 4000);
    assert_true(m[1].centroid < 1500);
    audio_free(&drum);
    audio_free(&piano);
}

/* A song on five channels with drums, programs, pedals and a GM reset. */
static void make_song(MidiSong *s)
{
    song_init(s);
    song_bytes(s, 0, 0xf0, 0, "\x7e\x7f\x09\x01\xf7", 5);
    for (int c = 0; c < 4; c++) song_event(s, 0, 0xc0 | c, 12 * c + 8, 0);
    song_event(s, 0, 0xb0, 64, 127);
    for (int beat = 0; beat < 8; beat++) {
        int tick = beat * 480 + (beat % 3) * 7;
        for (int c = 0; c < 4; c++) song_event(s, tick, 0x90 | c, 40 + 7 * c + beat, 70 + c);
        song_event(s, tick, 0x99, beat % 2 ? 38 : 36, 100);
        for (int c = 0; c < 4; c++) song_event(s, tick + 300, 0x80 | c, 40 + 7 * c + beat, 0);
    }
}

static void the_same_song_gives_the_same_samples_on_one_thread_and_two(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf a, b;
    Err err = {{0}};
    make_song(&s);
    assert_true(soundfont_render(&s, &o, &a, &(Run){.threads = 1}, &err));
    assert_true(soundfont_render(&s, &o, &b, &(Run){.threads = 2}, &err));
    assert_int_equal(a.frames, b.frames);
    assert_memory_equal(a.x, b.x, (size_t)a.frames * 2 * sizeof *a.x);
    assert_true(level(&a, 0, 4) > -60);
    audio_free(&a);
    audio_free(&b);
    song_free(&s);
}

static void the_release_is_kept_and_no_dead_tail(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf a;
    AudioMeasure m;
    make_song(&s);
    s.end_tick += 480 * 60; /* half a minute of nothing until the end of the track */
    render(&a, &s, &o);
    audio_measure(&a, &m);
    double written = 3792.0 / SECOND; /* the last note's end; the pedal holds on */
    assert_true(m.seconds > written + 0.02);
    assert_true(m.seconds < 34 + o.max_tail);
    float peak = (float)pow(10, m.sample_peak / 20), near_end = 0;
    for (int64_t i = 2 * (a.frames - RATE / 20); i < 2 * a.frames; i++)
        near_end = fmaxf(near_end, fabsf(a.x[i]));
    assert_true(near_end > 0 && near_end < 0.01f * peak);
    assert_true(fabsf(a.x[2 * a.frames - 1]) < 1e-4f * peak);
    audio_free(&a);
    song_free(&s);
}

static void a_hanging_note_ends_with_the_song_and_within_the_tail(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf a;
    o.max_tail = 1;
    song_init(&s);
    song_event(&s, 0, 0xc0, 19, 0); /* organ: would sound for ever */
    song_event(&s, 0, 0xb0, 64, 127);
    song_event(&s, 0, 0x90, 60, 100);
    s.end_tick = 2 * SECOND;
    render(&a, &s, &o);
    double seconds = (double)a.frames / RATE;
    assert_true(seconds > 2 && seconds <= 3.01);
    assert_true(level(&a, 1.5, 2) > -50);
    audio_free(&a);
    song_free(&s);
}

static void a_song_without_notes_is_silence(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf a;
    song_init(&s);
    s.end_tick = SECOND;
    render(&a, &s, &o);
    for (int64_t i = 0; i < 2 * a.frames; i++) assert_true(a.x[i] == 0);
    audio_free(&a);
    song_free(&s);
}

static void dry_is_without_reverb_and_gain_is_linear(void **state)
{
    SoundFontOpts o = need_font(state);
    MidiSong s;
    AudioBuf wet, dry, loud;
    song_init(&s);
    song_event(&s, 0, 0x99, 76, 120);
    song_event(&s, SECOND, 0x89, 76, 0);
    render(&wet, &s, &o);
    o.dry = true;
    render(&dry, &s, &o);
    o.gain = 0.4; /* twice the default */
    render(&loud, &s, &o);
    assert_true(wet.frames > dry.frames + RATE / 10);
    assert_true(fabs(level(&loud, 0, 0.1) - level(&dry, 0, 0.1) - 6.02) < 0.05);
    audio_free(&wet);
    audio_free(&dry);
    audio_free(&loud);
    song_free(&s);
}

static void missing_wrong_and_truncated_fonts_are_named(void **state)
{
    Err err = {{0}};
    MidiSong s;
    AudioBuf a;
    char *dir = scratch_make(), *bad = path_join(dir, "bad.sf2");
    make_song(&s);
    SoundFontOpts o = {.font = "/nowhere/x.sf2", .rate = RATE};
    assert_false(soundfont_render(&s, &o, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "/nowhere/x.sf2"));
    assert_non_null(strstr(err.msg, "fluid-soundfont-gm"));
    o.font = NULL;
    assert_false(soundfont_render(&s, &o, &a, NULL, &err));
    assert_true(out_file(bad, "no font at all, only text", 25, &err));
    o.font = bad;
    assert_false(soundfont_render(&s, &o, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "bad.sf2: not a SoundFont"));
    assert_null(a.x);
    const Fixture *f = *state;
    FileMap map;
    if (f->font && file_map_open(&map, f->font, &err)) {
        for (int part = 1; part < 4; part++) {
            assert_true(out_file(bad, map.data, (size_t)(map.size * part / 4), &err));
            assert_false(soundfont_render(&s, &o, &a, NULL, &err));
            assert_non_null(strstr(err.msg, "bad.sf2: truncated"));
        }
        file_map_close(&map);
    }
    song_free(&s);
    free(bad);
    scratch_remove(dir);
}

static void odd_rates_and_stops_end_in_one_line(void **state)
{
    SoundFontOpts o = need_font(state);
    Err err = {{0}};
    MidiSong s;
    AudioBuf a;
    volatile sig_atomic_t stop = 1;
    make_song(&s);
    o.rate = 4000;
    assert_false(soundfont_render(&s, &o, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "4000 Hz"));
    o.rate = RATE;
    assert_false(soundfont_render(&s, &o, &a, &(Run){.stop = &stop}, &err));
    assert_string_equal(err.msg, "interrupted");
    assert_null(a.x);
    song_free(&s);
}

static void progress_runs_to_the_end(void *ud, const char *stage, int64_t done, int64_t total)
{
    int64_t *last = ud;
    assert_string_equal(stage, "rendering");
    assert_true(done >= *last && done <= total);
    *last = done;
}

static void progress_is_reported(void **state)
{
    SoundFontOpts o = need_font(state);
    Err err = {{0}};
    MidiSong s;
    AudioBuf a;
    int64_t last = 0;
    make_song(&s);
    assert_true(soundfont_render(&s, &o, &a, &(Run){.progress = progress_runs_to_the_end,
                                                    .ud = &last}, &err));
    assert_true(last > 0);
    audio_free(&a);
    song_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_sounds_at_its_time),
        cmocka_unit_test(pitch_and_bend_are_right),
        cmocka_unit_test(a_filter_told_in_both_dialects_moves_once),
        cmocka_unit_test(controllers_and_nrpn_are_obeyed),
        cmocka_unit_test(channel_ten_plays_drums_and_programs_are_kept_apart),
        cmocka_unit_test(the_same_song_gives_the_same_samples_on_one_thread_and_two),
        cmocka_unit_test(the_release_is_kept_and_no_dead_tail),
        cmocka_unit_test(a_hanging_note_ends_with_the_song_and_within_the_tail),
        cmocka_unit_test(a_song_without_notes_is_silence),
        cmocka_unit_test(dry_is_without_reverb_and_gain_is_linear),
        cmocka_unit_test(missing_wrong_and_truncated_fonts_are_named),
        cmocka_unit_test(odd_rates_and_stops_end_in_one_line),
        cmocka_unit_test(progress_is_reported),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
