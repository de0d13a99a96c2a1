/* test_activations.c: features of activations against what they are said to be, computed anew from
 * what the hooks show. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "analysis/activations.h"
#include "analysis/weights.h"
#include "fixture_lm.h"

/* Stored features have six significant digits. */
static const double SIX = 2e-5;

enum { N = 24 };

typedef struct Bench {
    Json *all;
    LmCase k;
    int32_t ids[N];
    FeatureSet fs;
} Bench;

static Bench bench_open(const char *title, int n, int32_t bos)
{
    Bench b = {0};
    Err err = {""};
    b.k = lm_open_case(lm_find_case(&b.all, title), NULL);
    for (int i = 0; i < N; i++) b.ids[i] = (5 * i * i + 3 * i + 1) % 37;
    ActivationPrompt p = {.prompt = 2, .ids = b.ids, .n = n, .bos = bos, .name = "a prompt"};
    if (!analyse_activations(b.k.lm, &p, &b.fs, NULL, &err)) fail_msg("%s", err.msg);
    return b;
}

static void bench_close(Bench *b)
{
    feat_free(&b->fs);
    lm_close_case(&b->k);
    json_free(b->all);
}

/* One number; NaN when the entry is absent. */
static double look(const Bench *b, int table, const char *col, int layer, int head, int token)
{
    const Table *t = &b->fs.table[table];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == layer && t->key[r].head == head && t->key[r].token == token &&
            t->key[r].prompt == 2)
            return feat_value(&b->fs, table, feat_find_column(&b->fs, table, col), r, 0).x;
    fail_msg("no row for layer %d, head %d, token %d", layer, head, token);
    return NAN;
}

static Watch watch_all(Bench *b, Seen *seen, int n)
{
    Err err = {""};
    Watch w = {seen, n};
    Hooks hooks = watch_hooks(&w);
    lm_rewind(b->k.lm, 0);
    if (!lm_eval(b->k.lm, b->ids, N, &hooks, NULL, &err)) fail_msg("%s", err.msg);
    return w;
}

static double norm_of(const Seen *s, int t)
{
    double sum = 0;
    for (int i = 0; i < s->width; i++) sum += pow(*seen_at(s, (int64_t)t * s->width + i), 2);
    return sqrt(sum);
}

static void assert_near(double got, double want)
{
    if (!(fabs(got - want) <= SIX * (1e-3 + fabs(want)))) fail_msg("%g, expected %g", got, want);
}

static void norms_and_deltas_are_those_of_the_stream(void **state)
{
    (void)state;
    Bench b = bench_open("gemma2", N, -1);
    Seen seen[] = {{.point = HOOK_EMBED, .layer = -1},
                   {.point = HOOK_RESID_POST, .layer = 1},
                   {.point = HOOK_ATTN_OUT, .layer = 1},
                   {.point = HOOK_MLP_OUT, .layer = 0}};
    Watch w = watch_all(&b, seen, 4);
    for (int t = 0; t < N; t++) {
        assert_near(look(&b, FT_TOKENS, "norm", -1, -1, t), norm_of(&seen[0], t));
        assert_near(look(&b, FT_TOKENS, "norm", 1, -1, t), norm_of(&seen[1], t));
        assert_near(look(&b, FT_TOKENS, "delta_attn", 1, -1, t), norm_of(&seen[2], t));
        assert_near(look(&b, FT_TOKENS, "delta_mlp", 0, -1, t), norm_of(&seen[3], t));
    }
    assert_true(isnan(look(&b, FT_TOKENS, "delta_mlp", -1, -1, 3)));
    watch_free(&w);
    bench_close(&b);
}

/* Layer 0 slides by 6, layer 1 sees all. */
static void uniform_attention_would_have_entropy_one(void **state)
{
    (void)state;
    Bench b = bench_open("gemma2", N, -1);
    for (int layer = 0; layer < 2; layer++) {
        Seen seen[] = {{.point = HOOK_PATTERN, .layer = layer}};
        Watch w = watch_all(&b, seen, 1);
        for (int t = 1; t < N; t++) {
            double mean = 0;
            int keys = layer == 0 && t >= 6 ? 6 : t + 1;
            for (int h = 0; h < 4; h++) {
                double e = 0;
                for (int j = 0; j <= t; j++) {
                    double p = *seen_at(seen, ((int64_t)t * 4 + h) * N + j);
                    if (p > 0) e -= p * log(p);
                }
                mean += e / log(keys) / 4;
            }
            assert_near(look(&b, FT_TOKENS, "attn_entropy", layer, -1, t), mean);
            assert_true(mean > 0 && mean <= 1);
        }
        watch_free(&w);
    }
    assert_true(isnan(look(&b, FT_TOKENS, "attn_entropy", 0, -1, 0)));
    bench_close(&b);
}

