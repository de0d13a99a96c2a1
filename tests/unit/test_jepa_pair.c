/* test_jepa_pair.c: which music belongs to which layer: planted layers and windows find each
 * other, limits hold, and each stage draws from the distribution that it says. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "learn/jepa_pair.h"

enum { NW = 400, NL = 20 };

/* Properties that do not follow each other, different for every i. */
static double spread(int i, int step, int n)
{
    return (double)(i * step % n) / n;
}

static void plant(LayerLook *look, MusicWindow *w)
{
    for (int i = 0; i < NL; i++)
        look[i] = (LayerLook){.alpha = (float)(1.35 + 0.4 * spread(i, 7, NL)),
                              .tension = (float)spread(i, 3, NL),
                              .flatness = (float)spread(i, 11, NL)};
    for (int i = 0; i < NW; i++)
        w[i] = (MusicWindow){.density = (float)(4 + 20 * spread(i, 37, NW)),
                             .legato = (float)spread(i, 13, NW),
                             .entropy_pitch = (float)(3 * spread(i, 111, NW)),
                             .entropy_interval = (float)(4 * spread(i, 163, NW))};
}

typedef struct Planted {
    LayerLook look[NL];
    MusicWindow w[NW];
    PairTables t;
    PairBook b;
} Planted;

static Planted *planted(void)
{
    Planted *p = mem_alloc(1, sizeof *p);
    plant(p->look, p->w);
    p->look[0].alpha = 1.1f;
    p->look[1].alpha = 1.95f;
    pair_tables_make(&p->t, p->look, NL, p->w, NULL, NW);
    pair_book_make(&p->b, &p->t, p->look, NL, p->w, NULL, NW);
    return p;
}

static void drop(Planted *p)
{
    pair_book_free(&p->b);
    free(p);
}

static void equal_values_share_the_middle_of_their_quantiles(void **state)
{
    (void)state;
    PairScale s = {.n = 6, .x = {1, 2, 2, 2, 5, 9}};
    assert_near(pair_quantile(&s, 0), 0, 0);
    assert_near(pair_quantile(&s, 1), 1 / 12.0, 1e-12);
    assert_near(pair_quantile(&s, 2), 5 / 12.0, 1e-12);
    assert_near(pair_quantile(&s, 3), 4 / 6.0, 1e-12);
    assert_near(pair_quantile(&s, 10), 1, 0);
    s = (PairScale){.n = 3, .x = {4, 4, 4}};
    assert_near(pair_quantile(&s, 4), 0.5, 0);
}

static void a_long_sample_keeps_its_quantiles(void **state)
{
    (void)state;
    enum { N = 5000 };
    MusicWindow *w = mem_alloc(N, sizeof *w);
    LayerLook look = {1, 0, 0};
    PairTables t;
    for (int i = 0; i < N; i++) w[i].density = (float)(i * 7 % N);
    pair_tables_make(&t, &look, 1, w, NULL, N);
    assert_int_equal(t.window[0].n, PAIR_GRID);
    /* one step of the grid */
    for (int i = 0; i < N; i += 100)
        assert_near(pair_quantile(&t.window[0], (float)i), (double)i / N, 1.0 / PAIR_GRID);
    assert_near(t.density, N / 2, 0);
    free(w);
}

static void a_layer_meets_what_is_like_it(void **state)
{
    (void)state;
    enum { N = 5 };
    LayerLook look[N];
    MusicWindow w[N] = {{.file = 0}};
    PairTables t;
    PairBook b;
    int to[N];
    /* the most impulsive, tense and flat layer has the last of the windows, and so on */
    for (int i = 0; i < N; i++) {
        look[i] =
            (LayerLook){1.4f + 0.05f * (float)i, 0.9f - 0.2f * (float)i, 0.5f - 0.1f * (float)i};
        w[i].density = 3 + (float)i;
        w[i].entropy_pitch = 1 + (float)i;
        w[i].entropy_interval = 2 + (float)i;
    }
    pair_tables_make(&t, look, N, w, NULL, N);
    pair_book_make(&b, &t, look, N, w, NULL, N);
    pair_greedy(b.look, N, b.window, N, to);
    for (int i = 0; i < N; i++) {
        assert_int_equal(b.near[i * PAIR_NEAR], N - 1 - i);
        assert_int_equal(b.near[i * PAIR_NEAR + N], -1);
        assert_near(pair_distance(&b.look[i], &b.window[N - 1 - i]), 0, 1e-6); /* of f32 */
        assert_int_equal(to[i], N - 1 - i);
    }
    pair_book_free(&b);
}

