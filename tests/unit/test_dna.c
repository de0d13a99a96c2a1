/* test_dna.c: the dna piece: movements, order of pitches, odd models. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fixture_features.h"
#include "genre/genre.h"
#include "music/scale.h"

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};

static void compose(const FeatureSet *fs, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {fs};
    *s = (Score){0};
    if (!genre_find("dna")->compose(set, 1, &opts, s, &err)) fail_msg("%s", err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s", err.msg);
}

static const Track *find(const Score *s, const char *name)
{
    for (int i = 0; i < s->ntracks; i++)
        if (strcmp(s->track[i].name, name) == 0) return &s->track[i];
    fail_msg("no track %s", name);
    return NULL;
}

static void the_five_movements_have_their_lengths(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 8});
    compose(&fs, DEFAULTS, &s);
    assert_int_equal(s.nsections, 5);
    const double begins[5] = {0, 8, 8 + 12, 8 + 12 + 9.6, 8 + 12 + 9.6 + 17 * 0.4};
    for (int i = 0; i < 5; i++) /* to a tick */
        assert_true(fabs(score_seconds(&s, s.section[i].at) - begins[i]) < 0.003);
    score_free(&s);
    feat_free(&fs);
}

static void every_movement_keeps_to_its_mode(void **state)
{
    (void)state;
    static const struct {
        const char *track;
        Scale scale;
    } KEPT[] = {{"Organ", {0, MODE_LYDIAN}},     {"Soprano", {9, MODE_DORIAN}},
                {"Baritone", {9, MODE_DORIAN}},  {"Strings", {4, MODE_PHRYGIAN}},
                {"Flute", {0, MODE_AEOLIAN}},    {"Harp", {0, MODE_AEOLIAN}},
                {"Bells", {9, MODE_MIXOLYDIAN}}};
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 6, .salt = 4});
    compose(&fs, DEFAULTS, &s);
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++) {
        const Track *t = find(&s, KEPT[i].track);
        assert_true(t->nnotes > 6);
        for (int k = 0; k < t->nnotes; k++)
            assert_true(scale_has(KEPT[i].scale, (int)t->note[k].key));
    }
    score_free(&s);
    feat_free(&fs);
}

/* Every note but the last `closing` ones against every other. */
static void check_order(const FeatureSet *fs, const Track *t, int closing)
{
    for (int i = 0; i < t->nnotes - closing; i++) {
        for (int k = 0; k < t->nnotes - closing; k++) {
            Cell a = t->note[i].from[FROM_PITCH], b = t->note[k].from[FROM_PITCH];
            float x = feat_value(fs, a.table, a.col, (int)a.row, (int)a.lane).x;
            float y = feat_value(fs, b.table, b.col, (int)b.row, (int)b.lane).x;
            if (x < y) assert_true(t->note[i].key <= t->note[k].key);
        }
    }
}

static void a_larger_number_is_never_lower_until_the_last_note_comes_home(void **state)
{
    static const struct { const char *track; int closing; } PARTS[] = {
        {"Organ", 0},   {"Soprano", 1}, {"Mezzo", 1}, {"Alto", 1},  {"Baritone", 1},
        {"Strings", 1}, {"Horn", 1},    {"Cello", 1}, {"Flute", 1}, {"Bells", 3},
    };
    (void)state;
    for (unsigned salt = 4; salt < 10; salt++) {
        FeatureSet fs = {0};
        Score s;
        fixture_features(&fs, (FixtureOpts){.nl = 6, .salt = salt});
        compose(&fs, DEFAULTS, &s);
        assert_int_equal(find(&s, "Organ")->nnotes, 48);
        for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
            check_order(&fs, find(&s, PARTS[i].track), PARTS[i].closing);
        score_free(&s);
        feat_free(&fs);
    }
}

static void length_and_root_are_the_users(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    GenreOpts opts = DEFAULTS;
    fixture_features(&fs, (FixtureOpts){.nl = 4});
    opts.seconds = 20;
    opts.root = 2;
    compose(&fs, opts, &s);
    assert_true(fabs(score_seconds(&s, s.length) - 20) < 0.1);
    const Track *t = find(&s, "Organ");
    for (int k = 0; k < t->nnotes; k++)
        assert_true(scale_has((Scale){2, MODE_LYDIAN}, (int)t->note[k].key));
    score_free(&s);
    feat_free(&fs);
}

static void any_shape_of_model_composes(void **state)
{
    (void)state;
    static const int LAYERS[] = {0, 1, 2, 26, 80};
    for (int i = 0; i < 5; i++) {
        FeatureSet fs = {0};
        Score s;
        fixture_features(&fs, (FixtureOpts){.nl = LAYERS[i], .no_gate = i % 2 == 1});
        Table *t = &fs.table[FT_WEIGHTS];
        for (int c = 0; c < t->ncols && i == 2; c++)
            for (int64_t k = 0; k < t->col[c].nv; k += 5) t->col[c].v[k] = NAN;
        compose(&fs, DEFAULTS, &s); /* which checks that every note has a real source */
        assert_true(score_count_notes(&s) > 50);
        score_free(&s);
        feat_free(&fs);
    }
}

static void a_model_without_numbers_is_refused_in_one_line(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    const FeatureSet *set[1] = {&fs};
    Score s = {0};
    Err err = {{0}};
    assert_false(genre_find("dna")->compose(set, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "dna"));
    score_free(&s);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_five_movements_have_their_lengths),
        cmocka_unit_test(every_movement_keeps_to_its_mode),
        cmocka_unit_test(a_larger_number_is_never_lower_until_the_last_note_comes_home),
        cmocka_unit_test(length_and_root_are_the_users),
        cmocka_unit_test(any_shape_of_model_composes),
        cmocka_unit_test(a_model_without_numbers_is_refused_in_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
