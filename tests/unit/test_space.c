/* test_space.c: fitted maps of hidden states: against scikit-learn over a small model's states,
 * whatever the groups and threads; kept in files, and read back with suspicion. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "analysis/space.h"
#include "fixture_lm.h"
#include "fixture_near.h"
#include "tensor/st_write.h"

enum { SENTENCES = 60, K = 6, BOS = 1, MOST = 24, ONE_MB = 1 << 20 };

/* The corpus of tests/oracle/space_oracle.py. */
typedef struct Made {
    int n;
    int32_t ids[MOST];
    SpaceSpan word[MOST];
    int served;
    bool constant; /* every sentence the same single token */
} Made;

static bool made_text(void *ud, int i, SpaceText *out, Err *err)
{
    Made *m = ud;
    int n = m->constant ? 3 : 6 + 7 * i % 15, nwords = 0;
    (void)err;
    m->served++;
    m->ids[0] = BOS;
    for (int t = 1; t < n; t++)
        m->ids[t] = m->constant ? 5 : (3 * t * t + (2 * i + 5) * t + 11 * i + i * i / 3) % 37;
    for (int at = 1; at < n; at = m->word[nwords++].end) {
        int end = at + 1 + (at + i) % 3;
        m->word[nwords] = (SpaceSpan){at, end < n ? end : n};
    }
    *out = (SpaceText){.ids = m->ids, .n = n, .bos = BOS, .word = m->word, .nwords = nwords};
    return true;
}

typedef struct Bench {
    Json *all;
    LmCase k;
    Space s;
    Made made;
    Err err;
} Bench;

static bool fit(Bench *b, int sentences, int threads, int64_t budget)
{
    LmOpts lm = {.threads = threads};
    Run run = {.threads = threads};
    SpaceOpts opts = {.components = K, .budget = budget};
    SpaceCorpus corpus = {.n = sentences, .name = "made", .text = made_text, .ud = &b->made};
    b->k = lm_open_case(lm_find_case(&b->all, "llama: biases everywhere"), &lm);
    return space_fit(&b->s, b->k.lm, &corpus, &opts, &run, &b->err);
}

static void bench_close(Bench *b)
{
    space_free(&b->s);
    lm_close_case(&b->k);
    json_free(b->all);
}

static double item(const Json *j, int i)
{
    for (j = json_child(j); i > 0; i--) j = json_next(j);
    return json_number(j, NAN);
}

static const Json *row(const Json *j, int i)
{
    for (j = json_child(j); i > 0; i--) j = json_next(j);
    return j;
}

/* 1e-4 is the promise; states are f32 of some hundred operations. Percentiles: a bin, 1/409 of a
 * deviation; of distances 20/8192 of the root of the variances' sum. */
static void check_layer(const Space *s, int l, const Json *want)
{
    const double tail = 1.0 / 400;
    double total = 0;
    assert_int_equal(s->points[l], (int)json_number(json_get(want, "points"), -1));
    for (int j = 0; j < s->d; j++)
        assert_near(s->mean[l * s->d + j], item(json_get(want, "mean"), j), 1e-4);
    for (int c = 0; c < s->k; c++) {
        int i = l * s->k + c;
        double var = item(json_get(want, "variance"), c), dot = 0, top = 0;
        const Json *v = row(json_get(want, "components"), c);
        assert_near(s->var[i] / var, 1, 1e-4);
        assert_near(s->ratio[i], item(json_get(want, "ratio"), c), 1e-4);
        for (int j = 0; j < s->d; j++) dot += (double)s->comp[i * s->d + j] * item(v, j);
        double sign = dot < 0 ? -1 : 1;
        for (int j = 0; j < s->d; j++) {
            double x = s->comp[i * s->d + j];
            assert_near(x, sign * item(v, j), 1e-4);
            if (fabs(x) > fabs(top)) top = x;
        }
        assert_true(top > 0);
        const Json *range = row(json_get(want, "range"), c);
        double lo = item(range, 0), hi = item(range, 1), slack = tail * sqrt(var);
        assert_near(s->range[2 * i], sign > 0 ? lo : -hi, slack);
        assert_near(s->range[2 * i + 1], sign > 0 ? hi : -lo, slack);
        static const int at[] = {0, 17, SENTENCES - 1};
        for (int k = 0; k < 3; k++)
            assert_near(s->proj[(at[k] * s->layers + l) * s->k + c],
                        sign * item(row(json_get(want, "projection"), k), c), 1e-3);
    }
    for (int c = 0; c < s->k; c++) total += s->var[l * s->k + c];
    for (int e = 0; e < 2; e++)
        assert_near(s->step[2 * l + e], item(json_get(want, "step"), e), tail * sqrt(total));
}

