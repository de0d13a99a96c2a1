/* Features of matrices made by a formula, against numpy and scipy in f64 (tests/oracle repeats the
 * formula): tall, wide, 1 x n, rank-deficient, constant, zero, with NaN and infinities, steep;
 * small ones and ones that take the way over the Gram matrix, in integers and in floats. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/weights.h"
#include "base/mem.h"
#include "fixture_oracle.h"

/* 24 bits in [-0.5, 0.5). */
static float uniform(uint32_t seed, uint32_t i)
{
    uint32_t u = i * 2654435761u + seed * 40503u;
    u = (u ^ (u >> 15)) * 2246822519u;
    u = (u ^ (u >> 13)) * 3266489917u;
    u ^= u >> 16;
    return (float)(u >> 8) / 16777216.0f - 0.5f;
}

static float lowrank_entry(uint32_t seed, int i, int j, int cols)
{
    double sum = 0;
    for (int k = 0; k < 5; k++)
        sum += (double)rintf(uniform(seed, (uint32_t)(i * 5 + k)) * 20) *
               (double)rintf(uniform(seed + 1, (uint32_t)(k * cols + j)) * 20);
    return (float)sum;
}

static void make_values(const char *kind, int rows, int cols, uint32_t seed, float *w)
{
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
            float x = uniform(seed, (uint32_t)(i * cols + j));
            if (strcmp(kind, "constant") == 0) x = 0.75f;
            if (strcmp(kind, "zero") == 0) x = 0;
            if (strcmp(kind, "lowrank") == 0) x = lowrank_entry(seed, i, j, cols);
            if (strcmp(kind, "steep") == 0) x *= ldexpf(1, -(j % 24));
            if (strcmp(kind, "bumpy") == 0) x = x * x * x;
            w[i * cols + j] = x;
        }
    }
    if (strcmp(kind, "nonfinite") == 0) {
        w[3] = NAN;
        w[50] = INFINITY;
        w[51] = -INFINITY;
    }
}

/* The matrix as it would lie in a file: BF16 by cutting, F32 as it is. transposed: as [in, out]. */
static void *store(const float *w, int rows, int cols, bool bf16, bool transposed)
{
    size_t size = bf16 ? 2 : 4;
    char *out = mem_alloc((int64_t)rows * cols, size);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
            size_t at = transposed ? (size_t)(j * rows + i) : (size_t)(i * cols + j);
            memcpy(out + at * size, (const char *)&w[i * cols + j] + (bf16 ? 2 : 0), size);
        }
    }
    return out;
}

static void analyse_one(FeatureSet *fs, const float *w, int rows, int cols, bool bf16,
                        bool transposed, int threads)
{
    void *data = store(w, rows, cols, bf16, transposed);
    ModelPart part = {.layer = 0, .role = ROLE_Q};
    part.t = (Tensor){.name = "made", .dtype = bf16 ? DT_BF16 : DT_F32, .ndim = 2, .data = data};
    part.t.shape[0] = rows;
    part.t.shape[1] = cols;
    part.t.ld = transposed ? rows : cols;
    part.t.transposed = transposed;
    char name[] = "made";
    Model m = {.name = name, .part = &part, .nparts = 1, .cfg = {.family = "test", .nl = 1}};
    const Run run = {.threads = threads};
    Err err;
    assert_true(analyse_weights(&m, fs, &run, &err));
    free(data);
}