static void heads_have_their_own_entropy_and_reach(void **state)
{
    (void)state;
    Bench b = bench_open("mistral", N, -1);
    const Table *t = &b.fs.table[FT_HEADS];
    assert_int_equal(t->nrows, 2 * 4);
    int distance = feat_find_column(&b.fs, FT_HEADS, "head_distance");
    for (int r = 0; r < t->nrows; r++) {
        double sum = 0;
        const float *d = feat_vec(&b.fs, FT_HEADS, distance, r);
        assert_int_equal(feat_len(&b.fs, FT_HEADS, distance, r), N);
        for (int i = 0; i < N; i++) {
            assert_true(d[i] >= 0 && d[i] <= (i < 5 ? i : 4)); /* the window is 5 */
            if (i > 0) sum += d[i] / (N - 1);
        }
        assert_near(look(&b, FT_HEADS, "head_distance_mean", r / 4, r % 4, -1), sum);
    }
    bench_close(&b);
}

/* With BOS in front the deviation is that of the tokens behind it. */
static void sparsity_counts_units_below_a_tenth_of_the_deviation(void **state)
{
    (void)state;
    for (int from = 0; from < 2; from++) {
        Bench b = bench_open("gemma2", N, from ? 1 : -1);
        Seen seen[] = {{.point = HOOK_MLP_POST, .layer = 1}};
        Watch w = watch_all(&b, seen, 1);
        double mean = 0, var = 0;
        int ff = seen->width, n = (N - from) * ff;
        for (int i = from * ff; i < N * ff; i++) mean += *seen_at(seen, i) / n;
        for (int i = from * ff; i < N * ff; i++) var += pow(*seen_at(seen, i) - mean, 2) / n;
        assert_near(look(&b, FT_LAYERS, "post_std", 1, -1, -1), sqrt(var));
        for (int t = 0; t < N; t++) {
            int still = 0;
            for (int i = 0; i < ff; i++)
                still += fabs(*seen_at(seen, (int64_t)t * ff + i)) < 0.1 * sqrt(var);
            assert_near(look(&b, FT_TOKENS, "sparsity", 1, -1, t), (double)still / ff);
        }
        watch_free(&w);
        bench_close(&b);
    }
}

/* The plane's coordinates have mean 0, are uncorrelated, and no other direction has more spread. */
static void phases_are_angles_in_the_plane_of_largest_variance(void **state)
{
    (void)state;
    Bench b = bench_open("llama-2", N, -1);
    double sum[2] = {0}, square[2] = {0}, cross = 0;
    for (int t = 0; t < N; t++) {
        double x = look(&b, FT_TOKENS, "pc1", 1, -1, t), y = look(&b, FT_TOKENS, "pc2", 1, -1, t);
        assert_near(look(&b, FT_TOKENS, "phase", 1, -1, t), atan2(y, x));
        sum[0] += x;
        sum[1] += y;
        square[0] += x * x;
        square[1] += y * y;
        cross += x * y;
    }
    assert_float_equal(sum[0], 0, 1e-3);
    assert_float_equal(sum[1], 0, 1e-3);
    assert_float_equal(cross, 0, 1e-3 * square[0]);
    assert_true(square[0] > square[1] && square[1] > 0);
    double s1 = look(&b, FT_LAYERS, "pc1_share", 1, -1, -1);
    double s2 = look(&b, FT_LAYERS, "pc2_share", 1, -1, -1);
    assert_true(s1 > s2 && s1 + s2 < 1);
    assert_float_equal(s1 / s2, square[0] / square[1], 1e-3);
    bench_close(&b);
}

