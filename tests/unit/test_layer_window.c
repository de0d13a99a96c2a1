/* test_layer_window.c: layers as tokens: every number where the header says it is. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "fixture_near.h"
#include "learn/layer_window.h"

enum { NL = 4, ALL = NL * STAT_TOKENS * STAT_FEATURES };

/* Half a unit in the seventh digit of numbers up to 4. */
#define SLACK 1e-6

typedef struct Seen {
    FeatureSet fs;
    float x[ALL];
    LayerLook look[NL];
} Seen;

static const float *token_of(const Seen *s, int layer, int place, int role)
{
    return s->x + ((layer * STAT_LAYERS + place) * STAT_ROLES + role) * STAT_FEATURES;
}

static void add_tails(FeatureSet *fs)
{
    int alpha = fixture_column(fs, FT_WEIGHTS, "alpha_stable");
    int shape = fixture_column(fs, FT_WEIGHTS, "bimodality");
    for (int r = 0; r < fs->table[FT_WEIGHTS].nrows; r++) {
        feat_set1(fs, FT_WEIGHTS, alpha, r, 1 + 0.01 * r);
        feat_set1(fs, FT_WEIGHTS, shape, r, 0.3 + 0.001 * r);
    }
}

static Seen *see(FixtureOpts o)
{
    Seen *s = mem_alloc(1, sizeof *s);
    Err err;
    o.nl = NL;
    fixture_features(&s->fs, o);
    add_tails(&s->fs);
    if (!layer_windows(&s->fs, s->x, s->look, &err)) fail_msg("%s", err.msg);
    return s;
}

static void drop(Seen *s)
{
    feat_free(&s->fs);
    free(s);
}

static double of(const Seen *s, const char *name, int layer, int role)
{
    return (double)feat_look(&s->fs, FT_WEIGHTS, name, layer, role, 0).x;
}

static void a_token_has_the_numbers_of_its_matrix(void **state)
{
    (void)state;
    Seen *s = see((FixtureOpts){.salt = 3});
    const float *v = token_of(s, 2, 1, 2);
    assert_near(v[STAT_ALPHA], 2 * (of(s, "alpha_stable", 2, ROLE_V) - 1.5), SLACK);
    assert_near(v[STAT_BIMODALITY], 2 * of(s, "bimodality", 2, ROLE_V) - 1, SLACK);
    assert_near(v[STAT_KURTOSIS], asinh(of(s, "kurt", 2, ROLE_V)) / 4, SLACK);
    assert_near(v[STAT_RANK], 2 * of(s, "effective_rank", 2, ROLE_V) / 64 - 1, SLACK);
    const float *sv = feat_vec(&s->fs, FT_WEIGHTS, feat_find_column(&s->fs, FT_WEIGHTS, "sv"),
                               feat_find_row(&s->fs, FT_WEIGHTS, 2, ROLE_V));
    assert_near(v[0], 1, 0);
    assert_near(v[31], log2((double)sv[63] / (double)sv[0]) / 4 + 1, SLACK);
    double at = 10 * 63 / 31.0, low = (double)sv[20], high = (double)sv[21];
    double mid = low + (at - 20) * (high - low);
    assert_near(v[10], log2(mid / (double)sv[0]) / 4 + 1, SLACK);
    drop(s);
}

static void all_tokens_of_a_layer_have_what_is_the_layers(void **state)
{
    (void)state;
    Seen *s = see((FixtureOpts){.salt = 4});
    int col = feat_find_column(&s->fs, FT_WEIGHTS, "sv");
    const float *sv =
        feat_vec(&s->fs, FT_WEIGHTS, col, feat_find_row(&s->fs, FT_WEIGHTS, 1, ROLE_Q));
    double mean = 0, w1 = (double)feat_look(&s->fs, FT_LAYERS, "w1_q", 1, -1, 0).x;
    for (int i = 0; i < 64; i++) mean += (double)sv[i] / 64;
    for (int r = 0; r < STAT_ROLES; r++) {
        const float *t = token_of(s, 1, 1, r);
        assert_near(t[STAT_W1], log1p(w1 / mean), SLACK);
        assert_near(t[STAT_COHERENCE], feat_look(&s->fs, FT_LAYERS, "coh_qk", 1, -1, 0).x, SLACK);
        assert_near(t[STAT_TENSION], 2 * feat_look(&s->fs, FT_LAYERS, "tension", 1, -1, 0).x - 1,
                    SLACK);
        assert_near(t[STAT_DEPTH], 2.0 * 1 / (NL - 1) - 1, SLACK);
    }
    drop(s);
}

