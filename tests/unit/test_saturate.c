/* test_saturate.c: oversampling's band and stop band, latency, harmonics without aliases. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audio/saturate.h"
#include "fixture_effect.h"

enum { RATE = 44100, N = RATE };

static void up_and_down(const float *in, float *high, float *out, int n)
{
    Oversampler o;
    oversample_init(&o);
    for (int at = 0; at < n; at += OVERSAMPLE_BLOCK) {
        int len = n - at < OVERSAMPLE_BLOCK ? n - at : OVERSAMPLE_BLOCK;
        oversample_up(&o, in + at, high + OVERSAMPLE * at, len);
        oversample_down(&o, high + OVERSAMPLE * at, out + at, len);
    }
}

static void up_and_down_is_a_pure_delay_in_the_band(void **state)
{
    static float x[N], high[OVERSAMPLE * N], y[N];
    (void)state;
    for (double hz = 100; hz < 0.4 * RATE; hz *= 1.9) {
        make_sine(x, N, hz, RATE, 1);
        up_and_down(x, high, y, N);
        double most = 0;
        for (int i = 1000; i < N; i++) most = fmax(most, fabs(y[i] - x[i - OVERSAMPLE_LATENCY]));
        assert_true(most < 0.0116 * 2); /* 0.1 dB for each way */
        assert_true(near(tone_amplitude(high, OVERSAMPLE * N, hz, OVERSAMPLE * RATE), 1, 0.012));
        for (int k = 1; k < OVERSAMPLE; k++) { /* images, where they are beyond 0.6 of the rate */
            double image = k * RATE - hz;
            if (image < 0.6 * RATE || image > 2 * RATE) continue;
            double a = tone_amplitude(high, OVERSAMPLE * N, image, OVERSAMPLE * RATE);
            assert_true(decibels(a) < -80);
        }
    }
}

static void what_is_above_the_band_does_not_fold_back(void **state)
{
    static float high[OVERSAMPLE * N], y[N];
    Oversampler o;
    (void)state;
    for (double hz = 0.61 * RATE; hz < 2 * RATE; hz += 0.137 * RATE) {
        make_sine(high, OVERSAMPLE * N, hz, OVERSAMPLE * RATE, 1);
        oversample_init(&o);
        for (int at = 0; at + OVERSAMPLE_BLOCK <= N; at += OVERSAMPLE_BLOCK)
            oversample_down(&o, high + OVERSAMPLE * at, y + at, OVERSAMPLE_BLOCK);
        assert_true(decibels(rms_of(y + 1000, N - 2000)) < -80);
    }
}

static void run_both(Saturator *s, float *x, float *y, int n)
{
    memcpy(y, x, (size_t)n * sizeof *y);
    saturator_run(s, x, y, n);
    for (int i = 0; i < n; i++) assert_true(x[i] == y[i]);
}

static void small_signals_pass_and_come_late_by_what_is_said(void **state)
{
    static float x[N], y[N], in[N];
    Saturator s;
    (void)state;
    for (int k = 0; k < 2; k++) {
        make_sine(x, N, 1000, RATE, 0.001);
        memcpy(in, x, sizeof x);
        saturator_init(&s, RATE, 20, k ? 0.5 : 0);
        run_both(&s, x, y, N);
        double most = 0;
        for (int i = N / 2; i < N; i++) most = fmax(most, fabs(x[i] - in[i - SATURATE_LATENCY]));
        /* 20 dB of drive bends 0.01 by 1e-4; the DC blocker turns 0.6 degrees */
        assert_true(most < 0.001 * 0.05);
    }
}

/* A driven sine of 7 kHz has odd harmonics at 21, 35, 49 ... kHz; without oversampling they would
 * fold to 9.1, 4.9, 3.1 kHz. The fifth of a hard-driven sine is about -25 dB. */
