/* test_tb303.c: the bass line machine: pitch, slide, envelopes, accent, controls. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_voice.h"

enum { SECOND = VOICE_RATE };

static float x[4 * SECOND];

static VoiceNote note(float key, float cutoff, float resonance, float envmod, float accent)
{
    return (VoiceNote){.key = key, .vel = 0.8f, .timbre = {cutoff, resonance, envmod, accent}};
}

static void keys_are_in_tune_over_four_octaves(void **state)
{
    Voice v;
    (void)state;
    for (int key = 28; key <= 76; key += 12) {
        voice_open(&v, "tb303");
        VoiceNote n = note((float)key, 0.9f, 0.1f, 0.01f, 0);
        v.ins->note_on(v.state, &n);
        voice_render(&v, x, NULL, SECOND);
        double hz = peak_hz(x + 4096, 32768, key_hz(key) * 0.8, key_hz(key) * 1.25);
        assert_true(fabs(cents(hz, key_hz(key))) < 2);
        voice_close(&v);
    }
}

/* An octave up, exponential in pitch with 12 ms: after 12 ms 37 % of the way is left, after 60 ms
 * less than a tenth of a semitone. Pitch is measured between zero crossings of an open, dull note.
 */
static double period_key(const float *y, int from)
{
    int first = from, n = 0;
    double a = 0, b = 0;
    for (int i = first + 1; n < 3 && i < first + 2000; i++) {
        if (!(y[i - 1] < 0 && y[i] >= 0)) continue;
        double at = i - 1 + y[i - 1] / (double)(y[i - 1] - y[i]);
        if (n == 0) a = at;
        b = at;
        n++;
    }
    return 69 + 12 * log2(2 * VOICE_RATE / (b - a) / 440);
}

static void a_slide_takes_60_ms_and_no_new_attack(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303");
    VoiceNote a = note(57, 0.01f, 0, 0.01f, 0), b = note(69, 0.01f, 0, 0.01f, 0);
    b.flags = NOTE_SLIDE;
    v.ins->note_on(v.state, &a);
    voice_render(&v, x, NULL, SECOND / 2);
    v.ins->note_on(v.state, &b);
    voice_render(&v, x + SECOND / 2, NULL, SECOND / 2);
    double before = rms_of(x + SECOND / 2 - 2000, 2000),
           after = rms_of(x + SECOND / 2 + 6000, 2000);
    assert_true(fabs(period_key(x, SECOND / 2 - 2000) - 57) < 0.05);
    assert_true(fabs(period_key(x, SECOND / 2 + 6 * SECOND / 100) - 69) < 0.15);
    /* two periods from 10 ms on lie about 14 ms after the slide began: 69 - 12 exp(-14/12) */
    assert_true(fabs(period_key(x, SECOND / 2 + SECOND / 100) - (69 - 12 * exp(-15.0 / 12))) < 1);
    assert_true(after < before); /* an octave higher through the same filter, nothing struck */
    assert_true(jump_of(x + SECOND / 2 - 100, 4000) < 0.1);
    voice_close(&v);
}

static void without_a_slide_the_pitch_jumps(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303");
    VoiceNote a = note(57, 0.01f, 0, 0.01f, 0), b = note(69, 0.01f, 0, 0.01f, 0);
    v.ins->note_on(v.state, &a);
    voice_render(&v, x, NULL, SECOND / 4);
    v.ins->note_on(v.state, &b);
    voice_render(&v, x + SECOND / 4, NULL, SECOND / 4);
    /* 34 ms on, when a slide would still lack 0.7 semitones */
    assert_true(fabs(period_key(x + SECOND / 4, 1500) - 69) < 0.1);
    voice_close(&v);
}

/* From 0.5 to 1.5 s, over ten periods each: exp(-1 / 1.23). */
static void the_amplitude_falls_with_1230_ms(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303");
    VoiceNote n = note(28, 1, 0, 0.001f, 0);
    v.ins->note_on(v.state, &n);
    voice_render(&v, x, NULL, 2 * SECOND);
    double early = rms_of(x + SECOND / 2, 10701), late = rms_of(x + 3 * SECOND / 2, 10701);
    print_message("# falls by %.3f in a second\n", log(early / late));
    assert_true(fabs(log(early / late) * 1.23 - 1) <
                0.06); /* the filter's envelope still moves a bit */
    voice_close(&v);
}

static void note_off_is_quick_and_ends_the_voice(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303");
    VoiceNote n = note(40, 0.5f, 0.6f, 0.5f, 0);
    v.ins->note_on(v.state, &n);
    voice_render(&v, x, NULL, SECOND / 5);
    double loud = rms_of(x + SECOND / 5 - 2205, 2205);
    v.ins->note_off(v.state);
    bool on = voice_render(&v, x, NULL, SECOND / 4);
    assert_true(rms_of(x + 1323, 441) < 0.01 * loud); /* 30 ms: ten time constants */
    assert_false(on);
    voice_close(&v);
}

