/* test_duck.c: the dip's depth and times, no steps, strength, triggers within a dip. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/duck.h"
#include "fixture_effect.h"

enum { RATE = 48000 };

static const DuckOpts DIP = {.depth_db = 12, .attack = 0.005, .hold = 0.05, .release = 0.2};

static void a_dip_is_as_deep_and_as_long_as_told(void **state)
{
    static float g[RATE];
    Duck d;
    (void)state;
    duck_init(&d, RATE, &DIP);
    duck_gain(&d, g, 100);
    assert_true(g[99] == 1);
    duck_trigger(&d, 1);
    duck_gain(&d, g, RATE);
    /* half way down at half the attack */
    assert_true(near(decibels(g[RATE * 25 / 10000]), -6, 0.1));
    for (int i = RATE * 5 / 1000; i < RATE * 54 / 1000; i++)
        assert_true(near(decibels(g[i]), -12, 0.001));
    assert_true(near(decibels(g[RATE * 155 / 1000]), -6, 0.1)); /* half way back */
    assert_true(decibels(g[RATE * 250 / 1000]) < 0 && g[RATE * 256 / 1000] == 1);
}

static void nothing_steps_and_weaker_triggers_pass(void **state)
{
    static float g[RATE];
    Duck d;
    (void)state;
    duck_init(&d, RATE, &DIP);
    for (int i = 0; i < RATE; i += 480) {
        if (i % 2400 == 0) duck_trigger(&d, i % 4800 ? 0.5 : 1);
        duck_gain(&d, g + i, 480);
    }
    /* 12 dB by a half cosine in 240 samples: at most 0.079 dB a sample, 0.9 % of 1 */
    assert_true(largest_jump(g, RATE) < 0.0091);
    duck_init(&d, RATE, &DIP);
    duck_trigger(&d, 1);
    duck_gain(&d, g, 1000);
    duck_trigger(&d, 0.5);
    duck_gain(&d, g, 100);
    assert_true(near(decibels(g[99]), -12, 0.001));
}

static void a_late_trigger_goes_down_from_where_the_gain_is(void **state)
{
    static float g[RATE];
    Duck d;
    (void)state;
    duck_init(&d, RATE, &DIP);
    duck_trigger(&d, 1);
    duck_gain(&d, g, RATE * 155 / 1000);
    double before = decibels(g[RATE * 155 / 1000 - 1]);
    duck_trigger(&d, 1);
    duck_gain(&d, g, 1000);
    assert_true(near(decibels(g[0]), before, 0.05));
    assert_true(near(decibels(g[300]), -12, 0.001));
}

static void both_sides_are_turned_down_alike(void **state)
{
    float l[480], r[480], g[480];
    Duck d, e;
    (void)state;
    duck_init(&d, RATE, &DIP);
    duck_init(&e, RATE, &DIP);
    for (int i = 0; i < 480; i++) l[i] = 0.5f, r[i] = -0.25f;
    duck_trigger(&d, 0.7);
    duck_trigger(&e, 0.7);
    duck_run(&d, l, r, 480);
    duck_gain(&e, g, 480);
    for (int i = 0; i < 480; i++) assert_true(l[i] == 0.5f * g[i] && r[i] == -0.25f * g[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dip_is_as_deep_and_as_long_as_told),
        cmocka_unit_test(nothing_steps_and_weaker_triggers_pass),
        cmocka_unit_test(a_late_trigger_goes_down_from_where_the_gain_is),
        cmocka_unit_test(both_sides_are_turned_down_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