static void a_fit_equals_scikit_learns_up_to_sign(void **state)
{
    (void)state;
    Bench b = {0};
    Err err;
    char *path = test_path(false, "tests/oracle/data/space_pca.json");
    Json *want = json_read(path, &err);
    assert_non_null(want);
    if (!fit(&b, SENTENCES, 1, 0)) fail_msg("%s", b.err.msg);
    assert_int_equal(b.s.layers, 3);
    assert_int_equal(b.s.k, K);
    for (int l = 0; l < b.s.layers; l++) check_layer(&b.s, l, row(json_get(want, "layers"), l));
    free(path);
    json_free(want);
    bench_close(&b);
}

static void assert_same(const Space *a, const Space *b)
{
    size_t lk = (size_t)(a->layers * a->k);
    assert_memory_equal(a->mean, b->mean, (size_t)(a->layers * a->d) * sizeof(float));
    assert_memory_equal(a->comp, b->comp, lk * (size_t)a->d * sizeof(float));
    assert_memory_equal(a->var, b->var, lk * sizeof(double));
    assert_memory_equal(a->range, b->range, 2 * lk * sizeof(float));
    assert_memory_equal(a->proj, b->proj, (size_t)a->sentences * lk * sizeof(float));
}

static void neither_groups_of_layers_nor_threads_change_a_bit(void **state)
{
    (void)state;
    Bench one = {0}, many = {0};
    assert_true(fit(&one, SENTENCES, 1, 0));
    assert_true(fit(&many, SENTENCES, 2, 1)); /* a byte: a layer at a time */
    assert_int_equal(one.made.served, 2 * SENTENCES);
    assert_int_equal(many.made.served, 4 * SENTENCES);
    assert_same(&one.s, &many.s);
    bench_close(&one);
    bench_close(&many);
}

static void one_sentence_is_enough_and_none_is_not(void **state)
{
    (void)state;
    Bench one = {0}, none = {0};
    if (!fit(&one, 1, 1, 0)) fail_msg("%s", one.err.msg);
    int words = (int)one.s.points[1];
    for (int c = 0; c < K; c++) { /* n points span n - 1 dimensions */
        bool left = c < words - 1;
        assert_true((one.s.var[K + c] > 0) == left);
        assert_near(space_place(&one.s, 1, c, 0), 0.5, left ? 0.5 : 0);
    }
    assert_false(fit(&none, 0, 1, 0));
    assert_non_null(strstr(none.err.msg, "no sentences"));
    bench_close(&one);
    bench_close(&none);
}

/* Embeddings are constant, so nothing varies in layer 0. */
static void a_layer_that_does_not_vary_has_no_components(void **state)
{
    (void)state;
    Bench b = {.made = {.constant = true}};
    if (!fit(&b, 8, 1, 0)) fail_msg("%s", b.err.msg);
    double out[K];
    for (int c = 0; c < K; c++) {
        assert_near(b.s.var[c], 0, 1e-12); /* of rounding */
        assert_true(b.s.ratio[c] >= 0 && b.s.ratio[c] <= 1);
    }
    space_project(&b.s, 0, b.s.mean, out);
    for (int c = 0; c < K; c++) assert_near(out[c], 0, 0);
    bench_close(&b);
}

static void a_file_reads_back_equal(void **state)
{
    (void)state;
    Bench b = {0};
    Space back = {0};
    Err err;
    assert_true(fit(&b, 9, 1, 0));
    char *path = path_join(b.k.dir, "space.safetensors");
    if (!space_write(&b.s, path, &err) || !space_read(&back, path, &err)) fail_msg("%s", err.msg);
    assert_same(&b.s, &back);
    assert_string_equal(back.corpus, "made");
    assert_int_equal(back.words, b.s.words);
    assert_true(space_fits(&back, b.k.lm, &err));
    back.layers--;
    assert_false(space_fits(&back, b.k.lm, &err));
    assert_non_null(strstr(err.msg, "space fit"));
    back.layers++;
    free(path);
    space_free(&back);
    bench_close(&b);
}

static void assert_refused(const Space *s, const char *path, const char *why)
{
    Space back = {0};
    Err err;
    if (!space_write(s, path, &err)) fail_msg("%s", err.msg);
    if (space_read(&back, path, &err)) fail_msg("not refused: %s", why);
    if (!strstr(err.msg, why)) fail_msg("'%s' does not say '%s'", err.msg, why);
    assert_null(back.comp);
}

static void numbers_that_cannot_be_are_refused_by_name(void **state)
{
    (void)state;
    Bench b = {0};
    assert_true(fit(&b, 9, 1, 0));
    Space *s = &b.s;
    char *path = path_join(b.k.dir, "bad.safetensors");
    float x = s->mean[3], v = s->comp[5], lo = s->range[2], step = s->step[1];
    double var = s->var[1];
    s->mean[3] = NAN, assert_refused(s, path, "mean"), s->mean[3] = x;
    s->comp[5] = 7, assert_refused(s, path, "components"), s->comp[5] = v;
    s->range[2] = INFINITY, assert_refused(s, path, "range"), s->range[2] = lo;
    s->step[1] = -1, assert_refused(s, path, "step"), s->step[1] = step;
    s->var[1] = -var, assert_refused(s, path, "variance"), s->var[1] = var;
    s->points[2] = -5, assert_refused(s, path, "points");
    free(path);
    bench_close(&b);
}