static void surprisal_is_minus_the_log_of_the_probability(void **state)
{
    (void)state;
    Bench b = bench_open("gemma2", N, -1);
    Seen seen[] = {{.point = HOOK_LOGITS, .layer = -1}};
    Watch w = watch_all(&b, seen, 1);
    double total = 0, spread = 0;
    for (int t = 0; t < N; t++) {
        double z = 0, e = 0;
        for (int i = 0; i < 37; i++) z += exp(*seen_at(seen, t * 37 + i));
        for (int i = 0; i < 37; i++) {
            double p = exp(*seen_at(seen, t * 37 + i)) / z;
            e -= p * log(p);
        }
        assert_near(look(&b, FT_TOKENS, "logit_entropy", -1, -1, t), e);
        spread += e / N;
        if (t + 1 == N) break;
        double nats = log(z) - *seen_at(seen, t * 37 + b.ids[t + 1]);
        assert_near(look(&b, FT_TOKENS, "surprisal", -1, -1, t + 1), nats);
        total += nats;
    }
    assert_true(isnan(look(&b, FT_TOKENS, "surprisal", -1, -1, 0)));
    assert_near(look(&b, FT_PROMPTS, "surprisal_mean", -1, -1, -1), total / (N - 1));
    assert_near(look(&b, FT_PROMPTS, "perplexity", -1, -1, -1), exp(total / (N - 1)));
    assert_near(look(&b, FT_PROMPTS, "logit_entropy_mean", -1, -1, -1), spread);
    watch_free(&w);
    bench_close(&b);
}

static void sinks_are_left_out_of_means(void **state)
{
    (void)state;
    Bench with = bench_open("llama-2", N, 1), without = bench_open("llama-2", N, -1);
    double rest = 0;
    assert_int_equal(with.ids[0], 1);
    assert_near(look(&with, FT_TOKENS, "sink", 0, -1, 0), 1);
    assert_near(look(&without, FT_TOKENS, "sink", 0, -1, 0), 0);
    assert_near(look(&with, FT_LAYERS, "sinks", 0, -1, -1), 1);
    for (int t = 1; t < N; t++) rest += look(&with, FT_TOKENS, "norm", 0, -1, t) / (N - 1);
    double centre[2] = {0}; /* of the plane's coordinates */
    for (int t = 1; t < N; t++) {
        centre[0] += look(&with, FT_TOKENS, "pc1", 0, -1, t);
        centre[1] += look(&without, FT_TOKENS, "pc1", 0, -1, t);
    }
    assert_float_equal(centre[0], 0, 1e-3);
    assert_true(fabs(centre[1]) > 1e-2);
    assert_near(look(&with, FT_LAYERS, "norm_mean", 0, -1, -1), rest);
    assert_near(look(&without, FT_LAYERS, "norm_mean", 0, -1, -1),
                (rest * (N - 1) + look(&with, FT_TOKENS, "norm", 0, -1, 0)) / N);
    bench_close(&with);
    bench_close(&without);
}

static void a_single_token_and_several_prompts_are_fine(void **state)
{
    (void)state;
    Err err = {""};
    Bench b = bench_open("gpt2: [in", 1, 1);
    assert_near(look(&b, FT_TOKENS, "phase", 1, -1, 0), 0);
    assert_true(look(&b, FT_TOKENS, "norm", 1, -1, 0) > 0);
    assert_true(isnan(look(&b, FT_PROMPTS, "perplexity", -1, -1, -1)));
    int rows = b.fs.table[FT_TOKENS].nrows;
    ActivationPrompt p = {.prompt = 3, .ids = b.ids, .n = 5, .bos = -1};
    assert_true(analyse_activations(b.k.lm, &p, &b.fs, NULL, &err));
    assert_int_equal(b.fs.table[FT_TOKENS].nrows, rows + 5 * 3);
    assert_int_equal(b.fs.table[FT_PROMPTS].nrows, 2);
    p.n = 0;
    assert_false(analyse_activations(b.k.lm, &p, &b.fs, NULL, &err));
    int32_t many[33] = {0};
    p.ids = many;
    p.n = 33;
    assert_false(analyse_activations(b.k.lm, &p, &b.fs, NULL, &err));
    assert_string_equal(err.msg, "a prompt of 33 tokens does not fit the context of 32");
    bench_close(&b);
}

/* A number of a vector in layer 1. */
static double lane(const Bench *b, const char *col, int i)
{
    int at = feat_find_column(&b->fs, FT_LAYERS, col);
    for (int r = 0; r < b->fs.table[FT_LAYERS].nrows; r++)
        if (b->fs.table[FT_LAYERS].key[r].layer == 1)
            return feat_value(&b->fs, FT_LAYERS, at, r, i).x;
    return NAN;
}

