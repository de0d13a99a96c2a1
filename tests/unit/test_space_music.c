/* test_space_music.c: words on a map as notes: what each number does, and a piece note by note. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_near.h"
#include "genre/space_music.h"
#include "music/scale.h"

enum { WORDS = 12, LAYERS = 3, K = 4, EIGHTH = SCORE_PPQ / 2 };
static const char *const WORD[WORDS] = {"The",  "bird", "sang,", "and",   "the",  "owl",
                                        "slept.", "Then", "rain", "began", "to", "fall."};

/* Multiples of the golden ratio: coordinates of every word in every layer, from -1 to 1. */
static double coordinate(int layer, int word, int lane)
{
    double x = (1 + word + 7 * layer + 41 * lane) * 0.6180339887498949;
    return 2 * (x - floor(x)) - 1;
}

static void make_features(FeatureSet *fs)
{
    *fs = (FeatureSet){.nl = LAYERS - 1};
    int pc = feat_add_column(fs, FT_WORDS, "pc", "", ""), pc01, step01;
    pc01 = feat_add_column(fs, FT_WORDS, "pc01", "", "");
    step01 = feat_add_column(fs, FT_WORDS, "step01", "", "");
    for (int l = 0; l < LAYERS; l++)
        for (int w = 0; w < WORDS; w++) {
            double at[K], at01[K];
            RowKey key = {.prompt = 0, .layer = (int16_t)l, .role = -1, .head = -1, .token = w};
            int row = feat_add_row(fs, FT_WORDS, key, WORD[w]);
            for (int c = 0; c < K; c++) {
                at[c] = 10 * coordinate(l, w, c);
                at01[c] = (coordinate(l, w, c) + 1) / 2;
            }
            feat_set(fs, FT_WORDS, pc, row, at, K);
            feat_set(fs, FT_WORDS, pc01, row, at01, K);
            feat_set1(fs, FT_WORDS, step01, row, (coordinate(l, w, 7) + 1) / 2);
        }
    int root = feat_add_column(fs, FT_MODEL, "key_root", "", "");
    int mode = feat_add_column(fs, FT_MODEL, "key_mode", "", "");
    int row = feat_add_row(fs, FT_MODEL, (RowKey){-1, -1, -1, -1, -1}, "model");
    feat_set1(fs, FT_MODEL, root, row, 50); /* D */
    feat_set1(fs, FT_MODEL, mode, row, MODE_DORIAN);
}

static void compose(FeatureSet *fs, const SpaceMusicOpts *o, Score *s)
{
    Err err;
    if (!space_compose(fs, o, s, &err)) fail_msg("%s", err.msg);
    const FeatureSet *one = fs;
    if (!score_check(s, &one, 1, &err)) fail_msg("%s", err.msg);
}

static const SpaceMusicOpts ALL = {.music = {.root = -1, .mode = -1}, .layer = {0, 1, 2}};

static void every_word_is_a_note_of_every_voice_from_its_own_numbers(void **state)
{
    FeatureSet fs;
    Score s = {0};
    (void)state;
    make_features(&fs);
    compose(&fs, &ALL, &s);
    assert_int_equal(s.ntracks, 5);
    for (int v = 0; v < SPACE_VOICES; v++) {
        const Track *t = &s.track[v];
        assert_int_equal(t->nnotes, WORDS);
        for (int w = 0; w < WORDS; w++) {
            const Note *n = &t->note[w];
            const RowKey *key = &fs.table[FT_WORDS].key[n->from[FROM_PITCH].row];
            assert_int_equal(key->token, w);
            assert_int_equal(key->layer, v);
            double loud = (coordinate(v, w, 2) + 1) / 2; /* PC3 */
            assert_near(n->vel, 0.36 + 0.52 * loud, 1e-5); /* features have six digits */
            assert_true(w == 0 || n->start >= t->note[w - 1].start + t->note[w - 1].dur);
        }
    }
    score_free(&s);
    feat_free(&fs);
}

static int octave_of(int voice, int word)
{
    double x = (coordinate(voice, word, 1) + 1) / 2; /* PC2 */
    return x < 0.3 ? 0 : x < 0.7 ? 1 : 2;
}

static void pc2_is_the_octave_and_pc1_the_order_within_it(void **state)
{
    FeatureSet fs;
    Score s = {0};
    int compared = 0, risen = 0;
    (void)state;
    make_features(&fs);
    compose(&fs, &ALL, &s);
    for (int v = 0; v < SPACE_VOICES; v++)
        for (int a = 0; a < WORDS; a++)
            for (int b = 0; b < WORDS; b++) {
                double ka = s.track[v].note[a].key, kb = s.track[v].note[b].key;
                int oa = octave_of(v, a), ob = octave_of(v, b);
                /* two octaves apart: no degree of the lower reaches the upper */
                if (oa == 0 && ob == 2) assert_true(ka < kb);
                if (oa != ob || coordinate(v, a, 0) >= coordinate(v, b, 0)) continue;
                assert_true(ka <= kb);
                compared++;
                risen += ka < kb;
            }
    assert_true(compared > 30 && risen > compared / 2);
    score_free(&s);
    feat_free(&fs);
}

static void keys_are_of_the_models_scale_or_the_one_asked_for(void **state)
{
    FeatureSet fs;
    SpaceMusicOpts o = ALL;
    (void)state;
    make_features(&fs);
    for (int asked = 0; asked < 2; asked++) {
        Score s = {0};
        if (asked) o.music.root = 8, o.music.mode = MODE_PHRYGIAN;
        Scale scale = asked ? (Scale){8, MODE_PHRYGIAN} : (Scale){2, MODE_DORIAN};
        compose(&fs, &o, &s);
        for (int v = 0; v < SPACE_VOICES; v++)
            for (int w = 0; w < WORDS; w++) {
                int key = (int)s.track[v].note[w].key;
                assert_int_equal(scale_key(scale, scale_degree(scale, key)), key);
            }
        score_free(&s);
    }
    feat_free(&fs);
}

