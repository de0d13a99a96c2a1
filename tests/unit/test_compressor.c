/* test_compressor.c: static curve, timing, linked channels, and the leveller's reach. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/compressor.h"
#include "fixture_audio.h"

enum { RATE = 44100 };

static const CompressorOpts GLUE = {.threshold_db = -20, .ratio = 2, .knee_db = 6, .attack = 0.02,
                                    .release = 0.2};

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

static void the_curve_is_flat_below_straight_above_and_smooth_between(void **state)
{
    (void)state;
    assert_true(compressor_curve(&GLUE, -40) == 0);
    assert_true(compressor_curve(&GLUE, -23) == 0);
    assert_true(near(compressor_curve(&GLUE, -10), -5, 1e-12));
    assert_true(near(compressor_curve(&GLUE, -20), -0.375, 1e-12)); /* knee/8 (1 - 1/ratio) */
    assert_true(near(compressor_curve(&GLUE, -17), -1.5, 1e-12));   /* the knee meets the line */
    for (double x = -30; x < -5; x += 0.1)
        assert_true(compressor_curve(&GLUE, x + 0.1) <= compressor_curve(&GLUE, x));
}

/* Peak within seconds from..to of one channel. */
static double peak_between(const AudioBuf *a, int channel, double from, double to)
{
    double most = 0;
    for (int64_t i = (int64_t)(from * a->rate); i < (int64_t)(to * a->rate); i++)
        most = fmax(most, fabs((double)a->x[i * a->channels + channel]));
    return most;
}

static double db(double amplitude)
{
    return 20 * log10(amplitude);
}

/* A sine of -7 dB peak has -10 dB RMS: 10 over the threshold, so 5 are taken; its RMS in blocks of
 * 0.7 ms swings (a period is 1 ms), hence 0.4 dB. */
static void a_loud_tone_comes_down_by_the_curve_and_a_soft_one_stays(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 1000, (Tone[]){{1, -40}, {2, -6.99}, {2, -40}}, 3);
    double most = compressor_run(&a, &GLUE, NULL);
    assert_true(near(most, 5, 0.4));
    assert_true(near(db(peak_between(&a, 0, 0.5, 0.9)), -40, 0.01));
    assert_true(near(db(peak_between(&a, 0, 2, 2.9)), -12, 0.4));
    assert_true(near(db(peak_between(&a, 0, 4.5, 5)), -40, 0.05));
    audio_free(&a);
}

static void attack_and_release_take_their_time(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 1000, (Tone[]){{1, -40}, {2, -6.99}, {2, -40}}, 3);
    compressor_run(&a, &GLUE, NULL);
    /* after one time constant 63 % of 5 dB is done; 1 dB for the period within which we look */
    assert_true(near(db(peak_between(&a, 0, 1.0195, 1.0205)), -7 - 0.63 * 5, 1));
    assert_true(near(db(peak_between(&a, 0, 3.199, 3.201)), -40 - 0.37 * 5, 0.5));
    audio_free(&a);
}

static void channels_are_moved_together(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 1000, (Tone[]){{2, -3}}, 1);
    for (int64_t i = 0; i < a.frames; i++) a.x[2 * i + 1] *= 0.01f;
    compressor_run(&a, &GLUE, NULL);
    for (int64_t i = 1000; i < a.frames; i++)
        assert_true(near(a.x[2 * i + 1], 0.01 * a.x[2 * i], 1e-7));
    audio_free(&a);
}

static void the_level_of_a_sine_is_3_db_under_its_peak(void **state)
{
    AudioBuf a;
    (void)state;
    make_tones(&a, RATE, 1000, (Tone[]){{5, -300}, {6, -12}, {4, -30}}, 3);
    assert_true(near(compressor_level(&a, 0.9, NULL), -15.01, 0.05));
    assert_true(near(compressor_level(&a, 0.1, NULL), -33.01, 0.05));
    audio_free(&a);
    make_tones(&a, RATE, 1000, (Tone[]){{5, -300}}, 1);
    assert_true(isinf(compressor_level(&a, 0.9, NULL)));
    audio_free(&a);
}

static void the_leveller_takes_its_share_of_the_distance_within_its_range(void **state)
{
    AudioBuf a;
    LevellerOpts half = {.amount = 0.5, .range_db = 20, .seconds = 4}, small = half;
    (void)state;
    small.range_db = 3;
    for (int k = 0; k < 2; k++) {
        make_tones(&a, RATE, 1000, (Tone[]){{30, -36}, {30, -12}, {5, -300}}, 3);
        leveller_run(&a, k ? &small : &half, NULL);
        double soft = db(peak_between(&a, 0, 10, 20)), loud = db(peak_between(&a, 0, 40, 50));
        /* the mean level is a little above the middle, for the border's windows are loud */
        assert_true(near(loud - soft, k ? 24 - 6 : 12, 0.1));
        assert_true(near((loud + soft) / 2, -24, 1.5));
        assert_true(peak_between(&a, 0, 61, 64) == 0);
        audio_free(&a);
    }
}

static void the_leveller_never_steps(void **state)
{
    AudioBuf a, b;
    LevellerOpts o = {.amount = 0.5, .range_db = 6, .seconds = 4};
    (void)state;
    make_tones(&a, RATE, 1000, (Tone[]){{10, -36}, {10, -12}}, 2);
    make_tones(&b, RATE, 1000, (Tone[]){{10, -36}, {10, -12}}, 2);
    leveller_run(&a, &o, NULL);
    double before = 0;
    for (int64_t i = 11; i < a.frames; i += 441) { /* 10 ms and the same phase apart */
        double gain = db(fabs(a.x[2 * i] / b.x[2 * i]));
        if (i > 11) assert_true(fabs(gain - before) < 0.1);
        before = gain;
    }
    audio_free(&a);
    audio_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_is_flat_below_straight_above_and_smooth_between),
        cmocka_unit_test(a_loud_tone_comes_down_by_the_curve_and_a_soft_one_stays),
        cmocka_unit_test(attack_and_release_take_their_time),
        cmocka_unit_test(channels_are_moved_together),
        cmocka_unit_test(the_level_of_a_sine_is_3_db_under_its_peak),
        cmocka_unit_test(the_leveller_takes_its_share_of_the_distance_within_its_range),
        cmocka_unit_test(the_leveller_never_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
