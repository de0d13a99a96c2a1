/* test_trace.c: a kept forward pass against the features of the same pass, and what must hold of
 * attention. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "analysis/activations.h"
#include "fixture_lm.h"
#include "theory/trace.h"

static const double SIX = 2e-5; /* stored features have six significant digits */

enum { N = 24 };

typedef struct Both {
    Json *all;
    LmCase k;
    int32_t ids[N];
    FeatureSet fs;
    Trace t;
} Both;

static void both_open(Both *b, const char *title)
{
    Err err = {""};
    *b = (Both){.all = NULL};
    b->k = lm_open_case(lm_find_case(&b->all, title), NULL);
    for (int i = 0; i < N; i++) b->ids[i] = (5 * i * i + 3 * i + 1) % 37;
    ActivationPrompt p = {.prompt = 0, .ids = b->ids, .n = N, .bos = -1};
    if (!analyse_activations(b->k.lm, &p, &b->fs, NULL, &err)) fail_msg("%s", err.msg);
    if (!trace_record(&b->t, b->k.lm, b->ids, N, -1, NULL, &err))
        fail_msg("%s", err.msg);
}

static void both_close(Both *b)
{
    trace_free(&b->t);
    feat_free(&b->fs);
    lm_close_case(&b->k);
    json_free(b->all);
}

static double token_value(const Both *b, const char *col, int layer, int token)
{
    const Table *t = &b->fs.table[FT_TOKENS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == layer && t->key[r].token == token)
            return feat_value(&b->fs, FT_TOKENS, feat_find_column(&b->fs, FT_TOKENS, col), r, 0).x;
    fail_msg("no row for layer %d, token %d", layer, token);
    return NAN;
}

static void assert_near(double got, double want)
{
    if (isnan(got) && isnan(want)) return;
    if (!(fabs(got - want) <= SIX * fmax(1, fabs(want)))) fail_msg("%.9g is not %.9g", got, want);
}

static void a_trace_says_what_the_features_say(void **state)
{
    (void)state;
    Both b;
    both_open(&b, "gemma3");
    for (int i = 0; i < N; i++) {
        for (int l = 0; l <= b.t.nl; l++)
            assert_near(b.t.norm[l * N + i], token_value(&b, "norm", l - 1, i));
        for (int l = 0; l < b.t.nl; l++) {
            assert_near(b.t.attn_norm[l * N + i], token_value(&b, "delta_attn", l, i));
            assert_near(b.t.mlp_norm[l * N + i], token_value(&b, "delta_mlp", l, i));
        }
        assert_near(b.t.surprisal[i], token_value(&b, "surprisal", -1, i));
        assert_near(b.t.entropy[i], token_value(&b, "logit_entropy", -1, i));
        for (int k = 0; k < TRACE_TEMPS; k++) {
            double h = b.t.entropy_at[k * N + i];
            if (TRACE_TEMP[k] == 1) assert_near(h, b.t.entropy[i]);
            assert_true(k == 0 || h > b.t.entropy_at[(k - 1) * N + i]); /* rises with heat */
        }
    }
    both_close(&b);
}

static void every_row_of_the_mean_pattern_sums_to_one(void **state)
{
    (void)state;
    Both b;
    both_open(&b, "gemma3");
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int k = 0; k < N; k++) {
            if (k > i) assert_true(b.t.pattern[i * N + k] == 0);
            sum += b.t.pattern[i * N + k];
        }
        assert_near(sum, 1);
    }
    both_close(&b);
}

static void bos_is_a_sink_of_the_trace(void **state)
{
    (void)state;
    Both b;
    Trace t = {0};
    Err err = {""};
    both_open(&b, "gemma3");
    assert_true(trace_record(&t, b.k.lm, b.ids, N, b.ids[0], NULL, &err));
    assert_true(t.sink[0]);
    int index[N];
    assert_int_equal(trace_tokens(&t, index), N - 1);
    assert_int_equal(trace_tokens(&b.t, index), N);
    trace_free(&t);
    both_close(&b);
}

static void a_prompt_without_tokens_is_refused(void **state)
{
    (void)state;
    Both b;
    Trace t = {0};
    Err err = {""};
    both_open(&b, "gemma3");
    assert_false(trace_record(&t, b.k.lm, b.ids, 0, -1, NULL, &err));
    assert_non_null(strstr(err.msg, "no tokens"));
    both_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_says_what_the_features_say),
        cmocka_unit_test(every_row_of_the_mean_pattern_sums_to_one),
        cmocka_unit_test(bos_is_a_sink_of_the_trace),
        cmocka_unit_test(a_prompt_without_tokens_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
