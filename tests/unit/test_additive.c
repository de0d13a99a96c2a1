/* test_additive.c: harmonics, formants, vibrato, band limit and slides of the additive voices. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_voice.h"

enum { SECOND = VOICE_RATE, N = 16384 };

static float x[3 * SECOND], y[3 * SECOND];

static void play(const char *name, VoiceNote n)
{
    Voice v;
    voice_open(&v, name);
    v.ins->note_on(v.state, &n);
    voice_render(&v, x, y, 3 * SECOND);
    voice_close(&v);
}

/* dB of harmonic n against the first. */
static double harmonic_db(double hz, int n)
{
    double a = band_power(x + 8820, N, (n - 0.3) * hz, (n + 0.3) * hz);
    return 10 * log10(a / band_power(x + 8820, N, 0.7 * hz, 1.3 * hz));
}

/* Drawbars 1 .7 .45 .35 0 .22 0 .16 0 .08: 0.1 dB for the window. */
static void the_organ_has_the_partials_of_its_drawbars(void **state)
{
    static const double BAR[] = {1, 0.7, 0.45, 0.35, 0, 0.22, 0, 0.16, 0, 0.08};
    (void)state;
    play("organ", (VoiceNote){.key = 57, .vel = 0.8f, .timbre = {0.5f, 0.001f, 0.001f}});
    for (int n = 1; n <= 10; n++) {
        double db = harmonic_db(220, n);
        if (BAR[n - 1] > 0)
            assert_true(fabs(db - 20 * log10(BAR[n - 1])) < 0.1);
        else
            assert_true(db < -45); /* the air between */
    }
}

static void the_clarinet_is_odd(void **state)
{
    (void)state;
    play("clarinet", (VoiceNote){.key = 50, .vel = 0.8f});
    assert_true(harmonic_db(key_hz(50), 2) < harmonic_db(key_hz(50), 3) - 8);
    assert_true(harmonic_db(key_hz(50), 4) < harmonic_db(key_hz(50), 5) - 8);
}

/* Measured: 1.1 at most; with all harmonics in step the cello's key 84 has 2.7. */
static void no_waveform_is_a_needle(void **state)
{
    static const char *const NAME[] = {"organ", "flute", "oboe",    "clarinet", "horn", "strings",
                                       "cello", "soprano", "mezzo", "alto",     "baritone"};
    (void)state;
    for (size_t i = 0; i < sizeof NAME / sizeof *NAME; i++)
        for (int key = 48; key <= 84; key += 12) {
            play(NAME[i], (VoiceNote){.key = (float)key, .vel = 0.8f});
            double ratio = jump_of(x + SECOND / 4, SECOND / 2) / rms_of(x + SECOND / 4, SECOND / 2);
            if (ratio > 1.3) fail_msg("%s, key %d: jump over rms is %.2f", NAME[i], key, ratio);
        }
}

/* The soprano's first formant is at 800 Hz whatever the key: the harmonic nearest to it stands over
 * the slope of the source, which alone would have it at -0.9 * 6 dB an octave. */
static void formants_stay_where_they_are_when_the_key_moves(void **state)
{
    (void)state;
    for (int key = 45; key <= 57; key += 4) {
        double hz = key_hz(key);
        int n = (int)lrint(800 / hz), far = (int)lrint(2000 / hz);
        play("soprano",
             (VoiceNote){.key = (float)key, .vel = 0.8f, .timbre = {0.5f, 0.001f, 0.001f}});
        double lift = harmonic_db(hz, n) + 0.9 * 20 * log10(n);
        double low = harmonic_db(hz, far) + 0.9 * 20 * log10(far);
        assert_true(lift > 6);
        assert_true(lift > low + 6);
    }
}