/* Cases of the reference whose name starts with `prefix`. */
static void check_cases(const char *prefix, int expected, bool transposed)
{
    Json *want = oracle_read("weights_made.json");
    assert_non_null(want);
    int cases = 0, bad = 0;
    for (const Json *c = json_child(want); c; c = json_next(c)) {
        const char *name = json_string(json_get(c, "name"));
        const Json *f = json_get(c, "features");
        if (!str_starts(name, prefix)) continue;
        int rows = (int)json_number(json_get(f, "rows"), 0), checked = 0;
        int cols = (int)json_number(json_get(f, "cols"), 0);
        float *w = mem_alloc((int64_t)rows * cols, sizeof *w);
        make_values(json_string(json_get(c, "kind")), rows, cols,
                    (uint32_t)json_number(json_get(c, "seed"), 0), w);
        FeatureSet fs = {0};
        bool bf16 = strcmp(json_string(json_get(c, "dtype")), "BF16") == 0;
        analyse_one(&fs, w, rows, cols, bf16, transposed, 1 + cases % 2);
        /* Beyond the rank f64 leaves rounding, 1e-7 of the largest through a Gram matrix. */
        bad += oracle_compare_row(&fs, FT_WEIGHTS, 0, name, f, 3e-7, &checked);
        assert_true(checked > 30);
        feat_free(&fs);
        free(w);
        cases++;
    }
    json_free(want);
    assert_int_equal(cases, expected);
    assert_int_equal(bad, 0);
}

static void small_matrices_agree_with_scipy(void **state)
{
    (void)state;
    static const char *const NAME[] = {"tall", "wide", "row", "column", "lowrank", "constant",
                                       "zero", "nonfinite", "bumpy"};
    for (int i = 0; i < 9; i++) check_cases(NAME[i], 1, false);
}

static void matrices_that_go_over_the_gram_matrix_agree_with_scipy(void **state)
{
    (void)state;
    check_cases("gram_", 9, false);
}

static void a_matrix_stored_transposed_has_the_same_features(void **state)
{
    (void)state;
    check_cases("gram_", 9, true);
    check_cases("wide", 1, true);
}

static void one_and_four_threads_write_the_same_bytes_for_a_large_matrix(void **state)
{
    (void)state;
    enum { ROWS = 40000, COLS = 216 }; /* over the size that all threads read together */
    float *w = mem_alloc(ROWS * COLS, sizeof *w);
    make_values("plain", ROWS, COLS, 5, w);
    for (int bf16 = 0; bf16 < 2; bf16++) {
        FeatureSet a = {0}, b = {0};
        Str ja = {0}, jb = {0};
        analyse_one(&a, w, ROWS, COLS, bf16, false, 1);
        analyse_one(&b, w, ROWS, COLS, bf16, false, 4);
        feat_write_json(&a, &ja);
        feat_write_json(&b, &jb);
        assert_string_equal(str_text(&ja), str_text(&jb));
        str_free(&ja);
        str_free(&jb);
        feat_free(&a);
        feat_free(&b);
    }
    free(w);
}

static void entries_that_are_not_finite_are_noted(void **state)
{
    (void)state;
    float w[60 * 4];
    FeatureSet fs = {0};
    make_values("nonfinite", 60, 4, 1, w);
    analyse_one(&fs, w, 60, 4, false, false, 1);
    bool noted = false;
    for (int i = 0; i < fs.nnotes; i++) noted = noted || strstr(fs.note[i], "3 entries are NaN");
    assert_true(noted);
    feat_free(&fs);
}

static void a_matrix_of_nothing_but_nan_is_survived(void **state)
{
    (void)state;
    float w[40];
    FeatureSet fs = {0};
    for (int i = 0; i < 40; i++) w[i] = NAN;
    analyse_one(&fs, w, 8, 5, true, false, 1);
    assert_true(isnan(feat_look(&fs, FT_WEIGHTS, "mean", 0, ROLE_Q, 0).x));
    assert_true(feat_look(&fs, FT_WEIGHTS, "nonfinite", 0, ROLE_Q, 0).x == 40);
    assert_true(feat_look(&fs, FT_WEIGHTS, "sv", 0, ROLE_Q, 0).x == 0);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_matrices_agree_with_scipy),
        cmocka_unit_test(matrices_that_go_over_the_gram_matrix_agree_with_scipy),
        cmocka_unit_test(a_matrix_stored_transposed_has_the_same_features),
        cmocka_unit_test(one_and_four_threads_write_the_same_bytes_for_a_large_matrix),
        cmocka_unit_test(entries_that_are_not_finite_are_noted),
        cmocka_unit_test(a_matrix_of_nothing_but_nan_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
