/* test_biquad.c: the cookbook's filters do at their corner what the cookbook says, and running a
 * filter does what its formula says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/biquad.h"
#include "fixture_audio.h"

enum { RATE = 48000 };

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

/* The cookbook's identities are exact; 1e-6 dB is the rounding of cos and log10. */
static void corners_are_where_they_are_put(void **state)
{
    (void)state;
    Biquad f = biquad_design(BIQUAD_LOW_PASS, RATE, 1000, M_SQRT1_2, 0);
    assert_true(near(biquad_gain_db(&f, RATE, 1000), -3.0103, 1e-4));
    assert_true(near(biquad_gain_db(&f, RATE, 0.001), 0, 1e-6));
    f = biquad_design(BIQUAD_HIGH_PASS, RATE, 1000, M_SQRT1_2, 0);
    assert_true(near(biquad_gain_db(&f, RATE, 1000), -3.0103, 1e-4));
    assert_true(near(biquad_gain_db(&f, RATE, RATE / 2.0), 0, 1e-6));
    assert_true(biquad_gain_db(&f, RATE, 100) < -39);
    f = biquad_design(BIQUAD_BELL, RATE, 1000, 1, 6);
    assert_true(near(biquad_gain_db(&f, RATE, 1000), 6, 1e-6));
    f = biquad_design(BIQUAD_LOW_SHELF, RATE, 1000, M_SQRT1_2, 6);
    assert_true(near(biquad_gain_db(&f, RATE, 1000), 3, 1e-6));
    assert_true(near(biquad_gain_db(&f, RATE, 0.001), 6, 1e-6));
    assert_true(near(biquad_gain_db(&f, RATE, RATE / 2.0), 0, 1e-6));
    f = biquad_design(BIQUAD_HIGH_SHELF, RATE, 1000, M_SQRT1_2, -4);
    assert_true(near(biquad_gain_db(&f, RATE, 1000), -2, 1e-6));
    assert_true(near(biquad_gain_db(&f, RATE, 0.001), 0, 1e-6));
    assert_true(near(biquad_gain_db(&f, RATE, RATE / 2.0), -4, 1e-6));
}

/* RMS of a filtered sine after the onset, in dB of the sine's. */
static double measured_gain(const Biquad *f, int nf, double hz, int channel)
{
    AudioBuf a;
    BiquadState state[4] = {{0}};
    double sum = 0;
    make_tones(&a, RATE, hz, (Tone[]){{2, 0}}, 1);
    biquad_run(f, state, nf, a.x + channel, a.frames / 3, 2);
    biquad_run(f, state, nf, a.x + channel + 2 * (a.frames / 3), a.frames - a.frames / 3, 2);
    for (int64_t i = a.frames / 2; i < a.frames; i++) sum += pow(a.x[2 * i + channel], 2);
    assert_true(a.x[2 * 5 + 1 - channel] == (float)sin(2 * M_PI * hz * 5 / RATE)); /* untouched */
    audio_free(&a);
    return 10 * log10(sum / ((double)RATE) * 2);
}

static void running_gives_the_designed_gain_in_blocks_and_in_a_row(void **state)
{
    static const double HZ[] = {50, 400, 1000, 5000, 12000};
    Biquad f[2] = {biquad_design(BIQUAD_BELL, RATE, 1000, 0.8, -5),
                   biquad_design(BIQUAD_HIGH_SHELF, RATE, 6000, 0.7, 3)};
    (void)state;
    for (int i = 0; i < 5; i++) {
        double one = biquad_gain_db(&f[0], RATE, HZ[i]), two = biquad_gain_db(&f[1], RATE, HZ[i]);
        assert_true(near(measured_gain(f, 1, HZ[i], 0), one, 1e-3)); /* float samples */
        assert_true(near(measured_gain(f, 2, HZ[i], 1), one + two, 1e-3));
    }
}

static void a_filter_left_alone_comes_to_rest_without_denormals(void **state)
{
    Biquad f = biquad_design(BIQUAD_HIGH_PASS, RATE, 28, M_SQRT1_2, 0);
    BiquadState s = {0};
    float x[512] = {1};
    (void)state;
    for (int i = 0; i < 2000; i++) {
        biquad_run(&f, &s, 1, x, 512, 1);
        memset(x, 0, sizeof x);
    }
    assert_true(s.s1 == 0 && s.s2 == 0);
}

/* The same sums in another order, in double: a float's rounding at most. */
static void a_pair_is_its_two_sides(void **state)
{
    enum { N = 1000, NF = 3 };
    const Biquad f[NF] = {biquad_design(BIQUAD_HIGH_PASS, 44100, 30, 0.7, 0),
                          biquad_design(BIQUAD_BELL, 44100, 900, 1, 5),
                          biquad_design(BIQUAD_HIGH_SHELF, 44100, 6000, 0.7, -4)};
    BiquadPair pair[NF] = {0};
    float one[2 * N], two[2 * N];
    (void)state;
    for (int i = 0; i < 2 * N; i++) one[i] = two[i] = (float)sin(0.37 * i * (1 + i % 2));
    for (int c = 0; c < 2; c++) {
        BiquadState s[NF] = {{0}};
        biquad_run(f, s, NF, one + c, N, 2);
    }
    biquad_run_pair(f, pair, NF, two, N / 2);
    biquad_run_pair(f, pair, NF, two + N, N / 2);
    for (int i = 0; i < 2 * N; i++) assert_true(fabs(one[i] - two[i]) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corners_are_where_they_are_put),
        cmocka_unit_test(running_gives_the_designed_gain_in_blocks_and_in_a_row),
        cmocka_unit_test(a_filter_left_alone_comes_to_rest_without_denormals),
        cmocka_unit_test(a_pair_is_its_two_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
