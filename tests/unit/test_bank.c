/* test_bank.c: our bank: the same bytes each time, small, every preset sounding louder the harder
 * it is struck, in tune, and loops that do not click. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fluidsynth.h>
#include <stdlib.h>

#include "app/bank.h"
#include "base/file.h"
#include "fixture_audio.h"
#include "fixture_effect.h"
#include "fixture_song.h"
#include "synth/soundfont.h"

enum { RATE = 44100, NOISE = 70000, SLOT = 240, HELD = 200 }; /* ticks: a quarter of a second */

typedef struct Made {
    char *dir, *path;
    Str bytes;
} Made;

static int setup(void **state)
{
    static Made m;
    Err err = {{0}};
    float *noise = make_noise(NOISE);
    m.dir = scratch_make();
    m.path = path_join(m.dir, "llmsonify.sf2");
    bool ok = bank_build(noise, NOISE, &m.bytes, &(Run){.threads = 2}, &err) &&
              out_file(m.path, m.bytes.s, m.bytes.len, &err);
    free(noise);
    if (!ok) print_error("%s\n", err.msg);
    *state = &m;
    return ok ? 0 : -1;
}

static int teardown(void **state)
{
    Made *m = *state;
    str_free(&m->bytes);
    free(m->path);
    scratch_remove(m->dir);
    return 0;
}

static void render(AudioBuf *a, MidiSong *s, const Made *m)
{
    Err err = {{0}};
    SoundFontOpts o = {.font = m->path, .rate = RATE, .gain = 1, .dry = true};
    if (!soundfont_render(s, &o, a, NULL, &err)) fail_msg("%s", err.msg);
    song_free(s);
}

static double slot_level(const AudioBuf *a, int slot)
{
    int64_t from = (int64_t)slot * RATE / 4, n = (int64_t)RATE / 5; /* up to the cut at its end */
    double sum = 0;
    for (int64_t i = 2 * from; i < 2 * (from + n) && i < 2 * a->frames; i++) sum += pow(a->x[i], 2);
    return decibels(sqrt(sum / (double)(2 * n)));
}

static void the_same_noise_gives_the_same_bytes_on_any_number_of_threads(void **state)
{
    const Made *m = *state;
    Str again = {0};
    Err err = {{0}};
    float *noise = make_noise(NOISE);
    assert_true(bank_build(noise, NOISE, &again, &(Run){.threads = 1}, &err));
    assert_int_equal(again.len, m->bytes.len);
    assert_memory_equal(again.s, m->bytes.s, again.len);
    assert_true(again.len < 3000000);
    str_free(&again);
    free(noise);
}

static void count_message(int level, const char *message, void *data)
{
    print_error("FluidSynth, level %d: %s\n", level, message);
    ++*(int *)data;
}

/* How much FluidSynth has to say, from errors to warnings, while it loads a bank. */
static int complaints(const char *path)
{
    static const enum fluid_log_level LEVEL[] = {FLUID_PANIC, FLUID_ERR, FLUID_WARN};
    int said = 0;
    fluid_settings_t *settings = new_fluid_settings();
    fluid_synth_t *synth = new_fluid_synth(settings);
    for (int i = 0; i < 3; i++) fluid_set_log_function(LEVEL[i], count_message, &said);
    bool loaded = fluid_synth_sfload(synth, path, 1) != FLUID_FAILED;
    for (int i = 0; i < 3; i++) fluid_set_log_function(LEVEL[i], NULL, NULL);
    delete_fluid_synth(synth);
    delete_fluid_settings(settings);
    return loaded ? said : -1;
}

static void fluidsynth_loads_it_without_a_word(void **state)
{
    const Made *m = *state;
    const char *root = getenv("LLMSONIFY_ROOT");
    char *shipped = path_join(root && root[0] ? root : ".", "soundfonts/llmsonify.sf2");
    char *other = path_join(m->dir, "missing.sf2");
    assert_int_equal(complaints(m->path), 0);
    assert_int_equal(complaints(shipped), 0);
    assert_int_equal(complaints(other), -1);
    free(shipped);
    free(other);
}

/* The riser begins from nothing: in a quarter of a second it is at -80 dB at the softest. */
static void every_preset_sounds_at_three_velocities_each_louder(void **state)
{
    static const int VEL[] = {30, 80, 120};
    AudioBuf a;
    MidiSong s;
    song_init(&s);
    for (int i = 0; i < 128 * 3; i++) {
        int at = i * SLOT;
        song_event(&s, at, 0xc0, i / 3, 0);
        song_event(&s, at, 0x90, 60, VEL[i % 3]);
        song_event(&s, at + HELD, 0x80, 60, 0);
        song_event(&s, at + HELD, 0xb0, 120, 0); /* all sound off */
    }
    render(&a, &s, *state);
    for (int i = 0; i < 128 * 3; i++) {
        double level = slot_level(&a, i);
        if (!(level > -90)) fail_msg("program %d is silent", i / 3);
        if (i % 3 && !(level > slot_level(&a, i - 1) + 3)) fail_msg("program %d is flat", i / 3);
    }
    audio_free(&a);
}