/* Zero crossings of the flute's fundamental give its pitch, period by period. */
static void vibrato_comes_late_and_has_its_rate(void **state)
{
    double lo[2] = {1e9, 1e9}, hi[2] = {0, 0}, last = 0;
    int turns = 0, side = 0;
    (void)state;
    play("flute", (VoiceNote){.key = 69, .vel = 0.8f, .timbre = {0.02f, 1, 0.001f}});
    for (int i = 1; i < 3 * SECOND; i++) {
        if (!(x[i - 1] < 0 && x[i] >= 0)) continue;
        double at = i - 1 + x[i - 1] / (double)(x[i - 1] - x[i]), hz = SECOND / (at - last);
        last = at;
        int part = at < 0.12 * SECOND ? 0 : at > SECOND ? 1 : -1;
        if (part < 0 || at < 0.05 * SECOND) continue;
        lo[part] = fmin(lo[part], hz);
        hi[part] = fmax(hi[part], hz);
        int now = hz > 440.5 ? 1 : hz < 439.5 ? -1 : side;
        turns += part == 1 && now == 1 && side == -1;
        side = now;
    }
    assert_true(hi[0] / lo[0] < 1.004);                       /* none at first */
    assert_true(fabs(12 * log2(hi[1] / lo[1]) - 0.4) < 0.06); /* +-0.2 semitones */
    assert_true(turns >= 9 && turns <= 11);                   /* 5 Hz for two seconds */
}

static void brightness_moves_the_centroid(void **state)
{
    static const char *const NAMES[] = {"strings", "horn", "flute", "alto"};
    (void)state;
    for (int i = 0; i < 4; i++) {
        double hz[2];
        for (int k = 0; k < 2; k++) {
            play(NAMES[i],
                 (VoiceNote){.key = 55, .vel = 0.8f, .timbre = {k ? 0.9f : 0.1f, 0, 0.001f}});
            hz[k] = centroid_hz(x + 8820, N);
        }
        assert_true(hz[1] > 1.15 * hz[0]);
    }
}

/* Key 108, 4186 Hz: five harmonics fit. Between harmonics there is only the air. */
static void nothing_folds_back_at_the_top(void **state)
{
    (void)state;
    play("oboe", (VoiceNote){.key = 108, .vel = 0.8f, .timbre = {1, 0.001f, 0.001f}});
    assert_true(
        10 * log10(band_power(x + 8820, N, 50, 3900) / band_power(x + 8820, N, 4000, 4400)) < -50);
}

static void players_are_spread_from_left_to_right(void **state)
{
    double both = 0, l = 0, r = 0;
    (void)state;
    play("strings", (VoiceNote){.key = 60, .vel = 0.8f});
    for (int i = SECOND; i < 2 * SECOND; i++)
        both += x[i] * y[i], l += x[i] * x[i], r += y[i] * y[i];
    assert_true(fabs(10 * log10(l / r)) < 3);
    assert_true(both / sqrt(l * r) < 0.95);
    play("flute", (VoiceNote){.key = 60, .vel = 0.8f});
    for (int i = 0; i < SECOND; i++) assert_true(x[i] == y[i]);
}

static void a_slide_glides_without_a_new_attack(void **state)
{
    Voice v;
    (void)state;
    voice_open(&v, "cello");
    voice_on(&v, 45, 0.8f);
    voice_render(&v, x, NULL, SECOND);
    v.ins->note_on(v.state, &(VoiceNote){.key = 52, .vel = 0.8f, .flags = NOTE_SLIDE});
    voice_render(&v, x + SECOND, NULL, SECOND);
    assert_true(jump_of(x + SECOND - 10, 8820) < 1.8 * jump_of(x + SECOND / 2, SECOND / 4));
    assert_true(rms_of(x + SECOND, 4410) > 0.5 * rms_of(x + SECOND - 4410, 4410));
    double hz = peak_hz(x + SECOND + SECOND / 2, N, 150, 180);
    assert_true(fabs(cents(hz, key_hz(52))) < 10);
    voice_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_organ_has_the_partials_of_its_drawbars),
        cmocka_unit_test(the_clarinet_is_odd),
        cmocka_unit_test(no_waveform_is_a_needle),
        cmocka_unit_test(formants_stay_where_they_are_when_the_key_moves),
        cmocka_unit_test(vibrato_comes_late_and_has_its_rate),
        cmocka_unit_test(brightness_moves_the_centroid),
        cmocka_unit_test(nothing_folds_back_at_the_top),
        cmocka_unit_test(players_are_spread_from_left_to_right),
        cmocka_unit_test(a_slide_glides_without_a_new_attack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