/* Each property alone at its highest, the others at their lowest. */
static void impulses_meet_density_tension_pitches_and_flatness_intervals(void **state)
{
    (void)state;
    const LayerLook look[] = {{1.4f, 0, 0}, {1.6f, 1, 0}, {1.6f, 0, 1}};
    const MusicWindow w[] = {{.density = 9, .entropy_pitch = 1, .entropy_interval = 1},
                             {.density = 3, .entropy_pitch = 3, .entropy_interval = 1},
                             {.density = 3, .entropy_pitch = 1, .entropy_interval = 3}};
    PairTables t;
    PairBook b;
    pair_tables_make(&t, look, 3, w, NULL, 3);
    pair_book_make(&b, &t, look, 3, w, NULL, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(b.near[i * PAIR_NEAR], i);
        assert_near(pair_distance(&b.look[i], &b.window[i]), 0, 1e-6); /* of f32 */
    }
    pair_book_free(&b);
}

static void the_nearest_are_those_of_a_full_search(void **state)
{
    (void)state;
    Planted *p = planted();
    for (int l = 0; l < NL; l++) {
        const int *near = p->b.near + l * PAIR_NEAR;
        double last = pair_distance(&p->b.look[l], &p->b.window[near[PAIR_NEAR - 1]]);
        int nearer = 0;
        for (int w = 0; w < NW; w++)
            nearer += pair_allowed(&p->b.look[l], &p->b.window[w]) &&
                      pair_distance(&p->b.look[l], &p->b.window[w]) < last;
        assert_true(nearer < PAIR_NEAR);
        for (int i = 1; i < PAIR_NEAR; i++)
            assert_true(pair_distance(&p->b.look[l], &p->b.window[near[i - 1]]) <=
                        pair_distance(&p->b.look[l], &p->b.window[near[i]]));
    }
    drop(p);
}

static void alpha_limits_what_a_layer_may_meet(void **state)
{
    (void)state;
    Planted *p = planted();
    Control c = control_seed(1);
    for (int i = 0; i < 2000; i++) {
        PairStage stage = i % 2 ? PAIR_SOFT : PAIR_HARD;
        assert_true(p->w[pair_choose(&p->b, 0, stage, 0.5, &c)].density >= p->t.density);
        assert_true(p->w[pair_choose(&p->b, 1, stage, 0.5, &c)].legato >= p->t.legato);
    }
    int sparse = 0, detached = 0; /* a layer in between meets both halves */
    for (int i = 0; i < 2000; i++) {
        const MusicWindow *w = &p->w[pair_choose(&p->b, 5, PAIR_SOFT, 2, &c)];
        sparse += w->density < p->t.density;
        detached += w->legato < p->t.legato;
    }
    assert_true(sparse > 200 && detached > 200);
    drop(p);
}

static void random_pairs_are_even(void **state)
{
    (void)state;
    enum { DRAWS = 40 * NW };
    Planted *p = planted();
    Control c = control_seed(9);
    int count[NW] = {0};
    double chi = 0;
    for (int i = 0; i < DRAWS; i++) count[pair_choose(&p->b, i % NL, PAIR_RANDOM, 0.1, &c)]++;
    for (int i = 0; i < NW; i++) chi += (count[i] - 40.0) * (count[i] - 40.0) / 40;
    /* chi-squared of 399 degrees: mean 399, deviation sqrt(798) = 28; four of them */
    assert_true(chi > 399 - 4 * 28.3 && chi < 399 + 4 * 28.3);
    drop(p);
}

