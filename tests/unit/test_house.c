/* test_house.c: the house piece: form, harmony, bass, drums, provenance, and poor models. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_features.h"
#include "fixture_score.h"
#include "genre/house.h"
#include "music/form.h"

static const GenreOpts DEFAULTS = {.root = -1, .mode = -1};

static void compose(const FeatureSet *fs, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {fs};
    *s = (Score){0};
    if (!genre_house.compose(set, 1, &opts, s, &err)) fail_msg("%s", err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s", err.msg);
}

static void compose_fixture(FixtureOpts o, GenreOpts opts, FeatureSet *fs, Score *s)
{
    *fs = (FeatureSet){0};
    fixture_features(fs, o);
    compose(fs, opts, s);
}

/* The nearest 16th of the piece: groove moves a note by less than half a step. */
static int step_of(const Note *n)
{
    return (int)floor(n->start / (double)STEP + 0.5);
}

static double value_of(const FeatureSet *fs, Cell c)
{
    return feat_value(fs, c.table, c.col, (int)c.row, (int)c.lane).x;
}

static bool made_by(const Score *s, const Note *n, const char *rule)
{
    return strstr(s->rule[n->rule], rule) != NULL;
}

static void the_form_is_intro_build_up_drop_outro(void **state)
{
    (void)state;
    static const char *const NAME[] = {"Intro", "Build-up", "Drop", "Outro"};
    static const int BARS[] = {0, 16, 32, 96};
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    assert_int_equal(s.length, 128 * BAR);
    assert_int_equal(s.nsections, 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(s.section[i].name, NAME[i]);
        assert_int_equal(s.section[i].at, BARS[i] * BAR);
    }
    assert_int_equal(s.ntempos, 1);
    assert_float_equal(s.tempo[0].bpm, 128, 0);
    assert_int_equal(s.meter[0].num, 4);
    assert_int_equal(s.nkeysigs, 1);
    assert_true(s.keysig[0].minor);
    score_free(&s);
    feat_free(&fs);
}

static void every_note_names_its_numbers(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    for (int t = 0; t < s.ntracks; t++) {
        assert_true(s.track[t].nnotes > 0);
        for (int i = 0; i < s.track[t].nnotes; i++)
            for (int k = 0; k < FROM_TIMBRE; k++)
                assert_true(cell_valid(&fs, s.track[t].note[i].from[k]));
    }
    score_free(&s);
    feat_free(&fs);
}

/* The bass before its octave leaps. */
static int bass_key(const Note *n)
{
    return (int)n->key - (step_of(n) % 4 == 3 ? 12 : 0);
}

static bool is_bass_line(const Score *s, const Note *n)
{
    return made_by(s, n, "house.bass");
}

static void bass_pitches_keep_the_order_of_the_row_norms_and_leap_at_3_7_11_15(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    const Track *t = track_named(&s, "Bass");
    int pairs = 0, leaps = 0, other_way = 0;
    for (int i = 0; i < t->nnotes; i++) {
        const Note *a = &t->note[i];
        if (!is_bass_line(&s, a)) continue;
        leaps += step_of(a) % 4 == 3;
        assert_string_equal(s.rule[0], "");
        for (int k = i + 1; k < t->nnotes && step_of(&t->note[k]) / 16 == step_of(a) / 16; k++) {
            const Note *b = &t->note[k];
            double x = value_of(&fs, a->from[FROM_PITCH]), y = value_of(&fs, b->from[FROM_PITCH]);
            if (!is_bass_line(&s, b) || x == y) continue;
            assert_true(x < y ? bass_key(a) <= bass_key(b) : bass_key(a) >= bass_key(b));
            other_way += (x < y && a->key > b->key) || (x > y && a->key < b->key);
            pairs++;
        }
    }
    assert_true(pairs > 2000);
    assert_true(leaps > 150);
    assert_true(other_way > 100); /* without taking the leaps off, the order would be broken */
    score_free(&s);
    feat_free(&fs);
}

