/* test_svf.c: slopes, corners, resonance, and corners that move without clicks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audio/svf.h"
#include "fixture_effect.h"

enum { RATE = 44100, N = 44100 };

/* Gain of a running filter for a sine, dB, over the second half of a second. */
static double measured(SvfKind kind, double corner, double q, double hz)
{
    static float x[N];
    Svf f;
    svf_init(&f, RATE, corner, q);
    make_sine(x, N, hz, RATE, 1);
    svf_run(&f, kind, x, N / 3, 1);
    svf_run(&f, kind, x + N / 3, N - N / 3, 1);
    return decibels(tone_amplitude(x + N / 2, N / 2, hz, RATE));
}

/* 0.01 dB: the correlation over half a second in single precision. */
static void a_running_filter_has_the_gain_of_its_formula(void **state)
{
    static const double HZ[] = {60, 500, 1000, 1400, 6000, 15000};
    (void)state;
    for (int kind = SVF_LOW; kind <= SVF_NOTCH; kind++) {
        Svf f;
        svf_init(&f, RATE, 1000, 2);
        for (int i = 0; i < 6; i++) {
            double want = svf_gain_db(&f, (SvfKind)kind, HZ[i]);
            double got = measured((SvfKind)kind, 1000, 2, HZ[i]);
            if (want > -80) assert_true(near(got, want, 0.01));
            else assert_true(got < -80);
        }
    }
}

static void the_corner_is_3_db_down_and_the_slope_12_db_an_octave(void **state)
{
    (void)state;
    assert_true(near(measured(SVF_LOW, 1000, M_SQRT1_2, 1000), -3.01, 0.01));
    assert_true(near(measured(SVF_HIGH, 1000, M_SQRT1_2, 1000), -3.01, 0.01));
    double upper = measured(SVF_HIGH, 4000, M_SQRT1_2, 200);
    double lower = measured(SVF_HIGH, 4000, M_SQRT1_2, 100);
    /* far under the corner the bilinear map bends nothing */
    assert_true(near(upper - lower, 12.04, 0.05));
    assert_true(near(measured(SVF_LOW, 800, 10, 800), 20, 0.05));  /* resonance: gain q */
    assert_true(near(measured(SVF_BAND, 800, 10, 800), 0, 0.05));
}

/* Corner thrown from 200 Hz to 8 kHz and back every 20 ms under a sine of 100 Hz, which passes both
 * ways: a step of gain or state would be a corner far larger than the sine's own. */
static void a_corner_thrown_about_does_not_click_or_blow_up(void **state)
{
    static float x[N];
    Svf f;
    (void)state;
    make_sine(x, N, 100, RATE, 1);
    double own = largest_corner(x, N);
    svf_init(&f, RATE, 200, 0.8);
    for (int at = 0; at + 882 <= N; at += 882) {
        svf_set(&f, at / 882 % 2 ? 200 : 8000, at / 882 % 3 ? 0.8 : 0.6);
        svf_run(&f, SVF_LOW, x + at, 882, 1);
    }
    for (int i = 0; i < N; i++) assert_true(fabsf(x[i]) < 2);
    assert_true(largest_corner(x, N) < 30 * own); /* 0.006; an immediate set makes 0.03 */
    static float hz[N];
    for (int i = 0; i < N; i++) hz[i] = (float)(4000 + 3900 * sin(2 * M_PI * 300.0 * i / RATE));
    make_sine(x, N, 1000, RATE, 1);
    svf_init(&f, RATE, 4000, 20);
    svf_run_curve(&f, SVF_LOW, x, hz, N);
    for (int i = 0; i < N; i++) assert_true(isfinite(x[i]) && fabsf(x[i]) < 60);
}

