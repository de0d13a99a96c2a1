/* Every feature of the embedded model against numpy and scipy in f64 (tests/oracle). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/weights.h"
#include "fixture_model.h"
#include "fixture_oracle.h"

typedef struct Fix {
    Model model;
    FeatureSet fs;
    Json *want;
} Fix;

static int setup(void **state)
{
    Err err;
    Fix *f = mem_alloc(1, sizeof *f);
    char *path = test_path(false, "models/wren");
    const Run run = {.threads = 2};
    bool ok = path && model_open(&f->model, path, &err) &&
              analyse_weights(&f->model, &f->fs, &run, &err);
    f->want = oracle_read("weights_wren.json");
    free(path);
    *state = f;
    return ok && f->want ? 0 : -1;
}

static int teardown(void **state)
{
    Fix *f = *state;
    json_free(f->want);
    feat_free(&f->fs);
    model_close(&f->model);
    free(f);
    return 0;
}

static int row_named(const FeatureSet *fs, const char *label)
{
    const Table *t = &fs->table[FT_WEIGHTS];
    for (int i = 0; i < t->nrows; i++)
        if (t->label[i] && strcmp(t->label[i], label) == 0) return i;
    return -1;
}

static void features_of_every_tensor_agree_with_scipy(void **state)
{
    Fix *f = *state;
    int bad = 0, checked = 0, tensors = 0;
    for (const Json *t = json_child(json_get(f->want, "tensors")); t; t = json_next(t), tensors++) {
        int row = row_named(&f->fs, json_key(t));
        assert_true(row >= 0);
        bad += oracle_compare_row(&f->fs, FT_WEIGHTS, row, json_key(t), t, 0, &checked);
    }
    assert_int_equal(tensors, 106);
    assert_true(checked > 57 * (64 + 16 + 32));
    assert_int_equal(bad, 0);
}

static void every_tensor_has_a_row(void **state)
{
    Fix *f = *state;
    assert_int_equal(f->fs.table[FT_WEIGHTS].nrows, checkpoint_count(f->model.ck));
    assert_int_equal(f->fs.nl, 8);
    assert_int_equal(f->fs.d, 160);
}

static void block_matrices_have_all_singular_values_and_the_embedding_64(void **state)
{
    Fix *f = *state;
    const struct {
        int layer, role, count;
    } want[] = {{3, ROLE_Q, 160}, {3, ROLE_K, 64}, {-1, ROLE_EMBED, 64}};
    int col = feat_find_column(&f->fs, FT_WEIGHTS, "sv");
    for (int i = 0; i < 3; i++) {
        int row = feat_find_row(&f->fs, FT_WEIGHTS, want[i].layer, want[i].role);
        assert_int_equal(feat_len(&f->fs, FT_WEIGHTS, col, row), want[i].count);
    }
}

static void layers_agree_with_scipy(void **state)
{
    Fix *f = *state;
    int bad = 0, checked = 0;
    for (const Json *c = json_child(json_get(f->want, "layers")); c; c = json_next(c)) {
        int col = feat_find_column(&f->fs, FT_LAYERS, json_key(c));
        bool later = str_starts(json_key(c), "sv_delta"); /* starts at layer 1 */
        int row = later ? 1 : 0;
        assert_true(col >= 0);
        if (later) assert_int_equal(feat_len(&f->fs, FT_LAYERS, col, 0), 0);
        for (const Json *e = json_child(c); e; e = json_next(e), row++, checked++)
            bad += oracle_compare("layers", json_key(c), row,
                                  (double)feat_value(&f->fs, FT_LAYERS, col, row, 0).x,
                                  json_number(e, NAN), 0);
    }
    assert_int_equal(checked, 8 + 8 + 7 + 8 + 7 + 7);
    assert_int_equal(bad, 0);
}

static void the_key_agrees_with_numpy(void **state)
{
    Fix *f = *state;
    int checked = 0;
    assert_int_equal(oracle_compare_row(&f->fs, FT_MODEL, 0, "model", json_get(f->want, "model"), 0,
                                        &checked), 0);
    assert_int_equal(checked, 7);
}

static void threads_do_not_change_a_byte(void **state)
{
    Fix *f = *state;
    Err err;
    const Run one = {.threads = 1}, three = {.threads = 3};
    FeatureSet a = {0}, b = {0};
    Str ja = {0}, jb = {0};
    assert_true(analyse_weights(&f->model, &a, &one, &err));
    assert_true(analyse_weights(&f->model, &b, &three, &err));
    feat_write_json(&a, &ja);
    feat_write_json(&b, &jb);
    assert_string_equal(str_text(&ja), str_text(&jb));
    str_free(&ja);
    str_free(&jb);
    feat_free(&a);
    feat_free(&b);
}

static void a_stop_is_reported_as_interrupted(void **state)
{
    Fix *f = *state;
    Err err = {""};
    const volatile sig_atomic_t stop = 1;
    const Run run = {.threads = 2, .stop = &stop};
    FeatureSet fs = {0};
    assert_false(analyse_weights(&f->model, &fs, &run, &err));
    assert_string_equal(err.msg, "interrupted");
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_of_every_tensor_agree_with_scipy),
        cmocka_unit_test(every_tensor_has_a_row),
        cmocka_unit_test(block_matrices_have_all_singular_values_and_the_embedding_64),
        cmocka_unit_test(layers_agree_with_scipy),
        cmocka_unit_test(the_key_agrees_with_numpy),
        cmocka_unit_test(threads_do_not_change_a_byte),
        cmocka_unit_test(a_stop_is_reported_as_interrupted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
