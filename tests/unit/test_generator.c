/* test_generator.c: chains over degrees: folding, mixing, choosing; what a network foresees. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "fixture_foreseen.h"
#include "genre/generator.h"

static const Scale MINOR = {9, MODE_NATURAL_MINOR}; /* 0 2 3 5 7 8 10 above its tonic */

static Generator gen_of(int kind, double weight, Scale scale)
{
    return (Generator){.kind = kind, .weight = weight, .scale = scale};
}

static void near(double a, double b)
{
    if (!(fabs(a - b) < 1e-6)) fail_msg("%.9g is not %.9g", a, b); /* floats of six digits */
}

static void what_lies_beside_the_scale_goes_to_the_nearest_degree_halves_to_two(void **state)
{
    (void)state;
    double p[MARKOV_MAX];
    int largest[MARKOV_MAX];
    float mass[12] = {[0] = 0.1f, [1] = 0.2f, [3] = 0.1f, [6] = 0.2f, [11] = 0.4f};
    assert_true(generator_fold(mass, MINOR, p, largest));
    /* 1 lies between 0 and 2, 6 between 5 and 7, 11 between 10 and 0 */
    const double want[7] = {0.1 + 0.1 + 0.2, 0.1, 0.1, 0.1, 0.1, 0, 0.2};
    for (int k = 0; k < 7; k++) near(p[k], want[k]);
    const int most[7] = {11, 1, 3, 6, 6, 0, 11};
    for (int k = 0; k < 7; k++) assert_int_equal(largest[k], most[k]);
    /* a gap of three semitones has a nearer end: 0 3 5 7 10 */
    const Scale five = {0, MODE_PENTATONIC_MINOR};
    float one[12] = {[1] = 1}, two[12] = {[9] = 2};
    assert_true(generator_fold(one, five, p, largest));
    near(p[0], 1);
    assert_true(generator_fold(two, five, p, largest));
    near(p[4], 1);
    assert_int_equal(largest[4], 9);
}

static void a_row_without_mass_says_so_and_folds_evenly(void **state)
{
    (void)state;
    double p[MARKOV_MAX];
    int largest[MARKOV_MAX];
    const float none[12] = {0}, broken[12] = {NAN, -1, INFINITY};
    assert_false(generator_fold(none, MINOR, p, largest));
    for (int k = 0; k < 7; k++) near(p[k], 1 / 7.0);
    assert_false(generator_fold(broken, MINOR, p, largest));
}

static void the_chromatic_scale_keeps_every_pitch_class(void **state)
{
    (void)state;
    double p[MARKOV_MAX];
    int largest[MARKOV_MAX];
    float mass[12];
    for (int i = 0; i < 12; i++) mass[i] = (float)(i + 1);
    assert_true(generator_fold(mass, (Scale){5, MODE_CHROMATIC}, p, largest));
    for (int i = 0; i < 12; i++) near(p[i], (i + 1) / 78.0);
}

static void variates_fill_every_sixteenth_of_the_range_in_the_order_of_the_values(void **state)
{
    (void)state;
    Series s;
    double u[16];
    bool seen[16] = {false};
    series_alloc(&s, 16);
    for (int i = 0; i < 16; i++) s.v[i].x = (float)((i * 7) % 16 == 3 ? 1000 : (i * 7) % 16);
    assert_true(series_finish(&s, false));
    generator_variates(&s, u);
    for (int i = 0; i < 16; i++) {
        assert_true(u[i] >= 0 && u[i] <= 1);
        seen[(int)fmin(15, u[i] * 16)] = true; /* the outlier presses none on another */
        for (int k = 0; k < 16; k++)
            if (s.v[i].x < s.v[k].x) assert_true(u[i] < u[k]);
    }
    for (int i = 0; i < 16; i++) assert_true(seen[i]);
    series_free(&s);
}

/* A chain of these norms over seven degrees, foretold by rows that go `up` semitones. */
static void planted(Chain *c, FeatureSet *fs, double weight, int up)
{
    const float norms[7] = {1, 2, 3, 4, 5, 6, 7};
    const Generator g = gen_of(GEN_JEPA, weight, MINOR);
    *fs = (FeatureSet){0};
    fixture_features(fs, (FixtureOpts){.nl = 2});
    fixture_foresee(fs, (FixtureForeseen){.up = up, .onset = 0.5, .level = 0.5, .length = 1,
                                          .other_layer = -1});
    chain_init(c, &g, norms);
    chain_foretell(c, &g, fs, 1);
}

