/* test_direction.c: directions planted in states, against numpy and scikit-learn, in small models,
 * and in files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/direction_fit.h"
#include "analysis/sinks.h"
#include "fixture_lm.h"
#include "fixture_near.h"
#include "tensor/st_write.h"

/* Rounding of r to f32, and of states of order 4 in f32. */
static const double F32 = 1e-6;

/* Between -1 and 1, from a 64-bit mix of i (SplitMix64). */
static float noise(uint64_t i)
{
    return lm_formula(77, (int64_t)i, 0, 0);
}

static PairStates make_states(int npairs, int nl, int d)
{
    PairStates s = {.npairs = npairs, .nl = nl, .d = d, .end = nl};
    s.high = mem_alloc((int64_t)npairs * nl * d, sizeof *s.high);
    s.low = mem_alloc((int64_t)npairs * nl * d, sizeof *s.low);
    return s;
}

static double dot_of(const float *a, const double *b, int d)
{
    double sum = 0;
    for (int j = 0; j < d; j++) sum += a[j] * b[j];
    return sum;
}

static Direction fit(const PairStates *s, int method)
{
    Direction r;
    Err err = {""};
    if (!direction_fit_states(&r, s, method, &err)) fail_msg("%s", err.msg);
    return r;
}

/* axis [d], unit length, (1, -2, 1, -2, ...). */
static void make_axis(double *axis, int d)
{
    double square = 0;
    for (int j = 0; j < d; j++) square += pow(j % 2 ? -2 : 1, 2);
    for (int j = 0; j < d; j++) axis[j] = (j % 2 ? -2 : 1) / sqrt(square);
}

static void means_find_what_was_added_to_every_high_prompt(void **state)
{
    (void)state;
    enum { N = 10, NL = 3, D = 33 };
    double axis[D];
    make_axis(axis, D);
    PairStates s = make_states(N, NL, D);
    for (int i = 0; i < N * NL * D; i++) {
        s.low[i] = noise((uint64_t)i);
        s.high[i] = s.low[i] + (float)(5 * axis[i % D]);
    }
    Direction r = fit(&s, DIRECTION_MEANS);
    for (int l = 0; l < NL; l++) {
        assert_near(dot_of(r.r + l * D, axis, D), 1, 1e-5);
        assert_near(r.layer[l].explained, 1, 1e-5);
        assert_near(r.layer[l].high - r.layer[l].low, 5, 1e-5);
        assert_near(r.layer[l].auc, 1, 0); /* 5 is more than the noise along the axis spreads */
        assert_true(direction_has(&r, l));
    }
    assert_near(direction_auc(&r), 1, 0);
    direction_free(&r);
    pair_states_free(&s);
}

/* Lengths vary and noise is added: the axis is the one of largest variance of +-differences. */
static void the_component_finds_a_planted_axis_with_its_sign(void **state)
{
    (void)state;
    enum { N = 12, D = 20 };
    double axis[D];
    make_axis(axis, D);
    for (int sign = -1; sign <= 1; sign += 2) {
        PairStates s = make_states(N, 1, D);
        for (int i = 0; i < N * D; i++) {
            s.low[i] = noise((uint64_t)i);
            s.high[i] = s.low[i] + (float)(sign * (1 + i / D) * axis[i % D]);
        }
        Direction r = fit(&s, DIRECTION_PCA);
        assert_near(dot_of(r.r, axis, D), sign, 1e-5);
        assert_true(r.layer[0].high > r.layer[0].low);
        for (int i = 0; i < N * D; i++) s.high[i] += 0.1f * noise((uint64_t)(1000 + i));
        Direction noisy = fit(&s, DIRECTION_PCA);
        assert_near(dot_of(noisy.r, axis, D), sign, 1e-2);
        assert_true(noisy.layer[0].explained > 0.98 && noisy.layer[0].explained < 1);
        direction_free(&r);
        direction_free(&noisy);
        pair_states_free(&s);
    }
}

/* Differences 2, 4 and -1 in one dimension; their sum is positive whichever is left out. High
 * projections 3, 4, 0, low ones 1, 0, 1: 3 > 1 0 1, 4 > 1 0 1, 0 = 0: 6.5 of 9. */