static int distinct_keys(const Track *t, int32_t from, int32_t to)
{
    bool seen[128] = {false};
    int n = 0;
    for (int i = 0; i < t->nnotes; i++) {
        int key = (int)t->note[i].key;
        if (t->note[i].start < from || t->note[i].start >= to || seen[key]) continue;
        seen[key] = true;
        n++;
    }
    return n;
}

static void the_bass_moves(void **state)
{
    (void)state;
    for (unsigned salt = 0; salt < 6; salt++) {
        FeatureSet fs;
        Score s;
        compose_fixture((FixtureOpts){.nl = 8, .salt = salt}, DEFAULTS, &fs, &s);
        const Track *t = track_named(&s, "Bass");
        for (int i = 0; i < s.nsections; i++) {
            int32_t end = i + 1 < s.nsections ? s.section[i + 1].at : s.length;
            assert_true(distinct_keys(t, s.section[i].at, end) >= 5);
        }
        for (int i = 0; i < t->nnotes; i++)
            assert_true(t->note[i].key >= 28 && t->note[i].key <= 66);
        score_free(&s);
        feat_free(&fs);
    }
}

static void a_line_keeps_order_has_chord_tones_on_strong_steps_and_its_root(void **state)
{
    (void)state;
    const Scale scale = {.root = 9, .mode = MODE_NATURAL_MINOR};
    Value v[16] = {{0}};
    float u[16];
    Series s = {.n = 16, .v = v, .u = u};
    for (unsigned salt = 0; salt < 200; salt++) {
        int key[16];
        Chord chord = chord_on(scale, (int)(salt % 7), 3);
        for (int i = 0; i < 16; i++) u[i] = (float)fixture_number(salt, 0, 0, i);
        LineRules rules = {.scale = scale,
                           .chord = &chord,
                           .lo = 30,
                           .hi = 43,
                           .strong = 0x1111,
                           .root_step = salt % 2 ? 0 : -1};
        house_line(&s, &rules, key);
        for (int i = 0; i < 16; i++) {
            assert_in_range(key[i], 30, 43);
            assert_true(scale_has(scale, key[i]));
            if (i % 4 == 0) assert_true(chord_has(&chord, key[i]));
            for (int k = 0; k < 16; k++)
                if (u[i] < u[k]) assert_true(key[i] <= key[k]);
        }
        if (salt % 2) assert_int_equal(key[0] % 12, chord.pc[0]);
    }
}

static void a_rhythm_takes_the_strongest_steps(void **state)
{
    (void)state;
    float weight[16] = {0}, u[16];
    Value v[16] = {{0}};
    Series s = {.n = 16, .v = v, .u = u};
    for (int i = 0; i < 16; i++) u[i] = i == 5 || i == 9 ? 1 : 0.1f;
    weight[12] = 2;
    assert_int_equal(house_rhythm(&s, weight, 3), 1u << 5 | 1u << 9 | 1u << 12);
    assert_int_equal(house_rhythm(&s, weight, 0), 0);
    assert_int_equal(house_rhythm(&s, weight, 16), 0xffff);
}

static void higher_singular_values_give_higher_roots_and_the_first_is_the_tonic(void **state)
{
    (void)state;
    for (unsigned salt = 0; salt < 40; salt++) {
        FeatureSet fs = {0};
        HouseModel m;
        HouseChords c;
        Err err = {{0}};
        fixture_features(&fs, (FixtureOpts){.nl = 4 + (int)salt, .salt = salt});
        assert_true(house_model_init(&m, &fs, &DEFAULTS, &err));
        house_chords(&c, &m, HOUSE_DROP, 2);
        assert_int_equal(c.degree[0], 0);
        for (int i = 0; i < HOUSE_CHORDS; i++) {
            assert_true(scale_has(m.scale, scale_key(m.scale, c.degree[i]) + 7));
            if (i > 0) assert_true((c.degree[i] - c.degree[i - 1]) % 7 != 0);
            for (int k = 0; k < HOUSE_CHORDS; k++)
                if (c.sv.v[i].x < c.sv.v[k].x) assert_true(c.degree[i] < c.degree[k]);
        }
        house_chords_free(&c);
        house_model_free(&m);
        feat_free(&fs);
    }
}

