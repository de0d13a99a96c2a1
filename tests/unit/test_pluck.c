/* test_pluck.c: the plucked string: tuning within 2 cents over four octaves, decay, damping. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_voice.h"

enum { SECOND = VOICE_RATE, N = 65536 };

static float x[4 * SECOND];

static void pluck(Voice *v, float key, float bright, float sustain)
{
    voice_open(v, "pluck");
    v->ins->note_on(
        v->state,
        &(VoiceNote){.key = key, .vel = 0.8f, .timbre = {bright, sustain}, .noise_at = 1000});
}

/* Keys 36 to 84 and microtones; the parabola over a window of 1.5 s is good to 0.2 cents at 65 Hz.
 */
static void it_is_in_tune_within_2_cents_over_four_octaves(void **state)
{
    Voice v;
    double worst = 0;
    (void)state;
    for (double key = 36; key <= 84; key += 1.5) {
        for (float bright = 0.1f; bright < 1; bright += 0.4f) {
            pluck(&v, (float)key, bright, 0.9f);
            voice_render(&v, x, NULL, N + 4410);
            double hz = peak_hz(x + 4410, N, key_hz(key) * 0.9, key_hz(key) * 1.1);
            worst = fmax(worst, fabs(cents(hz, key_hz(key))));
            voice_close(&v);
        }
    }
    print_message("# worst %.2f cents\n", worst);
    assert_true(worst < 2);
}

/* The fundamental falls 60 dB in the time that the code asks for at sustain 1 and key 60: 8.8 s. */
static void the_fundamental_decays_as_asked(void **state)
{
    Voice v;
    (void)state;
    pluck(&v, 60, 0.6f, 1);
    voice_render(&v, x, NULL, 4 * SECOND);
    double hz = key_hz(60);
    double early = band_power(x + SECOND / 2, 32768, hz * 0.97, hz * 1.03);
    double late = band_power(x + 5 * SECOND / 2, 32768, hz * 0.97, hz * 1.03);
    double t60 = 2 * 60 / (10 * log10(early / late));
    print_message("# T60 %.2f s\n", t60);
    assert_true(fabs(t60 / 8.8 - 1) < 0.05);
    voice_close(&v);
}

static void damping_takes_the_high_partials_first(void **state)
{
    double left[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        Voice v;
        pluck(&v, 48, k ? 0.9f : 0.1f, 0.8f);
        voice_render(&v, x, NULL, SECOND);
        left[k] = band_power(x + 20000, 16384, 4000, 9000) / band_power(x + 20000, 16384, 50, 9000);
        voice_close(&v);
    }
    assert_true(left[1] > 5 * left[0]);
}

static void letting_go_damps_it_and_ends_it(void **state)
{
    Voice v;
    (void)state;
    pluck(&v, 50, 0.5f, 1);
    assert_true(voice_render(&v, x, NULL, SECOND / 2));
    v.ins->note_off(v.state);
    assert_false(voice_render(&v, x, NULL, SECOND / 4));
    assert_true(peak_of(x + SECOND / 5, SECOND / 20) == 0);
    voice_close(&v);
}

static void a_slide_plucks_the_next_string_without_a_click(void **state)
{
    Voice v;
    (void)state;
    pluck(&v, 50, 0.3f, 0.8f);
    voice_render(&v, x, NULL, SECOND / 2);
    double own = jump_of(x, SECOND / 2);
    v.ins->note_on(v.state, &(VoiceNote){.key = 57, .vel = 0.8f, .flags = NOTE_SLIDE});
    voice_render(&v, x + SECOND / 2, NULL, N);
    assert_true(jump_of(x + SECOND / 2 - 10, 4410) < 1.5 * own);
    double hz = peak_hz(x + SECOND / 2 + 8820, 32768, 100, 400);
    assert_true(fabs(cents(hz, key_hz(57))) < 2);
    voice_close(&v);
}

static void there_is_no_dc(void **state)
{
    Voice v;
    (void)state;
    pluck(&v, 40, 0.8f, 1);
    voice_render(&v, x, NULL, 2 * SECOND);
    assert_true(fabs(mean_of(x, 2 * SECOND)) < 1e-3 * rms_of(x, 2 * SECOND));
    voice_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_in_tune_within_2_cents_over_four_octaves),
        cmocka_unit_test(the_fundamental_decays_as_asked),
        cmocka_unit_test(damping_takes_the_high_partials_first),
        cmocka_unit_test(letting_go_damps_it_and_ends_it),
        cmocka_unit_test(a_slide_plucks_the_next_string_without_a_click),
        cmocka_unit_test(there_is_no_dc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