static void blocks_are_norms_of_runs_of_dimensions(void **state)
{
    (void)state;
    static const int scale[] = {5, 7, 12};
    static const char *const name[] = {"blocks5", "blocks7", "blocks12"};
    Bench b = bench_open("llama-2", N, 1);
    Seen seen[] = {{.point = HOOK_RESID_POST, .layer = 1}};
    Watch w = watch_all(&b, seen, 1);
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < scale[k]; i++) {
            double sum = 0;
            int from = i * seen->width / scale[k], to = (i + 1) * seen->width / scale[k];
            for (int t = 1; t < N; t++) /* BOS is a sink */
                for (int j = from; j < to; j++)
                    sum += pow(*seen_at(seen, t * seen->width + j), 2);
            assert_near(lane(&b, name[k], i), sqrt(sum));
        }
    watch_free(&w);
    bench_close(&b);
}

/* v [d] becomes X'X v over its length, X [N - 1, d]; in the end the first singular vector. */
static void power_round(const Seen *seen, double *v)
{
    int d = seen->width;
    double *next = mem_alloc(d, sizeof *next), square = 0;
    for (int t = 1; t < N; t++) {
        double dot = 0;
        for (int j = 0; j < d; j++) dot += v[j] * *seen_at(seen, t * d + j);
        for (int j = 0; j < d; j++) next[j] += dot * *seen_at(seen, t * d + j);
    }
    for (int j = 0; j < d; j++) square += next[j] * next[j];
    for (int j = 0; j < d; j++) v[j] = next[j] / sqrt(square);
    free(next);
}

static void the_first_fold_is_the_first_singular_vector(void **state)
{
    (void)state;
    Bench b = bench_open("llama-2", N, 1);
    Seen seen[] = {{.point = HOOK_RESID_POST, .layer = 1}};
    Watch w = watch_all(&b, seen, 1);
    int d = seen->width, top = 0;
    double *v = mem_alloc(d, sizeof *v), fold[32] = {0}, square = 0, share = 0;
    v[0] = 1;
    for (int i = 0; i < 2000; i++) power_round(seen, v);
    for (int j = 1; j < d; j++)
        if (fabs(v[j]) > fabs(v[top])) top = j;
    for (int i = 0; i < 32; i++) {
        for (int j = i * d / 32; j < (i + 1) * d / 32; j++) fold[i] += v[top] > 0 ? v[j] : -v[j];
        square += fold[i] * fold[i];
    }
    for (int i = 0; i < 32; i++)
        assert_float_equal(lane(&b, "fold1", i), fold[i] / sqrt(square), 1e-4);
    for (int k = 0; k < 4; k++) {
        assert_true(lane(&b, "fold_share", k) > 0);
        if (k) assert_true(lane(&b, "fold_share", k) <= lane(&b, "fold_share", k - 1));
        share += lane(&b, "fold_share", k);
    }
    assert_true(share < 1);
    free(v);
    watch_free(&w);
    bench_close(&b);
}

/* A direction of layer 1 alone: every other entry, so that nothing of it is a stream's own. */
static void projections_are_dot_products_with_the_direction(void **state)
{
    (void)state;
    Bench b = bench_open("llama-2", N, 1);
    int d = (int)lm_hparams(b.k.lm)->d;
    float *r = mem_alloc(2 * (int64_t)d, sizeof *r);
    for (int j = 0; j < d; j += 2) r[d + j] = (float)sqrt(2.0 / d);
    DirectionLayer layer[2] = {{NAN, NAN, NAN, NAN}, {.high = 3, .low = -1, .auc = 1}};
    Direction dir = {.nl = 2, .d = d, .first = 1, .r = r, .layer = layer};
    ActivationPrompt p = {.prompt = 2, .ids = b.ids, .n = N, .bos = 1, .direction = &dir};
    Err err = {""};
    assert_true(isnan(look(&b, FT_TOKENS, "proj", 1, -1, 1)));
    feat_free(&b.fs);
    if (!analyse_activations(b.k.lm, &p, &b.fs, NULL, &err)) fail_msg("%s", err.msg);
    Seen seen[] = {{.point = HOOK_RESID_POST, .layer = 1}};
    Watch w = watch_all(&b, seen, 1);
    double mean = 0;
    for (int t = 0; t < N; t++) {
        double dot = 0;
        for (int j = 0; j < d; j += 2) dot += sqrt(2.0 / d) * *seen_at(seen, t * d + j);
        assert_near(look(&b, FT_TOKENS, "proj", 1, -1, t), dot);
        assert_near(look(&b, FT_TOKENS, "proj_cos", 1, -1, t), dot / norm_of(seen, t));
        assert_near(look(&b, FT_TOKENS, "tension", 1, -1, t), (dot + 1) / 4);
        if (t) mean += dot / (N - 1);
    }
    assert_near(look(&b, FT_LAYERS, "proj_mean", 1, -1, -1), mean);
    assert_near(look(&b, FT_LAYERS, "tension_mean", 1, -1, -1), (mean + 1) / 4);
    assert_near(look(&b, FT_PROMPTS, "tension", -1, -1, -1), (mean + 1) / 4);
    assert_true(isnan(look(&b, FT_TOKENS, "proj", 0, -1, 1)));
    dir.nl = 1;
    assert_false(analyse_activations(b.k.lm, &p, &b.fs, NULL, &err));
    assert_non_null(strstr(err.msg, "of a model of 1 layers"));
    free(r);
    watch_free(&w);
    bench_close(&b);
}