static unsigned pad_classes(const Score *s, int bar)
{
    const Track *t = track_named(s, "Pad");
    unsigned bits = 0;
    for (int i = 0; i < t->nnotes; i++)
        if (t->note[i].start / BAR == bar) bits |= 1u << ((int)t->note[i].key % 12);
    return bits;
}

static void a_new_chord_comes_every_eight_bars(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8, .salt = 3}, DEFAULTS, &fs, &s);
    for (int bar = 8; bar < 128; bar += 8) {
        assert_true(pad_classes(&s, bar) != 0);
        bool same_section = bar != 16 && bar != 32 && bar != 96;
        if (same_section) assert_true(pad_classes(&s, bar) != pad_classes(&s, bar - 8));
    }
    const Track *pad = track_named(&s, "Pad");
    for (int i = 0; i < pad->nnotes; i++) {
        Cell c = pad->note[i].from[FROM_PITCH];
        assert_int_equal(fs.table[FT_WEIGHTS].key[c.row].role, ROLE_Q);
        assert_string_equal(fs.table[FT_WEIGHTS].col[c.col].name, "sv");
    }
    score_free(&s);
    feat_free(&fs);
}

/* The singular value that the pad's chord in a bar comes from. */
static Cell pad_source(const Score *s, int bar)
{
    const Track *t = track_named(s, "Pad");
    for (int i = 0; i < t->nnotes; i++)
        if (t->note[i].start / BAR == bar) return t->note[i].from[FROM_PITCH];
    fail_msg("no pad in bar %d", bar);
    return CELL_NONE;
}

static void the_eighth_bar_leads_to_the_next_chord(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    for (int bar = 39; bar < 95; bar += 8) { /* inside the drop */
        Cell now = pad_source(&s, bar - 3), lead = pad_source(&s, bar);
        Cell next = pad_source(&s, bar + 1);
        assert_memory_equal(&lead, &next, sizeof lead);
        assert_memory_not_equal(&lead, &now, sizeof lead);
        assert_true(pad_classes(&s, bar) != pad_classes(&s, bar + 1));
    }
    score_free(&s);
    feat_free(&fs);
}

static void every_eighth_bar_is_filled_or_rolled(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    const Track *t = track_named(&s, "Drums");
    bool filled[128] = {false};
    int kicks[128] = {0};
    for (int i = 0; i < t->nnotes; i++) {
        int bar = step_of(&t->note[i]) / 16;
        if (made_by(&s, &t->note[i], ".fill:") || made_by(&s, &t->note[i], ".roll:"))
            filled[bar] = true;
        kicks[bar] += (int)t->note[i].key == DRUM_KICK;
    }
    for (int bar = 7; bar < 127; bar += 8) assert_true(filled[bar]);
    for (int bar = 0; bar < 28; bar++) assert_int_equal(kicks[bar], 4);
    for (int bar = 30; bar < 32; bar++) assert_int_equal(kicks[bar], 0); /* before the drop */
    for (int bar = 64; bar < 72; bar++) assert_int_equal(kicks[bar], 0); /* the break */
    for (int bar = 72; bar < 79; bar++) assert_int_equal(kicks[bar], 4);
    score_free(&s);
    feat_free(&fs);
}

static double sum_of_squares(const Score *s, int from_bar, int to_bar)
{
    double sum = 0;
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++) {
            const Note *n = &s->track[t].note[i];
            if (n->start >= from_bar * BAR && n->start < to_bar * BAR)
                sum += (double)n->vel * (double)n->vel;
        }
    return sum / (to_bar - from_bar);
}