static void weight_one_is_the_markov_chain_alone(void **state)
{
    (void)state;
    Chain c;
    FeatureSet fs;
    planted(&c, &fs, 1, 7);
    for (int from = 0; from < 7; from++) {
        for (int i = 0; i < 50; i++) {
            Chain now = c;
            now.now = from;
            double u = (i + 0.5) / 50;
            assert_int_equal(chain_step(&now, 0, u, 0), markov_choose(c.m.m[from], 7, u));
            assert_true(cell_is_none(now.said));
        }
    }
    feat_free(&fs);
}

static void weight_zero_is_the_network_alone_and_it_is_named(void **state)
{
    (void)state;
    Chain c;
    FeatureSet fs;
    planted(&c, &fs, 0, 7);
    int col = feat_find_column(&fs, FT_LAYERS, "jepa_next");
    for (int i = 0; i < 20; i++) {
        Chain now = c;
        now.now = 0;
        assert_int_equal(chain_step(&now, 0, (i + 0.5) / 20, 0), 4); /* a fifth up */
        assert_int_equal(now.said.table, FT_LAYERS);
        assert_int_equal(now.said.col, col);
        assert_int_equal(now.said.lane, 7); /* from 0 to 7 */
        assert_int_equal(fs.table[FT_LAYERS].key[now.said.row].layer, 1);
        assert_int_equal(chain_step(&now, 0, (i + 0.5) / 20, 0), 1); /* and another: to 2 */
        assert_int_equal(now.said.lane, 12 * 7 + 2);
    }
    feat_free(&fs);
}

static void between_them_p_is_the_sum_of_both_by_their_weights(void **state)
{
    (void)state;
    const double w = 0.7;
    const int n = 2000;
    Chain c;
    FeatureSet fs;
    planted(&c, &fs, w, 7);
    int count[7] = {0};
    for (int i = 0; i < n; i++) {
        Chain now = c;
        now.now = 0;
        count[chain_step(&now, 0, (i + 0.5) / n, 0)]++;
    }
    for (int k = 0; k < 7; k++) /* a grid of n points counts each end once at most */
        assert_true(fabs(count[k] / (double)n - (w * c.m.m[0][k] + (k == 4 ? 1 - w : 0))) <=
                    1.0 / n);
    feat_free(&fs);
}

static void a_degree_that_was_chosen_again_is_half_as_likely(void **state)
{
    (void)state;
    Chain c = {.m = {.n = 7}, .foretold = true, .weight = 0};
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < 7; k++) c.q[i][k] = k == 0 ? 0.64 : 0.06;
    assert_int_equal(chain_step(&c, 0, 0.6, 0), 0); /* .64 */
    assert_int_equal(chain_step(&c, 0, 0.6, 0), 2); /* .32 of .68 is .47; the next two .088 each */
    c.now = 0;
    c.stood = 3;
    Chain alone = c;
    for (int k = 0; k < 7; k++) alone.q[0][k] = k == 0;
    assert_int_equal(chain_step(&alone, 0, 0.99, 0), 0); /* where nothing else is, it stays */
}

static void a_larger_number_never_chooses_a_lower_degree(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    fixture_features(&fs, (FixtureOpts){.nl = 3});
    for (int layer = 0; layer < 3; layer++) {
        Chain c;
        Generator g = gen_of(GEN_LSTM, 0.7, MINOR);
        int before = 0;
        bool moved = false;
        chain_of_weights(&c, &g, &fs, layer, ROLE_DOWN, 2);
        for (int i = 0; i <= 100; i++) {
            Chain now = c;
            int next = chain_step(&now, 0.3, i / 100.0, 0);
            assert_true(next >= before);
            moved = moved || next > before;
            before = next;
        }
        assert_true(moved);
        assert_int_equal(before, 6);
    }
    feat_free(&fs);
}

