/* test_fm.c: sidebands where Chowning's formula has them, depth by velocity, room below half the
 * rate. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_voice.h"

enum { N = 16384 };

static float x[4 * N];

static void play(const char *name, float key, float vel, float bright)
{
    Voice v;
    voice_open(&v, name);
    v.ins->note_on(v.state, &(VoiceNote){.key = key, .vel = vel, .timbre = {bright}});
    voice_render(&v, x, NULL, 4 * N);
    voice_close(&v);
}

/* Carrier and modulator are whole multiples of half the key in the bass and of the key in the
 * piano: all the power lies within 3 bins' width of harmonics of that. */
static double harmonic_share(double hz)
{
    double *p = power_of(x + 2048, N), in = 0, all = 0, bin = (double)VOICE_RATE / N;
    for (int k = 1; k <= N / 2; k++) {
        double n = round(k * bin / hz);
        all += p[k - 1];
        if (n >= 1 && fabs(k * bin - n * hz) < 5 * bin + 0.0025 * k * bin) in += p[k - 1];
    }
    free(p);
    return in / all;
}

static void sidebands_are_harmonics_of_the_ratio(void **state)
{
    (void)state;
    play("fmbass", 45, 0.9f, 0.5f);
    assert_true(harmonic_share(key_hz(45) / 2) > 0.999);
    play("epiano", 60, 0.9f, 0.5f);
    assert_true(harmonic_share(key_hz(60)) > 0.99);
}

/* The tine: thirteenth to fifteenth harmonics of the piano, gone after its 130 ms. */
static void the_tine_rings_first_and_briefly(void **state)
{
    double hz = key_hz(60);
    (void)state;
    play("epiano", 60, 1, 0.5f);
    double early =
        band_power(x, 8192, 12.5 * hz, 15.5 * hz) / band_power(x, 8192, 0.5 * hz, 1.5 * hz);
    double late = band_power(x + 2 * N, 8192, 12.5 * hz, 15.5 * hz) /
                  band_power(x + 2 * N, 8192, 0.5 * hz, 1.5 * hz);
    assert_true(early > 1e-3);
    assert_true(late < 0.02 * early);
}

static void a_harder_touch_and_more_brightness_mean_more_sidebands(void **state)
{
    double hz[3];
    (void)state;
    play("fmbass", 40, 0.3f, 0.5f);
    hz[0] = centroid_hz(x + 256, 4096);
    play("fmbass", 40, 1, 0.5f);
    hz[1] = centroid_hz(x + 256, 4096);
    play("fmbass", 40, 1, 1);
    hz[2] = centroid_hz(x + 256, 4096);
    assert_true(hz[1] > 1.2 * hz[0] && hz[2] > 1.2 * hz[1]);
}

/* At key 108 the fourteenth harmonic is far above half the rate: what is left is a clean tone. */
static void nothing_folds_back_at_the_top_of_the_keyboard(void **state)
{
    (void)state;
    for (int key = 96; key <= 120; key += 12) {
        double hz = key_hz(key);
        play("epiano", (float)key, 1, 1);
        double below = band_power(x + 2048, N, 50, 0.9 * hz),
               tone = band_power(x + 2048, N, 0.9 * hz, 1.1 * hz);
        assert_true(10 * log10(below / tone) < -60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sidebands_are_harmonics_of_the_ratio),
        cmocka_unit_test(the_tine_rings_first_and_briefly),
        cmocka_unit_test(a_harder_touch_and_more_brightness_mean_more_sidebands),
        cmocka_unit_test(nothing_folds_back_at_the_top_of_the_keyboard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
