/* test_theory_piece.c: the fugue of a forward pass: its form, its sources, and what was planted in
 * the features heard where it belongs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fixture_activations.h"
#include "fixture_score.h"
#include "fixture_trace.h"
#include "genre/genre.h"
#include "music/form.h"
#include "theory/features.h"

enum { SOPRANO, ALTO, TENOR, BASS, MELODY, STRINGS, ORGAN };
enum { HEADS = 4, BARS_BEFORE = 8 };

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};
static const FixturePrompt PLAIN = {.nl = 8, .nt = 25, .direction = -1, .bos = true};

static void set(FeatureSet *fs, const char *name, int layer, int token, double v)
{
    const Table *t = &fs->table[FT_TOKENS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == layer && t->key[r].token == token)
            feat_set1(fs, FT_TOKENS, fixture_column(fs, FT_TOKENS, name), r, v);
}

/* What the cascade's fixture has not: components, updates, heads; head h looks 2^h back. */
static void prompt(FeatureSet *fs, FixturePrompt p)
{
    *fs = (FeatureSet){.id = 0};
    fixture_prompt(fs, p);
    for (int l = -1; l < p.nl; l++)
        for (int t = 0; t < p.nt; t++) {
            set(fs, "pc1", l, t, fixture_part(&p, l, t, 30) - 0.5);
            if (l < 0) continue;
            set(fs, "delta_mlp", l, t, 1 + fixture_part(&p, l, t, 31));
            set(fs, "delta_attn", l, t, 1 + fixture_part(&p, l, t, 32));
        }
    for (int l = 0; l < p.nl; l++)
        for (int h = 0; h < HEADS; h++) {
            double far[64];
            int row = feat_add_row(fs, FT_HEADS, (RowKey){0, (int16_t)l, -1, (int16_t)h, -1}, NULL);
            for (int t = 0; t < p.nt; t++) far[t] = (1 << h) + fixture_part(&p, l, t, 33 + h);
            feat_set(fs, FT_HEADS, fixture_column(fs, FT_HEADS, "head_distance"), row, far, p.nt);
            feat_set1(fs, FT_HEADS, fixture_column(fs, FT_HEADS, "head_distance_mean"), row,
                      1 << h);
        }
}

static void compose(const FeatureSet *fs, Score *s)
{
    Err err = {""};
    *s = (Score){.length = 0};
    if (!genre_mode_find("theory")->compose(&fs, 1, &DEFAULTS, s, &err) ||
        !score_check(s, &fs, 1, &err))
        fail_msg("%s", err.msg);
}

static int first_bar(const Track *t, int32_t from)
{
    for (int i = 0; i < t->nnotes; i++)
        if (t->note[i].start >= from) return t->note[i].start / BAR;
    return -1;
}

static int section_bar(const Score *s, const char *name)
{
    for (int i = 0; i < s->nsections; i++)
        if (strncmp(s->section[i].name, name, strlen(name)) == 0) return s->section[i].at / BAR;
    fail_msg("no section %s", name);
    return -1;
}

static void four_voices_enter_one_by_one_then_the_melody(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    compose(&fs, &s);
    assert_int_equal(first_bar(&s.track[ALTO], 0), 0);
    assert_int_equal(first_bar(&s.track[SOPRANO], 0), 2);
    assert_int_equal(first_bar(&s.track[TENOR], 0), 4);
    assert_int_equal(first_bar(&s.track[BASS], 0), 6);
    assert_int_equal(first_bar(&s.track[MELODY], 0), BARS_BEFORE);
    assert_int_equal(section_bar(&s, "Exposition"), 0);
    assert_int_equal(section_bar(&s, "Development"), BARS_BEFORE);
    assert_int_equal(section_bar(&s, "Cadence") - section_bar(&s, "Stretto"), 4);
    assert_int_equal(s.length / BAR - section_bar(&s, "Cadence"), 4);
    score_free(&s);
    feat_free(&fs);
}

/* The rule's notes in a bar's half: which tracks have any. */
static unsigned tracks_with(const Score *s, const char *rule, int32_t from, int32_t to)
{
    unsigned in = 0;
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++) {
            const Note *n = &s->track[t].note[i];
            bool here = n->start >= from && n->start < to;
            if (here && strncmp(s->rule[n->rule], rule, strlen(rule)) == 0) in |= 1u << t;
        }
    return in;
}

static void entries_of_the_stretto_are_half_a_bar_apart(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    compose(&fs, &s);
    int at = section_bar(&s, "Stretto") * BAR;
    unsigned all = 0;
    for (int half = 0; half < 4; half++) {
        unsigned in = tracks_with(&s, "theory.subject", at + half * BAR / 2,
                                  at + (half + 1) * BAR / 2);
        assert_true(in && (in & (in - 1)) == 0); /* one voice at a time has the subject */
        assert_true((all & in) == 0);            /* another one each time */
        all |= in;
    }
    assert_int_equal(all, 1u << SOPRANO | 1u << ALTO | 1u << TENOR | 1u << BASS);
    score_free(&s);
    feat_free(&fs);
}

