/* test_generated.c: acid, house and solo by each generator: sources, range, and what a network that
 * was planted can be heard to do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_generated.h"
#include "music/form.h"
#include "music/scale.h"

static void every_shape_of_model_makes_whole_pieces(void **state)
{
    (void)state;
    const FixtureOpts shape[] = {{.nl = 8}, {.nl = 1}, {.nl = 3, .no_gate = true},
                                 {.nl = 5, .no_layers_table = true, .salt = 4}};
    for (int kind = GEN_LSTM; kind <= GEN_JEPA; kind++) {
        for (size_t i = 0; i < 2 * sizeof shape / sizeof shape[0]; i++) {
            for (int mode = -1; mode < MODE_COUNT; mode += 3) {
                FeatureSet fs;
                Score s;
                GenreOpts opts = by(kind, mode < 0 ? 0.7 : mode / 12.0);
                opts.mode = mode;
                opts.bars = mode > 6 ? 9 : 0;
                made_up(&fs, shape[i / 2], PLAIN);
                compose(GENRES[i % 2], &fs, opts, &s);
                assert_true(score_count_notes(&s) > 30);
                score_free(&s);
                feat_free(&fs);
            }
        }
    }
}

static void a_model_that_no_network_has_seen_is_refused(void **state)
{
    (void)state;
    FeatureSet fs = {0};
    const FeatureSet *set[1] = {&fs};
    GenreOpts opts = by(GEN_JEPA, 0.7);
    fixture_features(&fs, (FixtureOpts){.nl = 2});
    for (int i = 0; i < 2; i++) {
        Score s = {0};
        Err err = {{0}};
        assert_false(genre_find(GENRES[i])->compose(set, 1, &opts, &s, &err));
        assert_non_null(strstr(err.msg, "jepa_next"));
        score_free(&s);
    }
    feat_free(&fs);
}

static void the_same_numbers_make_the_same_piece(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        for (int kind = GEN_LSTM; kind <= GEN_JEPA; kind++) {
            FeatureSet a, b, c;
            Score x, y, z;
            made_up(&a, (FixtureOpts){.nl = 6}, PLAIN);
            made_up(&b, (FixtureOpts){.nl = 6}, PLAIN);
            made_up(&c, (FixtureOpts){.nl = 6, .salt = 1}, PLAIN);
            compose(GENRES[i], &a, by(kind, 0.7), &x);
            compose(GENRES[i], &b, by(kind, 0.7), &y);
            compose(GENRES[i], &c, by(kind, 0.7), &z);
            assert_true(same_notes(&x, &y));
            assert_false(same_notes(&x, &z));
            score_free(&x);
            score_free(&y);
            score_free(&z);
            feat_free(&a);
            feat_free(&b);
            feat_free(&c);
        }
    }
}

static void at_weight_one_no_network_is_heard_or_named(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        FeatureSet a, b;
        Score x, y, z;
        made_up(&a, (FixtureOpts){.nl = 6}, PLAIN);
        made_up(&b, (FixtureOpts){.nl = 6},
                (FixtureForeseen){.up = 7, .onset = 0.1, .level = 0.2, .length = 3,
                                  .other_layer = -1});
        compose(GENRES[i], &a, by(GEN_JEPA, 1), &x);
        compose(GENRES[i], &b, by(GEN_JEPA, 1), &y);
        compose(GENRES[i], &b, by(GEN_JEPA, 0.9), &z);
        assert_true(same_notes(&x, &y));
        assert_int_equal(count_foretold(&a, &x), 0);
        assert_false(same_notes(&y, &z));
        assert_true(count_foretold(&b, &z) > 100);
        score_free(&x);
        score_free(&y);
        score_free(&z);
        feat_free(&a);
        feat_free(&b);
    }
}

static void a_network_that_always_goes_a_fifth_up_is_heard(void **state)
{
    (void)state;
    const FixtureForeseen fifths = {.up = 7, .onset = 0.6, .level = 0.7, .length = 1,
                                    .other_layer = -1};
    static const char *const LINE[] = {"TB-303", "Bass"};
    for (int i = 0; i < 2; i++) {
        double before = 0;
        for (int w = 10; w >= 0; w -= 5) {
            FeatureSet fs;
            Score s;
            made_up(&fs, (FixtureOpts){.nl = 8}, fifths);
            compose(GENRES[i], &fs, by(GEN_JEPA, w / 10.0), &s);
            double share = share_up(track_named(&s, LINE[i]), 7);
            assert_true(share > before);
            before = share;
            score_free(&s);
            feat_free(&fs);
        }
        assert_true(before > 0.4); /* not on the steps of the chord, nor where the scale has none */
    }
}

