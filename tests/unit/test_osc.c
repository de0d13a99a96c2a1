/* test_osc.c: band-limited oscillators: harmonics, aliases, pitch, DC. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/fft.h"
#include "synth/osc.h"

enum { N = 16384, LEAD_IN = 4096 };

static const char *const SHAPE[] = {"saw", "square", "triangle"};

/* N samples after the oscillator has settled; dt = bin / N, so that harmonics fall on bins. */
static void play(OscShape shape, int bin, float *x)
{
    WaveTables *w = mem_alloc(1, sizeof *w);
    float lost[LEAD_IN];
    Osc o;
    double dt = (double)bin / N;
    wavetables_init(w);
    osc_init(&o, w, 0.1);
    for (int i = 0; i < LEAD_IN; i += OSC_BLOCK) osc_run(&o, shape, dt, dt, lost + i, OSC_BLOCK);
    for (int i = 0; i < N; i += 64) osc_run(&o, shape, dt, dt, x + i, 64);
    free(w);
}

static double *spectrum(OscShape shape, int bin)
{
    float *x = mem_alloc(N, sizeof *x);
    double *y = mem_alloc(N, sizeof *y), *power = mem_alloc(N / 2, sizeof *power);
    play(shape, bin, x);
    for (int i = 0; i < N; i++) y[i] = x[i];
    fft_power(y, N, power);
    free(x);
    free(y);
    return power;
}

/* The strongest bin that is no harmonic against the fundamental, dB. */
static double worst_alias(OscShape shape, int bin)
{
    double *p = spectrum(shape, bin), worst = 0;
    for (int k = 1; k <= N / 2; k++)
        if (k % bin != 0 && p[k - 1] > worst) worst = p[k - 1];
    double db = 10 * log10(worst / p[bin - 1]);
    free(p);
    return db;
}

/* 389 of 16384 bins at 44100 Hz is 1047 Hz: MIDI key 84. A prime, so that no alias of audible size
 * falls on a harmonic. */
static void aliases_of_key_84_are_60_db_down(void **state)
{
    (void)state;
    for (int s = OSC_SAW; s <= OSC_TRIANGLE; s++) {
        double db = worst_alias((OscShape)s, 389);
        print_message("# %s: worst alias %.1f dB\n", SHAPE[s], db);
        assert_true(db < -60);
    }
}

static void aliases_stay_down_up_to_key_108(void **state)
{
    (void)state;
    assert_true(worst_alias(OSC_SAW, 1559) < -50); /* 4196 Hz: harmonics are stronger there */
    assert_true(worst_alias(OSC_SQUARE, 1559) < -50);
}

/* 1/n, alternating or odd only; 0.2 dB at n up to 8 (8 kHz is below where the step rolls off). */
static void harmonics_have_the_strength_of_the_ideal_waveform(void **state)
{
    static const double ROLL[] = {6.0206, 6.0206, 12.0412}; /* dB an octave */
    (void)state;
    for (int s = OSC_SAW; s <= OSC_TRIANGLE; s++) {
        double *p = spectrum((OscShape)s, 389);
        for (int n = 2; n <= 8; n++) {
            double db = 10 * log10(p[n * 389 - 1] / p[388]);
            double want = -ROLL[s] * log2(n);
            if (s != OSC_SAW && n % 2 == 0)
                assert_true(db < -90);
            else
                assert_true(fabs(db - want) < 0.2);
        }
        free(p);
    }
}

static void amplitude_is_full_scale_and_there_is_no_dc(void **state)
{
    static const double FUNDAMENTAL[] = {2 / M_PI, 4 / M_PI, 8 / (M_PI * M_PI)};
    float *x = mem_alloc(N, sizeof *x);
    (void)state;
    for (int s = OSC_SAW; s <= OSC_TRIANGLE; s++) {
        double *p = spectrum((OscShape)s, 97), sum = 0;
        assert_true(fabs(sqrt(p[96]) * 2 / N - FUNDAMENTAL[s]) < 1e-3);
        free(p);
        play((OscShape)s, 97, x);
        for (int i = 0; i < N; i++) sum += x[i];
        assert_true(fabs(sum / N) < 1e-4);
    }
    free(x);
}

/* The block's size changes only the rounding of dt's straight line. */
static void blocks_of_any_size_give_the_same_wave(void **state)
{
    WaveTables *w = mem_alloc(1, sizeof *w);
    Osc a, b;
    float x[OSC_BLOCK], y[OSC_BLOCK];
    (void)state;
    wavetables_init(w);
    osc_init(&a, w, 0);
    osc_init(&b, w, 0);
    for (int turn = 0; turn < 50; turn++) {
        osc_run(&a, OSC_SAW, 0.0371, 0.0371, x, 120);
        for (int i = 0; i < 120; i += 3) osc_run(&b, OSC_SAW, 0.0371, 0.0371, y + i, 3);
        for (int i = 0; i < 120; i++) assert_true(fabsf(x[i] - y[i]) < 1e-6f);
    }
    free(w);
}

static void the_sine_is_a_sine(void **state)
{
    WaveTables *w = mem_alloc(1, sizeof *w);
    (void)state;
    wavetables_init(w);
    for (int i = 0; i < 10000; i++) {
        double turns = i * 0.00731;
        assert_true(fabs(wave_sine(w, turns) - sin(2 * M_PI * turns)) < 5e-7);
    }
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aliases_of_key_84_are_60_db_down),
        cmocka_unit_test(aliases_stay_down_up_to_key_108),
        cmocka_unit_test(harmonics_have_the_strength_of_the_ideal_waveform),
        cmocka_unit_test(amplitude_is_full_scale_and_there_is_no_dc),
        cmocka_unit_test(blocks_of_any_size_give_the_same_wave),
        cmocka_unit_test(the_sine_is_a_sine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
