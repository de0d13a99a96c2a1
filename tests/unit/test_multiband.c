/* test_multiband.c: bands that add up flat, their slopes, compression in one band only. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audio/multiband.h"
#include "fixture_effect.h"

enum { RATE = 44100, N = 2 * RATE };

static const double BORDERS[BANDS - 1] = {120, 800, 5000};

static void band_levels(double hz, double level[BANDS], double *sum)
{
    static float out[BANDS + 1][N];
    BandSplit b;
    bandsplit_init(&b, RATE, BORDERS);
    for (int i = 0; i < N; i++) {
        Lane2 v[BANDS];
        bandsplit_tick(&b, (Lane2){0, sin(2 * M_PI * hz * i / RATE)}, v);
        out[BANDS][i] = (float)(v[0][1] + v[1][1] + v[2][1] + v[3][1]);
        for (int k = 0; k < BANDS; k++) out[k][i] = (float)v[k][1];
    }
    for (int k = 0; k < BANDS; k++)
        level[k] = decibels(tone_amplitude(out[k] + RATE, RATE, hz, RATE));
    *sum = decibels(tone_amplitude(out[BANDS] + RATE, RATE, hz, RATE));
}

/* 0.01 dB: the correlation in single precision. */
static void the_bands_add_up_flat(void **state)
{
    static const double HZ[] = {25, 60, 120, 200, 400, 800, 1500, 3000, 5000, 9000, 18000};
    double level[BANDS], sum;
    (void)state;
    for (size_t i = 0; i < sizeof HZ / sizeof HZ[0]; i++) {
        band_levels(HZ[i], level, &sum);
        assert_true(near(sum, 0, 0.01));
    }
}

static void both_sides_of_a_border_are_6_db_down_and_fall_24_db_an_octave(void **state)
{
    double level[BANDS], sum;
    (void)state;
    for (int k = 0; k < BANDS - 1; k++) {
        band_levels(BORDERS[k], level, &sum);
        assert_true(near(level[k], -6.02, 0.05)); /* the other borders are octaves away */
        assert_true(near(level[k + 1], -6.02, 0.05));
    }
    double low[BANDS];
    band_levels(100, low, &sum); /* three and two octaves below the border at 800 Hz */
    band_levels(200, level, &sum);
    assert_true(near(level[2] - low[2], 24, 1));
}

static MultibandOpts one_band(int band, double threshold)
{
    MultibandOpts o = {.hz = {120, 800, 5000}};
    for (int k = 0; k < BANDS; k++)
        o.band[k] = (CompressorOpts){k == band ? threshold : 0, 4, 0, 0.01, 0.1};
    return o;
}

/* A sine of 0 dB peak has -3 dB RMS in each channel; 17 dB over -20, of which a quarter remains;
 * what the neighbours' skirts let through uncompressed (-32 and -34 dB) adds up to 1 dB. */
static void a_band_comes_down_by_its_curve_and_the_others_stay(void **state)
{
    static float l[N], r[N];
    MultibandOpts o = one_band(1, -20);
    Multiband m;
    (void)state;
    for (int i = 0; i < N; i++)
        l[i] = (float)(sin(2 * M_PI * 300.0 * i / RATE) + 0.1 * sin(2 * M_PI * 12000.0 * i / RATE));
    memcpy(r, l, sizeof l);
    multiband_init(&m, RATE, &o);
    multiband_run(&m, l, r, N);
    double want = -16.99 * 0.75;
    assert_true(near(decibels(tone_amplitude(l + RATE, RATE, 300, RATE)), want, 1));
    assert_true(near(decibels(tone_amplitude(r + RATE, RATE, 12000, RATE)), -20, 0.05));
}

static void attack_and_release_take_their_time(void **state)
{
    static float l[N], r[N];
    MultibandOpts o = one_band(2, -20);
    Multiband m;
    double after = -1, gone = -1;
    (void)state;
    o.band[2].attack = 0.05;
    o.band[2].release = 0.2;
    make_sine(l, N, 2000, RATE, 1);
    memset(l + RATE, 0, RATE * sizeof *l);
    memcpy(r, l, sizeof l);
    multiband_init(&m, RATE, &o);
    for (int i = 0; i < N; i += 32) {
        int n = N - i < 32 ? N - i : 32;
        multiband_run(&m, l + i, r + i, n);
        if (after < 0 && m.db[2] < -12.7 * 0.632) after = (double)i / RATE;
        if (i > RATE && gone < 0 && m.db[2] > -12.7 * 0.368) gone = (double)i / RATE - 1;
    }
    assert_true(near(after, 0.05, 0.006)); /* steps of 0.7 ms; the level needs a period to settle */
    assert_true(near(gone, 0.2, 0.006));
}

static void how_the_signal_is_cut_does_not_matter_and_a_buffer_is_the_same(void **state)
{
    static float a[20000], b[20000];
    MultibandOpts o = multiband_defaults();
    Multiband m;
    AudioBuf buf;
    (void)state;
    make_sine(a, 20000, 440, RATE, 1);
    make_sine(b, 20000, 3000, RATE, 0.7);
    audio_init(&buf, RATE, 2, 20000);
    for (int i = 0; i < 20000; i++) buf.x[2 * i] = a[i], buf.x[2 * i + 1] = b[i];
    multiband_buf(&buf, &o);
    multiband_init(&m, RATE, &o);
    for (int at = 0, k = 1; at < 20000; k++) {
        int n = k % 113 < 20000 - at ? k % 113 : 20000 - at;
        multiband_run(&m, a + at, b + at, n);
        at += n;
    }
    for (int i = 0; i < 20000; i++) assert_true(a[i] == buf.x[2 * i] && b[i] == buf.x[2 * i + 1]);
    assert_true(largest_jump(a, 20000) < 0.2);
    audio_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bands_add_up_flat),
        cmocka_unit_test(both_sides_of_a_border_are_6_db_down_and_fall_24_db_an_octave),
        cmocka_unit_test(a_band_comes_down_by_its_curve_and_the_others_stay),
        cmocka_unit_test(attack_and_release_take_their_time),
        cmocka_unit_test(how_the_signal_is_cut_does_not_matter_and_a_buffer_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
