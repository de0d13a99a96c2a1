/* test_form.c: sections in proportion, groove. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "music/form.h"

static void scaling_keeps_the_sum_and_the_proportion(void **state)
{
    (void)state;
    const int bars[4] = {16, 16, 64, 32};
    for (int total = 4; total <= 300; total++) {
        int out[4], sum = 0;
        form_scale(bars, 4, total, 4, out);
        for (int i = 0; i < 4; i++) {
            assert_true(out[i] >= 1);
            sum += out[i];
        }
        assert_int_equal(sum, total);
        assert_true(out[2] >= out[0] && out[2] >= out[3]);
    }
    int same[4];
    form_scale(bars, 4, 128, 4, same);
    for (int i = 0; i < 4; i++) assert_int_equal(same[i], bars[i]);
}

static void bars_win_over_seconds_and_seconds_over_the_genre(void **state)
{
    (void)state;
    GenreOpts o = {.root = -1, .mode = -1};
    assert_int_equal(form_total_bars(&o, 120, 128), 128);
    o.seconds = 60;
    assert_int_equal(form_total_bars(&o, 120, 128), 30);
    o.bars = 12;
    assert_int_equal(form_total_bars(&o, 120, 128), 12);
}

static void micro_timing_is_at_most_15_ms_and_swing_a_third_of_a_step(void **state)
{
    (void)state;
    double ms = 480 * 138 / 60000.0; /* ticks */
    int32_t late = groove_at(BAR, 4, 0, 1, 138), very = groove_at(BAR, 4, 0, 9, 138);
    assert_true(late - (BAR + 4 * STEP) <= 15 * ms + 1);
    assert_int_equal(late, very);
    assert_int_equal(groove_at(0, 1, 1, 0, 138), STEP + STEP / 3);
    assert_int_equal(groove_at(0, 2, 1, 0, 138), 2 * STEP);
    assert_int_equal(groove_at(0, 0, 0, -1, 138), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scaling_keeps_the_sum_and_the_proportion),
        cmocka_unit_test(bars_win_over_seconds_and_seconds_over_the_genre),
        cmocka_unit_test(micro_timing_is_at_most_15_ms_and_swing_a_third_of_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
