/* Tables of features: addresses, rounding, JSON there and back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "feature/featset.h"

static RowKey key_of(int layer, int role)
{
    return (RowKey){.prompt = -1, .layer = (int16_t)layer, .role = (int16_t)role, .head = -1,
                    .token = -1};
}

/* Two tensors, a vector column and a number; one entry absent. */
static void make(FeatureSet *fs)
{
    *fs = (FeatureSet){.id = 2, .nl = 3, .d = 4, .vocab = 5, .nparams = 6};
    fs->model = mem_strdup("wren");
    fs->family = mem_strdup("gemma3");
    int sv = feat_add_column(fs, FT_WEIGHTS, "sv", "", "singular values");
    int mean = feat_add_column(fs, FT_WEIGHTS, "mean", "units", "the mean");
    int a = feat_add_row(fs, FT_WEIGHTS, key_of(0, ROLE_Q), "layers.0.q");
    int b = feat_add_row(fs, FT_WEIGHTS, key_of(1, ROLE_K), "layers.1.k \"odd\"");
    feat_set(fs, FT_WEIGHTS, sv, a, (const double[]){3, 2, 0.8312}, 3);
    feat_set_f32(fs, FT_WEIGHTS, sv, b, (const float[]){1e-7f, 1e20f}, 2);
    feat_set1(fs, FT_WEIGHTS, mean, a, -0.25);
    feat_note(fs, "no %s", "gate");
}

static void a_value_comes_with_its_address_and_back(void **state)
{
    (void)state;
    FeatureSet fs;
    make(&fs);
    Value v = feat_look(&fs, FT_WEIGHTS, "sv", 0, ROLE_Q, 2);
    assert_true(fabsf(v.x - 0.8312f) < 1e-7f);
    assert_int_equal(v.from.set, 2);
    assert_int_equal(v.from.lane, 2);
    assert_true(cell_valid(&fs, v.from));
    Value again = feat_value(&fs, (int)v.from.table, (int)v.from.col, (int)v.from.row,
                             (int)v.from.lane);
    assert_true(again.x == v.x);
    assert_int_equal(sizeof(Cell), 8);
    feat_free(&fs);
}

static void what_is_absent_is_nan_from_nowhere(void **state)
{
    (void)state;
    FeatureSet fs;
    make(&fs);
    const Value none[] = {
        feat_look(&fs, FT_WEIGHTS, "mean", 1, ROLE_K, 0),
        feat_look(&fs, FT_WEIGHTS, "sv", 0, ROLE_Q, 3),
        feat_look(&fs, FT_WEIGHTS, "sv", 0, ROLE_Q, -1),
        feat_look(&fs, FT_WEIGHTS, "no", 0, ROLE_Q, 0),
        feat_look(&fs, FT_WEIGHTS, "sv", 9, ROLE_Q, 0),
        feat_value(&fs, 99, 0, 0, 0),
    };
    for (int i = 0; i < 6; i++) {
        assert_true(isnan(none[i].x));
        assert_true(cell_is_none(none[i].from));
        assert_false(cell_valid(&fs, none[i].from));
    }
    assert_null(feat_vec(&fs, FT_WEIGHTS, 1, 1));
    assert_int_equal(feat_find_row(&fs, FT_WEIGHTS, 0, ROLE_K), -1);
    feat_free(&fs);
}

static void stored_numbers_are_the_nearest_to_six_digits(void **state)
{
    (void)state;
    static const double x[] = {1.23456789, -0.000123456789, 123456.789, 9.9999996, 1e-30,
                               6.02214076e23, 1.0 / 3, 0.1, 2.5, 1e-42};
    FeatureSet fs = {0};
    int col = feat_add_column(&fs, FT_MODEL, "x", "", "");
    int row = feat_add_row(&fs, FT_MODEL, key_of(-1, -1), NULL);
    feat_set(&fs, FT_MODEL, col, row, x, 10);
    for (int i = 0; i < 10; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.6g", x[i]);
        assert_true(feat_vec(&fs, FT_MODEL, col, row)[i] == (float)strtod(text, NULL));
    }
    feat_free(&fs);
}

static void a_cell_describes_itself(void **state)
{
    (void)state;
    FeatureSet fs;
    Str out = {0};
    make(&fs);
    cell_describe(&fs, feat_look(&fs, FT_WEIGHTS, "sv", 0, ROLE_Q, 2).from, &out);
    assert_string_equal(str_text(&out), "wren layers.0.q sv[2] = 0.8312");
    str_free(&out);
    feat_free(&fs);
}