static void soft_pairs_fall_off_with_their_distance(void **state)
{
    (void)state;
    enum { DRAWS = 40000 };
    static const double TEMPERATURE = 0.2;
    Planted *p = planted();
    Control c = control_seed(5);
    double want[4] = {0}, sum = 0, chi = 0;
    int got[4] = {0};
    for (int w = 0; w < NW; w++) {
        double d = pair_distance(&p->b.look[5], &p->b.window[w]);
        int bin = d < 0.3 ? 0 : d < 0.5 ? 1 : d < 0.7 ? 2 : 3;
        want[bin] += exp(-d / TEMPERATURE);
        sum += exp(-d / TEMPERATURE);
    }
    for (int i = 0; i < DRAWS; i++) {
        double d = pair_distance(&p->b.look[5],
                                 &p->b.window[pair_choose(&p->b, 5, PAIR_SOFT, TEMPERATURE, &c)]);
        got[d < 0.3 ? 0 : d < 0.5 ? 1 : d < 0.7 ? 2 : 3]++;
    }
    for (int i = 0; i < 4; i++) {
        double e = DRAWS * want[i] / sum;
        chi += (got[i] - e) * (got[i] - e) / e;
    }
    assert_true(chi < 16.3); /* 99.9 % of chi-squared with 3 degrees */
    drop(p);
}

static void hard_pairs_are_the_nearest_and_all_of_them(void **state)
{
    (void)state;
    Planted *p = planted();
    Control c = control_seed(2);
    int seen[PAIR_NEAR] = {0};
    for (int i = 0; i < 400; i++) {
        int w = pair_choose(&p->b, 7, PAIR_HARD, 0.1, &c), k = 0;
        while (k < PAIR_NEAR && p->b.near[7 * PAIR_NEAR + k] != w) k++;
        assert_true(k < PAIR_NEAR);
        seen[k]++;
    }
    for (int k = 0; k < PAIR_NEAR; k++) assert_true(seen[k] > 20); /* 50 expected, deviation 7 */
    drop(p);
}

static void greedy_pairs_use_no_window_twice(void **state)
{
    (void)state;
    Planted *p = planted();
    int to[NL], used[NL] = {0};
    pair_greedy(p->b.look, NL, p->b.window, NL - 5, to);
    int paired = 0;
    for (int i = 0; i < NL; i++) {
        if (to[i] < 0) continue;
        paired++;
        assert_true(to[i] < NL - 5);
        assert_int_equal(used[to[i]]++, 0);
        assert_true(pair_allowed(&p->b.look[i], &p->b.window[to[i]]));
    }
    assert_int_equal(paired, NL - 5);
    drop(p);
}

static void the_same_seed_pairs_the_same(void **state)
{
    (void)state;
    Planted *p = planted();
    Control a = control_seed(3), b = control_seed(3);
    for (int i = 0; i < 300; i++)
        assert_int_equal(pair_choose(&p->b, i % NL, (PairStage)(i % 3), 0.2, &a),
                         pair_choose(&p->b, i % NL, (PairStage)(i % 3), 0.2, &b));
    drop(p);
}

static void tables_come_back_from_their_text(void **state)
{
    (void)state;
    Planted *p = planted();
    PairTables *back = mem_alloc(1, sizeof *back);
    Str text = {0};
    JsonOut j;
    Err err;
    jout_init(&j, &text);
    jout_begin(&j, NULL, '{', false);
    pair_tables_write(&p->t, &j, "tables");
    jout_end(&j, '}');
    Json *tree = json_parse(text.s, text.len, &err);
    if (!tree || !pair_tables_read(back, json_get(tree, "tables"), &err)) fail_msg("%s", err.msg);
    assert_memory_equal(back, &p->t, sizeof *back);
    assert_false(pair_tables_read(back, NULL, &err));
    assert_non_null(strstr(err.msg, "impulsiveness"));
    json_free(tree);
    str_free(&text);
    free(back);
    drop(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_share_the_middle_of_their_quantiles),
        cmocka_unit_test(a_long_sample_keeps_its_quantiles),
        cmocka_unit_test(a_layer_meets_what_is_like_it),
        cmocka_unit_test(impulses_meet_density_tension_pitches_and_flatness_intervals),
        cmocka_unit_test(the_nearest_are_those_of_a_full_search),
        cmocka_unit_test(alpha_limits_what_a_layer_may_meet),
        cmocka_unit_test(random_pairs_are_even),
        cmocka_unit_test(soft_pairs_fall_off_with_their_distance),
        cmocka_unit_test(hard_pairs_are_the_nearest_and_all_of_them),
        cmocka_unit_test(greedy_pairs_use_no_window_twice),
        cmocka_unit_test(the_same_seed_pairs_the_same),
        cmocka_unit_test(tables_come_back_from_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
