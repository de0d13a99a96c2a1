/* test_ladder.c: the diode ladder's slope, resonance and edge of oscillation against its transfer
 * function 1 / T4(1 + s/2w). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_voice.h"
#include "synth/halve.h"
#include "synth/ladder.h"

enum { N = 32768 };

static float buffer[N];

/* Gain in dB at hz for small signals. */
static double gain_db(double cutoff, double resonance, double hz)
{
    Ladder f;
    double re = 0, im = 0;
    int bin = (int)lrint(hz * N / VOICE_RATE);
    ladder_init(&f, VOICE_RATE, 0);
    ladder_set(&f, cutoff, resonance);
    for (int turn = 0; turn < 2; turn++) { /* the second turn is settled */
        for (int i = 0; i < N; i++)
            buffer[i] = 1e-3f * (float)sin(2 * M_PI * bin * (i / (double)N));
        ladder_run(&f, buffer, N);
    }
    for (int i = 0; i < N; i++) {
        re += buffer[i] * cos(2 * M_PI * bin * (i / (double)N));
        im += buffer[i] * sin(2 * M_PI * bin * (i / (double)N));
    }
    return 20 * log10(hypot(re, im) * 2 / N / 1e-3);
}

/* |1 / (1 + k + 8s + 10s^2 + 4s^3 + s^4/2)| at s = i sqrt(2) tan / tan, the bilinear transform. */
static double theory_db(double cutoff, double k, double hz)
{
    double bin = lrint(hz * N / VOICE_RATE) * (double)VOICE_RATE / N;
    double w = sqrt(2) * tan(M_PI * bin / VOICE_RATE) / tan(M_PI * cutoff / VOICE_RATE);
    double re = 1 + k - 10 * w * w + w * w * w * w / 2, im = 8 * w - 4 * w * w * w;
    return -10 * log10(re * re + im * im);
}

static void its_response_is_that_of_the_linear_ladder(void **state)
{
    static const double HZ[] = {50, 200, 500, 900, 1000, 1100, 2000, 5000};
    (void)state;
    for (int i = 0; i < 8; i++) {
        /* 0.02 dB: single precision output near -80 dB of 1e-3 */
        assert_true(fabs(gain_db(1000, 0, HZ[i]) - theory_db(1000, 0, HZ[i])) < 0.02);
        assert_true(fabs(gain_db(1000, 0.5, HZ[i]) - theory_db(1000, 8.8, HZ[i])) < 0.05);
    }
}

/* The asymptote of s^4: 24.08 dB; at 16 to 32 times the cutoff the lower powers take a little, and
 * the bilinear transform gives a little near half the rate. */
static void the_slope_tends_to_24_db_an_octave(void **state)
{
    (void)state;
    double slope = gain_db(50, 0, 800) - gain_db(50, 0, 1600);
    print_message("# slope %.2f dB an octave\n", slope);
    assert_true(slope > 23 && slope < 24.3);
}

static void the_resonance_is_at_the_cutoff(void **state)
{
    static const double CUTOFF[] = {200, 700, 2500};
    (void)state;
    for (int i = 0; i < 3; i++) {
        double best = 0, most = -1e9;
        for (double c = -300; c <= 300; c += 10) {
            double hz = CUTOFF[i] * exp2(c / 1200);
            double got = gain_db(CUTOFF[i], 16.5 / 17.6, hz);
            if (got > most) most = got, best = hz;
        }
        assert_true(fabs(cents(best, CUTOFF[i])) <
                    25); /* steps of 10 cents, bins of 1.3 Hz at 200 */
    }
}

/* Rings on after a tick at full resonance at the cutoff's pitch; dies away at 16 of 17. */
static void it_sings_at_full_resonance_and_not_below_the_edge(void **state)
{
    Ladder f;
    (void)state;
    for (int k = 0; k < 2; k++) {
        ladder_init(&f, VOICE_RATE, 0);
        ladder_set(&f, 880, k == 0 ? 1 : 16.0 / 17.6);
        for (int i = 0; i < N; i++) buffer[i] = i < 8 ? 0.5f : 0;
        for (int turn = 0; turn < 2; turn++) {
            ladder_run(&f, buffer, N);
            if (turn == 0)
                for (int i = 0; i < N; i++) buffer[i] = 0;
        }
        double rms = rms_of(buffer + N / 2, N / 2);
        if (k == 0) {
            assert_true(rms > 0.003 && rms < 0.2);
            /* clipping once a period lowers the pitch a little */
            assert_true(fabs(cents(peak_hz(buffer, N, 500, 1500), 880)) < 15);
        } else {
            assert_true(rms < 1e-5);
        }
    }
}

static void a_jump_of_the_cutoff_does_not_click(void **state)
{
    Ladder f;
    double most = 0;
    (void)state;
    ladder_init(&f, VOICE_RATE, 0);
    for (int i = 0; i < N; i++) buffer[i] = 0.2f * (float)sin(2 * M_PI * 110 * i / VOICE_RATE);
    for (int i = 0; i < N; i += 64) {
        ladder_set(&f, i / 64 % 2 ? 8000 : 900, 0.3);
        ladder_run(&f, buffer + i, 64);
    }
    for (int i = 2000; i < N; i++) most = fmax(most, fabs((double)buffer[i] - buffer[i - 1]));
    assert_true(most < 0.02); /* the sine itself moves by 0.003 a sample */
}

static void halving_keeps_what_is_below_and_drops_what_is_above(void **state)
{
    static const double TONE[] = {0.05, 0.2, 0.30, 0.36, 0.45}; /* of the high rate */
    float x[128], y[64];
    (void)state;
    for (int k = 0; k < 5; k++) {
        Halve h = {{0}, {0}};
        double most = 0;
        for (int turn = 0; turn < 20; turn++) {
            for (int i = 0; i < 128; i++) x[i] = (float)sin(2 * M_PI * TONE[k] * (turn * 128 + i));
            halve_run(&h, x, y, 64);
            for (int i = 0; turn > 1 && i < 64; i++) {
                /* the middle tap lies 14 samples before the first of the two */
                double want = sin(2 * M_PI * TONE[k] * (turn * 128 + 2 * i - 2 * HALVE_LATENCY));
                most = fmax(most, fabs(y[i] - (TONE[k] <= 0.2 ? want : 0)));
            }
        }
        assert_true(most < 0.0015); /* 57 dB */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_response_is_that_of_the_linear_ladder),
        cmocka_unit_test(the_slope_tends_to_24_db_an_octave),
        cmocka_unit_test(the_resonance_is_at_the_cutoff),
        cmocka_unit_test(it_sings_at_full_resonance_and_not_below_the_edge),
        cmocka_unit_test(a_jump_of_the_cutoff_does_not_click),
        cmocka_unit_test(halving_keeps_what_is_below_and_drops_what_is_above),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
