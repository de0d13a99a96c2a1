/* test_tis.c: the tonal interval space against its definition and NumPy's FFT. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/tis.h"
#include "fixture_near.h"

static Tis set(unsigned pcs)
{
    double weight[12];
    for (int pc = 0; pc < 12; pc++) weight[pc] = pcs >> pc & 1;
    return tis_of(weight);
}

enum { MAJOR = 1 << 0 | 1 << 4 | 1 << 7, DOMINANT = 1 << 7 | 1 << 11 | 1 << 2, SCALE = 0xab5 };

static void one_tone_is_consonant_and_all_are_dissonant(void **state)
{
    (void)state;
    for (int pc = 0; pc < 12; pc++) {
        Tis t = set(1u << pc);
        assert_near(tis_dissonance(&t), 0, 1e-12); /* rounding of sums of 12, here and below */
        for (int k = 1; k <= 6; k++) assert_near(tis_quality(&t, k), 1, 1e-12);
    }
    Tis all = set(0xfff), none = set(0);
    assert_near(tis_dissonance(&all), 1, 1e-12);
    assert_near(tis_dissonance(&none), 1, 0);
}

static void qualities_name_what_they_measure(void **state)
{
    (void)state;
    Tis diminished = set(1 << 0 | 1 << 3 | 1 << 6 | 1 << 9), whole = set(0x555), scale = set(SCALE);
    assert_near(tis_quality(&diminished, 4), 1, 1e-12);
    assert_near(tis_quality(&whole, 6), 1, 1e-12);
    assert_near(tis_quality(&scale, 5), 0.53315012, 5e-9); /* printed digits, here and below */
    assert_near(tis_quality(&scale, 1), 0.03827846, 5e-9);
}

static void a_major_triad_lies_where_numpy_puts_it(void **state)
{
    (void)state;
    static const double QUALITY[6] = {0.17254603, 0.33333333, 0.74535599,
                                      0.57735027, 0.64395055, 0.33333333};
    Tis t = set(MAJOR), other = set(DOMINANT);
    for (int k = 1; k <= 6; k++) assert_near(tis_quality(&t, k), QUALITY[k - 1], 5e-9);
    assert_near(tis_dissonance(&t), 0.38041712738, 1e-10);
    assert_near(tis_distance(&t, &other), 25.5516905290, 1e-9);
    assert_near(tis_angle(&t, &other), 1.35654517828, 1e-10);
    assert_near(tis_distance(&t, &t), 0, 0);
}

static void transposition_keeps_qualities_and_scale_does_not_matter(void **state)
{
    (void)state;
    Tis c = set(MAJOR);
    Tis loud = tis_of((double[12]){[2] = 9, [6] = 9, [9] = 9});
    for (int k = 1; k <= 6; k++) assert_near(tis_quality(&loud, k), tis_quality(&c, k), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_tone_is_consonant_and_all_are_dissonant),
        cmocka_unit_test(qualities_name_what_they_measure),
        cmocka_unit_test(a_major_triad_lies_where_numpy_puts_it),
        cmocka_unit_test(transposition_keeps_qualities_and_scale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