static void the_drop_lands_after_a_beat_of_silence(void **state)
{
    (void)state;
    const int32_t cut = 31 * BAR + 3 * BEAT, drop = 32 * BAR, early = 16; /* 15 ms are 15.4 ticks */
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    bool crash = false, kick = false;
    for (int t = 0; t < s.ntracks; t++)
        for (int i = 0; i < s.track[t].nnotes; i++) {
            const Note *n = &s.track[t].note[i];
            assert_false(n->start < drop - early && n->start + n->dur > cut);
            bool lands = s.track[t].drum && abs(n->start - drop) <= early;
            crash = crash || (lands && (int)n->key == DRUM_CRASH);
            kick = kick || (lands && (int)n->key == DRUM_KICK);
        }
    assert_true(crash && kick);
    assert_true(sum_of_squares(&s, 32, 64) > 2 * sum_of_squares(&s, 0, 16));
    assert_true(sum_of_squares(&s, 72, 96) > sum_of_squares(&s, 32, 48)); /* comes back fuller */
    assert_true(sum_of_squares(&s, 120, 128) < sum_of_squares(&s, 96, 104));
    score_free(&s);
    feat_free(&fs);
}

static bool same_notes(const Note *a, const Note *b, int32_t shift)
{
    return b->start - a->start == shift && a->dur == b->dur && a->key == b->key && a->vel == b->vel;
}

/* True when the eight bars from `bar` come again literally in the next eight. */
static bool repeats(const Track *t, int bar)
{
    int a = 0, b, n = 0;
    while (a < t->nnotes && t->note[a].start < bar * BAR - 16) a++;
    for (b = a; b < t->nnotes && t->note[b].start < (bar + 8) * BAR - 16; b++) n++;
    for (int i = 0; i < n; i++)
        if (b + i >= t->nnotes || !same_notes(&t->note[a + i], &t->note[b + i], 8 * BAR))
            return false;
    return n > 8;
}

static void nothing_repeats_literally_for_more_than_eight_bars(void **state)
{
    (void)state;
    static const int LAYERS[] = {1, 3, 8, 80};
    for (int k = 0; k < 4; k++) {
        FeatureSet fs;
        Score s;
        compose_fixture((FixtureOpts){.nl = LAYERS[k]}, DEFAULTS, &fs, &s);
        for (int t = 0; t < s.ntracks; t++)
            for (int bar = 0; bar + 16 <= 128; bar++)
                if (repeats(&s.track[t], bar))
                    fail_msg("%d layers: %s repeats at bar %d", LAYERS[k], s.track[t].name, bar);
        score_free(&s);
        feat_free(&fs);
    }
}

static void assert_same_score(const Score *a, const Score *b)
{
    assert_int_equal(a->ntracks, b->ntracks);
    for (int t = 0; t < a->ntracks; t++) {
        assert_int_equal(a->track[t].nnotes, b->track[t].nnotes);
        assert_int_equal(a->track[t].nctls, b->track[t].nctls);
        for (int i = 0; i < a->track[t].nnotes; i++) {
            const Note *x = &a->track[t].note[i], *y = &b->track[t].note[i];
            assert_true(same_notes(x, y, 0));
            assert_memory_equal(x->from, y->from, sizeof x->from);
        }
        for (int i = 0; i < a->track[t].nctls; i++)
            assert_true(a->track[t].ctl[i].value == b->track[t].ctl[i].value);
    }
}

static void the_same_numbers_make_the_same_piece_and_others_another(void **state)
{
    (void)state;
    FeatureSet fs, other;
    Score a, b, c;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &a);
    compose(&fs, DEFAULTS, &b);
    compose_fixture((FixtureOpts){.nl = 8, .salt = 9}, DEFAULTS, &other, &c);
    assert_same_score(&a, &b);
    const Track *x = track_named(&a, "Bass"), *y = track_named(&c, "Bass");
    int differ = 0;
    for (int i = 0; i < x->nnotes && i < y->nnotes; i++)
        differ += !same_notes(&x->note[i], &y->note[i], 0);
    assert_true(differ > x->nnotes / 2);
    score_free(&a);
    score_free(&b);
    score_free(&c);
    feat_free(&fs);
    feat_free(&other);
}