/* A word lasts one to four eighths; a comma rests to the beat, a full stop to the half bar. */
static void steps_are_lengths_and_marks_are_rests(void **state)
{
    FeatureSet fs;
    Score s = {0};
    (void)state;
    make_features(&fs);
    compose(&fs, &ALL, &s);
    const Note *n = s.track[SPACE_FLUTE].note;
    assert_int_equal(n[0].start, SCORE_PPQ);
    for (int w = 0; w + 1 < WORDS; w++) {
        double step = 0;
        for (int l = 0; l < LAYERS; l++) step += (coordinate(l, w, 7) + 1) / 2 / LAYERS;
        int eighths = step < 0.35 ? 1 : step < 0.65 ? 2 : step < 0.85 ? 3 : 4;
        int gap = n[w + 1].start - n[w].start - eighths * EIGHTH;
        assert_true(n[w].dur <= eighths * EIGHTH && n[w].dur >= 0.69 * eighths * EIGHTH);
        if (w == 2)
            assert_true(gap > 0 && n[w + 1].start % SCORE_PPQ == 0);
        else if (w == 6)
            assert_true(gap > 0 && n[w + 1].start % (2 * SCORE_PPQ) == 0);
        else
            assert_int_equal(gap, 0);
    }
    score_free(&s);
    feat_free(&fs);
}

static void a_drone_lies_under_all_of_it_and_ends_on_the_tonic(void **state)
{
    FeatureSet fs;
    Score s = {0};
    (void)state;
    make_features(&fs);
    compose(&fs, &ALL, &s);
    const Track *drone = &s.track[3];
    assert_string_equal(drone->name, "Drone");
    assert_int_equal(drone->note[0].start, 0);
    for (int i = 1; i < drone->nnotes; i++)
        assert_int_equal(drone->note[i].start, drone->note[i - 1].start + drone->note[i - 1].dur);
    const Note *first = &drone->note[0], *last = &drone->note[drone->nnotes - 1];
    assert_int_equal((int)first->key % 12, 2);
    assert_int_equal((int)last->key % 12, 2);
    assert_true(last->start > s.track[0].note[WORDS - 1].start);
    assert_true(s.length >= last->start + last->dur);
    score_free(&s);
    feat_free(&fs);
}

static void a_voice_can_rest_and_the_others_stay(void **state)
{
    FeatureSet fs;
    Score all = {0}, two = {0}, none = {0};
    SpaceMusicOpts o = ALL;
    Err err;
    (void)state;
    make_features(&fs);
    compose(&fs, &ALL, &all);
    o.layer[SPACE_CLARINET] = -1;
    compose(&fs, &o, &two);
    assert_int_equal(two.ntracks, 4);
    assert_string_equal(two.track[1].name, "Strings");
    assert_int_equal(two.track[1].nnotes, WORDS);
    o = (SpaceMusicOpts){.music = ALL.music, .layer = {-1, -1, -1}};
    assert_false(space_compose(&fs, &o, &none, &err));
    o.layer[0] = LAYERS;
    assert_false(space_compose(&fs, &o, &none, &err));
    assert_non_null(strstr(err.msg, "hidden states 0 to 2"));
    score_free(&all);
    score_free(&two);
    score_free(&none);
    feat_free(&fs);
}

/* The golden piece: keys and beginnings (eighths) of the three voices. When the composing is
 * changed on purpose, listen, and take over what this prints. */
static void the_piece_is_the_golden_one(void **state)
{
    static const int key[SPACE_VOICES][WORDS] = {
        {93, 76, 71, 91, 74, 69, 79, 72, 93, 76, 71, 88},
        {60, 79, 64, 59, 79, 62, 79, 64, 60, 79, 64, 57},
        {53, 48, 67, 52, 47, 65, 59, 69, 52, 48, 67, 52}};
    static const int start[WORDS] = {2, 5, 7, 10, 12, 14, 16, 20, 22, 24, 26, 28};
    FeatureSet fs;
    Score s = {0}, again = {0};
    int off = 0;
    (void)state;
    make_features(&fs);
    compose(&fs, &ALL, &s);
    compose(&fs, &ALL, &again);
    for (int v = 0; v < SPACE_VOICES; v++) {
        for (int w = 0; w < WORDS; w++) {
            const Note *n = &s.track[v].note[w];
            off += (int)n->key != key[v][w];
            if (v == SPACE_FLUTE) off += n->start != start[w] * EIGHTH;
            assert_memory_equal(n, &again.track[v].note[w], sizeof *n);
        }
    }
    for (int v = 0; off && v < SPACE_VOICES; v++) {
        for (int w = 0; w < WORDS; w++) printf("%d, ", (int)s.track[v].note[w].key);
        printf("\n");
    }
    for (int w = 0; off && w < WORDS; w++) printf("%d, ", s.track[0].note[w].start / EIGHTH);
    assert_int_equal(off, 0);
    score_free(&s);
    score_free(&again);
    feat_free(&fs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_a_note_of_every_voice_from_its_own_numbers),
        cmocka_unit_test(pc2_is_the_octave_and_pc1_the_order_within_it),
        cmocka_unit_test(keys_are_of_the_models_scale_or_the_one_asked_for),
        cmocka_unit_test(steps_are_lengths_and_marks_are_rests),
        cmocka_unit_test(a_drone_lies_under_all_of_it_and_ends_on_the_tonic),
        cmocka_unit_test(a_voice_can_rest_and_the_others_stay),
        cmocka_unit_test(the_piece_is_the_golden_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
