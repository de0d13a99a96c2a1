/* test_sinks.c: which tokens count as attention sinks, and how many keys a query sees. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/sinks.h"
#include "infer/hparams.h"

static void a_norm_over_ten_medians_is_a_sink(void **state)
{
    (void)state;
    const double norm[] = {35.5, 3, 2, 4, 34.5, 3}; /* the median is 3.5 */
    const bool want[] = {true, false, false, false, false, false};
    bool sink[6];
    sinks_find(norm, 6, false, sink);
    for (int t = 0; t < 6; t++) assert_int_equal(sink[t], want[t]);
}

static void bos_is_a_sink_whatever_its_norm(void **state)
{
    (void)state;
    const double norm[] = {1, 3, 2};
    bool sink[3];
    sinks_find(norm, 3, true, sink);
    assert_true(sink[0]);
    assert_false(sink[1] || sink[2]);
}

static void the_last_token_is_the_last_that_is_no_sink(void **state)
{
    (void)state;
    const double norm[] = {1, 2, 1, 50};
    const double alone[] = {1};
    assert_int_equal(sinks_last(norm, 4, false), 2);
    assert_int_equal(sinks_last(alone, 1, true), 0);
}

static void a_window_bounds_what_a_query_sees(void **state)
{
    (void)state;
    LayerSpec all = {.window = 0}, some = {.window = 4};
    assert_int_equal(layer_sees(&all, 0), 1);
    assert_int_equal(layer_sees(&all, 99), 100);
    assert_int_equal(layer_sees(&some, 2), 3);
    assert_int_equal(layer_sees(&some, 3), 4);
    assert_int_equal(layer_sees(&some, 99), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_norm_over_ten_medians_is_a_sink),
        cmocka_unit_test(bos_is_a_sink_whatever_its_norm),
        cmocka_unit_test(the_last_token_is_the_last_that_is_no_sink),
        cmocka_unit_test(a_window_bounds_what_a_query_sees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