static void only_what_is_allowed_is_chosen(void **state)
{
    (void)state;
    Chain c;
    FeatureSet fs;
    planted(&c, &fs, 0, 7);
    for (int i = 0; i <= 20; i++) {
        Chain now = c;
        int next = chain_step(&now, 0, i / 20.0, 1u << 2 | 1u << 5); /* the network has neither */
        assert_true(next == 2 || next == 5);
        assert_int_equal(next, i / 20.0 < 0.5 ? 2 : 5);
    }
    feat_free(&fs);
}

static void the_cell_is_made_of_q_k_v_and_o_and_the_matrix_of_the_role(void **state)
{
    (void)state;
    FeatureSet a = {0}, b = {0};
    Chain ca, cb;
    Generator g = gen_of(GEN_LSTM, 0.7, MINOR);
    fixture_features(&a, (FixtureOpts){.nl = 2});
    fixture_features(&b, (FixtureOpts){.nl = 2});
    int col = feat_find_column(&b, FT_WEIGHTS, "row_norms");
    Column *norms = &b.table[FT_WEIGHTS].col[col];
    norms->v[norms->start[feat_find_row(&b, FT_WEIGHTS, 1, ROLE_V)] + 5] += 1;
    chain_of_weights(&ca, &g, &a, 1, ROLE_DOWN, 3);
    chain_of_weights(&cb, &g, &b, 1, ROLE_DOWN, 3);
    assert_int_equal(ca.now, 3);
    assert_memory_equal(&ca.m, &cb.m, sizeof ca.m);
    assert_memory_equal(ca.cell.a[LSTM_IN], cb.cell.a[LSTM_IN], sizeof ca.cell.a[0]);
    assert_memory_not_equal(ca.cell.a[LSTM_OUT], cb.cell.a[LSTM_OUT], sizeof ca.cell.a[0]);
    norms->v[norms->start[feat_find_row(&b, FT_WEIGHTS, 1, ROLE_DOWN)] + 5] += 1;
    chain_of_weights(&cb, &g, &b, 1, ROLE_DOWN, 3);
    assert_memory_not_equal(&ca.m, &cb.m, sizeof ca.m);
    for (int g4 = 0; g4 < LSTM_GATES; g4++) { /* deviations: the gate has both signs */
        bool up = false, down = false;
        for (int i = 0; i < LSTM_UNITS; i++) {
            up = up || ca.cell.a[g4][i] > 0 || ca.cell.b[g4][i] > 0;
            down = down || ca.cell.a[g4][i] < 0 || ca.cell.b[g4][i] < 0;
        }
        assert_true(up && down);
    }
    feat_free(&a);
    feat_free(&b);
}

static void a_key_has_its_pitch_class_and_lies_between_the_one_before_and_its_place(void **state)
{
    (void)state;
    for (int pc = 0; pc < 12; pc++) {
        for (int before = -1; before <= 76; before += 11) {
            for (int i = 0; i <= 10; i++) {
                int key = generator_key(pc, 28, 76, i / 10.0, before);
                double to = 28 + 4.8 * i, from = before < 0 ? to : before;
                assert_true(key >= 28 && key <= 76 && key % 12 == pc);
                assert_true(key >= fmin(from, to) - 11 && key <= fmax(from, to) + 11);
            }
        }
    }
    assert_int_equal(generator_key(9, 28, 76, 0, -1), 33);
    assert_int_equal(generator_key(9, 28, 76, 1, -1), 69);
    assert_int_equal(generator_key(9, 28, 76, 1, 40), 57); /* a third of the way: 52 */
}