static void auc_is_that_of_a_hand_worked_example(void **state)
{
    (void)state;
    static const float high[] = {3, 4, 0}, low[] = {1, 0, 1};
    for (int method = DIRECTION_MEANS; method <= DIRECTION_PCA; method++) {
        PairStates s = make_states(3, 1, 1);
        memcpy(s.high, high, sizeof high);
        memcpy(s.low, low, sizeof low);
        Direction r = fit(&s, method);
        assert_near(r.r[0], 1, 0);
        assert_near(r.layer[0].auc, 6.5 / 9, 1e-15);
        assert_near(r.layer[0].high, 7.0 / 3, 1e-15);
        assert_near(r.layer[0].low, 2.0 / 3, 1e-15);
        assert_near(r.layer[0].explained, 1, 1e-15);
        direction_free(&r);
        pair_states_free(&s);
    }
}

/* 200 pairs of noise: the standard error of an AUC of chance is sqrt((2n + 1) / (12 n^2)) = 0.03,
 * and leaving out pulls it below 0.5 by as much. */
static void auc_of_equal_distributions_is_chance(void **state)
{
    (void)state;
    enum { N = 200, D = 6 };
    PairStates s = make_states(N, 1, D);
    for (int i = 0; i < N * D; i++) {
        s.low[i] = noise((uint64_t)i);
        s.high[i] = noise((uint64_t)(i + N * D));
    }
    for (int method = DIRECTION_MEANS; method <= DIRECTION_PCA; method++) {
        Direction r = fit(&s, method);
        assert_near(r.layer[0].auc, 0.5, 0.1);
        direction_free(&r);
    }
    pair_states_free(&s);
}

static void fill(float *out, const Json *list)
{
    for (const Json *j = json_child(list); j; j = json_next(j)) *out++ = (float)json_number(j, NAN);
}

static void assert_layer(const Direction *r, int l, const Json *want)
{
    const DirectionLayer *x = &r->layer[l];
    int k = 0;
    for (const Json *j = json_child(json_get(want, "r")); j; j = json_next(j))
        assert_near(r->r[l * r->d + k++], json_number(j, NAN), F32);
    assert_int_equal(k, r->d);
    assert_near(x->high, json_number(json_get(want, "high"), NAN), 10 * F32);
    assert_near(x->low, json_number(json_get(want, "low"), NAN), 10 * F32);
    assert_near(x->explained, json_number(json_get(want, "explained"), NAN), 1e-9);
    assert_near(x->auc, json_number(json_get(want, "auc"), NAN), 1e-12);
}

static void numpy_and_scikit_learn_find_the_same(void **state)
{
    (void)state;
    Err err = {""};
    char *path = test_path(false, "tests/oracle/data/direction.json");
    Json *all = path ? json_read(path, &err) : NULL;
    if (!all) fail_msg("tests/oracle/data/direction.json: %s", err.msg);
    for (const Json *c = json_child(all); c; c = json_next(c)) {
        int nl = (int)json_number(json_get(c, "nl"), 0);
        PairStates s = make_states((int)json_number(json_get(c, "npairs"), 0), nl,
                                   (int)json_number(json_get(c, "d"), 0));
        fill(s.high, json_get(c, "high"));
        fill(s.low, json_get(c, "low"));
        for (int method = DIRECTION_MEANS; method <= DIRECTION_PCA; method++) {
            Direction r = fit(&s, method);
            const Json *want = json_child(json_get(c, direction_method_name(method)));
            for (int l = 0; l < nl; l++, want = json_next(want)) assert_layer(&r, l, want);
            direction_free(&r);
        }
        pair_states_free(&s);
    }
    json_free(all);
    free(path);
}

static void what_does_not_differ_or_is_not_finite_is_refused(void **state)
{
    (void)state;
    for (int method = DIRECTION_MEANS; method <= DIRECTION_PCA; method++) {
        Direction r;
        Err err = {""};
        PairStates s = make_states(3, 2, 4);
        assert_false(direction_fit_states(&r, &s, method, &err));
        assert_string_equal(err.msg, "layer 0: the prompts of the pairs do not differ in it");
        for (int i = 0; i < 24; i++) s.high[i] = 1;
        s.low[7] = NAN;
        assert_false(direction_fit_states(&r, &s, method, &err));
        assert_string_equal(err.msg, "layer 1: the activations are not finite");
        assert_null(r.r);
        pair_states_free(&s);
    }
}