static void other_files_are_no_spaces(void **state)
{
    (void)state;
    char *dir = scratch_make(), *path = path_join(dir, "x.safetensors");
    float x[24] = {0};
    Err err;
    Space s = {0};
    StArray a[] = {
        {.name = "components", .dtype = DT_F32, .ndim = 3, .shape = {2, 3, 4}, .data = x},
        {.name = "projections", .dtype = DT_F32, .ndim = 3, .shape = {0, 2, 3}, .data = x}};
    assert_true(st_write(path, a, 2, NULL, 0, &err));
    assert_false(space_read(&s, path, &err));
    assert_non_null(strstr(err.msg, "no array mean [2, 4]"));
    a[0].shape[1] = 6, a[0].shape[2] = 2; /* more components than dimensions */
    assert_true(st_write(path, a, 2, NULL, 0, &err));
    assert_false(space_read(&s, path, &err));
    assert_non_null(strstr(err.msg, "space fit"));
    write_bytes(path, "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
    assert_false(space_read(&s, path, &err));
    assert_false(space_read(&s, dir, &err));
    free(path);
    scratch_remove(dir);
    free(dir);
}

static void places_are_clipped_between_the_percentiles(void **state)
{
    (void)state;
    float range[] = {-2, 6};
    Space s = {.layers = 1, .k = 1, .range = range};
    assert_near(space_place(&s, 0, 0, 0), 0.25, 0);
    assert_near(space_place(&s, 0, 0, -3), 0, 0);
    assert_near(space_place(&s, 0, 0, 60), 1, 0);
}

/* Rows of FT_WORDS against the states that the hooks show. */
static void words_are_means_of_their_tokens(void **state)
{
    (void)state;
    Bench b = {0};
    FeatureSet fs = {0};
    Err err;
    assert_true(fit(&b, SENTENCES, 1, 0));
    static const int32_t ids[] = {BOS, 7, 9, 20, 33, 2};
    static const SpaceSpan word[] = {{1, 3}, {3, 4}, {4, 6}};
    static const char *const label[] = {"one", "two", "three"};
    SpaceText text = {.ids = ids, .n = 6, .bos = BOS, .word = word, .nwords = 3};
    if (!space_features(&b.s, b.k.lm, &text, label, &fs, NULL, &err)) fail_msg("%s", err.msg);
    assert_int_equal(fs.table[FT_WORDS].nrows, 3 * 3);
    Seen seen[] = {{.point = HOOK_RESID_POST, .layer = 1}};
    Watch w = {seen, 1};
    Hooks hooks = watch_hooks(&w);
    lm_rewind(b.k.lm, 0);
    assert_true(lm_eval(b.k.lm, ids, 6, &hooks, NULL, &err));
    double last[K] = {0};
    for (int i = 0; i < 3; i++) {
        float x[24];
        double at[K], step = 0;
        int r = 6 + i, n = word[i].end - word[i].from;
        for (int j = 0; j < 24; j++) {
            double sum = 0;
            for (int t = word[i].from; t < word[i].end; t++)
                sum += *seen_at(seen, (int64_t)t * 24 + j);
            x[j] = (float)(sum / n);
        }
        space_project(&b.s, 2, x, at);
        assert_string_equal(fs.table[FT_WORDS].label[r], label[i]);
        assert_int_equal(fs.table[FT_WORDS].key[r].layer, 2);
        assert_int_equal(fs.table[FT_WORDS].key[r].token, i);
        for (int c = 0; c < K; c++) {
            double pc = feat_value(&fs, FT_WORDS, feat_find_column(&fs, FT_WORDS, "pc"), r, c).x;
            int col01 = feat_find_column(&fs, FT_WORDS, "pc01");
            double at01 = feat_value(&fs, FT_WORDS, col01, r, c).x;
            assert_near(pc, at[c], 1e-5 * (1 + fabs(at[c]))); /* six digits */
            assert_near(at01, space_place(&b.s, 2, c, at[c]), 1e-5);
            step += pow(at[c] - last[c], 2);
            last[c] = at[c];
        }
        double got = feat_value(&fs, FT_WORDS, feat_find_column(&fs, FT_WORDS, "step"), r, 0).x;
        assert_near(got / sqrt(step), 1, 1e-5);
    }
    watch_free(&w);
    feat_free(&fs);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fit_equals_scikit_learns_up_to_sign),
        cmocka_unit_test(neither_groups_of_layers_nor_threads_change_a_bit),
        cmocka_unit_test(one_sentence_is_enough_and_none_is_not),
        cmocka_unit_test(a_layer_that_does_not_vary_has_no_components),
        cmocka_unit_test(a_file_reads_back_equal),
        cmocka_unit_test(numbers_that_cannot_be_are_refused_by_name),
        cmocka_unit_test(other_files_are_no_spaces),
        cmocka_unit_test(places_are_clipped_between_the_percentiles),
        cmocka_unit_test(words_are_means_of_their_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
