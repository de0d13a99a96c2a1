/* test_spectral.c: scores played sine by sine. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
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

/* Level of the second [from, to) of the left channel. */
static double level(const AudioBuf *a, double from, double to)
{
    double sum = 0;
    for (int64_t i = (int64_t)(from * 44100); i < (int64_t)(to * 44100); i++)
        sum += (double)a->x[2 * i] * a->x[2 * i];
    return 10 * log10(sum / ((to - from) * 44100) + 1e-30);
}

/* Two notes of twenty keys each a minute apart, in rooms of 0.3 and 0.8 of 4 s: 60 dB in 1.2 and
 * 3.2 s. A chord of sines excites few modes, whose beats bend the slope: 15 %. */
static void each_note_rings_in_the_room_of_its_size(void **state)
{
    (void)state;
    enum { N = 65536 };
    float *noise = mem_alloc(N, sizeof *noise);
    uint32_t h = 1;
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++) sum += ((h = h * 1664525u + 1013904223u) >> 8) / 16777216.0;
        noise[i] = (float)(sum - 6);
    }
    Score s = {0};
    AudioBuf a;
    for (int i = 0; i < 40; i++)
        add(&s, (Note){.start = i < 20 ? 0 : 20 * 480, .dur = 960, .vel = 0.5f,
                       .key = 57 + 0.83f * (float)(i % 20),
                       .timbre = {0, 0, 0, i < 20 ? 0.3f : 0.8f}});
    render(&s, (SpectralOpts){.fade = 0.05, .room = 4, .noise = noise, .nnoise = N}, &a, 1);
    for (int i = 0; i < 2; i++) {
        double end = i ? 22 : 2, seconds = i ? 3.2 : 1.2, w = seconds / 8;
        double first = level(&a, end + w, end + 2 * w);
        double second = level(&a, end + 4 * w, end + 5 * w); /* 3/8 of the time: 22.5 dB lower */
        assert_true(fabs(first - second - 22.5) < 0.15 * 22.5);
    }
    audio_free(&a);
    score_free(&s);
    free(noise);
}

/* A note of 2 s: attack 0.1 to 1, decay 0.3 to 0.5, let go 0.4 s before its end. */
static void a_note_has_its_envelope(void **state)
{
    (void)state;
    Score s = {0};
    AudioBuf a;
    double peak[4] = {0};
    static const double AT[4] = {0.095, 1, 1.5, 1.8}; /* seconds; 20 periods of 440 Hz from there */
    add(&s, (Note){.start = 0, .dur = 960, .key = 69, .vel = 1});
    render(&s, (SpectralOpts){.adsr = {0.1, 0.3, 0.5, 0.4}}, &a, 1);
    for (int k = 0; k < 4; k++)
        for (int i = 0; i < 440; i++)
            peak[k] = fmax(peak[k], fabs((double)a.x[2 * ((int)(AT[k] * 44100) + i)]));
    assert_true(fabs(peak[0] - 0.5) < 0.01); /* the render's peak is 0.5 */
    assert_true(fabs(peak[1] - 0.25) < 0.005 && fabs(peak[2] - 0.25) < 0.005);
    assert_true(fabs(20 * log10(peak[3] / 0.25) + 30) < 1); /* half of 0.4 s: 30 of 60 dB */
    assert_true(a.x[2 * 88201] == 0);
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
        cmocka_unit_test(each_note_rings_in_the_room_of_its_size),
        cmocka_unit_test(a_note_has_its_envelope),
        cmocka_unit_test(one_thread_and_two_give_the_same_bytes),
        cmocka_unit_test(a_room_without_weights_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