/* The layer that a note's pitch was foreseen of, -1 = none. */
static int foreseen_layer(const FeatureSet *fs, const Note *n)
{
    Cell c = n->from[FROM_PITCH];
    return names_column(fs, c, "jepa_next") ? fs->table[FT_LAYERS].key[c.row].layer : -1;
}

/* One layer's row of jepa_next is another: what changes in a line? */
static void assert_only_that_layer_changes(const char *genre, const char *line, int layer)
{
    FeatureSet a, b;
    Score x, y;
    FixtureForeseen other = PLAIN;
    int changed = 0, named = 0;
    other.other_layer = layer;
    made_up(&a, (FixtureOpts){.nl = 8}, PLAIN);
    made_up(&b, (FixtureOpts){.nl = 8}, other);
    compose(genre, &a, by(GEN_JEPA, 0.3), &x);
    compose(genre, &b, by(GEN_JEPA, 0.3), &y);
    const Track *t = track_named(&x, line), *u = track_named(&y, line);
    assert_int_equal(t->nnotes, u->nnotes);
    for (int i = 0; i < t->nnotes; i++) {
        const Note *n = &t->note[i], *m = &u->note[i];
        assert_int_equal(n->start, m->start);
        bool of_layer = foreseen_layer(&a, n) == layer;
        named += of_layer;
        if (same_note(n, m)) continue;
        changed++;
        /* a chord of the layer is under the notes of others too, so house may move them */
        if (strcmp(genre, "acid") == 0 && n->key != m->key) {
            assert_true(of_layer);
            assert_int_equal(foreseen_layer(&b, m), layer);
        }
    }
    assert_true(named > 20 && changed > 10);
    score_free(&x);
    score_free(&y);
    feat_free(&a);
    feat_free(&b);
}

static void another_row_of_the_network_changes_the_notes_that_name_it(void **state)
{
    (void)state;
    for (int layer = 1; layer < 8; layer += 3)
        assert_only_that_layer_changes("acid", "TB-303", layer);
    assert_only_that_layer_changes("house", "Bass", 2);
}

/* How many notes of the pad change with a layer's row; none before the layer. */
static int changed_chords(int layer)
{
    FeatureSet a, b;
    Score x, y;
    FixtureForeseen other = PLAIN;
    other.other_layer = layer;
    made_up(&a, (FixtureOpts){.nl = 8}, PLAIN);
    made_up(&b, (FixtureOpts){.nl = 8}, other);
    compose("acid", &a, by(GEN_JEPA, 0), &x);
    compose("acid", &b, by(GEN_JEPA, 0), &y);
    const Track *t = track_named(&x, "Pad"), *u = track_named(&y, "Pad");
    assert_int_equal(t->nnotes, u->nnotes);
    int changed = 0;
    for (int i = 0; i < t->nnotes; i++) {
        bool same = t->note[i].key == u->note[i].key;
        changed += !same;
        if (t->note[i].start < x.section[1 + layer].at) assert_true(same);
    }
    score_free(&x);
    score_free(&y);
    feat_free(&a);
    feat_free(&b);
    return changed;
}

