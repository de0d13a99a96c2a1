/* test_course.c: the pages of a training and of its evaluation: lines, bars and marks lie where
 * their numbers say, and what is not there is not drawn. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "fixture_canvas.h"
#include "view/course.h"
#include "view/recall.h"

/* Far from grey. */
static bool is_coloured(Rgb p)
{
    return fmax(p.r, fmax(p.g, p.b)) - fmin(p.r, fmin(p.g, p.b)) > 0.2;
}

static int coloured_in(const Canvas *c, int x0, int y0, int x1, int y1)
{
    int n = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++) n += is_coloured(canvas_pixel(c, x, y));
    return n;
}

static Canvas *drawn(const double *v, int n)
{
    static double step[100];
    static const double MARK[] = {50};
    static const char *const NAME[] = {"first"};
    for (int i = 0; i < n; i++) step[i] = i + 1;
    CoursePanel panel = {.title = "a", .name = {"line"}, .v = {v}, .hi = 10};
    Course p = {.title = "t",
                .line = "l",
                .step = step,
                .n = n,
                .panel = &panel,
                .npanels = 1,
                .mark = MARK,
                .mark_name = NAME,
                .nmarks = 1};
    Canvas *c = canvas_open(COURSE_WIDTH, COURSE_HEIGHT, CANVAS_PNG);
    course_draw(c, &p);
    return c;
}

/* The legend's swatch is in the margin on the right: only the panel is looked at. */
enum { IN_L = 100, IN_R = COURSE_WIDTH - 180, MID = COURSE_HEIGHT / 2 };

static void a_line_lies_at_its_height(void **state)
{
    (void)state;
    double low[100], high[100];
    for (int i = 0; i < 100; i++) low[i] = 1, high[i] = 9;
    Canvas *a = drawn(low, 100), *b = drawn(high, 100);
    assert_int_equal(coloured_in(a, IN_L, 120, IN_R, MID), 0);
    assert_true(coloured_in(a, IN_L, MID, IN_R, COURSE_HEIGHT - 60) > 1000);
    assert_true(coloured_in(b, IN_L, 120, IN_R, MID) > 1000);
    assert_int_equal(coloured_in(b, IN_L, MID, IN_R, COURSE_HEIGHT - 60), 0);
    canvas_close(a);
    canvas_close(b);
}

static void what_is_not_there_is_not_drawn(void **state)
{
    (void)state;
    double v[100];
    for (int i = 0; i < 100; i++) v[i] = i < 50 ? NAN : 5;
    Canvas *c = drawn(v, 100);
    int middle = (IN_L + IN_R) / 2;
    assert_int_equal(coloured_in(c, IN_L, 120, middle - 30, COURSE_HEIGHT - 60), 0);
    assert_true(coloured_in(c, middle + 30, 120, IN_R, COURSE_HEIGHT - 60) > 500);
    canvas_close(c);
    for (int i = 0; i < 100; i++) v[i] = NAN;
    c = drawn(v, 100);
    assert_int_equal(coloured_in(c, IN_L, 120, IN_R, COURSE_HEIGHT - 60), 0);
    canvas_close(c);
}

static Canvas *drawn_recall(double share)
{
    const int ranks[] = {4, 3, 2, 1, 0};
    RecallPanel panel = {.title = "q",
                         .bar = {{{"jepa", share, NAN, NAN}}, {{"jepa", 1, 0.5, 1}}},
                         .nbars = 1,
                         .chance = {0.1, 0.5},
                         .ranks = ranks,
                         .candidates = 5};
    RecallPage page = {.title = "t", .line = "l", .panel = &panel, .npanels = 1};
    Canvas *c = canvas_open(RECALL_WIDTH, RECALL_HEIGHT, CANVAS_PNG);
    recall_draw(c, &page);
    return c;
}

static void a_bar_is_as_high_as_its_share(void **state)
{
    (void)state;
    Canvas *none = drawn_recall(0), *all = drawn_recall(0.8);
    /* of the first pair of axes; the dashes of chance are left in both */
    int a = coloured_in(none, 90, 120, 350, RECALL_HEIGHT - 150);
    int b = coloured_in(all, 90, 120, 350, RECALL_HEIGHT - 150);
    assert_true(a < 1500);
    assert_true(b > 60000);
    canvas_close(none);
    canvas_close(all);
}

static void ranks_fall_from_left_to_right(void **state)
{
    (void)state;
    Canvas *c = drawn_recall(0.5);
    int from = 800, wide = (RECALL_WIDTH - 30 - from) / 5;
    int first = coloured_in(c, from, 120, from + wide, RECALL_HEIGHT - 150);
    int last = coloured_in(c, from + 4 * wide, 120, RECALL_WIDTH - 40, RECALL_HEIGHT - 150);
    assert_true(first > 10 * last);
    canvas_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_lies_at_its_height),
        cmocka_unit_test(what_is_not_there_is_not_drawn),
        cmocka_unit_test(a_bar_is_as_high_as_its_share),
        cmocka_unit_test(ranks_fall_from_left_to_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