/* Late layers sound in the stretto, early ones in the exposition. */
static void entries_go_deeper_into_the_model(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    compose(&fs, &s);
    int stretto = section_bar(&s, "Stretto");
    for (int t = SOPRANO; t <= BASS; t++)
        for (int i = 0; i < s.track[t].nnotes; i++) {
            const Note *n = &s.track[t].note[i];
            if (strncmp(s.rule[n->rule], "theory.subject", 14) != 0) continue;
            int layer = fs.table[FT_TOKENS].key[n->from[FROM_PITCH].row].layer;
            if (n->start < BARS_BEFORE * BAR) assert_true(layer < 3);
            if (n->start >= stretto * BAR) assert_true(layer >= 4);
        }
    score_free(&s);
    feat_free(&fs);
}

/* In a line the higher number is the higher key, whatever counterpoint bends. */
static void a_line_keeps_the_order_of_its_numbers(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    compose(&fs, &s);
    int pairs = 0;
    const Track *t = &s.track[MELODY];
    for (int i = 0; i < t->nnotes; i++)
        for (int k = i + 1; k < t->nnotes; k++) {
            if (t->note[k].start / BAR != t->note[i].start / BAR) break;
            Cell a = t->note[i].from[FROM_PITCH], b = t->note[k].from[FROM_PITCH];
            double x = feat_value(&fs, a.table, a.col, a.row, a.lane).x;
            double y = feat_value(&fs, b.table, b.col, b.row, b.lane).x;
            if (x == y) continue;
            assert_true((x < y) == (t->note[i].key < t->note[k].key));
            pairs++;
        }
    assert_true(pairs > 30);
    score_free(&s);
    feat_free(&fs);
}

static void the_bass_is_the_head_that_looks_furthest(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    compose(&fs, &s);
    int heard = 0;
    for (int i = 0; i < s.track[BASS].nnotes; i++) {
        const Note *n = &s.track[BASS].note[i];
        if (n->from[FROM_PITCH].table != FT_HEADS) continue;
        assert_int_equal(fs.table[FT_HEADS].key[n->from[FROM_PITCH].row].head, HEADS - 1);
        heard++;
    }
    assert_true(heard > 4);
    score_free(&s);
    feat_free(&fs);
}

static int sharps_at(const Score *s, int32_t tick)
{
    int sharps = 99;
    for (int i = 0; i < s->nkeysigs && s->keysig[i].at <= tick; i++) sharps = s->keysig[i].sharps;
    return sharps;
}

/* Tokens 13 to the end are in another key, one fifth up or down. */
static void a_change_of_context_is_a_modulation_in_its_bar(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    for (int t = 0; t < PLAIN.nt; t++) set(&fs, "key_stretch", -1, t, t >= 13);
    set(&fs, "key_strength", -1, 13, 0.1);
    set(&fs, "key_back", -1, 13, 0);
    compose(&fs, &s);
    /* 24 tokens that are no sink, four a bar: token 13 is the first of the fourth bar. */
    int home = sharps_at(&s, 0), bar = BARS_BEFORE + 3;
    assert_int_equal(sharps_at(&s, bar * BAR - 1), home);
    int away = sharps_at(&s, bar * BAR) - home;
    assert_true(away == 1 || away == -1 || away == 11 || away == -11); /* -11: named otherwise */
    assert_int_equal(sharps_at(&s, section_bar(&s, "Stretto") * BAR), home);
    score_free(&s);
    feat_free(&fs);
}

static void the_token_that_draws_attention_is_accented(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    prompt(&fs, PLAIN);
    for (int t = 0; t < PLAIN.nt; t++) set(&fs, "received", -1, t, t == 9 ? 0 : -5);
    compose(&fs, &s);
    int accents = 0;
    for (int i = 0; i < s.track[MELODY].nnotes; i++) {
        const Note *n = &s.track[MELODY].note[i];
        int token = fs.table[FT_TOKENS].key[n->from[FROM_PITCH].row].token;
        assert_int_equal((n->flags & NOTE_ACCENT) != 0, token == 9);
        accents += token == 9;
    }
    assert_true(accents > 0);
    score_free(&s);
    feat_free(&fs);
}

static int bass_class(const Score *s, int bar)
{
    const Track *t = &s->track[BASS];
    for (int i = 0; i < t->nnotes; i++)
        if (t->note[i].start == bar * BAR) return (int)t->note[i].key % 12;
    return -1;
}

