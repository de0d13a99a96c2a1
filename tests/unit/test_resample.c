/* test_resample.c: length, pitch, level and place survive another rate. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/resample.h"
#include "fixture_audio.h"

/* Error against the same sine made at the new rate, away from the ends. */
static double error_at(int from, int to, double hz)
{
    AudioBuf a, b, want;
    Err err = {{0}};
    double most = 0;
    make_tones(&a, from, hz, (Tone[]){{3, -6}}, 1);
    make_tones(&want, to, hz, (Tone[]){{3, -6}}, 1);
    assert_true(audio_resample(&b, &a, to, &err));
    assert_int_equal(b.frames, want.frames);
    assert_int_equal(b.rate, to);
    for (int64_t i = to; i < 2 * to; i++)
        most = fmax(most, fabs((double)b.x[2 * i + 1] - want.x[2 * i + 1]));
    audio_free(&a);
    audio_free(&b);
    audio_free(&want);
    return most;
}

static void a_sine_is_the_same_sine_at_another_rate(void **state)
{
    (void)state;
    /* best sinc: noise -97 dB and more; 1e-4 also holds the delay to 1/1000 of a period */
    assert_true(error_at(44100, 48000, 1000) < 1e-4);
    assert_true(error_at(48000, 44100, 5000) < 1e-4);
    assert_true(error_at(96000, 48000, 440) < 1e-4);
    assert_true(error_at(44100, 44100, 440) == 0);
}

static void what_the_new_rate_cannot_hold_is_gone(void **state)
{
    AudioBuf a, b;
    Err err = {{0}};
    (void)state;
    make_tones(&a, 48000, 15000, (Tone[]){{2, 0}}, 1);
    assert_true(audio_resample(&b, &a, 22050, &err));
    for (int64_t i = 22050 / 2; i < b.frames - 22050 / 2; i++)
        assert_true(fabsf(b.x[2 * i]) < 1e-4f);
    audio_free(&a);
    audio_free(&b);
}

static void absurd_ratios_are_refused(void **state)
{
    AudioBuf a, b;
    Err err = {{0}};
    (void)state;
    audio_init(&a, 48000, 1, 100);
    assert_false(audio_resample(&b, &a, 100, &err));
    assert_non_null(strstr(err.msg, "48000 Hz to 100 Hz"));
    assert_false(audio_resample(&b, &a, 0, &err));
    assert_null(b.x);
    audio_free(&a);
}

static void empty_and_short_buffers_pass(void **state)
{
    (void)state;
    for (int frames = 0; frames < 4; frames++) {
        AudioBuf a, b;
        Err err = {{0}};
        audio_init(&a, 24000, 1, frames);
        assert_true(audio_resample(&b, &a, 48000, &err));
        assert_int_equal(b.frames, 2 * frames);
        audio_free(&a);
        audio_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sine_is_the_same_sine_at_another_rate),
        cmocka_unit_test(what_the_new_rate_cannot_hold_is_gone),
        cmocka_unit_test(absurd_ratios_are_refused),
        cmocka_unit_test(empty_and_short_buffers_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
