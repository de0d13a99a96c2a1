/* test_train_course.c: the rows of a course up to the step that a training goes on from. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "app/train_course.h"
#include "fixture_model.h"

static const char COURSE[] = "step,loss\n50,3.5\n100,3.25\n150,3";

/* What is read up to a step of COURSE in a file of the test's directory. */
static void rows_are(void **state, int64_t done, const char *want, int64_t last)
{
    Str out = {0};
    Err err = {""};
    int64_t told = -1;
    char *path = path_join(*state, "train.csv");
    write_text(*state, "train.csv", COURSE);
    assert_true(train_course_read(path, done, &out, &told, &err));
    assert_string_equal(str_text(&out), want);
    assert_int_equal(told, last);
    str_free(&out);
    free(path);
}

static void the_step_that_a_state_is_of_has_its_row(void **state)
{
    rows_are(state, 100, "50,3.5\n100,3.25\n", 100);
    rows_are(state, 120, "50,3.5\n100,3.25\n", 100);
}

static void a_last_row_without_a_newline_is_a_row(void **state)
{
    rows_are(state, INT64_MAX, COURSE + strlen("step,loss\n"), 150);
}

static void nothing_is_told_before_the_first_row_and_of_no_file(void **state)
{
    rows_are(state, 49, "", -1);
    Str out = {0};
    Err err = {""};
    int64_t told = -1;
    assert_true(train_course_read("/nonexistent/train.csv", 9, &out, &told, &err));
    assert_int_equal(out.len, 0);
    assert_int_equal(told, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCRATCH_TEST(the_step_that_a_state_is_of_has_its_row),
        SCRATCH_TEST(a_last_row_without_a_newline_is_a_row),
        SCRATCH_TEST(nothing_is_told_before_the_first_row_and_of_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
