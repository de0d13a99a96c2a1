/* test_acid.c: the acid piece: its patterns, form, provenance. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "fixture_score.h"
#include "genre/genre.h"
#include "music/form.h"
#include "music/scale.h"

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};

static void compose(const FeatureSet *fs, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {fs};
    *s = (Score){0};
    if (!genre_find("acid")->compose(set, 1, &opts, s, &err)) fail_msg("%s", err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s", err.msg);
}

static int distinct_keys(const Track *t, int32_t from, int32_t to)
{
    bool seen[128] = {0};
    int n = 0;
    for (int i = 0; i < t->nnotes; i++) {
        int key = (int)t->note[i].key;
        if (t->note[i].start < from || t->note[i].start >= to || seen[key]) continue;
        seen[key] = true;
        n++;
    }
    return n;
}

static void every_layer_has_six_bars_and_its_own_line(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 8});
    compose(&fs, DEFAULTS, &s);
    assert_int_equal(s.length, (4 + 8 * 6 + 4) * BAR);
    assert_int_equal(s.nsections, 10);
    const Track *line = track_named(&s, "TB-303");
    for (int l = 0; l < 8; l++) {
        int32_t at = (4 + 6 * l) * BAR;
        assert_int_equal(s.section[l + 1].at, at);
        assert_true(distinct_keys(line, at, at + BAR) >= 6);
    }
    score_free(&s);
    feat_free(&fs);
}

static void deeper_layers_repeat_their_pattern_more_often(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 8});
    compose(&fs, DEFAULTS, &s);
    const Track *line = track_named(&s, "TB-303");
    for (int l = 0; l < 8; l++) {
        int equal_bars = 1;
        if (strstr(s.section[l + 1].name, "(breakdown)")) continue; /* it leaves steps out */
        for (int bar = 1; bar < 6; bar++) {
            int32_t a = (4 + 6 * l) * BAR, b = a + bar * BAR;
            bool same = true;
            int i = 0, j = 0;
            while (i < line->nnotes && line->note[i].start < a) i++;
            while (j < line->nnotes && line->note[j].start < b) j++;
            for (; i < line->nnotes && line->note[i].start < a + BAR; i++, j++)
                same = same && line->note[j].key == line->note[i].key &&
                       line->note[j].start - b == line->note[i].start - a;
            if (!same) break;
            equal_bars++;
        }
        /* a morph may by chance begin with equal steps, never the other way round */
        assert_true(equal_bars >= 2 + 4 * l / 8);
        assert_true(equal_bars <= 2 + 4 * l / 8 + 1);
    }
    score_free(&s);
    feat_free(&fs);
}

static void within_a_bar_a_larger_row_norm_is_never_a_lower_pitch(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 6, .salt = 3});
    compose(&fs, DEFAULTS, &s);
    const Track *line = track_named(&s, "TB-303");
    int32_t bar = 4 * BAR, compared = 0;
    for (int i = 0; i < line->nnotes; i++) {
        for (int j = 0; j < line->nnotes; j++) {
            const Note *a = &line->note[i], *b = &line->note[j];
            if (a->start < bar || a->start >= bar + BAR || b->start < bar || b->start >= bar + BAR)
                continue;
            int step_a = (a->start - bar + STEP / 2) / STEP,
                step_b = (b->start - bar + STEP / 2) / STEP;
            float ka = a->key - (step_a == 3 || step_a == 7 ? 12 : 0);
            float kb = b->key - (step_b == 3 || step_b == 7 ? 12 : 0);
            Cell ca = a->from[FROM_PITCH], cb = b->from[FROM_PITCH];
            float va = feat_value(&fs, ca.table, ca.col, (int)ca.row, (int)ca.lane).x;
            float vb = feat_value(&fs, cb.table, cb.col, (int)cb.row, (int)cb.lane).x;
            if (va < vb) assert_true(ka <= kb);
            compared++;
        }
    }
    assert_true(compared > 100);
    score_free(&s);
    feat_free(&fs);
}

static void the_line_slides_accents_and_stays_in_phrygian(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 8, .salt = 5});
    GenreOpts opts = DEFAULTS;
    opts.root = 9;
    compose(&fs, opts, &s);
    const Track *line = track_named(&s, "TB-303");
    int slides = 0, accents = 0;
    Scale scale = {9, MODE_PHRYGIAN};
    for (int i = 0; i < line->nnotes; i++) {
        slides += (line->note[i].flags & NOTE_SLIDE) != 0;
        accents += (line->note[i].flags & NOTE_ACCENT) != 0;
        assert_true(scale_has(scale, (int)line->note[i].key));
        assert_int_equal(line->note[i].vel * 127 > 99.5f, (line->note[i].flags & NOTE_ACCENT) != 0);
    }
    assert_true(line->mono);
    assert_true(slides > line->nnotes / 20 && slides < line->nnotes / 2);
    assert_true(accents > line->nnotes / 4 && accents < line->nnotes);
    score_free(&s);
    feat_free(&fs);
}

