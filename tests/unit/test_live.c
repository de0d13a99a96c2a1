/* test_live.c: instruments played as notes come. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_voice.h"
#include "synth/live.h"

enum { SECOND = VOICE_RATE };

static const LivePart PARTS[2] = {{"flute", 0.5f, 0, 0}, {"lead", 0.5f, 0.5f, 12}};
static const float PLAIN[4] = {0};

static double rms(const float *x, int64_t frames, int side)
{
    double sum = 0;
    for (int64_t i = 0; i < frames; i++) sum += (double)x[2 * i + side] * x[2 * i + side];
    return sqrt(sum / (double)frames);
}

static Live *open_band(float *noise)
{
    Live *l;
    Err err;
    assert_true(live_open(&l, PARTS, 2, VOICE_RATE, noise, VOICE_NOISE, &err));
    return l;
}

static void a_note_sounds_and_ends(void **state)
{
    float *noise = voice_noise(), *x = mem_alloc(2 * 4 * SECOND, sizeof *x);
    Live *l = open_band(noise);
    (void)state;
    live_render(l, x, 1000);
    assert_true(rms(x, 1000, 0) == 0);
    live_note(l, 0, 72, 0.8f, PLAIN, SECOND / 2);
    live_render(l, x, 4 * SECOND);
    assert_true(rms(x, SECOND / 2, 0) > 0.01);
    assert_true(rms(x + 2 * 3 * SECOND, SECOND, 0) < 1e-4);
    live_close(l);
    free(x);
    free(noise);
}

static void blocks_of_any_length_sound_the_same(void **state)
{
    float *noise = voice_noise(), *a = mem_alloc(2 * SECOND, sizeof *a),
          *b = mem_alloc(2 * SECOND, sizeof *b);
    Live *one = open_band(noise), *two = open_band(noise);
    (void)state;
    live_note(one, 1, 60, 0.8f, PLAIN, 64 * 300);
    live_note(two, 1, 60, 0.8f, PLAIN, 64 * 300);
    live_render(one, a, 64 * 600);
    for (int i = 0; i < 6; i++) live_render(two, b + 2 * 64 * 100 * i, 64 * 100);
    assert_memory_equal(a, b, 2 * 64 * 600 * sizeof *a);
    live_close(one);
    live_close(two);
    free(a);
    free(b);
    free(noise);
}

static void pan_is_heard_and_full_scale_is_never_passed(void **state)
{
    float *noise = voice_noise(), *x = mem_alloc(2 * SECOND, sizeof *x);
    Live *l = open_band(noise);
    (void)state;
    for (int i = 0; i < 30; i++) live_note(l, 1, (float)(48 + i), 1, PLAIN, SECOND);
    live_render(l, x, SECOND);
    for (int i = 0; i < 2 * SECOND; i++) assert_true(fabs(x[i]) <= 1);
    assert_true(rms(x, SECOND, 1) > rms(x, SECOND, 0));
    live_close(l);
    free(x);
    free(noise);
}

static void an_unknown_instrument_is_refused(void **state)
{
    const LivePart part = {"kazoo", 1, 0, 0};
    float noise = 1;
    Live *l;
    Err err = {""};
    (void)state;
    assert_false(live_open(&l, &part, 1, VOICE_RATE, &noise, 1, &err));
    assert_string_equal(err.msg, "there is no instrument 'kazoo'");
    assert_null(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_sounds_and_ends),
        cmocka_unit_test(blocks_of_any_length_sound_the_same),
        cmocka_unit_test(pan_is_heard_and_full_scale_is_never_passed),
        cmocka_unit_test(an_unknown_instrument_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
