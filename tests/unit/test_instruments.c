/* test_instruments.c: what every instrument must do: sound, end, stay finite, not click, be the
 * same twice; and which of them plays which track. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture_voice.h"

enum { SECOND = VOICE_RATE };

static float x[9 * SECOND], y[9 * SECOND];

static void fail_of(const char *name, const char *what, double value)
{
    fail_msg("%s: %s (%g)", name, what, value);
}

static void each(void (*fn)(const char *name, bool drum))
{
    int n;
    const Instrument *const *list = instrument_list(&n);
    assert_true(n >= 20);
    for (int i = 0; i < n; i++) fn(list[i]->name, list[i]->drum);
}

/* At three velocities, louder with each; within half scale either side; no NaN; little DC. A drum
 * is allowed the DC of its one push. */
static void sounds(const char *name, bool drum)
{
    double before = 0;
    for (int k = 0; k < 3; k++) {
        Voice v;
        voice_open(&v, name);
        voice_on(&v, drum ? 38 : 60, 0.3f + 0.3f * (float)k);
        voice_render(&v, x, y, SECOND);
        double rms = rms_of(x, SECOND), dc = fabs(mean_of(x, SECOND));
        if (!all_finite(x, SECOND) || !all_finite(y, SECOND)) fail_of(name, "not finite", k);
        if (rms <= before || rms < 1e-3) fail_of(name, "no louder than before", rms);
        if (peak_of(x, SECOND) > 1 || peak_of(y, SECOND) > 1)
            fail_of(name, "peak", peak_of(x, SECOND));
        if (dc > 0.03 * rms) fail_of(name, "DC over RMS", dc / rms);
        before = rms;
        voice_close(&v);
    }
}

static void every_instrument_sounds_and_grows_with_velocity(void **state)
{
    (void)state;
    each(sounds);
}

static void ends(const char *name, bool drum)
{
    Voice v;
    bool on = true;
    (void)drum;
    voice_open(&v, name);
    voice_on(&v, drum ? 49 : 48, 0.9f);
    voice_render(&v, x, y, SECOND / 2);
    v.ins->note_off(v.state);
    for (int i = 0; on && i < 9; i++) on = voice_render(&v, x, y, SECOND);
    if (on) fail_of(name, "sounds for ever after note off", 0);
    voice_render(&v, x, y, 1000);
    if (peak_of(x, 1000) > 1e-3) fail_of(name, "not silent when finished", peak_of(x, 1000));
    voice_close(&v);
}

static void every_instrument_ends_after_note_off(void **state)
{
    (void)state;
    each(ends);
}

/* The first 5 ms may not jump more than the 95 ms after them, when every envelope is as open, nor
 * the release more than the note. */
static void starts_softly(const char *name, bool drum)
{
    enum { MS5 = SECOND / 200 };
    Voice v;
    voice_open(&v, name);
    voice_on(&v, drum ? 46 : 48, 0.8f);
    voice_render(&v, x, y, SECOND);
    double own = jump_of(x + MS5, 19 * MS5), start = fmax(fabs((double)x[0]), jump_of(x, MS5));
    if (start > 1.35 * own + 0.005) fail_of(name, "the onset clicks", start / own);
    v.ins->note_off(v.state);
    voice_render(&v, x + SECOND, y, SECOND);
    if (jump_of(x + SECOND - 2, SECOND) > 1.2 * jump_of(x, SECOND) + 0.005)
        fail_of(name, "the release clicks", jump_of(x + SECOND - 2, SECOND));
    voice_close(&v);
}

static void no_instrument_clicks_at_its_start_or_end(void **state)
{
    (void)state;
    each(starts_softly);
}

static void repeats(const char *name, bool drum)
{
    for (int k = 0; k < 2; k++) {
        Voice v;
        voice_open(&v, name);
        v.ins->note_on(v.state,
                       &(VoiceNote){.key = drum ? 42 : 57, .vel = 0.7f, .noise_at = 123456});
        /* blocks of another size give the same to a few millionths where control is by the block */
        voice_render(&v, k ? y : x, NULL, SECOND / 2);
        voice_close(&v);
    }
    if (memcmp(x, y, SECOND / 2 * sizeof *x)) fail_of(name, "another sound the second time", 0);
}

static void every_instrument_sounds_the_same_twice(void **state)
{
    (void)state;
    each(repeats);
}

/* Pitched instruments at the keys they are meant for; bells have their strike note in the nominal,
 * an octave up; ensembles are detuned symmetrically. 5 cents: the window's width in cents. */
static void pitched_instruments_are_in_tune(void **state)
{
    static const char *const NAMES[] = {"lead",      "saw",      "square", "triangle", "supersaw",
                                        "synthbass", "fmbass",   "epiano", "organ",    "flute",
                                        "oboe",      "clarinet", "horn",   "strings",  "cello",
                                        "soprano",   "mezzo",    "alto",   "baritone"};
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        for (int key = 48; key <= 72; key += 12) {
            Voice v;
            voice_open(&v, NAMES[i]);
            v.ins->note_on(v.state, &(VoiceNote){.key = (float)key, .vel = 0.7f});
            voice_render(&v, x, NULL, 70000);
            double hz = peak_hz(x + 4410, 8192, key_hz(key) * 0.9, key_hz(key) * 1.1);
            if (fabs(cents(hz, key_hz(key))) > 12)
                fail_of(NAMES[i], "cents", cents(hz, key_hz(key)));
            voice_close(&v);
        }
    }
}

/* Two semitones up at bend 1, for whatever bends. */
static void bends_are_two_semitones(void **state)
{
    static const char *const NAMES[] = {"lead", "tb303", "fmbass", "organ", "flute"};
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        Voice v;
        voice_open(&v, NAMES[i]);
        v.ins->control(v.state, CTL_BEND, 1);
        voice_on(&v, 57, 0.7f);
        voice_render(&v, x, NULL, 70000);
        double hz = peak_hz(x + 4410, 16384, key_hz(59) * 0.95, key_hz(59) * 1.05);
        if (fabs(cents(hz, key_hz(59))) > 8) fail_of(NAMES[i], "cents", cents(hz, key_hz(59)));
        voice_close(&v);
    }
}

static void tracks_find_their_instrument(void **state)
{
    Track t = {.program = 38, .mono = true};
    (void)state;
    assert_string_equal(instrument_for_track(&t)->name, "tb303");
    t.mono = false;
    assert_string_equal(instrument_for_track(&t)->name, "fmbass");
    t.drum = true;
    assert_string_equal(instrument_for_track(&t)->name, "drumkit");
    snprintf(t.instrument, sizeof t.instrument, "flute");
    assert_string_equal(instrument_for_track(&t)->name, "flute");
    snprintf(t.instrument, sizeof t.instrument, "kazoo");
    assert_null(instrument_for_track(&t));
    for (int program = 0; program < 128; program++)
        assert_non_null(instrument_for_track(&(Track){.program = program}));
    assert_null(instrument_find("kazoo"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instrument_sounds_and_grows_with_velocity),
        cmocka_unit_test(every_instrument_ends_after_note_off),
        cmocka_unit_test(no_instrument_clicks_at_its_start_or_end),
        cmocka_unit_test(every_instrument_sounds_the_same_twice),
        cmocka_unit_test(pitched_instruments_are_in_tune),
        cmocka_unit_test(bends_are_two_semitones),
        cmocka_unit_test(tracks_find_their_instrument),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