static void only_bars_of_a_layer_change_with_its_down_matrix(void **state)
{
    (void)state;
    FeatureSet fs;
    Score a, b;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &a);
    int col = feat_find_column(&fs, FT_WEIGHTS, "row_norms");
    int row = feat_find_row(&fs, FT_WEIGHTS, 5, ROLE_DOWN);
    Column *c = &fs.table[FT_WEIGHTS].col[col];
    for (int i = 0; i < c->len[row]; i++) c->v[c->start[row] + i] = (float)((i * 37) % 64);
    compose(&fs, DEFAULTS, &b);
    const Track *x = track_named(&a, "Bass"), *y = track_named(&b, "Bass");
    int changed = 0;
    assert_int_equal(x->nnotes, y->nnotes); /* the rhythm is gate's */
    for (int i = 0; i < x->nnotes; i++) {
        bool names_it = (int)x->note[i].from[FROM_PITCH].row == row;
        if (!names_it) assert_true(same_notes(&x->note[i], &y->note[i], 0));
        changed += names_it && !same_notes(&x->note[i], &y->note[i], 0);
    }
    assert_true(changed > 50);
    score_free(&a);
    score_free(&b);
    feat_free(&fs);
}

static void poor_models_still_play(void **state)
{
    (void)state;
    static const FixtureOpts POOR[] = {{.nl = 1},
                                       {.nl = 2},
                                       {.nl = 80},
                                       {.nl = 5, .no_gate = true},
                                       {.nl = 3, .no_gate = true, .no_layers_table = true}};
    for (size_t i = 0; i < sizeof POOR / sizeof *POOR; i++) {
        FeatureSet fs;
        Score s;
        compose_fixture(POOR[i], DEFAULTS, &fs, &s);
        assert_int_equal(s.length, 128 * BAR);
        assert_true(distinct_keys(track_named(&s, "Bass"), 0, s.length) >= 8);
        score_free(&s);
        feat_free(&fs);
    }
}

static void numbers_that_are_not_numbers_are_passed_over(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    fixture_features(&fs, (FixtureOpts){.nl = 4});
    for (int col = 0; col < fs.table[FT_WEIGHTS].ncols; col++) {
        Column *c = &fs.table[FT_WEIGHTS].col[col];
        for (int64_t i = 0; i < c->nv; i++)
            if (i % 3 != 1) c->v[i] = i % 2 ? NAN : INFINITY;
    }
    compose(&fs, DEFAULTS, &s);
    for (int t = 0; t < s.ntracks; t++)
        for (int i = 0; i < s.track[t].nnotes; i++)
            assert_true(isfinite(value_of(&fs, s.track[t].note[i].from[FROM_PITCH])));
    score_free(&s);
    feat_free(&fs);
}

static void a_set_with_a_single_number_plays_and_one_with_none_says_so(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    Score s;
    Err err = {{0}};
    const FeatureSet *set[1] = {&fs};
    fs.nl = 2;
    s = (Score){0};
    assert_false(genre_house.compose(set, 1, &DEFAULTS, &s, &err));
    assert_non_null(strstr(err.msg, "finite number"));
    score_free(&s);
    int row = feat_add_row(&fs, FT_WEIGHTS, (RowKey){-1, -1, ROLE_OTHER, -1, -1}, "thing");
    feat_set1(&fs, FT_WEIGHTS, feat_add_column(&fs, FT_WEIGHTS, "fro", "", ""), row, 2.5);
    compose(&fs, DEFAULTS, &s);
    assert_true(score_count_notes(&s) > 1000);
    score_free(&s);
    feat_free(&fs);
}