static double measure(VoiceNote n, double *centre)
{
    Voice v;
    voice_open(&v, "tb303");
    v.ins->note_on(v.state, &n);
    voice_render(&v, x, NULL, SECOND / 2);
    *centre = centroid_hz(x + 512, 8192);
    double rms = rms_of(x + 512, 8192);
    voice_close(&v);
    return rms;
}

static void an_accent_is_louder_brighter_and_shorter(void **state)
{
    Voice v;
    double plain_hz, accent_hz, left[2];
    (void)state;
    double plain = measure(note(40, 0.4f, 0.5f, 0.5f, 0), &plain_hz);
    double accent = measure(note(40, 0.4f, 0.5f, 0.5f, 1), &accent_hz);
    assert_true(accent > 1.2 * plain);
    assert_true(accent_hz > 1.1 * plain_hz);
    for (int k = 0; k < 2; k++) { /* brightness after 0.7 s against that at the start */
        VoiceNote n = note(40, 0.4f, 0.3f, 0.9f, (float)k);
        voice_open(&v, "tb303");
        v.ins->note_on(v.state, &n);
        voice_render(&v, x, NULL, SECOND);
        left[k] = centroid_hz(x + 17640, 8192) / centroid_hz(x + 512, 8192);
        voice_close(&v);
    }
    assert_true(left[1] < left[0]);
}

static void cutoff_resonance_and_env_mod_do_what_they_say(void **state)
{
    double dark, open, wide, narrow;
    (void)state;
    measure(note(40, 0.1f, 0.3f, 0.2f, 0), &dark);
    measure(note(40, 0.9f, 0.3f, 0.2f, 0), &open);
    assert_true(open > 2 * dark);
    measure(note(40, 0.4f, 0.3f, 0.05f, 0), &narrow);
    measure(note(40, 0.4f, 0.3f, 0.95f, 0), &wide);
    assert_true(wide > 1.5 * narrow);
    /* resonance: the share of the band round the cutoff of 960 Hz (at rest under the envelope) */
    double share[2], unused;
    for (int k = 0; k < 2; k++) {
        measure(note(33, 0.55f, k ? 0.9f : 0.05f, 0.01f, 0), &unused);
        share[k] = band_power(x + 4096, 16384, 500, 1500) / band_power(x + 4096, 16384, 20, 20000);
    }
    assert_true(share[1] > 2 * share[0]);
}

static void controls_move_the_filter_without_clicks(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303");
    VoiceNote n = note(33, 0.1f, 0.2f, 0.01f, 0);
    v.ins->note_on(v.state, &n);
    voice_render(&v, x, NULL, SECOND);
    v.ins->control(v.state, CTL_CUTOFF, 1);
    voice_render(&v, x + SECOND, NULL, SECOND);
    assert_true(centroid_hz(x + SECOND + 4410, 16384) >
                1.5 * centroid_hz(x + SECOND - 20000, 16384));
    double own = jump_of(x + SECOND + 4410, SECOND / 2);
    assert_true(jump_of(x + SECOND - 10, 4410) < 1.3 * own);
    voice_close(&v);
}

static void the_square_has_odd_harmonics_only(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303-square");
    VoiceNote n = note(57, 1, 0, 0.01f, 0);
    v.ins->note_on(v.state, &n);
    voice_render(&v, x, NULL, SECOND);
    assert_true(band_power(x + 4096, 32768, 400, 480) <
                1e-4 * band_power(x + 4096, 32768, 180, 260));
    assert_true(band_power(x + 4096, 32768, 620, 700) >
                1e-3 * band_power(x + 4096, 32768, 180, 260));
    voice_close(&v);
}

static void the_worst_settings_stay_finite_and_bounded(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "tb303");
    for (int i = 0; i < 200; i++) {
        VoiceNote n = note((float)(i * 37 % 128), (float)(i % 3) / 2, (float)(i % 2),
                           (float)(i % 5) / 4, (float)(i % 7) / 6);
        n.flags = i % 3 ? NOTE_SLIDE : 0;
        v.ins->note_on(v.state, &n);
        voice_render(&v, x, NULL, 1000 + 13 * i);
        assert_true(all_finite(x, 1000 + 13 * i));
        assert_true(peak_of(x, 1000 + 13 * i) < 3);
        if (i % 4 == 0) v.ins->note_off(v.state);
    }
    voice_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_in_tune_over_four_octaves),
        cmocka_unit_test(a_slide_takes_60_ms_and_no_new_attack),
        cmocka_unit_test(without_a_slide_the_pitch_jumps),
        cmocka_unit_test(the_amplitude_falls_with_1230_ms),
        cmocka_unit_test(note_off_is_quick_and_ends_the_voice),
        cmocka_unit_test(an_accent_is_louder_brighter_and_shorter),
        cmocka_unit_test(cutoff_resonance_and_env_mod_do_what_they_say),
        cmocka_unit_test(controls_move_the_filter_without_clicks),
        cmocka_unit_test(the_square_has_odd_harmonics_only),
        cmocka_unit_test(the_worst_settings_stay_finite_and_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