static void rows_and_columns_may_come_in_any_order(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    for (int i = 0; i < 300; i++) {
        int row = feat_add_row(&fs, FT_TOKENS, key_of(i, -1), NULL);
        char name[16];
        snprintf(name, sizeof name, "c%d", i % 100);
        int col = i < 100 ? feat_add_column(&fs, FT_TOKENS, name, "", "")
                          : feat_find_column(&fs, FT_TOKENS, name);
        feat_set1(&fs, FT_TOKENS, col, row, i);
    }
    for (int i = 0; i < 300; i++) {
        for (int c = 0; c < 100; c++) {
            Value v = feat_value(&fs, FT_TOKENS, c, i, 0);
            if (c == i % 100) assert_true(v.x == (float)i);
            else assert_true(isnan(v.x));
        }
    }
    feat_free(&fs);
}

/* As JSON, through a file. */
static void read_back(const FeatureSet *fs, FeatureSet *out, Str *json)
{
    const char *tmp = getenv("TMPDIR");
    char path[4096];
    Err err = {""};
    snprintf(path, sizeof path, "%s/llmsonify-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    feat_write_json(fs, json);
    assert_true(out_file(path, json->s, json->len, &err));
    bool ok = feat_read_json(out, path, &err);
    unlink(path);
    if (!ok) fail_msg("%s", err.msg);
}

static void json_reads_back_to_an_equal_set(void **state)
{
    (void)state;
    FeatureSet fs, back = {0};
    Str first = {0}, second = {0};
    char a[17], b[17];
    make(&fs);
    read_back(&fs, &back, &first);
    feat_write_json(&back, &second);
    assert_string_equal(str_text(&first), str_text(&second));
    feat_fingerprint(&fs, a);
    feat_fingerprint(&back, b);
    assert_string_equal(a, b);
    assert_int_equal(strlen(a), 16);
    assert_string_equal(back.note[0], "no gate");
    assert_true(feat_look(&back, FT_WEIGHTS, "sv", 1, ROLE_K, 1).x == 1e20f);
    assert_string_equal(back.table[FT_WEIGHTS].label[1], "layers.1.k \"odd\"");
    str_free(&first);
    str_free(&second);
    feat_free(&fs);
    feat_free(&back);
}

static void another_value_is_another_fingerprint(void **state)
{
    (void)state;
    FeatureSet fs;
    char a[17], b[17];
    make(&fs);
    feat_fingerprint(&fs, a);
    fs.table[FT_WEIGHTS].col[0].v[1] = 2.00001f;
    feat_fingerprint(&fs, b);
    assert_string_not_equal(a, b);
    feat_free(&fs);
}

static void csv_has_a_line_a_row_and_its_columns(void **state)
{
    (void)state;
    FeatureSet fs;
    Str out = {0};
    make(&fs);
    feat_write_csv(&fs, FT_WEIGHTS, &out);
    int lines = 0;
    for (size_t i = 0; i < out.len; i++) lines += out.s[i] == '\n';
    assert_int_equal(lines, 3);
    assert_non_null(strstr(str_text(&out), "3 2 0.8312"));
    assert_non_null(strstr(str_text(&out), "sv"));
    str_free(&out);
    feat_free(&fs);
}

static void roles_have_names_that_read_back(void **state)
{
    (void)state;
    for (int r = 0; r < ROLE_COUNT; r++) assert_int_equal(role_parse(role_name(r)), r);
    assert_string_equal(role_name(-1), "");
    assert_int_equal(role_parse("nonsense"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_comes_with_its_address_and_back),
        cmocka_unit_test(what_is_absent_is_nan_from_nowhere),
        cmocka_unit_test(stored_numbers_are_the_nearest_to_six_digits),
        cmocka_unit_test(a_cell_describes_itself),
        cmocka_unit_test(rows_and_columns_may_come_in_any_order),
        cmocka_unit_test(json_reads_back_to_an_equal_set),
        cmocka_unit_test(another_value_is_another_fingerprint),
        cmocka_unit_test(csv_has_a_line_a_row_and_its_columns),
        cmocka_unit_test(roles_have_names_that_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