static void cutoff_moves_within_a_layer_and_between_layers(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 8});
    compose(&fs, DEFAULTS, &s);
    const Track *line = track_named(&s, "TB-303");
    float lo = 1, hi = 0;
    for (int i = 0; i < line->nctls; i++) {
        const Ctl *c = &line->ctl[i];
        if (c->kind != CTL_CUTOFF || c->at < 10 * BAR || c->at >= 11 * BAR) continue;
        if (c->value < lo) lo = c->value;
        if (c->value > hi) hi = c->value;
    }
    assert_true(hi - lo > 0.1f);
    score_free(&s);
    feat_free(&fs);
}

static void no_bar_is_silent_and_the_last_note_is_the_root(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 5, .salt = 2});
    GenreOpts opts = DEFAULTS;
    opts.root = 4;
    compose(&fs, opts, &s);
    const Track *line = track_named(&s, "TB-303");
    for (int bar = 0; bar < s.length / BAR; bar++) {
        int notes = 0;
        for (int i = 0; i < line->nnotes; i++) notes += line->note[i].start / BAR == bar;
        assert_true(notes > 0);
    }
    assert_int_equal((int)line->note[line->nnotes - 1].key % 12, 4);
    score_free(&s);
    feat_free(&fs);
}

static void any_shape_of_model_and_any_length_composes(void **state)
{
    (void)state;
    static const int LAYERS[] = {1, 2, 3, 26, 80}, BARS[] = {0, 1, 2, 4, 9, 33, 200};
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 7; k++) {
            FeatureSet fs = {0};
            Score s;
            GenreOpts opts = DEFAULTS;
            opts.bars = BARS[k];
            fixture_features(&fs, (FixtureOpts){.nl = LAYERS[i], .no_gate = i % 2 == 1,
                                                .no_layers_table = k % 2 == 1});
            compose(&fs, opts, &s);
            if (BARS[k]) assert_int_equal(s.length, BARS[k] * BAR);
            score_free(&s);
            feat_free(&fs);
        }
    }
}

static void numbers_that_are_not_numbers_are_passed_over(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 4});
    Table *t = &fs.table[FT_WEIGHTS];
    for (int c = 0; c < t->ncols; c++)
        for (int64_t i = 0; i < t->col[c].nv; i += 5) t->col[c].v[i] = NAN;
    compose(&fs, DEFAULTS, &s); /* which checks that every note has a real source */
    assert_true(score_count_notes(&s) > 500);
    score_free(&s);
    feat_free(&fs);
}

static void a_model_without_layers_is_refused_in_one_line(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s = {0};
    Err err = {{0}};
    const FeatureSet *set[1] = {&fs};
    fixture_features(&fs, (FixtureOpts){.nl = 0});
    assert_false(genre_find("acid")->compose(set, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "layer"));
    score_free(&s);
    feat_free(&fs);
}

static void the_same_features_give_the_same_score(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score a, b;
    fixture_features(&fs, (FixtureOpts){.nl = 8});
    compose(&fs, DEFAULTS, &a);
    compose(&fs, DEFAULTS, &b);
    assert_int_equal(a.ntracks, b.ntracks);
    for (int t = 0; t < a.ntracks; t++) {
        assert_int_equal(a.track[t].nnotes, b.track[t].nnotes);
        for (int i = 0; i < a.track[t].nnotes; i++) {
            assert_int_equal(a.track[t].note[i].start, b.track[t].note[i].start);
            assert_true(a.track[t].note[i].key == b.track[t].note[i].key);
        }
    }
    score_free(&a);
    score_free(&b);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_has_six_bars_and_its_own_line),
        cmocka_unit_test(deeper_layers_repeat_their_pattern_more_often),
        cmocka_unit_test(within_a_bar_a_larger_row_norm_is_never_a_lower_pitch),
        cmocka_unit_test(the_line_slides_accents_and_stays_in_phrygian),
        cmocka_unit_test(cutoff_moves_within_a_layer_and_between_layers),
        cmocka_unit_test(no_bar_is_silent_and_the_last_note_is_the_root),
        cmocka_unit_test(any_shape_of_model_and_any_length_composes),
        cmocka_unit_test(numbers_that_are_not_numbers_are_passed_over),
        cmocka_unit_test(a_model_without_layers_is_refused_in_one_line),
        cmocka_unit_test(the_same_features_give_the_same_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