static void chords_change_from_the_layer_on_and_never_before(void **state)
{
    (void)state;
    int layers = 0;
    for (int l = 1; l < 7; l++) layers += changed_chords(l) > 0;
    assert_true(layers >= 2); /* another row may choose the same chord */
    assert_int_equal(changed_chords(7), 0); /* the last is the tonic, whatever */
}

static void a_note_of_the_network_names_its_step_and_what_chose_it(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    read_wren(&fs);
    compose("acid", &fs, by(GEN_JEPA, 0.7), &s);
    const Track *t = track_named(&s, "TB-303");
    int norms = feat_find_column(&fs, FT_WEIGHTS, "row_norms"), foretold = 0;
    for (int i = 0; i < t->nnotes; i++) {
        const Note *n = &t->note[i];
        if (!names_column(&fs, n->from[FROM_PITCH], "jepa_next")) continue;
        foretold++;
        assert_non_null(strstr(s.rule[n->rule], "p = 0.70 M[current] + 0.30 p_jepa"));
        assert_non_null(strstr(s.rule[n->rule], "chosen by rank of row norm"));
        assert_int_equal(n->from[FROM_TIMBRE].table, FT_WEIGHTS);
        assert_int_equal(n->from[FROM_TIMBRE].col, norms);
        assert_true(names_column(&fs, n->from[FROM_VELOCITY], "jepa_level"));
        /* the cell's pitch class is the note's own, or beside it where the scale has none */
        int root = (int)feat_look(&fs, FT_MODEL, "key_root", -1, -1, 0).x;
        int to = (int)n->from[FROM_PITCH].lane % 12;
        int off = ((int)n->key - root - to + 48) % 12;
        assert_true(off == 0 || off == 1 || off == 11);
    }
    assert_true(foretold > t->nnotes * 9 / 10);
    score_free(&s);
    feat_free(&fs);
}

static void an_arpeggio_stays_on_the_four_tones_of_its_bars_chord(void **state)
{
    (void)state;
    for (int kind = GEN_LSTM; kind <= GEN_JEPA; kind++) {
        FeatureSet fs;
        Score s;
        int bars = 0;
        made_up(&fs, (FixtureOpts){.nl = 8}, PLAIN);
        compose("house", &fs, by(kind, 0.3), &s);
        const Track *t = track_named(&s, "Arpeggio");
        for (int i = 0; i < t->nnotes; bars++) {
            bool seen[12] = {false};
            int classes = 0, bar = (t->note[i].start + STEP / 2) / BAR;
            for (; i < t->nnotes && (t->note[i].start + STEP / 2) / BAR == bar; i++) {
                classes += !seen[pitch_class(&t->note[i])];
                seen[pitch_class(&t->note[i])] = true;
            }
            assert_in_range(classes, 1, 4);
        }
        assert_true(bars > 30);
        score_free(&s);
        feat_free(&fs);
    }
}

static void chords_of_house_come_from_the_network_but_for_the_first(void **state)
{
    (void)state;
    FeatureSet fs;
    Score s;
    int named = 0;
    made_up(&fs, (FixtureOpts){.nl = 8}, PLAIN);
    int sv = feat_find_column(&fs, FT_WEIGHTS, "sv");
    compose("house", &fs, by(GEN_JEPA, 0.7), &s);
    const Track *t = track_named(&s, "Pad");
    assert_false(names_column(&fs, t->note[0].from[FROM_PITCH], "jepa_next"));
    for (int i = 0; i < t->nnotes; i++) {
        const Note *n = &t->note[i];
        if (!names_column(&fs, n->from[FROM_PITCH], "jepa_next")) continue;
        named++;
        assert_int_equal(n->from[FROM_TIMBRE].table, FT_WEIGHTS); /* what chose it */
        assert_int_equal(n->from[FROM_TIMBRE].col, sv);
    }
    assert_true(named > t->nnotes / 2);
    score_free(&s);
    feat_free(&fs);
}

/* Notes of a track: how many keys, how often the commonest, how long the longest run of one key. */
typedef struct Variety {
    int keys, classes, most, run;
} Variety;