/* ---- in a model ----------------------------------------------------------------------------- */

enum { N = 9 };

typedef struct Bench {
    Json *all;
    LmCase k;
    int32_t ids[4][N];
    DirectionPair pair[2];
} Bench;

static Bench *bench_open(void)
{
    Bench *b = mem_alloc(1, sizeof *b);
    b->k = lm_open_case(lm_find_case(&b->all, "llama-2"), NULL);
    for (int p = 0; p < 4; p++)
        for (int t = 0; t < N; t++) b->ids[p][t] = t ? (5 * t * t + 3 * t + 7 * p + 1) % 37 : 1;
    b->pair[0] = (DirectionPair){b->ids[0], b->ids[1], N, N - 2};
    b->pair[1] = (DirectionPair){b->ids[2], b->ids[3], N - 1, N};
    return b;
}

static void bench_close(Bench *b)
{
    lm_close_case(&b->k);
    json_free(b->all);
    free(b);
}

/* The stream after block 1 at the last token. */
static void last_state(Bench *b, const int32_t *ids, int n, double *out)
{
    Err err = {""};
    Seen seen = {.point = HOOK_RESID_POST, .layer = 1};
    Watch w = {&seen, 1};
    Hooks hooks = watch_hooks(&w);
    lm_rewind(b->k.lm, 0);
    if (!lm_eval(b->k.lm, ids, n, &hooks, NULL, &err)) fail_msg("%s", err.msg);
    for (int j = 0; j < seen.width; j++)
        out[j] += *seen_at(&seen, (int64_t)(n - 1) * seen.width + j);
    watch_free(&w);
}

static void a_model_s_direction_is_that_of_its_last_tokens(void **state)
{
    (void)state;
    Bench *b = bench_open();
    int d = (int)lm_hparams(b->k.lm)->d;
    double *sum = mem_alloc(2 * (int64_t)d, sizeof *sum), square = 0;
    Direction r = {0};
    Err err = {""};
    DirectionOpts opts = {.name = "test", .first = -1, .bos = 1};
    if (!direction_fit(&r, b->k.lm, b->pair, 2, &opts, NULL, &err)) fail_msg("%s", err.msg);
    assert_int_equal(r.first, 1); /* of two layers */
    assert_false(direction_has(&r, 0));
    assert_int_equal(r.moved, 0);
    for (int i = 0; i < 2; i++) {
        last_state(b, b->pair[i].high, b->pair[i].nhigh, sum);
        last_state(b, b->pair[i].low, b->pair[i].nlow, sum + d);
    }
    for (int j = 0; j < d; j++) square += pow(sum[j] - sum[d + j], 2);
    for (int j = 0; j < d; j++)
        assert_near(r.r[d + j], (sum[j] - sum[d + j]) / sqrt(square), 1e-6);
    assert_true(direction_fits(&r, b->k.lm, &err));
    r.d++;
    assert_false(direction_fits(&r, b->k.lm, &err));
    r.d--;
    direction_free(&r);
    free(sum);
    bench_close(b);
}

static void a_sink_at_the_end_is_passed_over(void **state)
{
    (void)state;
    static const double norm[] = {900, 1, 2, 1.5, 1, 100, 200};
    assert_int_equal(sinks_last(norm, 5, true), 4);
    assert_int_equal(sinks_last(norm, 6, true), 4);
    assert_int_equal(sinks_last(norm, 7, true), 4);
    assert_int_equal(sinks_last(norm, 1, true), 0); /* nothing else is there */
    assert_int_equal(sinks_last(norm, 2, true), 1);
    assert_int_equal(sinks_last(norm + 5, 1, false), 0);
}