static void short_pieces_begin_and_end(void **state)
{
    (void)state;
    for (int bars = 1; bars <= 40; bars++) {
        FeatureSet fs;
        Score s;
        compose_fixture((FixtureOpts){.nl = 6}, (GenreOpts){.root = -1, .mode = -1, .bars = bars},
                        &fs, &s);
        int32_t last = (bars - 1) * BAR, first = s.length;
        bool tonic = false;
        assert_int_equal(s.length, bars * BAR);
        for (int t = 0; t < s.ntracks; t++)
            for (int i = 0; i < s.track[t].nnotes; i++) {
                const Note *n = &s.track[t].note[i];
                if (n->start < first) first = n->start;
                if (n->start < last) continue;
                assert_int_equal(n->start - last < 16, true); /* one stroke, at most 15 ms late */
                tonic = tonic || strcmp(s.track[t].name, "Bass") == 0;
            }
        assert_true(first <= 16);
        assert_true(tonic);
        score_free(&s);
        feat_free(&fs);
    }
}

static void options_choose_root_mode_and_tempo(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8},
                    (GenreOpts){.root = 2, .mode = MODE_DORIAN, .tempo = 124, .seconds = 60}, &fs,
                    &s);
    const Scale dorian = {.root = 2, .mode = MODE_DORIAN};
    const Track *t = track_named(&s, "Arpeggio");
    assert_float_equal(s.tempo[0].bpm, 124, 0);
    assert_int_equal(s.length, 31 * BAR); /* 60 s at 124 */
    for (int i = 0; i < t->nnotes; i++)
        assert_true(scale_has(dorian, (int)t->note[i].key) || step_of(&t->note[i]) / 16 >= 15);
    score_free(&s);
    compose(&fs, (GenreOpts){.root = -1, .mode = HOUSE_SECTION_MODES}, &s);
    assert_int_equal(s.nkeysigs, 4); /* lydian, dorian, phrygian, aeolian on one root */
    assert_int_equal((s.keysig[0].sharps - s.keysig[3].sharps + 24) % 12, 4);
    score_free(&s);
    feat_free(&fs);
}

static void the_kick_ducks_the_pad(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    compose_fixture((FixtureOpts){.nl = 8}, DEFAULTS, &fs, &s);
    const Track *t = track_named(&s, "Pad");
    double now = 1, next = 1;
    const int32_t beat = 33 * BAR + BEAT; /* in the drop */
    for (int i = 0; i < t->nctls; i++) {
        if (t->ctl[i].kind != CTL_EXPRESSION) continue;
        if (t->ctl[i].at <= beat) now = t->ctl[i].value;
        if (t->ctl[i].at <= beat + BEAT - 1) next = t->ctl[i].value;
        assert_true(cell_valid(&fs, t->ctl[i].from));
    }
    assert_true(now < 0.55);
    assert_float_equal(next, 1, 1e-6); /* back before the next kick */
    score_free(&s);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_is_intro_build_up_drop_outro),
        cmocka_unit_test(every_note_names_its_numbers),
        cmocka_unit_test(bass_pitches_keep_the_order_of_the_row_norms_and_leap_at_3_7_11_15),
        cmocka_unit_test(the_bass_moves),
        cmocka_unit_test(a_line_keeps_order_has_chord_tones_on_strong_steps_and_its_root),
        cmocka_unit_test(a_rhythm_takes_the_strongest_steps),
        cmocka_unit_test(higher_singular_values_give_higher_roots_and_the_first_is_the_tonic),
        cmocka_unit_test(a_new_chord_comes_every_eight_bars),
        cmocka_unit_test(the_eighth_bar_leads_to_the_next_chord),
        cmocka_unit_test(every_eighth_bar_is_filled_or_rolled),
        cmocka_unit_test(the_drop_lands_after_a_beat_of_silence),
        cmocka_unit_test(nothing_repeats_literally_for_more_than_eight_bars),
        cmocka_unit_test(the_same_numbers_make_the_same_piece_and_others_another),
        cmocka_unit_test(only_bars_of_a_layer_change_with_its_down_matrix),
        cmocka_unit_test(poor_models_still_play),
        cmocka_unit_test(numbers_that_are_not_numbers_are_passed_over),
        cmocka_unit_test(a_set_with_a_single_number_plays_and_one_with_none_says_so),
        cmocka_unit_test(short_pieces_begin_and_end),
        cmocka_unit_test(options_choose_root_mode_and_tempo),
        cmocka_unit_test(the_kick_ducks_the_pad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
