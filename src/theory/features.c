/* features.c: see theory/features.h. */
#include "theory/features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "section.h"
#include "theory/chord.h"
#include "theory/interval.h"
#include "theory/modulation.h"

enum { QUALITIES = 4 };

static const char *const QUALITY[QUALITIES] = {"major", "minor", "diminished", "augmented"};

/* The row of a token in layer -1; -1 when there is none. */
static int row_of(const FeatureSet *fs, int token)
{
    const Table *t = &fs->table[FT_TOKENS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == -1 && t->key[r].token == token) return r;
    return -1;
}

static void set(FeatureSet *fs, int col, int row, double v)
{
    if (row >= 0 && isfinite(v)) feat_set1(fs, FT_TOKENS, col, row, v);
}

static void set_keys(const Trace *t, const int *row, FeatureSet *fs, const Run *run)
{
    Modulations m;
    int stretch = feat_add_column(fs, FT_TOKENS, "key_stretch", "", "which key the token is in");
    int strength = feat_add_column(fs, FT_TOKENS, "key_strength", "",
                                   "at a change of key: energy distance of both over the mean");
    int back = feat_add_column(fs, FT_TOKENS, "key_back", "",
                               "at a change of key: 1 when the old key comes back next");
    modulations_find(&m, t, MODULATION_TOKENS, NULL, run);
    for (int i = 0, k = 0; i < t->nt; i++) {
        while (k < m.n && m.at[k].token <= i) k++;
        set(fs, stretch, row[i], k);
    }
    for (int k = 0; k < m.n; k++) {
        set(fs, strength, row[m.at[k].token], m.at[k].strength);
        set(fs, back, row[m.at[k].token], m.at[k].back);
    }
}

static double product(const float *a, const float *b, int d)
{
    double sum = 0;
    for (int k = 0; k < d; k++) sum += (double)a[k] * b[k];
    return sum;
}

static void set_chords(const ChordSet *c, const int *row, FeatureSet *fs)
{
    int quality = feat_add_column(fs, FT_TOKENS, "chord_quality", "",
                                  "with the next token: 0 major 1 minor 2 diminished 3 augmented");
    int consonance = feat_add_column(fs, FT_TOKENS, "chord_consonance", "",
                                     "with the next token: |a + b|^2 / (|a|^2 + |b|^2) - 1");
    int emergent = feat_add_column(fs, FT_TOKENS, "chord_emergent", "",
                                   "share of the pair outside of its tokens' plane");
    for (int i = 0; i < c->n; i++) {
        int64_t at = ((int64_t)(c->layers - 1) * c->n + i) * c->d;
        const float *a = c->a + at, *b = c->b + at, *both = c->both + at;
        double aa = product(a, a, c->d), bb = product(b, b, c->d), ab = product(a, b, c->d);
        double x = interval_consonance(ab, aa, bb);
        double e = 1 - chord_explained(aa, bb, ab, product(both, a, c->d), product(both, b, c->d),
                                       product(both, both, c->d));
        int q = 0;
        while (strcmp(QUALITY[q], chord_quality(x, e)) != 0) q++;
        set(fs, quality, row[c->first[i]], q);
        set(fs, consonance, row[c->first[i]], x);
        set(fs, emergent, row[c->first[i]], e);
    }
}

static void set_received(const Trace *t, const int *row, FeatureSet *fs)
{
    int col = feat_add_column(fs, FT_TOKENS, "received", "",
                              "mean over layers of ln attention received from each query");
    for (int i = 0; i < t->nt; i++) {
        double sum = 0;
        for (int l = 0; l < t->nl; l++) sum += log(t->received[(int64_t)l * t->nt + i] + 1e-12);
        set(fs, col, row[i], sum / t->nl);
    }
}

void theory_features(const TheoryText *x, FeatureSet *fs, const Run *run)
{
    int *row = mem_alloc(x->t->nt, sizeof *row);
    for (int i = 0; i < x->t->nt; i++) row[i] = row_of(fs, i);
    set_keys(x->t, row, fs, run);
    if (x->chords) set_chords(x->chords, row, fs);
    set_received(x->t, row, fs);
    free(row);
}