static void an_unsure_output_breaks_the_cadence_off(void **state)
{
    (void)state;
    for (int unsure = 0; unsure < 2; unsure++) {
        FeatureSet fs;
        Score s;
        prompt(&fs, PLAIN);
        for (int t = 0; t < PLAIN.nt; t++)
            set(&fs, "logit_entropy", -1, t, t + 1 == PLAIN.nt ? 1 + 2 * unsure : 2);
        compose(&fs, &s);
        int bars = s.length / BAR;
        assert_true((bass_class(&s, bars - 4) == bass_class(&s, bars - 2)) == unsure);
        assert_int_equal((bass_class(&s, bars - 2) + 5) % 12, bass_class(&s, bars - 1));
        score_free(&s);
        feat_free(&fs);
    }
}

static void odd_prompts_make_whole_pieces(void **state)
{
    (void)state;
    static const FixturePrompt ODD[] = {
        {.nl = 1, .nt = 2, .direction = -1},
        {.nl = 2, .nt = 3, .direction = -1, .bos = true},
        {.nl = 8, .nt = 13, .direction = -1, .constant = true},
        {.nl = 8, .nt = 40, .direction = -1, .broken = true},
        {.nl = 30, .nt = 60, .direction = 4, .tension = 0.9},
    };
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        FeatureSet fs;
        Score s;
        prompt(&fs, ODD[i]);
        compose(&fs, &s);
        assert_true(score_count_notes(&s) > 40);
        score_free(&s);
        feat_free(&fs);
    }
}

static void a_single_token_is_refused(void **state)
{
    (void)state;
    FeatureSet fs;
    const FeatureSet *all[] = {&fs};
    Score s = {.length = 0};
    Err err = {""};
    prompt(&fs, (FixturePrompt){.nl = 4, .nt = 2, .direction = -1, .bos = true});
    assert_false(genre_mode_find("theory")->compose(all, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "two tokens"));
    score_free(&s);
    feat_free(&fs);
}

/* theory_features: what a trace tells stands in the rows of layer -1. */
static void what_was_found_becomes_features(void **state)
{
    (void)state;
    FeatureSet fs = {.id = 0};
    Trace t = noise_trace(14);
    for (int i = 0; i < NT; i++)
        feat_add_row(&fs, FT_TOKENS, (RowKey){0, -1, -1, -1, i}, NULL);
    for (int l = 1; l <= NL; l++)
        for (int i = 25; i < NT; i++)
            for (int k = 0; k < D; k += 2) t.h[(l * NT + i) * D + k] += 3;
    for (int l = 0; l < NL; l++) t.received[l * NT + 7] = 8;
    int first[] = {4, 5, 6};
    float a[] = {1, 0, 1, 0, 1, 0}, b[] = {1, 0.1f, 0, 1, -1, 0.1f}, ab[] = {2, 0, 1, 1, 0, 1};
    ChordSet chords = {.n = 3, .layers = 1, .d = 2, .first = first, .a = a, .b = b, .both = ab};
    TheoryText x = {.t = &t, .chords = &chords};
    theory_features(&x, &fs, NULL);
    static const double QUALITY[] = {0, 3, 2}; /* alike, at right angles, opposed */
    for (int i = 0; i < 3; i++) {
        int col = feat_find_column(&fs, FT_TOKENS, "chord_quality");
        assert_true(feat_value(&fs, FT_TOKENS, col, first[i], 0).x == QUALITY[i]);
    }
    int stretch = feat_find_column(&fs, FT_TOKENS, "key_stretch");
    int strength = feat_find_column(&fs, FT_TOKENS, "key_strength");
    int received = feat_find_column(&fs, FT_TOKENS, "received");
    for (int i = 0; i < NT; i++) {
        assert_true(feat_value(&fs, FT_TOKENS, stretch, i, 0).x == (i >= 25));
        assert_true(isnan(feat_value(&fs, FT_TOKENS, strength, i, 0).x) == (i != 25));
        if (i != 7)
            assert_true(feat_value(&fs, FT_TOKENS, received, i, 0).x <
                        feat_value(&fs, FT_TOKENS, received, 7, 0).x);
    }
    trace_free(&t);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_voices_enter_one_by_one_then_the_melody),
        cmocka_unit_test(entries_of_the_stretto_are_half_a_bar_apart),
        cmocka_unit_test(entries_go_deeper_into_the_model),
        cmocka_unit_test(a_line_keeps_the_order_of_its_numbers),
        cmocka_unit_test(the_bass_is_the_head_that_looks_furthest),
        cmocka_unit_test(a_change_of_context_is_a_modulation_in_its_bar),
        cmocka_unit_test(the_token_that_draws_attention_is_accented),
        cmocka_unit_test(an_unsure_output_breaks_the_cadence_off),
        cmocka_unit_test(odd_prompts_make_whole_pieces),
        cmocka_unit_test(a_single_token_is_refused),
        cmocka_unit_test(what_was_found_becomes_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
