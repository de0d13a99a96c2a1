/* test_loudness.c: the signals of EBU Tech 3341 (loudness, true peak) and Tech 3342 (range), made
 * here from the tables of the standards, with the standards' tolerances; and the other measures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/loudness.h"
#include "fixture_audio.h"

enum { RATE = 48000, HZ = 1000 };

static const double SILENT = -300;

static AudioMeasure measure_tones(const Tone *tone, int n, int rate)
{
    AudioBuf a;
    AudioMeasure m;
    make_tones(&a, rate, HZ, tone, n);
    audio_measure(&a, &m);
    audio_free(&a);
    return m;
}

static void check_lufs(const Tone *tone, int n, double expected)
{
    static const int RATES[] = {RATE, 44100};
    for (int i = 0; i < 2; i++) {
        AudioBuf a;
        make_tones(&a, RATES[i], HZ, tone, n);
        assert_true(fabs(audio_lufs(&a) - expected) <= 0.1); /* Tech 3341 */
        audio_free(&a);
    }
}

static void tech_3341_cases_1_and_2_steady_tones(void **state)
{
    (void)state;
    check_lufs((Tone[]){{20, -23}}, 1, -23);
    check_lufs((Tone[]){{20, -33}}, 1, -33);
    assert_true(fabs(measure_tones((Tone[]){{20, -23}}, 1, RATE).lufs + 23) <= 0.1);
}

static void tech_3341_case_3_relative_gate(void **state)
{
    (void)state;
    check_lufs((Tone[]){{10, -36}, {60, -23}, {10, -36}}, 3, -23);
}

static void tech_3341_case_4_absolute_gate(void **state)
{
    (void)state;
    check_lufs((Tone[]){{10, -72}, {10, -36}, {60, -23}, {10, -36}, {10, -72}}, 5, -23);
}

static void tech_3341_case_5_mean_of_power(void **state)
{
    (void)state;
    check_lufs((Tone[]){{20, -26}, {20.1, -20}, {20, -26}}, 3, -23);
}

static void full_scale_in_one_channel_is_minus_3_lufs(void **state)
{
    AudioBuf a;
    AudioMeasure m;
    (void)state;
    make_tones(&a, RATE, 997, (Tone[]){{5, 0}}, 1);
    for (int64_t i = 0; i < a.frames; i++) a.x[2 * i + 1] = 0;
    audio_measure(&a, &m);
    assert_true(fabs(m.lufs + 3.01) < 0.02); /* the standard's figure has two decimals */
    audio_free(&a);
}

/* Cases 9 and 12: with a period as long as the window every position measures the same. */
static void check_curve(double window, const Tone *pair, int repeats, double from, double expected)
{
    AudioBuf a;
    double *curve;
    Tone *tone = mem_alloc(2 * repeats, sizeof *tone);
    for (int i = 0; i < 2 * repeats; i++) tone[i] = pair[i % 2];
    make_tones(&a, RATE, HZ, tone, 2 * repeats);
    int64_t n = audio_loudness_curve(&a, window, 0.1, &curve);
    assert_true(n > from * 10);
    for (int64_t i = (int64_t)(from * 10); i < n; i++) assert_true(fabs(curve[i] - expected) < 0.1);
    free(curve);
    free(tone);
    audio_free(&a);
}

static void tech_3341_case_9_short_term_is_constant(void **state)
{
    (void)state;
    check_curve(3, (Tone[]){{1.34, -20}, {1.66, -30}}, 5, 3, -23);
}

static void tech_3341_case_12_momentary_is_constant(void **state)
{
    (void)state;
    check_curve(0.4, (Tone[]){{0.18, -20}, {0.22, -30}}, 25, 1, -23);
}

static double true_peak_of(AudioBuf *a)
{
    AudioMeasure m;
    audio_measure(a, &m);
    audio_free(a);
    return m.true_peak;
}

static void check_true_peak(double divisor, double amplitude, double degrees, double expected)
{
    AudioBuf a;
    make_peaks_between(&a, RATE, divisor, amplitude, degrees);
    double got = true_peak_of(&a);
    if (got > expected + 0.2 || got < expected - 0.4) /* Tech 3341 */
        fail_msg("fs/%g at %g degrees: %g dBTP", divisor, degrees, got);
}

static void tech_3341_cases_15_to_19_true_peaks_between_samples(void **state)
{
    (void)state;
    check_true_peak(4, 0.5, 0, -6);
    check_true_peak(4, 0.5, 45, -6);
    check_true_peak(6, 0.5, 60, -6);
    check_true_peak(8, 0.5, 67.5, -6);
    check_true_peak(4, 1.41, 45, 3);
}

static void tech_3341_cases_20_to_23_a_burst_between_samples(void **state)
{
    (void)state;
    for (int offset = 0; offset < 4; offset++) {
        AudioBuf a;
        make_burst_between(&a, RATE, offset);
        double got = true_peak_of(&a);
        if (got > 0.2 || got < -0.4) fail_msg("offset %d: %g dBTP", offset, got);
    }
}

static void check_range(const Tone *tone, int n, double expected)
{
    assert_true(fabs(measure_tones(tone, n, RATE).lra - expected) <= 1); /* Tech 3342 */
}

