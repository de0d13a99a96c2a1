/* cascade_chain.c: the chain (generator.h) walks over the tokens of a layer, and over the layers:
 * see cascade_states.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cascade_states.h"
#include "generator.h"
#include "math/eigen.h"
#include "music/mapping.h"

enum { LAYER_FEATURES = 4 };

static int layer_row(const FeatureSet *fs, int layer)
{
    const Table *t = &fs->table[FT_LAYERS];
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].layer == layer && t->key[r].prompt >= 0) return r;
    return -1;
}

static const float *vector(const FeatureSet *fs, const char *col, int row, int n)
{
    int c = feat_find_column(fs, FT_LAYERS, col);
    return feat_len(fs, FT_LAYERS, c, row) >= n ? feat_vec(fs, FT_LAYERS, c, row) : NULL;
}

/* The layer's norms in as many blocks as the scale has degrees; six are made of twelve. Absent: all
 * alike, which is the uniform chain. */
static void load_blocks(const FeatureSet *fs, int row, int size, float *out)
{
    char name[16];
    const float *v;
    snprintf(name, sizeof name, "blocks%d", size == 6 ? 12 : size);
    v = vector(fs, name, row, size == 6 ? 12 : size);
    for (int i = 0; i < size; i++)
        out[i] = !v ? 1 : size == 6 ? hypotf(v[2 * i], v[2 * i + 1]) : v[i];
}

static void chain_of_layer(Chain *c, const Generator *g, const FeatureSet *fs, int layer)
{
    const float *fold[LSTM_GATES];
    float blocks[MARKOV_MAX];
    char name[16];
    int row = layer_row(fs, layer);
    load_blocks(fs, row, scale_size(g->scale), blocks);
    for (int i = 0; i < LSTM_GATES; i++) {
        snprintf(name, sizeof name, "fold%d", i + 1);
        fold[i] = vector(fs, name, row, LSTM_FOLD);
    }
    chain_init(c, g, blocks);
    lstm_init(&c->cell, fold, vector(fs, "fold_share", row, LSTM_GATES));
    chain_foretell(c, g, fs, layer);
}

/* One step; the choice is made by a phase. */
static CascadeStep take_step(Chain *c, double strain, Value phase)
{
    int degree = chain_step(c, strain, markov_turn((double)phase.x), 0);
    return (CascadeStep){.degree = degree, .why = phase, .said = c->said};
}

Cell cascade_source(const CascadeStep *step)
{
    return cell_is_none(step->said) ? step->why.from : step->said;
}

void cascade_retell(const Cascade *c, int layer, int turn, CascadeStep *step)
{
    const CascadeLayer *l = &c->layer[layer];
    Chain chain;
    chain_of_layer(&chain, &c->gen, c->fs, l->layer);
    for (int t = 0; t < c->nt; t++)
        step[t] = take_step(&chain, l->tok[t].strain, l->tok[(t + turn) % c->nt].phase);
}

/* f [nl, 4]: the layers' features, each norm01 over layers. */
static void layer_features(const Cascade *c, float *f)
{
    float *x = mem_alloc(c->nl, sizeof *x), *u = mem_alloc(c->nl, sizeof *u);
    for (int k = 0; k < LAYER_FEATURES; k++) {
        for (int l = 0; l < c->nl; l++) {
            const CascadeLayer *y = &c->layer[l];
            x[l] = k == 0   ? (float)y->median
                   : k == 1 ? y->entropy.x
                   : k == 2 ? y->tension.x
                            : (float)y->spread;
        }
        map_norm01(x, c->nl, u);
        for (int l = 0; l < c->nl; l++) f[LAYER_FEATURES * l + k] = u[l];
    }
    free(x);
    free(u);
}

/* Right singular vectors of f by its Gram matrix, each number repeated eight times to fill a fold;
 * the entry of largest magnitude is positive. */
static void layer_folds(const float *f, int nl, float fold[][LSTM_FOLD], float *share)
{
    double g[LAYER_FEATURES * LAYER_FEATURES] = {0}, w[LAYER_FEATURES], sum = 0;
    const int each = LSTM_FOLD / LAYER_FEATURES;
    for (int i = 0; i < LAYER_FEATURES * LAYER_FEATURES; i++)
        for (int l = 0; l < nl; l++)
            g[i] += (double)f[LAYER_FEATURES * l + i / LAYER_FEATURES] *
                    (double)f[LAYER_FEATURES * l + i % LAYER_FEATURES];
    bool ok = eigen_vectors_f64(g, LAYER_FEATURES, w);
    for (int k = 0; k < LAYER_FEATURES; k++) sum += fmax(w[k], 0);
    for (int k = 0; k < LAYER_FEATURES; k++) {
        const double *v = g + LAYER_FEATURES * (LAYER_FEATURES - 1 - k); /* descending */
        int top = 0;
        for (int i = 1; i < LAYER_FEATURES; i++)
            if (fabs(v[i]) > fabs(v[top]) + 1e-9) top = i;
        double sign = v[top] < 0 ? -1 : 1;
        share[k] = ok && sum > 0 ? (float)(fmax(w[LAYER_FEATURES - 1 - k], 0) / sum) : 0;
        for (int i = 0; i < LSTM_FOLD; i++)
            fold[k][i] = ok ? (float)(sign * v[i / each] / sqrt(each)) : 0;
    }
}

/* Root mean squares of the features over S runs of layers, in the place of block norms. */
static void layer_blocks(const float *f, int nl, int size, float *out)
{
    for (int b = 0; b < size; b++) {
        int from = b * nl / size, to = (b + 1) * nl / size;
        double sum = 0;
        if (to <= from) to = from + 1;
        for (int i = LAYER_FEATURES * from; i < LAYER_FEATURES * to; i++)
            sum += (double)f[i] * (double)f[i];
        out[b] = (float)sqrt(sum / (to - from));
    }
}

void cascade_chords(const Cascade *c, int cycles, CascadeStep *step)
{
    float *f = mem_alloc((int64_t)LAYER_FEATURES * c->nl, sizeof *f);
    float folds[LSTM_GATES][LSTM_FOLD], share[LSTM_GATES], blocks[MARKOV_MAX];
    const float *fold[LSTM_GATES];
    Chain chain;
    layer_features(c, f);
    layer_folds(f, c->nl, folds, share);
    layer_blocks(f, c->nl, c->size, blocks);
    for (int g = 0; g < LSTM_GATES; g++) fold[g] = folds[g];
    chain_init(&chain, &c->gen, blocks);
    lstm_init(&chain.cell, fold, share);
    for (int i = 0; i < cycles * c->nl; i++) {
        const CascadeLayer *l = &c->layer[i % c->nl];
        chain_foretell(&chain, &c->gen, c->fs, l->layer);
        step[i] = take_step(&chain, l->strain, l->tok[c->nt - 1 - i / c->nl % c->nt].phase);
    }
    free(f);
}
