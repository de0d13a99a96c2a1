/* test_tonnetz.c: neo-Riemannian steps and the shortest ways between triads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#include "music/tonnetz.h"
#include "fixture_near.h"

static const Triad C = {0, false}, C_MIN = {0, true}, E_MIN = {4, true}, A_MIN = {9, true};

static bool same(Triad a, Triad b)
{
    return a.root == b.root && a.minor == b.minor;
}

static void steps_are_parallel_leading_tone_and_relative(void **state)
{
    (void)state;
    assert_true(same(tonnetz_step(C, 'P'), C_MIN));
    assert_true(same(tonnetz_step(C, 'L'), E_MIN));
    assert_true(same(tonnetz_step(C, 'R'), A_MIN));
    for (int root = 0; root < 12; root++) {
        for (const char *s = "PLR"; *s; s++) { /* each undoes itself */
            Triad major = {root, false};
            assert_true(same(tonnetz_step(tonnetz_step(major, *s), *s), major));
        }
    }
}

static void ways_have_known_lengths(void **state)
{
    (void)state;
    char path[TONNETZ_PATH_SIZE];
    assert_int_equal(tonnetz_distance(C, C), 0);
    assert_int_equal(tonnetz_distance(C, (Triad){7, false}), 2);  /* LR: dominant */
    assert_int_equal(tonnetz_distance(C, (Triad){4, false}), 2);  /* LP: a major third up */
    assert_int_equal(tonnetz_distance(C, (Triad){8, true}), 3);   /* PLP: the hexatonic pole */
    assert_int_equal(tonnetz_distance(C, (Triad){5, true}), 3);   /* to the minor subdominant */
    assert_int_equal(tonnetz_distance(C, (Triad){6, false}), 4);  /* a tritone: PRPR */
    tonnetz_path(C, (Triad){8, true}, path);
    assert_string_equal(path, "PLP");
    tonnetz_path(C, (Triad){7, false}, path);
    assert_string_equal(path, "LR");
    tonnetz_path(C, C, path);
    assert_string_equal(path, "");
}

static void every_way_arrives_and_is_as_long_as_told(void **state)
{
    (void)state;
    int longest = 0;
    for (int i = 0; i < 24 * 24; i++) {
        Triad a = {i % 12, i / 12 % 2 == 1}, b = {i / 24 % 12, i / 288 == 1}, at = a;
        char path[TONNETZ_PATH_SIZE];
        int n = 0;
        tonnetz_path(a, b, path);
        for (; path[n]; n++) at = tonnetz_step(at, path[n]);
        assert_true(same(at, b));
        assert_int_equal(n, tonnetz_distance(a, b));
        assert_int_equal(n, tonnetz_distance(b, a));
        if (n > longest) longest = n;
    }
    assert_int_equal(longest, 5);
}

static void triads_are_recognised_when_there_is_only_one(void **state)
{
    (void)state;
    assert_true(same(tonnetz_recognise(1 << 0 | 1 << 4 | 1 << 7), C));
    assert_true(same(tonnetz_recognise(1 << 0 | 1 << 4 | 1 << 7 | 1 << 10), C)); /* C7 */
    unsigned c6 = 1 << 0 | 1 << 4 | 1 << 7 | 1 << 9; /* C major and A minor */
    assert_int_equal(tonnetz_recognise(c6).root, -1);
    assert_int_equal(tonnetz_recognise(1 << 0 | 1 << 4 | 1 << 8).root, -1);
    assert_int_equal(tonnetz_recognise(0).root, -1);
}

static void weights_match_their_nearest_triad(void **state)
{
    (void)state;
    double likeness;
    Triad t = tonnetz_match((double[12]){[9] = 3, [0] = 3, [4] = 3}, &likeness);
    assert_true(same(t, A_MIN));
    assert_near(likeness, 1, 1e-12); /* rounding of a root */
    t = tonnetz_match((double[12]){[9] = 3, [0] = 3, [4] = 3, [2] = 1}, &likeness);
    assert_true(same(t, A_MIN) && likeness < 1);
    assert_int_equal(tonnetz_match((double[12]){0}, NULL).root, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_parallel_leading_tone_and_relative),
        cmocka_unit_test(ways_have_known_lengths),
        cmocka_unit_test(every_way_arrives_and_is_as_long_as_told),
        cmocka_unit_test(triads_are_recognised_when_there_is_only_one),
        cmocka_unit_test(weights_match_their_nearest_triad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