static void the_key_is_that_of_the_weights(void **state)
{
    (void)state;
    static const char *const key[] = {"key_angle", "key_root", "key_mode", "pc2_skew", "pc3_kurt"};
    Err err = {""};
    Model m;
    Lm *lm;
    FeatureSet of[2] = {{0}, {0}};
    char *path = test_path(false, "models/wren");
    ActivationPrompt p = {.ids = (const int32_t[]){2, 5, 7}, .n = 3, .bos = 2};
    if (!path || !model_open(&m, path, &err) || !lm_open(&lm, &m, NULL, &err) ||
        !analyse_activations(lm, &p, &of[0], NULL, &err) ||
        !analyse_activations(lm, &p, &of[0], NULL, &err) ||
        !analyse_weights(&m, &of[1], NULL, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(of[0].table[FT_MODEL].nrows, 1);
    for (int k = 0; k < 5; k++) {
        double v[2];
        for (int i = 0; i < 2; i++)
            v[i] = feat_value(&of[i], FT_MODEL, feat_find_column(&of[i], FT_MODEL, key[k]), 0, 0).x;
        assert_true(v[0] == v[1]); /* neither is NaN */
    }
    feat_free(&of[0]);
    feat_free(&of[1]);
    lm_close(lm);
    model_close(&m);
    free(path);
}

static void threads_change_no_feature(void **state)
{
    (void)state;
    char print[2][17];
    for (int i = 0; i < 2; i++) {
        Err err = {""};
        Model m;
        Lm *lm;
        FeatureSet fs = {0};
        int32_t ids[200];
        char *path = test_path(false, "models/wren");
        if (!path || !model_open(&m, path, &err) ||
            !lm_open(&lm, &m, &(LmOpts){.threads = i + 1, .chunk = i ? 50 : 0}, &err))
            fail_msg("%s", err.msg);
        for (int t = 0; t < 200; t++) ids[t] = t ? (9 + 77 * t) % 4096 : 2;
        ActivationPrompt p = {.ids = ids, .n = 200, .bos = 2};
        assert_true(analyse_activations(lm, &p, &fs, NULL, &err));
        assert_int_equal(fs.table[FT_TOKENS].nrows, 9 * 200);
        feat_fingerprint(&fs, print[i]);
        feat_free(&fs);
        lm_close(lm);
        model_close(&m);
        free(path);
    }
    assert_string_equal(print[0], print[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_and_deltas_are_those_of_the_stream),
        cmocka_unit_test(uniform_attention_would_have_entropy_one),
        cmocka_unit_test(heads_have_their_own_entropy_and_reach),
        cmocka_unit_test(sparsity_counts_units_below_a_tenth_of_the_deviation),
        cmocka_unit_test(phases_are_angles_in_the_plane_of_largest_variance),
        cmocka_unit_test(surprisal_is_minus_the_log_of_the_probability),
        cmocka_unit_test(sinks_are_left_out_of_means),
        cmocka_unit_test(a_single_token_and_several_prompts_are_fine),
        cmocka_unit_test(blocks_are_norms_of_runs_of_dimensions),
        cmocka_unit_test(the_first_fold_is_the_first_singular_vector),
        cmocka_unit_test(projections_are_dot_products_with_the_direction),
        cmocka_unit_test(the_key_is_that_of_the_weights),
        cmocka_unit_test(threads_change_no_feature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
