/* test_roughness.c: roughness against values computed with the R package dycon, MATLAB and NumPy,
 * to the digits printed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "music/roughness.h"
#include "fixture_near.h"

enum { TONES = 3, PARTIALS = TONES * ROUGHNESS_HARMONICS };

static const double MAJOR[TONES] = {60, 64, 67}, MINOR[TONES] = {60, 63, 67};

static double hutchinson(const double *key, int n, int harmonics)
{
    Partial p[PARTIALS];
    roughness_partials(key, n, harmonics, p);
    return roughness_hutchinson(p, n * harmonics);
}

static void partials_are_exact_harmonics_of_falling_amplitude(void **state)
{
    (void)state;
    Partial p[4];
    roughness_partials((double[]){69, 81}, 2, 2, p);
    assert_near(p[0].hz, 440, 1e-9); /* a rounding of exp2 */
    assert_near(p[1].hz, 880, 1e-9);
    assert_near(p[2].hz, 880, 1e-9);
    assert_near(p[3].hz, 1760, 1e-9);
    assert_near(p[3].amp, 0.5, 0);
}

static void sethares_of_a_major_triad_is_dycons(void **state)
{
    (void)state;
    Partial p[PARTIALS];
    roughness_partials(MAJOR, TONES, ROUGHNESS_HARMONICS, p);
    assert_near(roughness_sethares(p, PARTIALS, &ROUGHNESS_SETHARES), 0.7735006, 5e-8); /* digits */
}

/* 440, 460 and 480 Hz over 440 and 460 alone, with equal, rising and falling amplitudes. */
static void sethares_weighs_pairs_by_the_smaller_amplitude(void **state)
{
    (void)state;
    static const double AMP[3][3] = {{1, 1, 1}, {1, 2, 3}, {3, 2, 1}};
    static const double DYCON[3] = {2.92452, 3.92110, 3.92452};
    static const double MATLAB[3] = {2.91943, 3.91613, 3.91943};
    const Partial two[2] = {{440, 1}, {460, 1}};
    double dycon = roughness_sethares(two, 2, &ROUGHNESS_SETHARES);
    double matlab = roughness_sethares(two, 2, &ROUGHNESS_SETHARES_2005);
    for (int i = 0; i < 3; i++) {
        const Partial p[3] = {{440, AMP[i][0]}, {460, AMP[i][1]}, {480, AMP[i][2]}};
        double one = roughness_sethares(p, 3, &ROUGHNESS_SETHARES) / dycon;
        double other = roughness_sethares(p, 3, &ROUGHNESS_SETHARES_2005) / matlab;
        assert_near(one, DYCON[i], 5e-6); /* printed digits */
        assert_near(other, MATLAB[i], 5e-6);
    }
}

static void hutchinson_and_knopoffs_curve_has_known_points(void **state)
{
    (void)state;
    assert_near(roughness_bandwidth(400, 440), 87.2249, 5e-5); /* printed digits, here and below */
    assert_near(roughness_plomp_levelt(0.25), 1, 1e-15);
    assert_near(roughness_plomp_levelt(1), 0.03966, 5e-6);
    assert_near(roughness_plomp_levelt(0.5), 0.54134, 5e-6);
    assert_near(roughness_plomp_levelt(1.21), 0, 0);
    assert_near(roughness_plomp_levelt(0), 0, 0);
}

static void hutchinson_of_semitones_and_triads_is_dycons(void **state)
{
    (void)state;
    assert_near(hutchinson((double[]){60, 61}, 2, 1), 0.49882, 5e-6); /* printed digits */
    assert_near(hutchinson((double[]){69, 70}, 2, 1), 0.49085, 5e-6);
    assert_near(hutchinson((double[]){60, 61}, 2, ROUGHNESS_HARMONICS), 0.48388, 5e-6);
    assert_near(hutchinson(MAJOR, TONES, ROUGHNESS_HARMONICS), 0.1202426, 5e-8);
    assert_near(hutchinson(MINOR, TONES, ROUGHNESS_HARMONICS), 0.1300830, 5e-8);
}

static void a_chords_roughness_is_that_of_its_pairs_and_tones(void **state)
{
    (void)state;
    enum { H = ROUGHNESS_HARMONICS };
    Partial p[PARTIALS];
    double sum = 0, power = 0;
    roughness_partials(MAJOR, TONES, H, p);
    for (int i = 0; i < PARTIALS; i++) power += p[i].amp * p[i].amp;
    for (int i = 0; i < TONES; i++) {
        double own = 0;
        for (int k = 0; k < H; k++) own += p[k].amp * p[k].amp;
        sum += own * roughness_hutchinson(p + i * H, H);
        for (int j = i + 1; j < TONES; j++)
            sum += roughness_hutchinson_between(p + i * H, H, p + j * H, H);
    }
    assert_near(sum / power, roughness_hutchinson(p, PARTIALS), 1e-12); /* another order of sums */
}

static void vassilakis_of_a_major_triad_is_known(void **state)
{
    (void)state;
    Partial p[PARTIALS];
    roughness_partials(MAJOR, TONES, ROUGHNESS_HARMONICS, p);
    assert_near(roughness_vassilakis(p, PARTIALS), 2.083763, 5e-7); /* printed digits */
}

static void silence_is_not_rough(void **state)
{
    (void)state;
    const Partial mute[2] = {{440, 0}, {450, 0}};
    assert_near(roughness_hutchinson(mute, 2), 0, 0);
    assert_near(roughness_vassilakis(mute, 2), 0, 0);
    assert_near(roughness_sethares(mute, 2, &ROUGHNESS_SETHARES), 0, 0);
    assert_near(roughness_hutchinson(NULL, 0), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partials_are_exact_harmonics_of_falling_amplitude),
        cmocka_unit_test(sethares_of_a_major_triad_is_dycons),
        cmocka_unit_test(sethares_weighs_pairs_by_the_smaller_amplitude),
        cmocka_unit_test(hutchinson_and_knopoffs_curve_has_known_points),
        cmocka_unit_test(hutchinson_of_semitones_and_triads_is_dycons),
        cmocka_unit_test(a_chords_roughness_is_that_of_its_pairs_and_tones),
        cmocka_unit_test(vassilakis_of_a_major_triad_is_known),
        cmocka_unit_test(silence_is_not_rough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