/* A prompt of BOS and one token ends in that token; BOS alone has nothing to say. */
static void short_prompts_and_wrong_layers_are_told(void **state)
{
    (void)state;
    Bench *b = bench_open();
    Direction r = {0};
    Err err = {""};
    DirectionOpts opts = {.first = 0, .bos = 1};
    b->pair[0].nhigh = 2;
    assert_true(direction_fit(&r, b->k.lm, b->pair, 2, &opts, NULL, &err));
    assert_int_equal(r.moved, 0);
    assert_true(direction_has(&r, 0));
    direction_free(&r);
    b->pair[1].nlow = 1;
    assert_false(direction_fit(&r, b->k.lm, b->pair, 2, &opts, NULL, &err));
    assert_string_equal(err.msg, "pair 2: a prompt has no token of its own");
    assert_false(direction_fit(&r, b->k.lm, b->pair, 1, &opts, NULL, &err));
    assert_non_null(strstr(err.msg, "two pairs"));
    opts.end = 3;
    assert_false(direction_fit(&r, b->k.lm, b->pair, 2, &opts, NULL, &err));
    assert_string_equal(err.msg, "layers 0 to 2: the model has 0 to 1");
    bench_close(b);
}

/* ---- in a file ------------------------------------------------------------------------------ */

static Direction small_direction(void)
{
    PairStates s = make_states(4, 3, 5);
    for (int i = 0; i < 60; i++) {
        s.high[i] = noise((uint64_t)i) + (float)(i % 5);
        s.low[i] = noise((uint64_t)(i + 60));
    }
    s.first = 1; /* only the first two of its three layers are looked at */
    Direction r = fit(&s, DIRECTION_PCA);
    r.name = mem_strdup("a \"name\"");
    r.model = mem_strdup("wren");
    r.moved = 2;
    pair_states_free(&s);
    return r;
}

static void a_direction_reads_back_as_it_was(void **state)
{
    char *path = path_join(*state, "r.safetensors");
    Direction r = small_direction(), back;
    Err err = {""};
    if (!direction_write(&r, path, &err) || !direction_read(&back, path, &err))
        fail_msg("%s", err.msg);
    assert_string_equal(back.name, r.name);
    assert_string_equal(back.model, r.model);
    assert_int_equal(back.method, DIRECTION_PCA);
    assert_int_equal(back.npairs, 4);
    assert_int_equal(back.moved, 2);
    assert_int_equal(back.first, 1);
    assert_int_equal(back.nl, 3);
    assert_int_equal(back.d, 5);
    assert_memory_equal(back.r, r.r, 15 * sizeof *r.r);
    assert_memory_equal(back.layer + 1, r.layer + 1, 2 * sizeof *r.layer);
    assert_false(direction_has(&back, 0));
    assert_near(direction_auc(&back), direction_auc(&r), 0);
    direction_free(&r);
    direction_free(&back);
    free(path);
}

static void assert_unreadable(const char *path, const char *why)
{
    Direction r;
    Err err = {""};
    assert_false(direction_read(&r, path, &err));
    assert_null(r.r);
    assert_null(r.name);
    if (!strstr(err.msg, why)) fail_msg("\"%s\" does not say \"%s\"", err.msg, why);
    if (!strstr(err.msg, path)) fail_msg("\"%s\" does not name the file", err.msg);
}

/* Written anew with one thing wrong. */
static void write_wrong(const char *path, void (*spoil)(Direction *r))
{
    Direction r = small_direction();
    Err err = {""};
    spoil(&r);
    if (!direction_write(&r, path, &err)) fail_msg("%s", err.msg);
    direction_free(&r);
}

static void spoil_vector(Direction *r) { r->r[7] = NAN; }
static void spoil_length(Direction *r) { r->r[7] += 0.1f; }
static void spoil_lower(Direction *r) { r->r[2] = 0.5f; }
static void spoil_mean(Direction *r) { r->layer[2].low = INFINITY; }
static void spoil_auc(Direction *r) { r->layer[1].auc = 1.5; }
static void spoil_half(Direction *r) { r->layer[1].high = NAN; }
static void spoil_all(Direction *r)
{
    for (int l = 0; l < 3; l++) r->layer[l] = r->layer[0];
    memset(r->r, 0, 15 * sizeof *r->r);
}

