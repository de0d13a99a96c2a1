/* test_canvas.c: bytes that do not depend on what was drawn before; colours; ticks. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "fixture_canvas.h"
#include "view/axis.h"

static Str page(CanvasFormat format, const char *text)
{
    static const uint8_t RGB[] = {255, 0, 0, 0, 255, 0};
    Err err;
    Str s = {0};
    Canvas *c = canvas_open(120, 60, format);
    canvas_image(c, (Box){10, 10, 40, 20}, RGB, 1, 2);
    canvas_text(c, 5, 50, 0, 12, (Rgb){0, 0, 0}, text);
    assert_true(canvas_finish(c, &s, &err));
    canvas_close(c);
    return s;
}

static void the_same_drawing_gives_the_same_bytes(void **state)
{
    (void)state;
    for (int f = CANVAS_PNG; f <= CANVAS_SVG; f++) {
        Str a = page((CanvasFormat)f, "abc"), b = page((CanvasFormat)f, "abc");
        Str other = page((CanvasFormat)f, "xyz");
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.s, b.s, a.len);
        assert_true(other.len != a.len || memcmp(other.s, a.s, a.len) != 0);
        assert_memory_equal(a.s, f == CANVAS_PNG ? "\x89PNG" : "<?xm", 4);
        str_free(&a);
        str_free(&b);
        str_free(&other);
    }
}

static void text_that_is_not_utf8_is_drawn_as_dots(void **state)
{
    (void)state;
    Str a = page(CANVAS_PNG, "a\xff\nb\xed\xa0\x80"), b = page(CANVAS_PNG, "a··b···");
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.s, b.s, a.len);
    str_free(&a);
    str_free(&b);
}

/* 0.01: the decoding's own constants; colours are not rounded to bytes here. */
static void the_ramp_rises_evenly_in_lightness(void **state)
{
    (void)state;
    for (int i = 0; i <= 100; i++) {
        double x = i / 100.0;
        assert_true(fabs(colour_lightness(colour_ramp(x)) - (0.18 + 0.75 * x)) < 0.01);
    }
}

static void the_circle_closes_at_one_lightness(void **state)
{
    (void)state;
    Rgb a = colour_cycle(0.25), b = colour_cycle(-0.75), c = colour_cycle(0.75);
    assert_true(fabs(a.r - b.r) + fabs(a.g - b.g) + fabs(a.b - b.b) < 1e-9);
    assert_true(fabs(a.r - c.r) + fabs(a.g - c.g) + fabs(a.b - c.b) > 0.3);
    for (int i = 0; i < 24; i++)
        assert_true(fabs(colour_lightness(colour_cycle(i / 24.0)) - 0.7) < 0.01);
}

static void ticks_are_round_and_named(void **state)
{
    static const double WANT[] = {50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000};
    Axis hz = {.kind = AXIS_LOG, .lo = 30, .hi = 20000, .p_lo = 300, .p_hi = 0};
    Axis time = {.kind = AXIS_TIME, .lo = 0, .hi = 100};
    double tick[AXIS_MAX_TICKS];
    char name[AXIS_NAME];
    (void)state;
    assert_int_equal(axis_ticks(&hz, 10, tick), 9);
    for (int i = 0; i < 9; i++) assert_true(fabs(tick[i] / WANT[i] - 1) < 1e-12);
    axis_name(&hz, 10000, name);
    assert_string_equal(name, "10k");
    assert_true(fabs(axis_at(&hz, sqrt(30.0 * 20000)) - 150) < 1e-9);
    assert_int_equal(axis_ticks(&time, 5, tick), 4);
    axis_name(&time, tick[3], name);
    assert_string_equal(name, "1:30");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_drawing_gives_the_same_bytes),
        cmocka_unit_test(text_that_is_not_utf8_is_drawn_as_dots),
        cmocka_unit_test(the_ramp_rises_evenly_in_lightness),
        cmocka_unit_test(the_circle_closes_at_one_lightness),
        cmocka_unit_test(ticks_are_round_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