static void tech_3342_cases_1_to_4_loudness_range(void **state)
{
    (void)state;
    check_range((Tone[]){{20, -20}, {20, -30}}, 2, 10);
    check_range((Tone[]){{20, -20}, {20, -15}}, 2, 5);
    check_range((Tone[]){{20, -40}, {20, -20}}, 2, 20);
    check_range((Tone[]){{20, -50}, {20, -35}, {20, -20}, {20, -35}, {20, -50}}, 5, 15);
}

static void silence_measures_as_nothing(void **state)
{
    AudioMeasure m = measure_tones((Tone[]){{2, SILENT}}, 1, 44100);
    (void)state;
    assert_true(isinf(m.lufs) && m.lufs < 0);
    assert_true(isinf(m.true_peak) && m.true_peak < 0);
    assert_true(m.clipped == 0 && m.centroid == 0 && m.dc == 0 && m.crest == 0);
    assert_true(fabs(m.lead_silence - 2) < 1e-9 && m.longest_silence == 0);
}

static void an_empty_buffer_measures_as_nothing(void **state)
{
    AudioMeasure m = measure_tones(NULL, 0, 44100);
    (void)state;
    assert_true(m.seconds == 0 && isinf(m.lufs) && m.crest == 0);
}

static void silences_are_found_where_they_are(void **state)
{
    Tone tone[] = {{1, SILENT}, {2, -20}, {0.5, SILENT}, {2, -20}, {0.25, SILENT}, {1, -20},
                   {0.75, SILENT}};
    AudioMeasure m = measure_tones(tone, 7, RATE);
    (void)state;
    /* a sine is under -60 dBFS for a few samples where it crosses zero */
    assert_true(fabs(m.lead_silence - 1) < 0.001);
    assert_true(fabs(m.longest_silence - 0.5) < 0.001);
    assert_true(fabs(m.tail_silence - 0.75) < 0.001);
    assert_true(fabs(m.seconds - 7.5) < 1e-9);
}

static void clipping_counts_runs_and_not_single_peaks(void **state)
{
    AudioBuf a;
    AudioMeasure m;
    (void)state;
    audio_init(&a, RATE, 2, RATE);
    a.x[2 * 100] = 1;                             /* alone */
    for (int i = 200; i < 205; i++) a.x[2 * i + 1] = -1; /* five */
    a.x[2 * 300] = a.x[2 * 301] = 32767.0f / 32768.0f;   /* two, as 16 bits store them */
    audio_measure(&a, &m);
    assert_int_equal(m.clipped, 7);
    assert_true(m.max_jump == 1);
    audio_free(&a);
}

static void offset_crest_and_centroid_of_a_sine_are_known(void **state)
{
    AudioBuf a;
    AudioMeasure m;
    (void)state;
    make_tones(&a, RATE, 3000, (Tone[]){{4, -6.0206}}, 1); /* 128 periods in 2048 frames */
    for (int64_t i = 0; i < a.frames; i++) a.x[2 * i + 1] += 0.125f;
    audio_measure(&a, &m);
    assert_true(fabs(m.dc - 0.125) < 1e-6);
    assert_true(fabs(m.sample_peak - 20 * log10(0.625)) < 1e-4);
    double power = (0.125 + 0.125 + 0.125 * 0.125) / 2; /* sine, sine with offset */
    assert_true(fabs(m.crest - (20 * log10(0.625) - 10 * log10(power))) < 1e-3);
    audio_free(&a);
    m = measure_tones((Tone[]){{4, -6}}, 1, 44100);
    /* 1000 Hz lies between bins 46 and 47 of 21.5 Hz: the window's skirts are not symmetric */
    assert_true(fabs(m.centroid - HZ) < 5);
}

/* Two implementations of one standard: 0.01 LU is the precision a meter shows (Tech 3341). */
static void the_quick_loudness_is_that_of_the_full_measure(void **state)
{
    static const int RATES[] = {8000, 44100, 48000, 96000};
    (void)state;
    for (int i = 0; i < 4; i++) {
        AudioBuf a;
        AudioMeasure m;
        make_tones(&a, RATES[i], HZ, (Tone[]){{6, -30}, {5, -20}, {4.3, -45}}, 3);
        for (int64_t k = 0; k < a.frames; k++) a.x[2 * k] *= 0.5f; /* unlike sides */
        audio_measure(&a, &m);
        assert_true(fabs(audio_lufs(&a) - m.lufs) < 0.01);
        audio_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tech_3341_cases_1_and_2_steady_tones),
        cmocka_unit_test(tech_3341_case_3_relative_gate),
        cmocka_unit_test(tech_3341_case_4_absolute_gate),
        cmocka_unit_test(tech_3341_case_5_mean_of_power),
        cmocka_unit_test(full_scale_in_one_channel_is_minus_3_lufs),
        cmocka_unit_test(tech_3341_case_9_short_term_is_constant),
        cmocka_unit_test(tech_3341_case_12_momentary_is_constant),
        cmocka_unit_test(tech_3341_cases_15_to_19_true_peaks_between_samples),
        cmocka_unit_test(tech_3341_cases_20_to_23_a_burst_between_samples),
        cmocka_unit_test(tech_3342_cases_1_to_4_loudness_range),
        cmocka_unit_test(silence_measures_as_nothing),
        cmocka_unit_test(an_empty_buffer_measures_as_nothing),
        cmocka_unit_test(silences_are_found_where_they_are),
        cmocka_unit_test(clipping_counts_runs_and_not_single_peaks),
        cmocka_unit_test(offset_crest_and_centroid_of_a_sine_are_known),
        cmocka_unit_test(the_quick_loudness_is_that_of_the_full_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
