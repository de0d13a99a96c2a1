/* test_transport.c: where in a piece we are, by the system's clock and by a device's. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "atmos/transport.h"
#include "fixture_near.h"

static const double START = 1e6; /* of the system's clock */

static void it_runs_stands_and_jumps(void **state)
{
    Transport t = {.length = 100};
    (void)state;
    assert_near(transport_at(&t, START), 0, 0);
    transport_play(&t, START);
    assert_near(transport_at(&t, START + 2.5), 2.5, 1e-9);
    transport_pause(&t, START + 3);
    assert_near(transport_at(&t, START + 50), 3, 1e-9);
    transport_seek(&t, 40, START + 50);
    assert_near(transport_at(&t, START + 60), 40, 1e-9);
    transport_play(&t, START + 60);
    transport_seek(&t, 10, START + 61);
    assert_near(transport_at(&t, START + 62), 11, 1e-9);
}

static void it_stays_within_the_piece(void **state)
{
    Transport t = {.length = 5};
    (void)state;
    transport_play(&t, START);
    assert_false(transport_ended(&t, START + 4.9));
    assert_true(transport_ended(&t, START + 5.1));
    assert_near(transport_at(&t, START + 99), 5, 0);
    transport_seek(&t, -3, START + 99);
    assert_near(transport_at(&t, START + 99), 0, 0);
    transport_seek(&t, 8, START + 99);
    assert_near(transport_at(&t, START + 99), 5, 0);
}

/* Two minutes looked at 25 times a second: a token is shown floor(time * tps), so its error is less
 * than a frame of the text and one of the screen. */
static void without_a_device_text_and_clock_stay_together(void **state)
{
    enum { TPS = 45, LOOKS = 120 * 25 };
    Transport t = {.length = 200};
    (void)state;
    transport_play(&t, START);
    for (int i = 0; i < LOOKS; i++) {
        double real = i / 25.0;
        int token = (int)(transport_at(&t, START + real) * TPS + 1e-6);
        assert_true(real - token / (double)TPS >= -1e-6);
        assert_true(real - token / (double)TPS < 1.0 / TPS + 1e-6);
    }
}

/* A device whose crystal is off by 0.2 % (two minutes come to a quarter of a second), that counts
 * in blocks of 1024 frames and late by up to 10 ms, against a screen that looks every 40 ms. */
static void check_device(double speed)
{
    enum { RATE = 44100, BLOCK = 1024, LOOKS = 120 * 25 };
    Transport t = {.length = 200};
    double worst = 0, last = 0;
    transport_play(&t, START);
    for (int i = 1; i < LOOKS; i++) {
        double real = i * 0.04, late = 0.01 * (i % 7) / 6, heard = (real - late) * speed;
        double counted = (double)((int64_t)(heard * RATE) / BLOCK * BLOCK) / RATE;
        transport_count(&t, counted, START + real);
        double shown = transport_at(&t, START + real);
        assert_true(shown >= last); /* never back */
        last = shown;
        worst = fmax(worst, fabs(shown - real * speed));
    }
    print_message("# a device at %g of our speed: at worst %.1f ms apart\n", speed, 1e3 * worst);
    assert_true(worst < 0.05);
}

static void with_a_device_the_text_follows_what_is_heard(void **state)
{
    (void)state;
    check_device(1.002);
    check_device(1);
    check_device(0.998);
}

static void a_device_that_stops_stops_the_text(void **state)
{
    Transport t = {.length = 200};
    (void)state;
    transport_play(&t, START);
    transport_count(&t, 1, START + 1);
    assert_near(transport_at(&t, START + 10), 1 + TRANSPORT_GAP, 1e-9);
    transport_count(&t, 30, START + 11); /* and a jump of it is followed */
    assert_near(transport_at(&t, START + 11), 30, 1e-9);
    transport_pause(&t, START + 11);
    transport_count(&t, 99, START + 12);
    assert_near(transport_at(&t, START + 12), 30, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_runs_stands_and_jumps),
        cmocka_unit_test(it_stays_within_the_piece),
        cmocka_unit_test(without_a_device_text_and_clock_stay_together),
        cmocka_unit_test(with_a_device_the_text_follows_what_is_heard),
        cmocka_unit_test(a_device_that_stops_stops_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
