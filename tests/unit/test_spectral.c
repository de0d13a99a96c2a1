/* test_spectral.c: scores played sine by sine. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "synth/spectral.h"

static void add(Score *s, Note n)
{
    if (s->ntracks == 0) {
        score_add_track(s, "sines", 80, false);
        score_add_tempo(s, 0, 60); /* a second is 480 ticks */
    }
    score_add_note(s, 0, &n);
}

static void render(Score *s, SpectralOpts o, AudioBuf *a, int threads)
{
    Err err = {{0}};
    Run run = {.threads = threads};
    score_finish(s);
    if (!spectral_render(s, &o, a, &run, &err)) fail_msg("%s", err.msg);
}

static void a_note_is_its_sine_in_pitch_and_phase(void **state)
{
    (void)state;
    Score s = {0};
    AudioBuf a;
    double hz = 440 * exp2((57.37 - 69) / 12);
    add(&s, (Note){.start = 240, .dur = 960, .key = 57.37f, .vel = 0.8f, .timbre = {0.25f}});
    render(&s, (SpectralOpts){.fade = 0.1}, &a, 1);
    /* key is f32: 4e-6 semitones, 3e-4 radians after two seconds; the chord of 32 frames adds 1e-6
     */
    for (int64_t i = 22050 + 4500; i < 22050 + 83000; i += 11) {
        double t = (double)(i - 22050) / 44100;
        assert_true(fabs(2 * a.x[2 * i] - cos(2 * M_PI * hz * t)) < 2e-3);
        assert_true(fabsf(a.x[2 * i] - a.x[2 * i + 1]) < 1e-6f);
    }
    assert_true(a.x[2 * 22040] == 0);
    audio_free(&a);
    score_free(&s);
}

static void pan_and_amplitude_are_kept(void **state)
{
    (void)state;
    Score s = {0};
    AudioBuf a;
    float left = 0, right = 0;
    add(&s, (Note){.start = 0, .dur = 480, .key = 69, .vel = 0.5f, .pan = -1});
    add(&s, (Note){.start = 480, .dur = 480, .key = 69, .vel = 1, .pan = 1});
    render(&s, (SpectralOpts){.fade = 0.05}, &a, 2);
    for (int64_t i = 4410; i < 39690; i++) {
        left = fmaxf(left, fabsf(a.x[2 * i]));
        assert_true(fabsf(a.x[2 * i + 1]) < 1e-6f);
        right = fmaxf(right, fabsf(a.x[2 * (i + 44100) + 1]));
    }
    assert_true(fabsf(left / right - 0.5f) < 1e-3f);
    audio_free(&a);
    score_free(&s);
}

static void neighbours_step_by_no_more_than_the_highest_sine_does(void **state)
{
    (void)state;
    Score s = {0};
    AudioBuf a;
    float jump = 0;
    for (int i = 0; i < 20; i++)
        add(&s, (Note){.start = 200 * (i / 2), .dur = 240, .key = 50.0f + 2 * (float)i, .vel = 1});
    render(&s, (SpectralOpts){.fade = 0.05}, &a, 2);
    double most = 2 * M_PI * 440 * exp2((88 - 69) / 12.0) / 44100; /* of one sine of peak 1 */
    for (int64_t i = 2; i < 2 * a.frames; i++) jump = fmaxf(jump, fabsf(a.x[i] - a.x[i - 2]));
    assert_true(jump < 4 * 0.5 * most); /* up to four at once, the whole at a peak of 0.5 */
    audio_free(&a);
    score_free(&s);
}

static void one_thread_and_two_give_the_same_bytes(void **state)
{
    (void)state;
    float noise[512];
    for (int i = 0; i < 512; i++) noise[i] = (float)(i * 37 % 101 - 50) / 29;
    SpectralOpts o = {.voice = true, .room = 0.6, .hall = 0.4, .noise = noise, .nnoise = 512};
    Score s = {0};
    AudioBuf a, b;
    for (int i = 0; i < 12; i++)
        add(&s, (Note){.start = 100 * i, .dur = 300, .key = 50.5f + (float)i, .vel = 0.7f,
                       .timbre = {0.1f, 0.5f, 0.2f, 0.4f}});
    render(&s, o, &a, 1);
    Err err = {{0}};
    assert_true(spectral_render(&s, &o, &b, &(Run){.threads = 2}, &err));
    assert_int_equal(a.frames, b.frames);
    assert_memory_equal(a.x, b.x, (size_t)a.frames * 2 * sizeof *a.x);
    audio_free(&a);
    audio_free(&b);
    score_free(&s);
}

static void a_room_without_weights_is_refused(void **state)
{
    (void)state;
    Score s = {0};
    AudioBuf a;
    Err err = {{0}};
    add(&s, (Note){.start = 0, .dur = 480, .key = 60, .vel = 1});
    score_finish(&s);
    assert_false(spectral_render(&s, &(SpectralOpts){.room = 1}, &a, NULL, &err));
    assert_non_null(strstr(err.msg, "weights"));
    score_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_its_sine_in_pitch_and_phase),
        cmocka_unit_test(pan_and_amplitude_are_kept),
        cmocka_unit_test(neighbours_step_by_no_more_than_the_highest_sine_does),
        cmocka_unit_test(one_thread_and_two_give_the_same_bytes),
        cmocka_unit_test(a_room_without_weights_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
