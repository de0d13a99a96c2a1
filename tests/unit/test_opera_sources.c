/* test_opera_sources.c: where the opera's notes come from, and what it makes of odd models. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_opera.h"

/* Turns the entry's numbers round (min + max - x), which keeps its minimum and maximum. */
static int turn_round(FeatureSet *fs, const char *column, int layer, int role)
{
    int c = feat_find_column(fs, FT_WEIGHTS, column),
        r = feat_find_row(fs, FT_WEIGHTS, layer, role);
    Column *col = &fs->table[FT_WEIGHTS].col[c];
    float *v = col->v + col->start[r], lo = v[0], hi = v[0];
    for (int i = 0; i < col->len[r]; i++) {
        if (v[i] < lo) lo = v[i];
        if (v[i] > hi) hi = v[i];
    }
    for (int i = 0; i < col->len[r]; i++) v[i] = lo + hi - v[i];
    return r;
}

static bool names_row(const Note *n, int row)
{
    for (int i = 0; i < FROM_COUNT; i++)
        if (n->from[i].table == FT_WEIGHTS && (int)n->from[i].row == row) return true;
    return false;
}

static bool is_in(const Track *t, const Note *n)
{
    for (int i = 0; i < t->nnotes; i++) {
        const Note *x = &t->note[i];
        if (x->start == n->start && x->dur == n->dur && x->key == n->key && x->vel == n->vel)
            return true;
    }
    return false;
}

/* Notes of a that b lacks; those of them that do not name the row; by track. */
static void count_changed(const Score *a, const Score *b, int row, int *changed, int *foreign)
{
    for (int t = 0; t < NTRACKS; t++)
        for (int i = 0; i < a->track[t].nnotes; i++) {
            const Note *n = &a->track[t].note[i];
            if (is_in(&b->track[t], n)) continue;
            changed[t]++;
            foreign[t] += !names_row(n, row);
        }
}

static void a_changed_tensor_changes_the_notes_that_name_it(void **state)
{
    (void)state;
    static const struct {
        const char *column;
        int layer, role, track; /* the one player of this number */
    } CASE[] = {{"hist", 2, ROLE_GATE, 5},
                {"gamma", 3, ROLE_NORM_ATTN, HARP},
                {"gamma", -1, ROLE_FINAL_NORM, ORGAN}};
    for (int k = 0; k < 3; k++) {
        FeatureSet fs;
        Score before, after;
        compose_fixture(&fs, (FixtureOpts){.nl = 5}, DEFAULTS, &before);
        int row = turn_round(&fs, CASE[k].column, CASE[k].layer, CASE[k].role);
        compose(&fs, DEFAULTS, &after);
        int changed[NTRACKS] = {0}, foreign[NTRACKS] = {0};
        count_changed(&before, &after, row, changed, foreign);
        count_changed(&after, &before, row, changed, foreign);
        for (int t = 0; t < NTRACKS; t++) {
            if (t != CASE[k].track) assert_int_equal(changed[t], 0);
            assert_int_equal(foreign[t], 0);
        }
        assert_true(changed[CASE[k].track] > 2);
        score_free(&before);
        release(&fs, &after);
    }
}

static void a_voice_of_the_counterpoint_may_lead_its_neighbours_but_nobody_else(void **state)
{
    (void)state;
    FeatureSet fs;
    Score before, after;
    compose_fixture(&fs, (FixtureOpts){.nl = 5}, DEFAULTS, &before);
    int row = turn_round(&fs, "sv", 2, ROLE_V); /* altos of act II, cellos of the others */
    compose(&fs, DEFAULTS, &after);
    int changed[NTRACKS] = {0}, foreign[NTRACKS] = {0}, sum = 0;
    count_changed(&before, &after, row, changed, foreign);
    for (int t = 0; t < NTRACKS; t++) sum += changed[t];
    for (int t = 5; t < NTRACKS; t++)
        if (t != 6 && t != 7) assert_int_equal(changed[t], 0); /* the woodwinds sing with them */
    assert_true(changed[2] - foreign[2] > 3 && changed[3] - foreign[3] > 3);
    assert_true(sum < score_count_notes(&before) / 5);
    score_free(&before);
    release(&fs, &after);
}

static void the_same_features_give_the_same_notes(void **state)
{
    (void)state;
    FeatureSet fs;
    Score a, b;
    compose_fixture(&fs, (FixtureOpts){.nl = 8}, DEFAULTS, &a);
    compose(&fs, DEFAULTS, &b);
    for (int t = 0; t < NTRACKS; t++) {
        assert_int_equal(a.track[t].nnotes, b.track[t].nnotes);
        assert_int_equal(a.track[t].nctls, b.track[t].nctls);
        for (int i = 0; i < a.track[t].nnotes; i++) {
            const Note *x = &a.track[t].note[i], *y = &b.track[t].note[i];
            assert_true(x->start == y->start && x->dur == y->dur && x->key == y->key);
            assert_true(x->vel == y->vel && x->rule == y->rule);
            assert_memory_equal(x->from, y->from, sizeof x->from);
        }
    }
    score_free(&a);
    release(&fs, &b);
}

