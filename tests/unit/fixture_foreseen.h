/* fixture_foreseen.h: what a network foresees, made up: columns jepa_* for the tests of generators.
 */
#ifndef FIXTURE_FORESEEN_H
#define FIXTURE_FORESEEN_H

#include "feature/featset.h"
#include "fixture_features.h"

typedef struct FixtureForeseen {
    int up;       /* every pitch class goes so many semitones up, surely; 0: by made-up numbers */
    double onset; /* on even sixteenths; half of it on odd ones */
    double level, length;
    unsigned salt;
    int other_layer; /* whose jepa_next is of another salt; -1 = none */
} FixtureForeseen;

static inline void fixture_next(double next[144], const FixtureForeseen *f, int layer)
{
    unsigned salt = f->salt + 100u * (layer == f->other_layer);
    for (int from = 0; from < 12; from++) {
        double sum = 0;
        for (int to = 0; to < 12; to++) {
            double x = fixture_number(salt, layer, 60 + from, to);
            next[12 * from + to] = f->up ? (to - from + 12) % 12 == f->up : x * x * x;
            sum += next[12 * from + to];
        }
        for (int to = 0; to < 12; to++) next[12 * from + to] /= sum;
    }
}

/* Adds the columns to the rows of layers, one row of its own where a layer has none. */
static inline void fixture_foresee(FeatureSet *fs, FixtureForeseen f)
{
    int next = fixture_column(fs, FT_LAYERS, "jepa_next");
    int onset = fixture_column(fs, FT_LAYERS, "jepa_onset");
    int level = fixture_column(fs, FT_LAYERS, "jepa_level");
    int length = fixture_column(fs, FT_LAYERS, "jepa_length");
    for (int l = 0; l < fs->nl; l++) {
        double p[144], on[16], vel[16];
        int row = -1;
        for (int r = 0; r < fs->table[FT_LAYERS].nrows; r++)
            if (fs->table[FT_LAYERS].key[r].layer == l) row = r;
        if (row < 0)
            row = feat_add_row(fs, FT_LAYERS, (RowKey){-1, (int16_t)l, -1, -1, -1}, NULL);
        fixture_next(p, &f, l);
        for (int i = 0; i < 16; i++) {
            on[i] = f.onset * (i % 2 ? 0.5 : 1) * (0.9 + 0.1 * fixture_number(f.salt, l, 80, i));
            vel[i] = f.level * (0.8 + 0.2 * fixture_number(f.salt, l, 81, i));
        }
        feat_set(fs, FT_LAYERS, next, row, p, 144);
        feat_set(fs, FT_LAYERS, onset, row, on, 16);
        feat_set(fs, FT_LAYERS, level, row, vel, 16);
        feat_set1(fs, FT_LAYERS, length, row, f.length);
    }
}

#endif