static void loud_sines_get_harmonics_and_no_aliases(void **state)
{
    static float x[N], y[N];
    Saturator s;
    (void)state;
    make_sine(x, N, 7000, RATE, 1);
    saturator_init(&s, RATE, 12, 0);
    run_both(&s, x, y, N);
    double own = tone_amplitude(x + N / 2, N / 2, 7000, RATE);
    for (int k = 0; k < 2; k++) {
        double alias = tone_amplitude(x + N / 2, N / 2, k ? 4900 : 9100, RATE);
        assert_true(decibels(alias / own) < -60);
    }
    make_sine(x, N, 500, RATE, 1);
    saturator_init(&s, RATE, 12, 0);
    run_both(&s, x, y, N);
    own = tone_amplitude(x + N / 2, N / 2, 500, RATE);
    double third = tone_amplitude(x + N / 2, N / 2, 1500, RATE);
    double second = tone_amplitude(x + N / 2, N / 2, 1000, RATE);
    assert_true(decibels(third / own) > -15 && decibels(second / own) < -90);
    saturator_set(&s, 12, 0.6);
    make_sine(x, N, 500, RATE, 0.3);
    run_both(&s, x, y, N);
    own = tone_amplitude(x + N / 2, N / 2, 500, RATE);
    second = tone_amplitude(x + N / 2, N / 2, 1000, RATE);
    assert_true(decibels(second / own) > -30); /* a lifted working point gives even harmonics ... */
    double mean = 0;
    for (int i = N - 4410; i < N; i++) mean += x[i] / 4410;
    assert_true(fabs(mean) < 1e-3); /* ... and no offset */
}

static void settings_glide_and_silence_ends_silent(void **state)
{
    static float x[N], y[N];
    Saturator s;
    (void)state;
    make_sine(x, N, 100, RATE, 0.5);
    saturator_init(&s, RATE, 0, 0);
    for (int at = 0, k = 0; at < N; at += 2205, k++) {
        saturator_set(&s, k % 2 ? 18 : 0, k % 3 * 0.4);
        run_both(&s, x + at, y + at, 2205);
    }
    /* a sine of 0.5 moves 0.0071 a sample; bias and drive move within 4 ms = 176 samples */
    assert_true(largest_jump(x, N) < 0.0071 * 1.5 + 0.01);
    memset(x, 0, sizeof x);
    for (int k = 0; k < 4; k++) run_both(&s, x, y, N);
    for (int i = N / 2; i < N; i++) assert_true(x[i] == 0 || fabsf(x[i]) > 1e-30f);
}

/* A click stays where it is, near the end of the buffer; a sine of full scale becomes a square. */
static void a_whole_piece_is_not_late(void **state)
{
    AudioBuf a, b;
    (void)state;
    audio_init(&a, RATE, 2, 1000);
    audio_init(&b, RATE, 1, 4800);
    a.x[2 * 990] = 0.001f;
    saturate_buf(&a, 0, 0);
    for (int i = 0; i < 1000; i++) {
        assert_true(i == 990 || fabsf(a.x[2 * i]) < 0.7f * a.x[2 * 990]);
        assert_true(a.x[2 * i + 1] == 0);
    }
    make_sine(b.x, 4800, 1000, RATE, 1);
    saturate_buf(&b, 20, 0);
    /* driven tenfold it is a square of 0.1, whose edges ring by up to 18 % at most twice */
    for (int i = 0; i < 4800; i++) assert_true(fabsf(b.x[i]) < 0.14f);
    assert_true(tone_amplitude(b.x, 4800, 3000, RATE) > 0.03);
    audio_free(&a);
    audio_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_and_down_is_a_pure_delay_in_the_band),
        cmocka_unit_test(what_is_above_the_band_does_not_fold_back),
        cmocka_unit_test(small_signals_pass_and_come_late_by_what_is_said),
        cmocka_unit_test(loud_sines_get_harmonics_and_no_aliases),
        cmocka_unit_test(settings_glide_and_silence_ends_silent),
        cmocka_unit_test(a_whole_piece_is_not_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