static Variety variety_of(const Track *t)
{
    int count[128] = {0}, run = 0;
    bool seen[12] = {false};
    Variety v = {0};
    for (int i = 0; i < t->nnotes; i++) {
        int key = (int)t->note[i].key;
        v.keys += count[key]++ == 0;
        v.classes += !seen[key % 12];
        seen[key % 12] = true;
        if (count[key] > v.most) v.most = count[key];
        run = i > 0 && t->note[i - 1].key == t->note[i].key ? run + 1 : 1;
        if (run > v.run) v.run = run;
    }
    return v;
}

static void lines_of_the_shipped_model_have_range_and_variety_by_every_generator(void **state)
{
    (void)state;
    const struct {
        const char *genre, *track;
        int keys, classes, run;
    } line[] = {{"acid", "TB-303", 15, 6, 5},   {"acid", "Second 303", 8, 5, 4},
                {"house", "Bass", 12, 6, 5},    {"house", "Organ", 7, 5, 5},
                {"house", "Arpeggio", 8, 5, 5}, {"house", "Pad", 8, 5, 4}};
    FeatureSet fs;
    read_wren(&fs);
    for (size_t i = 0; i < sizeof line / sizeof line[0]; i++) {
        for (int kind = GEN_ROWS; kind <= GEN_JEPA; kind++) {
            Score s;
            compose(line[i].genre, &fs, by(kind, 0.7), &s);
            const Track *t = track_named(&s, line[i].track);
            Variety v = variety_of(t);
            if (v.keys < line[i].keys || v.classes < line[i].classes ||
                v.most * 3 > t->nnotes || v.run > line[i].run)
                fail_msg("%s by %d: %d notes, %d keys, %d classes, %d of one, %d in a row",
                         line[i].track, kind, t->nnotes, v.keys, v.classes, v.most, v.run);
            score_free(&s);
        }
    }
    feat_free(&fs);
}

static void the_first_chord_and_the_end_are_the_tonic_by_every_generator(void **state)
{
    (void)state;
    FeatureSet fs;
    read_wren(&fs);
    int root = (int)feat_look(&fs, FT_MODEL, "key_root", -1, -1, 0).x % 12;
    for (int i = 0; i < 2; i++) {
        for (int kind = GEN_LSTM; kind <= GEN_JEPA; kind++) {
            Score s;
            compose(GENRES[i], &fs, by(kind, 0.4), &s);
            const Track *pad = track_named(&s, "Pad");
            const Track *bass = track_named(&s, i ? "Bass" : "TB-303");
            bool tonic = false;
            for (int k = 0; k < pad->nnotes && pad->note[k].start == pad->note[0].start; k++)
                tonic = tonic || pitch_class(&pad->note[k]) == root;
            assert_true(tonic);
            assert_int_equal(pitch_class(&bass->note[bass->nnotes - 1]), root);
            score_free(&s);
        }
    }
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_of_model_makes_whole_pieces),
        cmocka_unit_test(a_model_that_no_network_has_seen_is_refused),
        cmocka_unit_test(the_same_numbers_make_the_same_piece),
        cmocka_unit_test(at_weight_one_no_network_is_heard_or_named),
        cmocka_unit_test(a_network_that_always_goes_a_fifth_up_is_heard),
        cmocka_unit_test(another_row_of_the_network_changes_the_notes_that_name_it),
        cmocka_unit_test(chords_change_from_the_layer_on_and_never_before),
        cmocka_unit_test(a_note_of_the_network_names_its_step_and_what_chose_it),
        cmocka_unit_test(an_arpeggio_stays_on_the_four_tones_of_its_bars_chord),
        cmocka_unit_test(chords_of_house_come_from_the_network_but_for_the_first),
        cmocka_unit_test(lines_of_the_shipped_model_have_range_and_variety_by_every_generator),
        cmocka_unit_test(the_first_chord_and_the_end_are_the_tonic_by_every_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
