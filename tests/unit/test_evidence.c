/* test_evidence.c: a claim's dot stands where its deviations say, in the colour of its verdict; a
 * table's cells are coloured from the least to the largest of their column. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "fixture_canvas.h"
#include "view/evidence.h"

static bool near(Rgb a, Rgb b)
{
    return fabs(a.r - b.r) < 0.02 && fabs(a.g - b.g) < 0.02 && fabs(a.b - b.b) < 0.02;
}

/* Columns with a pixel of this colour on a row of pixels, the mean of them; NaN = none. */
static double mean_column(const Canvas *c, int y, Rgb colour)
{
    double sum = 0;
    int n = 0;
    for (int x = 380; x < 687; x++)
        if (near(canvas_pixel(c, x, y), colour)) {
            sum += x;
            n++;
        }
    return n ? sum / n : NAN;
}

static void a_dot_stands_where_its_deviations_say(void **state)
{
    (void)state;
    static const Rgb FOUND = {0.10, 0.42, 0.65}, LOST = {0.62, 0.62, 0.65};
    const EvidenceRow row[] = {
        {.name = "a", .value = "1", .says = "", .deviations = 4, .p = 0.002, .found = true},
        {.name = "b", .value = "2", .says = "", .deviations = -4, .p = 0.8},
        {.name = "c", .value = "3", .says = "", .deviations = 400, .p = 0.002, .found = true}};
    const Evidence e = {.title = "t", .subtitle = "s", .n = 3, .row = row};
    Canvas *c = canvas_open(EVIDENCE_WIDTH, EVIDENCE_HEIGHT, CANVAS_PNG);
    evidence_draw(c, &e);
    double zero = 370 + 310 / 2.0;
    for (int y = 100; y < 320; y++) /* a line from zero to the dot, or the dot: between the two */
        for (int side = 0; side < 2; side++) {
            double at = mean_column(c, y, side ? LOST : FOUND);
            if (!isnan(at)) assert_true(side ? at < zero : at > zero);
        }
    int found = 0, lost = 0;
    for (int y = 100; y < 320; y++) {
        found += !isnan(mean_column(c, y, FOUND));
        lost += !isnan(mean_column(c, y, LOST));
    }
    assert_in_range(found, 2 * 8, 2 * 14); /* two dots of twelve pixels */
    assert_in_range(lost, 8, 14);
    canvas_close(c);
}

static void cells_go_from_the_least_to_the_largest_of_their_column(void **state)
{
    (void)state;
    const double v[] = {1, 30, 2, 20, NAN, 10};
    const char *const name[] = {"x", "y", NULL}, *const col[] = {"up", "down"};
    const char *const note[] = {NULL, "n", NULL};
    const EvidenceGrid grid = {.title = "g", .rows = 3, .cols = 2, .v = v, .row_name = name,
                               .note = note, .col_name = col};
    const Evidence e = {.title = "t", .subtitle = "s", .ngrids = 1, .grid = &grid};
    Canvas *c = canvas_open(EVIDENCE_WIDTH, EVIDENCE_HEIGHT, CANVAS_PNG);
    evidence_draw(c, &e);
    /* No rows: the grid begins at 30; names take 0.28 of 1540, notes 0.2, columns the rest. */
    double left = 30 + 0.28 * 1540, width = 0.52 * 1540 / 2;
    for (int row = 0; row < 3; row++)
        for (int k = 0; k < 2; k++) {
            double place = k == 0 ? row : 1 - row / 2.0;
            Rgb got = canvas_pixel(c, (int)(left + k * width + 8), 110 + 46 + 28 * row + 6);
            Rgb want = k == 0 && row == 2 ? (Rgb){1, 1, 1} : colour_ramp(place);
            assert_true(near(got, want));
        }
    canvas_close(c);
}

static void a_page_is_as_high_as_what_it_shows_and_no_higher(void **state)
{
    (void)state;
    EvidenceGrid grid[3] = {{.rows = 20, .cols = 1}, {.rows = 3, .cols = 1}, {.rows = 90}};
    Evidence e = {.n = 2, .grid = grid};
    assert_int_equal(evidence_height(&e), 360);
    e.n = 10; /* claims are 64 pixels, title and axis 170 */
    assert_int_equal(evidence_height(&e), 810);
    e.ngrids = 1; /* 20 rows of 28 need less than the claims */
    assert_int_equal(evidence_height(&e), 810);
    e.n = 0;
    assert_int_equal(evidence_height(&e), 110 + 50 + 20 * 28 + 16 + 30);
    e.ngrids = 3;
    assert_int_equal(evidence_height(&e), EVIDENCE_HEIGHT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dot_stands_where_its_deviations_say),
        cmocka_unit_test(cells_go_from_the_least_to_the_largest_of_their_column),
        cmocka_unit_test(a_page_is_as_high_as_what_it_shows_and_no_higher),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
