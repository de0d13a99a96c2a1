/* test_rope.c: rotation by position, its scalings at the points that their definitions fix. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "infer/rope.h"

enum { DIM = 8, HALF = DIM / 2 };

static const double PI2 = 6.283185307179586;

static RopeSpec plain(void)
{
    return (RopeSpec){.kind = ROPE_PLAIN, .dim = DIM, .base = 10000, .scale = 1};
}

static void position_zero_turns_nothing(void **state)
{
    (void)state;
    double freq[HALF];
    float c[HALF], s[HALF];
    RopeSpec r = plain();
    rope_frequencies(&r, false, freq);
    rope_table(&r, freq, 0, 1, c, s);
    for (int i = 0; i < HALF; i++) {
        assert_true(c[i] == 1);
        assert_true(s[i] == 0);
    }
}

static void frequencies_fall_by_powers_of_the_base(void **state)
{
    (void)state;
    double freq[HALF];
    RopeSpec r = plain();
    rope_frequencies(&r, false, freq);
    for (int i = 0; i < HALF; i++) assert_float_equal(freq[i], pow(10, -i), 1e-15);
}

/* exact where f32 angles would have lost three digits */
static void far_positions_are_exact(void **state)
{
    (void)state;
    double freq[HALF];
    float c[2 * HALF], s[2 * HALF];
    RopeSpec r = plain();
    rope_frequencies(&r, false, freq);
    rope_table(&r, freq, 999999, 2, c, s);
    assert_float_equal(c[HALF], 0.93675212753314479, 1e-7);  /* cos(1e6) */
    assert_float_equal(s[HALF], -0.34999350217129294, 1e-7); /* sin(1e6) */
    for (int i = 0; i < 2 * HALF; i++) assert_float_equal(c[i] * c[i] + s[i] * s[i], 1, 2e-7);
}

static void linear_scaling_stretches_positions(void **state)
{
    (void)state;
    double freq[HALF], slow[HALF];
    float c[HALF], s[HALF], c4[HALF], s4[HALF];
    RopeSpec r = plain(), l = plain();
    l.kind = ROPE_LINEAR;
    l.factor = 4;
    rope_frequencies(&r, false, freq);
    rope_frequencies(&l, false, slow);
    rope_table(&r, freq, 3, 1, c, s);
    rope_table(&l, slow, 12, 1, c4, s4);
    for (int i = 0; i < HALF; i++) {
        assert_float_equal(c[i], c4[i], 1e-7);
        assert_float_equal(s[i], s4[i], 1e-7);
    }
}

/* Pair 0 makes many turns over the original context and keeps its frequency; the last makes a part
 * of one and is divided; the one between lies between. */
static void llama3_scaling_divides_slow_pairs_only(void **state)
{
    (void)state;
    double f[HALF];
    RopeSpec r = plain();
    r.kind = ROPE_LLAMA3;
    r.factor = 8;
    r.low_freq = 1;
    r.high_freq = 4;
    r.original = 157; /* pair 1 turns 2.5 times: halfway */
    rope_frequencies(&r, false, f);
    assert_float_equal(f[0], 1, 1e-12);
    double mix = (157 * 0.1 / PI2 - 1) / 3;
    assert_float_equal(f[1], 0.1 * ((1 - mix) / 8 + mix), 1e-12);
    assert_true(f[1] > 0.05 && f[1] < 0.06);
    assert_float_equal(f[2], 0.01 / 8, 1e-12);
    assert_float_equal(f[3], 0.001 / 8, 1e-12);
}

/* beta_fast turns mark the last pair that is left alone, beta_slow the first that is divided. */
static void yarn_keeps_fast_pairs_and_divides_slow_ones(void **state)
{
    (void)state;
    double f[HALF];
    RopeSpec r = plain();
    r.kind = ROPE_YARN;
    r.factor = 4;
    r.original = 1000;
    r.truncate = true;
    r.beta_fast = 1000 / PI2 * 0.2;    /* between pairs 0 and 1: floor 0 */
    r.beta_slow = 1000 / PI2 * 0.0021; /* between pairs 2 and 3: ceiling 3 */
    rope_frequencies(&r, false, f);
    assert_float_equal(f[0], 1, 1e-12);
    assert_float_equal(f[1], 0.1 * (2 / 3.0 + 1 / 3.0 / 4), 1e-12);
    assert_float_equal(f[2], 0.01 * (1 / 3.0 + 2 / 3.0 / 4), 1e-12);
    assert_float_equal(f[3], 0.001 / 4, 1e-12);
}

static void longrope_has_factors_for_short_and_long_texts(void **state)
{
    (void)state;
    double near[] = {1, 1, 2, 4}, far[] = {1, 3, 9, 27}, f[HALF];
    RopeSpec r = plain();
    r.kind = ROPE_LONG;
    r.short_factor = near;
    r.long_factor = far;
    rope_frequencies(&r, false, f);
    for (int i = 0; i < HALF; i++) assert_float_equal(f[i], pow(10, -i) / near[i], 1e-15);
    rope_frequencies(&r, true, f);
    for (int i = 0; i < HALF; i++) assert_float_equal(f[i], pow(10, -i) / far[i], 1e-15);
}

static void the_attention_factor_scales_cosine_and_sine(void **state)
{
    (void)state;
    double freq[HALF];
    float c[HALF], s[HALF];
    RopeSpec r = plain();
    r.scale = 1.25;
    rope_frequencies(&r, false, freq);
    rope_table(&r, freq, 5, 1, c, s);
    for (int i = 0; i < HALF; i++) assert_float_equal(c[i] * c[i] + s[i] * s[i], 1.25 * 1.25, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(position_zero_turns_nothing),
        cmocka_unit_test(frequencies_fall_by_powers_of_the_base),
        cmocka_unit_test(far_positions_are_exact),
        cmocka_unit_test(linear_scaling_stretches_positions),
        cmocka_unit_test(llama3_scaling_divides_slow_pairs_only),
        cmocka_unit_test(yarn_keeps_fast_pairs_and_divides_slow_ones),
        cmocka_unit_test(longrope_has_factors_for_short_and_long_texts),
        cmocka_unit_test(the_attention_factor_scales_cosine_and_sine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
