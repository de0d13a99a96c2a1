/* test_chorus.c: copies where they belong, detuned as the depth says, level kept, no clicks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "audio/chorus.h"
#include "fixture_effect.h"

enum { RATE = 44100, N = 4 * RATE };

static void a_click_comes_back_within_the_delays_it_wanders_in(void **state)
{
    static float l[RATE], r[RATE];
    Chorus c;
    (void)state;
    memset(l, 0, sizeof l);
    memset(r, 0, sizeof r);
    l[0] = r[0] = 1;
    chorus_init(&c, RATE, &(ChorusOpts){.delay = 0.02, .depth = 0.004, .mix = 1});
    chorus_run(&c, l, r, RATE);
    double sum = 0;
    int first = -1, last = -1;
    for (int i = 0; i < RATE; i++) {
        sum += l[i];
        if (l[i] == 0 && r[i] == 0) continue;
        if (first < 0) first = i;
        last = i;
    }
    /* 16 to 24 ms, and a few frames of interpolation */
    assert_true(first >= 0.016 * RATE - 8 && last <= 0.024 * RATE + 8 && last - first > 100);
    assert_true(near(sum, sqrt(3), 0.1)); /* three copies at 1 / sqrt 3 */
    chorus_free(&c);
}

/* A delay that moves by 2 pi hz depth seconds a second detunes by that: here 1.1 % at most, 11 Hz,
 * and the modulation's sidebands die out within as much again. */
static void a_tone_is_widened_by_no_more_than_its_depth(void **state)
{
    static float l[N], r[N];
    Chorus c;
    (void)state;
    make_sine(l, N, 1000, RATE, 0.5);
    memcpy(r, l, sizeof l);
    chorus_init(&c, RATE, &(ChorusOpts){.hz = 0.5, .depth = 0.002, .mix = 1});
    chorus_run(&c, l, r, N);
    double inside = 0, beyond = 0;
    for (double hz = 900; hz <= 1100; hz += 1) {
        double a = tone_amplitude(l + RATE, 2 * RATE, hz, RATE), e = a * a;
        if (fabs(hz - 1000) <= 20) inside += e;
        else beyond += e;
    }
    assert_true(inside > 0.05 && beyond < 1e-4 * inside);
    assert_true(tone_amplitude(l + RATE, 2 * RATE, 1000, RATE) < 0.45); /* it is widened */
    double difference = 0;
    for (int i = RATE; i < N; i++) difference = fmax(difference, fabsf(l[i] - r[i]));
    assert_true(difference > 0.2); /* left and right wander apart */
    chorus_free(&c);
}

static void no_clicks_whatever_the_mix_does(void **state)
{
    static float l[N], r[N];
    Chorus c;
    (void)state;
    make_sine(l, N, 200, RATE, 0.5);
    memcpy(r, l, sizeof l);
    chorus_init(&c, RATE, &(ChorusOpts){.mix = 0});
    for (int at = 0; at < N; at += 2205) {
        double dry = 0.5 * sin(2 * M_PI * 200.0 * (RATE - 1) / RATE);
        if (at == RATE) assert_true(near(l[RATE - 1], dry, 1e-6));
        if (at >= RATE) chorus_set_mix(&c, at / 2205 % 2);
        chorus_run(&c, l + at, r + at, 2205);
    }
    /* a sine of 0.5 moves 0.0142 a sample; the mix's own movement adds 1 / 176 of at most 1.4 */
    assert_true(largest_jump(l, N) < 0.0142 * 1.8 + 0.008);
    chorus_free(&c);
}

static void how_the_signal_is_cut_does_not_matter_and_silence_ends_silent(void **state)
{
    static float a[8192], b[8192], c1[8192], d[8192];
    Chorus c, e;
    (void)state;
    make_sine(a, 8192, 440, RATE, 1);
    memcpy(b, a, sizeof a);
    memcpy(c1, a, sizeof a);
    memcpy(d, a, sizeof a);
    chorus_init(&c, RATE, &(ChorusOpts){.mix = 0.5});
    chorus_init(&e, RATE, &(ChorusOpts){.mix = 0.5});
    chorus_run(&c, a, b, 8192);
    for (int i = 0; i < 8192; i += 64) chorus_run(&e, c1 + i, d + i, 64);
    assert_memory_equal(a, c1, sizeof a);
    assert_memory_equal(b, d, sizeof b);
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    chorus_run(&c, a, b, 8192);
    for (int i = 4096; i < 8192; i++) assert_true(a[i] == 0 && b[i] == 0);
    chorus_free(&c);
    chorus_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_click_comes_back_within_the_delays_it_wanders_in),
        cmocka_unit_test(a_tone_is_widened_by_no_more_than_its_depth),
        cmocka_unit_test(no_clicks_whatever_the_mix_does),
        cmocka_unit_test(how_the_signal_is_cut_does_not_matter_and_silence_ends_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
