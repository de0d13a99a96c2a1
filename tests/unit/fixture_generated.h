/* fixture_generated.h: composing by a generator, and what the scores are asked, for the tests of
 * generators. Include cmocka.h first. */
#ifndef FIXTURE_GENERATED_H
#define FIXTURE_GENERATED_H

#include <stdlib.h>

#include "base/file.h"
#include "fixture_foreseen.h"
#include "fixture_score.h"
#include "genre/genre.h"

static const char *const GENRES[] = {"acid", "house"};
static const FixtureForeseen PLAIN = {.onset = 0.6, .level = 0.7, .length = 1, .other_layer = -1};

static inline GenreOpts by(int generator, double weight)
{
    return (GenreOpts){.root = -1, .mode = -1, .generator = generator, .markov_weight = weight};
}

static inline void compose(const char *genre, const FeatureSet *fs, GenreOpts opts, Score *s)
{
    Err err = {{0}};
    const FeatureSet *set[1] = {fs};
    const Genre *g = genre_find(genre) ? genre_find(genre) : genre_mode_find(genre);
    *s = (Score){0};
    if (!g->compose(set, 1, &opts, s, &err)) fail_msg("%s: %s", genre, err.msg);
    if (!score_check(s, set, 1, &err)) fail_msg("%s: %s", genre, err.msg);
}

static inline void made_up(FeatureSet *fs, FixtureOpts o, FixtureForeseen f)
{
    *fs = (FeatureSet){0};
    fixture_features(fs, o);
    fixture_foresee(fs, f);
}

/* The features of the shipped model that the golden pieces are made of. */
static inline void read_wren(FeatureSet *fs)
{
    Err err;
    const char *root = getenv("LLMSONIFY_ROOT");
    char *path = path_join(root ? root : ".", "tests/golden/wren.json");
    *fs = (FeatureSet){0};
    if (!feat_read_json(fs, path, &err)) fail_msg("%s", err.msg);
    fixture_foresee(fs, PLAIN);
    free(path);
}

static inline bool names_column(const FeatureSet *fs, Cell c, const char *name)
{
    return !cell_is_none(c) && c.table == FT_LAYERS &&
           (int)c.col == feat_find_column(fs, FT_LAYERS, name);
}

/* How many sources of notes are numbers of the network. */
static inline int count_foretold(const FeatureSet *fs, const Score *s)
{
    static const char *const COLUMN[] = {"jepa_next", "jepa_onset", "jepa_level", "jepa_length"};
    int n = 0;
    for (int t = 0; t < s->ntracks; t++)
        for (int i = 0; i < s->track[t].nnotes; i++)
            for (int k = 0; k < FROM_COUNT; k++)
                for (int c = 0; c < 4; c++)
                    n += names_column(fs, s->track[t].note[i].from[k], COLUMN[c]);
    return n;
}

static inline bool same_note(const Note *a, const Note *b)
{
    return a->start == b->start && a->dur == b->dur && a->key == b->key && a->vel == b->vel &&
           memcmp(a->from, b->from, sizeof a->from) == 0;
}

static inline bool same_notes(const Score *a, const Score *b)
{
    bool same = a->ntracks == b->ntracks;
    for (int t = 0; same && t < a->ntracks; t++) {
        same = a->track[t].nnotes == b->track[t].nnotes;
        for (int i = 0; same && i < a->track[t].nnotes; i++)
            same = same_note(&a->track[t].note[i], &b->track[t].note[i]);
    }
    return same;
}

static inline int pitch_class(const Note *n)
{
    return (int)n->key % 12;
}

/* The share of notes that lie `up` semitones above the one before, whatever the octave. */
static inline double share_up(const Track *t, int up)
{
    int n = 0;
    for (int i = 1; i < t->nnotes; i++)
        n += (pitch_class(&t->note[i]) - pitch_class(&t->note[i - 1]) + 12) % 12 == up;
    return n / (double)(t->nnotes - 1);
}

#endif
