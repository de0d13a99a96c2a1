/* test_versus.c: texts against each other: known texts, known p. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "atmos/versus.h"
#include "fixture_near.h"

static void a_known_text_has_known_measures(void **state)
{
    static const int32_t ID[6] = {1, 2, 1, 2, 3, 3};
    Session s = {0};
    double v[VERSUS_STATS];
    (void)state;
    for (int i = 0; i < 6; i++)
        session_add(&s, &(SessionToken){.id = ID[i], .temp = i, .entropy = 2, .surprisal = i % 2});
    versus_measure(&s, v);
    assert_near(v[VERSUS_TEMP], 2.5, 1e-12);
    assert_near(v[VERSUS_ENTROPY], 2, 1e-12);
    assert_near(v[VERSUS_SURPRISAL], 0.5, 1e-12);
    assert_near(v[VERSUS_DISTINCT1], 3 / 6.0, 1e-12);
    assert_near(v[VERSUS_DISTINCT2], 4 / 5.0, 1e-12); /* 12 21 12 23 33 */
    assert_near(v[VERSUS_REPETITION], 3 / 5.0, 1e-12);
    session_free(&s);
}

static void repetition_looks_back_so_far_and_no_further(void **state)
{
    Session s = {0};
    double v[VERSUS_STATS];
    (void)state;
    for (int i = 0; i < VERSUS_LOOK_BACK + 2; i++)
        session_add(&s, &(SessionToken){.id = i == VERSUS_LOOK_BACK + 1 ? 0 : i});
    versus_measure(&s, v);
    assert_true(v[VERSUS_REPETITION] == 0);
    s.token[VERSUS_LOOK_BACK + 1].id = 1;
    versus_measure(&s, v);
    assert_near(v[VERSUS_REPETITION], 1.0 / (VERSUS_LOOK_BACK + 1), 1e-12);
    session_free(&s);
}

static void a_text_of_nothing_has_no_measures(void **state)
{
    Session s = {0};
    double v[VERSUS_STATS];
    (void)state;
    versus_measure(&s, v);
    for (int i = 0; i < VERSUS_STATS; i++) assert_true(isnan(v[i]));
}

static void p_of_few_differences_is_counted_by_hand(void **state)
{
    (void)state;
    assert_near(versus_sign_p((double[]){1, 2, 3}, 3), 2 / 8.0, 1e-12);
    /* |sum| 4 of 1 + 2 + 3 - 2: +++ --- +-+ ... at least 2: all but those that come to 0 */
    assert_near(versus_sign_p((double[]){-1, 2, 3}, 3), 4 / 8.0, 1e-12);
    assert_near(versus_sign_p((double[]){0, 0}, 2), 1, 1e-12);
    assert_near(versus_sign_p((double[]){0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 8), 2 / 256.0,
                1e-12);
}

static void many_differences_are_drawn_and_come_near(void **state)
{
    double d[24];
    (void)state;
    for (int i = 0; i < 24; i++) d[i] = i % 3 ? 1 : -1; /* 16 of 24 up: two-sided binomial 0.1516 */
    assert_near(versus_sign_p(d, 24), 0.1516, 0.01); /* four deviations of 20,000 draws */
    for (int i = 0; i < 24; i++) d[i] = 1;
    assert_near(versus_sign_p(d, 24), 1 / 20001.0, 1e-4); /* 2^-23 is seldom drawn */
}

static void holm_is_the_step_down_of_bonferroni(void **state)
{
    const double p[6] = {0.01, 0.04, NAN, 0.03, 0.005, 0.5};
    double q[6];
    (void)state;
    versus_holm(p, 6, q);
    /* sorted .005 .01 .03 .04 .5, times 5 4 3 2 1, never falling: R's p.adjust(p, "holm") */
    assert_near(q[4], 0.025, 1e-12);
    assert_near(q[0], 0.04, 1e-12);
    assert_near(q[3], 0.09, 1e-12);
    assert_near(q[1], 0.09, 1e-12);
    assert_near(q[5], 0.5, 1e-12);
    assert_true(isnan(q[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_text_has_known_measures),
        cmocka_unit_test(repetition_looks_back_so_far_and_no_further),
        cmocka_unit_test(a_text_of_nothing_has_no_measures),
        cmocka_unit_test(p_of_few_differences_is_counted_by_hand),
        cmocka_unit_test(many_differences_are_drawn_and_come_near),
        cmocka_unit_test(holm_is_the_step_down_of_bonferroni),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
