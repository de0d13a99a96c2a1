/* test_drumkit.c: where the energy of each drum lies, how long it lasts, and whose noise it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "fixture_voice.h"
#include "synth/drum_sound.h"

enum { SECOND = VOICE_RATE, N = 16384 };

static float x[4 * SECOND], r[4 * SECOND];

static void hit(int key, float vel, int64_t noise_at)
{
    Voice v;
    voice_open(&v, "drumkit");
    v.ins->note_on(v.state, &(VoiceNote){.key = (float)key, .vel = vel, .noise_at = noise_at});
    voice_render(&v, x, r, 4 * SECOND);
    voice_close(&v);
}

static double share(double lo, double hi)
{
    static float windowed[N]; /* the hit alone, in the middle of the window */
    memset(windowed, 0, sizeof windowed);
    memcpy(windowed + N / 2, x, N / 2 * sizeof *x);
    return band_power(windowed, N, lo, hi) / band_power(windowed, N, 20, 20000);
}

/* Seconds until the last 10 ms block within 20 dB of the loudest. */
static double length_of(void)
{
    double most = 0, end = 0;
    for (int i = 0; i + 441 <= 4 * SECOND; i += 441) most = fmax(most, rms_of(x + i, 441));
    for (int i = 0; i + 441 <= 4 * SECOND; i += 441)
        if (rms_of(x + i, 441) > 0.1 * most) end = (i + 441.0) / SECOND;
    return end;
}

static void each_drum_has_its_energy_where_it_belongs(void **state)
{
    (void)state;
    hit(36, 1, 0);
    assert_true(share(35, 150) > 0.6);
    hit(38, 1, 0);
    assert_true(share(120, 420) > 0.15 && share(1200, 12000) > 0.15);
    hit(39, 1, 0);
    assert_true(share(600, 4500) > 0.85);
    hit(42, 1, 0);
    assert_true(share(3500, 20000) > 0.9 && share(20, 1000) < 0.01);
    hit(49, 1, 0);
    assert_true(share(2000, 20000) > 0.9);
    hit(37, 1, 0);
    assert_true(share(350, 4000) > 0.7);
}

static void open_hats_and_crashes_last_longer(void **state)
{
    double closed, open, crash, kick;
    (void)state;
    hit(42, 1, 0);
    closed = length_of();
    hit(46, 1, 0);
    open = length_of();
    hit(49, 1, 0);
    crash = length_of();
    hit(36, 1, 0);
    kick = length_of();
    assert_true(closed < 0.12 && open > 0.2 && open < 0.6 && crash > 0.8 && crash < 2.5);
    assert_true(kick > 0.2 && kick < 0.6);
}

/* The pitch of the kick falls: zero crossings in its first 30 ms are closer than after 150 ms. */
static void the_kick_falls_to_its_pitch(void **state)
{
    int early = 0;
    (void)state;
    hit(36, 1, 0);
    for (int i = 1; i < 1323; i++) early += (x[i - 1] < 0) != (x[i] < 0);
    double hz = peak_hz(x + 6615, 8192, 35, 90);
    assert_true(early / 0.06 > 1.5 * hz); /* two crossings a period, 30 ms */
    assert_true(fabs(hz - 49) < 2);
}

/* Three hands 10.5 ms apart and the tail: the level dips between them. */
static void the_clap_is_several_hands(void **state)
{
    (void)state;
    hit(39, 1, 0);
    for (int k = 0; k < 3; k++) {
        int at = (int)((k + 1) * 0.0105 * SECOND);
        assert_true(rms_of(x + at + 20, 120) > 1.5 * rms_of(x + at - 100, 100));
    }
}

static void the_noise_is_the_weights_that_were_given(void **state)
{
    static float first[SECOND];
    (void)state;
    hit(42, 1, 0);
    memcpy(first, x, sizeof first);
    hit(42, 1, 0);
    assert_memory_equal(first, x, sizeof first);
    hit(42, 1, 5000);
    assert_true(memcmp(first, x, sizeof first) != 0);
}

static void every_key_of_the_keyboard_is_some_drum(void **state)
{
    (void)state;
    for (int key = 0; key < 128; key++) {
        hit(key, 0.8f, 7);
        assert_true(peak_of(x, SECOND) > 0.01 && peak_of(x, SECOND) < 1.3);
        assert_true(all_finite(x, SECOND) && all_finite(r, SECOND));
    }
    assert_ptr_equal(drum_sound(36), drum_sound(35));
    assert_ptr_not_equal(drum_sound(36), drum_sound(38));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_drum_has_its_energy_where_it_belongs),
        cmocka_unit_test(open_hats_and_crashes_last_longer),
        cmocka_unit_test(the_kick_falls_to_its_pitch),
        cmocka_unit_test(the_clap_is_several_hands),
        cmocka_unit_test(the_noise_is_the_weights_that_were_given),
        cmocka_unit_test(every_key_of_the_keyboard_is_some_drum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
