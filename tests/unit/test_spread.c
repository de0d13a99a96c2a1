/* test_spread.c: continuations that part more when they are hotter are found to do so, others not;
 * where nothing was recorded nothing is said. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/permute.h"
#include "theory/sections.h"

enum { D = 16, N = 3 };

/* States about a path of their own, off it by as much as the temperature, or all alike. */
static Spread planted(bool heat, uint64_t seed)
{
    Control c = control_seed(seed);
    Spread s = {.d = D};
    double path[SPREAD_TOKENS * D];
    s.state = mem_alloc((int64_t)SPREAD_TEMPS * SPREAD_TEXTS * SPREAD_TOKENS * D, sizeof(float));
    for (int i = 0; i < SPREAD_TOKENS * D; i++) path[i] = control_normal(&c);
    for (int i = 0; i < SPREAD_TEMPS * SPREAD_TEXTS * SPREAD_TOKENS * D; i++) {
        double wide = heat ? SPREAD_TEMP[i / (SPREAD_TEXTS * SPREAD_TOKENS * D)] : 1;
        s.state[i] = (float)(path[i % (SPREAD_TOKENS * D)] + 0.5 * wide * control_normal(&c));
    }
    return s;
}

/* The verdict on those states beside an otherwise empty trace. */
static Verdict verdict_on(Spread *s)
{
    double surprisal[N] = {0, 1, 2}, entropy[N] = {1, 2, 1};
    const Trace t = {.nt = N, .surprisal = surprisal, .entropy = entropy};
    const TheoryText x = {.t = &t, .spread = s};
    Findings fs = {.n = 0};
    Verdict v = FINDING_MEASURED;
    theory_performance(&x, &fs);
    for (int i = 0; i < fs.n; i++)
        if (strcmp(fs.f[i].name, "performance.freedom") == 0) v = fs.f[i].verdict;
    findings_free(&fs);
    spread_free(s);
    return v;
}

static void performances_that_part_with_heat_are_found(void **state)
{
    (void)state;
    Spread s = planted(true, 3);
    assert_int_equal(verdict_on(&s), FINDING_FOUND);
}

static void performances_that_part_all_alike_are_not(void **state)
{
    (void)state;
    int found = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Spread s = planted(false, seed);
        found += verdict_on(&s) == FINDING_FOUND;
    }
    assert_true(found <= 4); /* 1 of 20 is what p <= 0.05 means; 5 have a chance of 0.003 */
}

static void without_room_nothing_is_said(void **state)
{
    (void)state;
    Spread none = {.d = 0};
    assert_int_equal(verdict_on(&none), FINDING_MEASURED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(performances_that_part_with_heat_are_found),
        cmocka_unit_test(performances_that_part_all_alike_are_not),
        cmocka_unit_test(without_room_nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