static void chords_begin_at_home_move_every_time_are_stable_and_may_end_there(void **state)
{
    (void)state;
    for (unsigned salt = 0; salt < 20; salt++) {
        FeatureSet fs = {0};
        Series by;
        int layer[8];
        Told told[8];
        fixture_features(&fs, (FixtureOpts){.nl = 8, .salt = salt});
        fixture_foresee(&fs, (FixtureForeseen){.salt = salt, .other_layer = -1});
        series_alloc(&by, 8);
        for (int i = 0; i < 8; i++) {
            layer[i] = i;
            by.v[i] = feat_look(&fs, FT_WEIGHTS, "stable_rank", i, ROLE_Q, 0);
        }
        assert_true(series_finish(&by, false));
        for (int kind = GEN_LSTM; kind <= GEN_JEPA; kind++) {
            Generator g = gen_of(kind, 0.5, MINOR);
            bool home = salt % 2;
            generator_chords(&g, &fs, layer, &by, generator_stable(MINOR), home, told);
            assert_int_equal(told[0].degree, 0);
            for (int i = 1; i < 8; i++) {
                bool last = home && i == 7;
                assert_int_not_equal(told[i].degree, told[i - 1].degree);
                assert_int_not_equal(told[i].degree, 1); /* its fifth is diminished */
                assert_int_equal(cell_is_none(told[i].said), kind == GEN_LSTM || last);
                if (last) assert_int_equal(told[i].degree, 0);
            }
        }
        series_free(&by);
        feat_free(&fs);
    }
}

static void the_network_is_asked_for_and_missed_by_name(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Err err = {{0}};
    Generator g = gen_of(GEN_JEPA, 0.7, MINOR);
    fixture_features(&fs, (FixtureOpts){.nl = 2});
    assert_false(generator_check(&g, &fs, &err));
    assert_non_null(strstr(err.msg, "fixture"));
    assert_non_null(strstr(err.msg, "jepa_next"));
    g.kind = GEN_LSTM;
    assert_true(generator_check(&g, &fs, &err));
    g.kind = GEN_JEPA;
    fixture_foresee(&fs, (FixtureForeseen){.other_layer = -1});
    assert_true(generator_check(&g, &fs, &err));
    feat_free(&fs);
}

static void rhythm_velocity_and_length_lean_by_the_networks_share(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Foretold f;
    Generator g = gen_of(GEN_JEPA, 0.75, MINOR);
    fixture_features(&fs, (FixtureOpts){.nl = 2});
    fixture_foresee(&fs, (FixtureForeseen){.onset = 0, .level = 0.5, .length = 2,
                                           .other_layer = -1});
    foretold_load(&f, &g, &fs, 0);
    near(f.share, 0.25);
    near(f.sum, 0);
    assert_int_equal(foretold_count(&f, 12, 1, 16), 9);
    assert_int_equal(foretold_count(&f, 12, 10, 16), 10);
    near(foretold_level(&f, 3, 0.9), 0.75 * 0.9 + 0.25 * (double)f.level[3].x);
    near(foretold_length(&f, 1, 8), 0.75 + 0.25 * 4);
    near(foretold_length(&f, 1, 2), 0.75 + 0.25 * 2); /* it ends where the next begins */
    g.kind = GEN_LSTM;
    foretold_load(&f, &g, &fs, 0);
    near(f.share, 0);
    assert_int_equal(foretold_count(&f, 12, 1, 16), 12);
    near(foretold_level(&f, 3, 0.9), 0.9);
    near(foretold_length(&f, 1, 8), 1);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_beside_the_scale_goes_to_the_nearest_degree_halves_to_two),
        cmocka_unit_test(a_row_without_mass_says_so_and_folds_evenly),
        cmocka_unit_test(the_chromatic_scale_keeps_every_pitch_class),
        cmocka_unit_test(variates_fill_every_sixteenth_of_the_range_in_the_order_of_the_values),
        cmocka_unit_test(weight_one_is_the_markov_chain_alone),
        cmocka_unit_test(weight_zero_is_the_network_alone_and_it_is_named),
        cmocka_unit_test(between_them_p_is_the_sum_of_both_by_their_weights),
        cmocka_unit_test(a_degree_that_was_chosen_again_is_half_as_likely),
        cmocka_unit_test(a_larger_number_never_chooses_a_lower_degree),
        cmocka_unit_test(only_what_is_allowed_is_chosen),
        cmocka_unit_test(the_cell_is_made_of_q_k_v_and_o_and_the_matrix_of_the_role),
        cmocka_unit_test(a_key_has_its_pitch_class_and_lies_between_the_one_before_and_its_place),
        cmocka_unit_test(chords_begin_at_home_move_every_time_are_stable_and_may_end_there),
        cmocka_unit_test(the_network_is_asked_for_and_missed_by_name),
        cmocka_unit_test(rhythm_velocity_and_length_lean_by_the_networks_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