static void how_the_signal_is_cut_does_not_matter(void **state)
{
    static float a[4096], b[4096];
    Svf f, g;
    (void)state;
    make_sine(a, 4096, 777, RATE, 1);
    memcpy(b, a, sizeof a);
    svf_init(&f, RATE, 500, 3);
    svf_init(&g, RATE, 500, 3);
    svf_set(&f, 3000, 1);
    svf_set(&g, 3000, 1);
    svf_run(&f, SVF_BAND, a, 4096, 1);
    for (int i = 0; i < 4096; i += 64) svf_run(&g, SVF_BAND, b + i, 64, 1);
    assert_memory_equal(a, b, sizeof a);
}

/* 1e-6: a float's last bit, should the compiler order the sums differently. */
static void a_pair_is_two_filters_while_gliding_and_after(void **state)
{
    enum { PART = 300 };
    static const SvfKind KIND[] = {SVF_LOW, SVF_BAND, SVF_HIGH, SVF_NOTCH};
    (void)state;
    for (int k = 0; k < 4; k++) {
        float l[2][PART], r[2][PART];
        Svf one[2], two[2];
        for (int side = 0; side < 2; side++) {
            svf_init(&one[side], RATE, 500, 2);
            svf_init(&two[side], RATE, 500, 2);
        }
        for (int part = 0; part < 3; part++) {
            for (int i = 0; i < PART; i++) {
                l[0][i] = l[1][i] = (float)sin(0.05 * i);
                r[0][i] = r[1][i] = (float)cos(0.3 * i);
            }
            svf_run(&one[0], KIND[k], l[0], PART, 1);
            svf_run(&one[1], KIND[k], r[0], PART, 1);
            svf_run_pair(&two[0], &two[1], KIND[k], l[1], r[1], PART);
            for (int i = 0; i < PART; i++) {
                assert_true(fabsf(l[0][i] - l[1][i]) < 1e-6f);
                assert_true(fabsf(r[0][i] - r[1][i]) < 1e-6f);
            }
            for (int side = 0; side < 2; side++) {
                svf_set(&one[side], 3000, 0.7);
                svf_set(&two[side], 3000, 0.7);
            }
        }
    }
}

static void one_pole_halves_the_power_at_its_corner(void **state)
{
    static float x[N], y[N];
    OnePole f, g;
    (void)state;
    make_sine(x, N, 2000, RATE, 1);
    memcpy(y, x, sizeof x);
    onepole_init(&f, RATE, 2000);
    onepole_init(&g, RATE, 2000);
    onepole_run(&f, false, x, N, 1);
    onepole_run(&g, true, y, N, 1);
    assert_true(near(decibels(tone_amplitude(x + N / 2, N / 2, 2000, RATE)), -3.01, 0.01));
    assert_true(near(decibels(tone_amplitude(y + N / 2, N / 2, 2000, RATE)), -3.01, 0.01));
    onepole_set(&f, 100);
    make_sine(x, N, 2000, RATE, 1);
    onepole_run(&f, false, x, N, 1);
    assert_true(near(decibels(tone_amplitude(x + N / 2, N / 2, 2000, RATE)), -26.2, 0.2));
}

static void silence_leaves_no_denormals(void **state)
{
    float x[512] = {1};
    Svf f;
    OnePole p;
    (void)state;
    svf_init(&f, RATE, 300, 5);
    onepole_init(&p, RATE, 30);
    for (int i = 0; i < 2000; i++) {
        svf_run(&f, SVF_LOW, x, 512, 1);
        onepole_run(&p, false, x, 512, 1);
        memset(x, 0, sizeof x);
    }
    assert_true(f.s1 == 0 && f.s2 == 0 && p.s == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_filter_has_the_gain_of_its_formula),
        cmocka_unit_test(the_corner_is_3_db_down_and_the_slope_12_db_an_octave),
        cmocka_unit_test(a_corner_thrown_about_does_not_click_or_blow_up),
        cmocka_unit_test(how_the_signal_is_cut_does_not_matter),
        cmocka_unit_test(a_pair_is_two_filters_while_gliding_and_after),
        cmocka_unit_test(one_pole_halves_the_power_at_its_corner),
        cmocka_unit_test(silence_leaves_no_denormals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
