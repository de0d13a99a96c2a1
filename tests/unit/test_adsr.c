/* test_adsr.c: segments that end on time, exponential shape, no steps. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "audio/adsr.h"
#include "fixture_effect.h"

enum { RATE = 48000, N = 2 * RATE };

static const AdsrOpts OPTS = {.attack = 0.01, .decay = 0.2, .sustain = 0.5, .release = 0.3};

/* Samples until gain first reaches `level` from below (or above). */
static int first(const float *gain, int from, int n, double level, bool rising)
{
    for (int i = from; i < n; i++)
        if (rising ? gain[i] >= level : gain[i] <= level) return i - from;
    return -1;
}

/* One sample of tolerance: a segment ends between two. */
static void every_segment_takes_its_time(void **state)
{
    static float g[N];
    Adsr a;
    (void)state;
    adsr_init(&a, RATE, &OPTS);
    assert_false(adsr_run(&a, g, 8));
    assert_true(g[7] == 0);
    adsr_on(&a);
    assert_true(adsr_run(&a, g, RATE));
    int peak = first(g, 0, RATE, 1, true);
    assert_true(abs(peak + 1 - RATE / 100) <= 1);
    int steady = first(g, peak, RATE, 0.5, false);
    assert_true(abs(steady - RATE / 5) <= 1);
    assert_true(g[RATE - 1] == 0.5f);
    adsr_off(&a);
    assert_false(adsr_run(&a, g, RATE));
    assert_true(abs(first(g, 0, RATE, 0, false) + 1 - RATE * 3 / 10) <= 1);
    assert_true(g[RATE - 1] == 0);
}

/* A fall by 60 dB in 0.3 s loses 20 dB each 0.1 s (1 % of the level: the end lies a thousandth
 * beyond). */
static void release_falls_evenly_in_decibels(void **state)
{
    static float g[N];
    Adsr a;
    (void)state;
    adsr_init(&a, RATE, &OPTS);
    adsr_on(&a);
    adsr_run(&a, g, RATE);
    adsr_off(&a);
    adsr_run(&a, g, RATE);
    assert_true(near(decibels(g[RATE / 20]) - decibels(0.5), -10, 0.1));
    assert_true(near(decibels(g[RATE / 10]) - decibels(0.5), -20, 0.2));
}

static void a_new_attack_and_an_early_release_start_from_where_it_is(void **state)
{
    static float g[N];
    Adsr a;
    int at = 0;
    (void)state;
    adsr_init(&a, RATE, &OPTS);
    adsr_on(&a);
    adsr_run(&a, g, 200);
    adsr_off(&a); /* within the attack */
    adsr_run(&a, g + 200, 1000);
    adsr_on(&a);
    adsr_run(&a, g + 1200, 5000);
    adsr_off(&a);
    adsr_run(&a, g + 6200, 700);
    adsr_on(&a);
    at = 6900;
    adsr_run(&a, g + at, 20000);
    /* the attack's steepest sample: (1.3 / 480) ln(1.3 / 0.3) = 0.004 */
    assert_true(largest_jump(g, at + 20000) < 0.0041);
}

/* Also when it is let go within attack, decay and sustain. The running one turns from attack to
 * decay at the sample after the end: 2 samples of a decay by half in 0.2 s are 0.0004. */
static void the_closed_form_is_the_running_envelope(void **state)
{
    static const int HELD[] = {RATE / 200, RATE / 10, RATE};
    static float g[N];
    (void)state;
    for (int k = 0; k < 3; k++) {
        Adsr a;
        adsr_init(&a, RATE, &OPTS);
        adsr_on(&a);
        adsr_run(&a, g, HELD[k]);
        adsr_off(&a);
        adsr_run(&a, g + HELD[k], RATE / 2);
        for (int i = 0; i < HELD[k] + RATE / 2; i++) {
            double t = (double)(i + 1) / RATE, held = (double)HELD[k] / RATE;
            assert_true(near(adsr_at(&OPTS, t, held), (double)g[i], 5e-4));
        }
        assert_true(adsr_at(&OPTS, 0, 1) == 0 && adsr_at(&OPTS, 1.3001, 1) == 0);
    }
}

static void zero_times_are_short_but_no_steps(void **state)
{
    static float g[N];
    Adsr a;
    (void)state;
    adsr_init(&a, RATE, &(AdsrOpts){.sustain = 1});
    adsr_on(&a);
    adsr_run(&a, g, 1000);
    adsr_off(&a);
    assert_false(adsr_run(&a, g + 1000, 1000));
    assert_true(g[999] == 1 && g[1999] == 0);
    assert_true(first(g, 0, 1000, 1, true) <= 24);
    assert_true(largest_jump(g, 2000) < 0.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_segment_takes_its_time),
        cmocka_unit_test(release_falls_evenly_in_decibels),
        cmocka_unit_test(a_new_attack_and_an_early_release_start_from_where_it_is),
        cmocka_unit_test(the_closed_form_is_the_running_envelope),
        cmocka_unit_test(zero_times_are_short_but_no_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
