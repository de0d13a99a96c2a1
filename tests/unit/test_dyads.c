/* test_dyads.c: Huron's dyadic consonance of known sets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/dyads.h"
#include "fixture_near.h"

static unsigned set(const int *pc, int n)
{
    unsigned pcs = 0;
    for (int i = 0; i < n; i++) pcs |= 1u << pc[i];
    return pcs;
}

static void triads_are_as_consonant_as_huron_says(void **state)
{
    (void)state;
    assert_near(dyads_consonance(set((int[]){0, 4, 7}, 3)), 2.220, 5e-4); /* printed digits */
    assert_near(dyads_consonance(set((int[]){2, 5, 9}, 3)), 2.220, 5e-4);
    assert_near(dyads_consonance(set((int[]){0, 4, 8}, 3)), 1.158, 5e-4);
    assert_near(dyads_consonance(set((int[]){11, 2, 5}, 3)), 0.735, 5e-4);
}

static void the_interval_vector_of_the_diatonic_scale_is_254361(void **state)
{
    (void)state;
    static const int KNOWN[6] = {2, 5, 4, 3, 6, 1};
    int count[6];
    dyads_count(set((int[]){0, 2, 4, 5, 7, 9, 11}, 7), count);
    for (int i = 0; i < 6; i++) assert_int_equal(count[i], KNOWN[i]);
}

static void one_tone_has_no_dyads(void **state)
{
    (void)state;
    assert_near(dyads_consonance(1 << 3), 0, 0);
    assert_near(dyads_consonance(0), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(triads_are_as_consonant_as_huron_says),
        cmocka_unit_test(the_interval_vector_of_the_diatonic_scale_is_254361),
        cmocka_unit_test(one_tone_has_no_dyads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