static void a_window_has_the_layers_on_both_sides(void **state)
{
    (void)state;
    Seen *s = see((FixtureOpts){.salt = 5});
    const size_t layer = STAT_ROLES * STAT_FEATURES * sizeof(float);
    for (int l = 0; l < NL; l++) {
        int before = l ? l - 1 : 0, after = l + 1 < NL ? l + 1 : l;
        assert_memory_equal(token_of(s, l, 0, 0), token_of(s, before, 1, 0), layer);
        assert_memory_equal(token_of(s, l, 2, 0), token_of(s, after, 1, 0), layer);
        assert_memory_not_equal(token_of(s, l, 1, 0), token_of(s, (l + 1) % NL, 1, 0), layer);
    }
    drop(s);
}

static void up_stands_in_for_a_gate(void **state)
{
    (void)state;
    Seen *s = see((FixtureOpts){.salt = 6, .no_gate = true});
    assert_near(token_of(s, 1, 1, 3)[STAT_KURTOSIS], asinh(of(s, "kurt", 1, ROLE_UP)) / 4, SLACK);
    drop(s);
}

static void a_look_is_the_heaviest_tail_and_the_mean_flatness(void **state)
{
    static const int ROLES[] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_GATE, ROLE_DOWN};
    (void)state;
    Seen *s = see((FixtureOpts){.salt = 7});
    for (int l = 0; l < NL; l++) {
        double low = 9, flat = 0;
        for (int r = 0; r < 5; r++) {
            low = fmin(low, of(s, "alpha_stable", l, ROLES[r]));
            flat += of(s, "effective_rank", l, ROLES[r]) / 64 / 5;
        }
        assert_near(s->look[l].alpha, low, SLACK);
        assert_near(s->look[l].flatness, flat, SLACK);
        assert_near(s->look[l].tension, feat_look(&s->fs, FT_LAYERS, "tension", l, -1, 0).x, 0);
    }
    drop(s);
}

static void what_is_not_finite_or_not_there_is_zero(void **state)
{
    (void)state;
    Seen *s = see((FixtureOpts){.salt = 8, .no_layers_table = true});
    const float *t = token_of(s, 0, 1, 0);
    assert_near(t[STAT_W1], 0, 0);
    assert_near(t[STAT_TENSION], 0, 0);
    assert_near(s->look[0].tension, 0.5, 0);
    int col = feat_find_column(&s->fs, FT_WEIGHTS, "alpha_stable"),
        kurt = feat_find_column(&s->fs, FT_WEIGHTS, "kurt"),
        row = feat_find_row(&s->fs, FT_WEIGHTS, 0, ROLE_Q);
    Column *c = s->fs.table[FT_WEIGHTS].col;
    c[col].v[c[col].start[row]] = NAN;
    c[kurt].v[c[kurt].start[row]] = INFINITY;
    Err err;
    assert_true(layer_windows(&s->fs, s->x, s->look, &err));
    assert_near(t[STAT_ALPHA], 0, 0);
    assert_near(t[STAT_KURTOSIS], 0, 0);
    assert_near(s->look[0].alpha, of(s, "alpha_stable", 0, ROLE_K), 0);
    for (int i = 0; i < ALL; i++) assert_true(isfinite(s->x[i]));
    drop(s);
}

static void a_model_without_layers_is_refused(void **state)
{
    (void)state;
    FeatureSet fs = {.nl = 2};
    float x[2 * STAT_TOKENS * STAT_FEATURES];
    LayerLook look[2];
    Err err = {""};
    assert_false(layer_windows(&fs, x, look, &err));
    assert_non_null(strstr(err.msg, "no layer has a spectrum"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_has_the_numbers_of_its_matrix),
        cmocka_unit_test(all_tokens_of_a_layer_have_what_is_the_layers),
        cmocka_unit_test(a_window_has_the_layers_on_both_sides),
        cmocka_unit_test(up_stands_in_for_a_gate),
        cmocka_unit_test(a_look_is_the_heaviest_tail_and_the_mean_flatness),
        cmocka_unit_test(what_is_not_finite_or_not_there_is_zero),
        cmocka_unit_test(a_model_without_layers_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