static void files_with_wrong_numbers_are_refused(void **state)
{
    static const struct {
        void (*spoil)(Direction *r);
        const char *why;
    } rows[] = {{spoil_vector, "layer 1 has length"}, {spoil_length, "layer 1 has length"},
                {spoil_lower, "layer 0 has length"},  {spoil_mean, "stats: layer 2"},
                {spoil_auc, "stats: layer 1"},        {spoil_half, "stats: layer 1"},
                {spoil_all, "no layer has a vector"}};
    char *path = path_join(*state, "r.safetensors");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_wrong(path, rows[i].spoil);
        assert_unreadable(path, rows[i].why);
    }
    free(path);
}

static void files_of_other_things_are_refused(void **state)
{
    static const float unit[4] = {1, 0, 0, 1};
    static const double stats[8] = {1, 0, 1, 1, 1, 0, 1, 1};
    const StMeta meta[] = {{"method", "means"}, {"pairs", "2"}};
    StArray a[] = {{.name = "r", .dtype = DT_F32, .ndim = 2, .shape = {2, 2}, .data = unit},
                   {.name = "stats", .dtype = DT_F64, .ndim = 2, .shape = {2, 4}, .data = stats}};
    char *path = path_join(*state, "r.safetensors");
    Direction r;
    Err err = {""};
    assert_true(st_write(path, a, 2, meta, 2, &err));
    assert_true(direction_read(&r, path, &err)); /* the least that is one */
    assert_string_equal(r.name, "");
    direction_free(&r);
    assert_true(st_write(path, a, 1, meta, 2, &err));
    assert_unreadable(path, "no array stats [2, 4]");
    assert_true(st_write(path, a + 1, 1, meta, 2, &err));
    assert_unreadable(path, "no array r");
    assert_true(st_write(path, a, 2, NULL, 0, &err));
    assert_unreadable(path, "no method and pairs");
    const StMeta guess[] = {{"method", "guess"}, {"pairs", "2"}};
    assert_true(st_write(path, a, 2, guess, 2, &err));
    assert_unreadable(path, "method \"guess\" is not known");
    const StMeta minus[] = {{"method", "pca"}, {"pairs", "-2"}};
    assert_true(st_write(path, a, 2, minus, 2, &err));
    assert_unreadable(path, "not numbers of prompts");
    a[1].shape[0] = 1;
    assert_true(st_write(path, a, 2, meta, 2, &err));
    assert_unreadable(path, "no array stats [2, 4]");
    a[1].shape[0] = 2;
    a[0].shape[0] = 4;
    a[0].shape[1] = 1;
    assert_true(st_write(path, a, 2, meta, 2, &err));
    assert_unreadable(path, "no array stats [4, 4]");
    a[0].ndim = 1;
    assert_true(st_write(path, a, 2, meta, 2, &err));
    assert_unreadable(path, "no array r");
    free(path);
}

static void a_file_cut_anywhere_is_refused(void **state)
{
    char *path = path_join(*state, "r.safetensors"), *cut = path_join(*state, "cut.safetensors");
    Direction r = small_direction();
    Err err = {""};
    FileMap map;
    assert_true(direction_write(&r, path, &err));
    assert_true(file_map_open(&map, path, &err));
    for (int64_t n = 0; n < map.size; n += n < 16 ? 1 : 13) {
        write_bytes(cut, map.data, (size_t)n);
        assert_unreadable(cut, "");
    }
    file_map_close(&map);
    direction_free(&r);
    free(path);
    free(cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_find_what_was_added_to_every_high_prompt),
        cmocka_unit_test(the_component_finds_a_planted_axis_with_its_sign),
        cmocka_unit_test(auc_is_that_of_a_hand_worked_example),
        cmocka_unit_test(auc_of_equal_distributions_is_chance),
        cmocka_unit_test(numpy_and_scikit_learn_find_the_same),
        cmocka_unit_test(what_does_not_differ_or_is_not_finite_is_refused),
        cmocka_unit_test(a_model_s_direction_is_that_of_its_last_tokens),
        cmocka_unit_test(a_sink_at_the_end_is_passed_over),
        cmocka_unit_test(short_prompts_and_wrong_layers_are_told),
        SCRATCH_TEST(a_direction_reads_back_as_it_was),
        SCRATCH_TEST(files_with_wrong_numbers_are_refused),
        SCRATCH_TEST(files_of_other_things_are_refused),
        SCRATCH_TEST(a_file_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