/* True when a note begins in section i. */
static bool sounds_in(const Score *s, int i)
{
    int32_t from = s->section[i].at, to = i + 1 < s->nsections ? s->section[i + 1].at : s->length;
    for (int t = 0; t < s->ntracks; t++)
        for (int k = 0; k < s->track[t].nnotes; k++)
            if (s->track[t].note[k].start >= from && s->track[t].note[k].start < to) return true;
    return false;
}

static void any_length_is_kept_and_ends_on_the_tonic(void **state)
{
    (void)state;
    for (int bars = 1; bars <= 72; bars += bars < 26 ? 1 : 23) {
        FeatureSet fs;
        Score s;
        GenreOpts opts = DEFAULTS;
        opts.bars = bars;
        compose_fixture(&fs, (FixtureOpts){.nl = 5}, opts, &s);
        assert_int_equal(s.length, bars * BAR);
        assert_int_equal(s.nsections, bars < 4 ? 1 : 4); /* no act is left out unsaid */
        for (int i = 0; i < s.nsections; i++) assert_true(sounds_in(&s, i));
        int lowest = 127;
        for (int t = 0; t < STRINGS; t++)
            for (int i = 0; i < s.track[t].nnotes; i++) {
                const Note *n = &s.track[t].note[i];
                if (n->start + n->dur == s.length && n->key < lowest) lowest = (int)n->key;
            }
        assert_int_equal(lowest % 12, tonic_of(&s));
        release(&fs, &s);
    }
}

static void every_mode_and_every_kind_of_model_gives_a_piece(void **state)
{
    (void)state;
    static const FixtureOpts MODEL[] = {
        {.nl = 1}, {.nl = 2, .no_gate = true}, {.nl = 3, .no_layers_table = true}, {.nl = 40}};
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        FeatureSet fs;
        Score s;
        compose_fixture(&fs, (FixtureOpts){.nl = 3, .salt = (unsigned)mode},
                        (GenreOpts){.root = mode % 12, .mode = mode}, &s);
        assert_int_equal(tonic_of(&s), mode % 12);
        release(&fs, &s);
    }
    for (int i = 0; i < 4; i++) {
        FeatureSet fs;
        Score s;
        compose_fixture(&fs, MODEL[i], DEFAULTS, &s);
        for (int t = 0; t < NTRACKS; t++) assert_true(s.track[t].nnotes > 0);
        release(&fs, &s);
    }
}

static void numbers_that_are_not_numbers_are_passed_over(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 4});
    for (int c = 0; c < fs.table[FT_WEIGHTS].ncols; c++) {
        Column *col = &fs.table[FT_WEIGHTS].col[c];
        for (int64_t i = 0; i < col->nv; i += 1 + c % 3) col->v[i] = c % 2 ? NAN : INFINITY;
    }
    compose(&fs, DEFAULTS, &s); /* score_check refuses keys and velocities that are NaN */
    assert_true(score_count_notes(&s) > 1000);
    release(&fs, &s);
}

static void features_without_any_number_are_an_error(void **state)
{
    (void)state;
    FeatureSet fs = {.nl = 3};
    const FeatureSet *set[1] = {&fs};
    Score s = {0};
    Err err = {{0}};
    assert_false(genre_find("opera")->compose(set, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "no number"));
    score_free(&s);
}

static void one_matrix_alone_is_enough(void **state)
{
    (void)state;
    FeatureSet fs = {.nl = 1};
    Score s;
    fixture_matrix(&fs, 1, 0, ROLE_Q, 16);
    compose(&fs, DEFAULTS, &s);
    assert_true(score_count_notes(&s) > 1000);
    release(&fs, &s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_tensor_changes_the_notes_that_name_it),
        cmocka_unit_test(a_voice_of_the_counterpoint_may_lead_its_neighbours_but_nobody_else),
        cmocka_unit_test(the_same_features_give_the_same_notes),
        cmocka_unit_test(any_length_is_kept_and_ends_on_the_tonic),
        cmocka_unit_test(every_mode_and_every_kind_of_model_gives_a_piece),
        cmocka_unit_test(numbers_that_are_not_numbers_are_passed_over),
        cmocka_unit_test(features_without_any_number_are_an_error),
        cmocka_unit_test(one_matrix_alone_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
