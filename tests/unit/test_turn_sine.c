/* test_turn_sine.c: the polynomial sines against the library's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "synth/turn_sine.h"

enum { POINTS = 20011 };

/* 3e-7: half of it the polynomial's own, the rest the rounding of floats. */
static void the_quick_sine_is_a_sine(void **state)
{
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        float turns = (float)(4.0 * i / POINTS - 2);
        assert_true(fabs(turn_sine(turns) - sin(2 * M_PI * (double)turns)) < 3e-7);
    }
}

static void the_fine_sine_is_a_finer_one(void **state)
{
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        double turns = 40.0 * i / POINTS - 20;
        assert_true(fabs(turn_sine_fine(turns) - sin(2 * M_PI * turns)) < 2e-9);
    }
}

static void what_is_left_of_turns_is_at_most_half_a_turn(void **state)
{
    (void)state;
    for (int i = 0; i < POINTS; i++) {
        double turns = 1000.0 * i / POINTS - 300, rest = turn_rest(turns);
        assert_true(fabs(rest) <= 0.5);
        assert_true(fabs(rest - remainder(turns, 1)) < 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quick_sine_is_a_sine),
        cmocka_unit_test(the_fine_sine_is_a_finer_one),
        cmocka_unit_test(what_is_left_of_turns_is_at_most_half_a_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