static void every_drum_sounds_at_three_velocities_each_louder(void **state)
{
    static const int VEL[] = {30, 80, 120};
    AudioBuf a;
    MidiSong s;
    song_init(&s);
    for (int i = 0; i < 47 * 3; i++) {
        song_event(&s, i * SLOT, 0x99, 35 + i / 3, VEL[i % 3]);
        song_event(&s, i * SLOT + HELD, 0x89, 35 + i / 3, 0);
        song_event(&s, i * SLOT + HELD, 0xb9, 120, 0);
    }
    render(&a, &s, *state);
    for (int i = 0; i < 47 * 3; i++) {
        double level = slot_level(&a, i);
        if (!(level > -75)) fail_msg("drum %d is silent", 35 + i / 3);
        if (i % 3 && !(level > slot_level(&a, i - 1) + 3)) fail_msg("drum %d is flat", 35 + i / 3);
    }
    audio_free(&a);
}

/* Programs of sounds that are held: organ, strings, cello, voices, winds, waves, pad. */
static const int HELD_PROGRAMS[] = {19, 48, 42, 52, 53, 60, 71, 68, 73, 89, 38, 39, 80, 85};
enum { HELD_COUNT = sizeof HELD_PROGRAMS / sizeof *HELD_PROGRAMS };

/* A held note of 4 s passes its loop several times: its level stays (no holes, no swelling beyond
 * vibrato and beating: 7 dB), and no sample jumps further than within the first pass. */
static void held_notes_go_on_level_and_without_clicks(void **state)
{
    static float x[4 * RATE];
    for (int p = 0; p < HELD_COUNT; p++) {
        AudioBuf a;
        MidiSong s;
        song_init(&s);
        song_event(&s, 0, 0xc0, HELD_PROGRAMS[p], 0);
        song_event(&s, 0, 0x90, 57, 90);
        song_event(&s, 4 * 960, 0x80, 57, 0);
        render(&a, &s, *state);
        for (int i = 0; i < 4 * RATE; i++) x[i] = a.x[2 * i];
        double first = largest_jump(x + RATE / 10, RATE);
        double all = largest_jump(x + RATE / 10, 3 * RATE);
        if (!(all <= 1.3 * first)) fail_msg("program %d clicks", HELD_PROGRAMS[p]);
        double lo = 1, hi = 0;
        for (int i = RATE / 2; i < 4 * RATE - 8820; i += 4410) {
            double r = rms_of(x + i, 8820);
            lo = fmin(lo, r);
            hi = fmax(hi, r);
        }
        if (HELD_PROGRAMS[p] != 38 && HELD_PROGRAMS[p] != 39 && !(decibels(hi / lo) < 7))
            fail_msg("program %d swells by %.1f dB", HELD_PROGRAMS[p], decibels(hi / lo));
        audio_free(&a);
    }
}

/* The acid bass, its envelope over: CC 74 at 110 puts the filter at 2.4 kHz, at 20 at 350 Hz, where
 * its sixteenth partial is 28 dB down. */
static void controllers_move_the_filter(void **state)
{
    static float x[RATE];
    double level[2];
    for (int k = 0; k < 2; k++) {
        AudioBuf a;
        MidiSong s;
        song_init(&s);
        song_event(&s, 0, 0xc0, 38, 0);
        song_event(&s, 0, 0xb0, 74, k ? 110 : 20);
        song_event(&s, 0, 0x90, 45, 90);
        song_event(&s, 2 * 960, 0x80, 45, 0);
        render(&a, &s, *state);
        for (int i = 0; i < RATE; i++) x[i] = a.x[2 * (i + RATE)];
        level[k] = decibels(tone_amplitude(x, RATE * 9 / 10, 1760, RATE));
        audio_free(&a);
    }
    assert_true(level[1] > level[0] + 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_noise_gives_the_same_bytes_on_any_number_of_threads),
        cmocka_unit_test(fluidsynth_loads_it_without_a_word),
        cmocka_unit_test(every_preset_sounds_at_three_velocities_each_louder),
        cmocka_unit_test(every_drum_sounds_at_three_velocities_each_louder),
        cmocka_unit_test(held_notes_go_on_level_and_without_clicks),
        cmocka_unit_test(controllers_move_the_filter),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
