/* test_harmonicity.c: harmonicity against the R packages har18 and incon. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/harmonicity.h"
#include "fixture_near.h"

enum { C_MAJOR = 1 << 0 | 1 << 4 | 1 << 7, C_MINOR = 1 << 0 | 1 << 3 | 1 << 7 };

static void a_major_triad_is_as_harmonic_as_har18_says(void **state)
{
    (void)state;
    Harmonicity h;
    harmonicity_init(&h, 11);
    HarmonicityOf a = harmonicity_of(&h, C_MAJOR);
    assert_near(a.kl, 0.9285886, 5e-8); /* printed digits */
    assert_near(a.peak, 0.7021341, 5e-8);
    harmonicity_init(&h, 12);
    a = harmonicity_of(&h, C_MAJOR);
    assert_near(a.kl, 0.937315, 5e-7);
    assert_near(a.peak, 0.717011, 5e-7);
}

static void transposition_changes_nothing(void **state)
{
    (void)state;
    Harmonicity h;
    harmonicity_init(&h, HARMONICITY_HARMONICS);
    double kl = harmonicity_of(&h, C_MINOR).kl, peak = harmonicity_of(&h, C_MINOR).peak;
    for (int t = 1; t < 12; t++) {
        unsigned pcs = (C_MINOR << t | C_MINOR >> (12 - t)) & 0xfff;
        assert_near(harmonicity_of(&h, pcs).kl, kl, 1e-12); /* another order of sums */
        assert_near(harmonicity_of(&h, pcs).peak, peak, 1e-12);
    }
}

static void triads_are_more_harmonic_than_clusters(void **state)
{
    (void)state;
    Harmonicity h;
    harmonicity_init(&h, HARMONICITY_HARMONICS);
    double major = harmonicity_of(&h, C_MAJOR).kl, minor = harmonicity_of(&h, C_MINOR).kl;
    double cluster = harmonicity_of(&h, 7).kl, all = harmonicity_of(&h, 0xfff).kl;
    assert_true(major > minor && minor > cluster && cluster > all && all >= 0);
}

static void one_tone_is_its_own_template_and_none_has_no_harmonicity(void **state)
{
    (void)state;
    Harmonicity h;
    harmonicity_init(&h, HARMONICITY_HARMONICS);
    assert_near(harmonicity_of(&h, 1 << 5).peak, 1, 1e-12); /* rounding of a root */
    assert_true(isnan(harmonicity_of(&h, 0).kl) && isnan(harmonicity_of(&h, 0).peak));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_major_triad_is_as_harmonic_as_har18_says),
        cmocka_unit_test(transposition_changes_nothing),
        cmocka_unit_test(triads_are_more_harmonic_than_clusters),
        cmocka_unit_test(one_tone_is_its_own_template_and_none_has_no_harmonicity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
