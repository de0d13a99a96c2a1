/* jepa_into.c: what the network foresees of a model's layers, as numbers that notes can name. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "jepa_parts.h"

typedef enum Said { SAID_NEXT, SAID_ONSET, SAID_LEVEL, SAID_LENGTH, SAID_Z, SAID_COUNT } Said;

static const struct {
    const char *name, *unit, *doc;
} COLUMN[SAID_COUNT] = {
    [SAID_NEXT] = {"jepa_next", "0..1",
                   "probability of the next pitch class above the tonic, foreseen from the layer's "
                   "weights: 12 of each present one"},
    [SAID_ONSET] = {"jepa_onset", "0..1",
                    "probability of an onset on each sixteenth of the bar, foreseen from the "
                    "layer's weights"},
    [SAID_LEVEL] = {"jepa_level", "0..1",
                    "velocity on each sixteenth of the bar, foreseen from the layer's weights"},
    [SAID_LENGTH] = {"jepa_length", "log2 sixteenths",
                     "mean duration of notes, foreseen from the layer's weights"},
    [SAID_Z] = {"jepa_z", "", "latent of the music that is foreseen from the layer's weights"},
};

static bool add_columns(FeatureSet *fs, int col[SAID_COUNT], Err *err)
{
    for (int i = 0; i < SAID_COUNT; i++) {
        if (feat_find_column(fs, FT_LAYERS, COLUMN[i].name) >= 0)
            return err_set(err, "%s has \"%s\" already", fs->model ? fs->model : "the model",
                           COLUMN[i].name);
        col[i] = feat_add_column(fs, FT_LAYERS, COLUMN[i].name, COLUMN[i].unit, COLUMN[i].doc);
    }
    return true;
}

static void set_row(FeatureSet *fs, const int col[SAID_COUNT], int row, const JepaReading *r,
                    const float *z)
{
    feat_set_f32(fs, FT_LAYERS, col[SAID_NEXT], row, r->next[0], 12 * 12);
    feat_set_f32(fs, FT_LAYERS, col[SAID_ONSET], row, r->onset, BAR_STEPS);
    feat_set_f32(fs, FT_LAYERS, col[SAID_LEVEL], row, r->level, BAR_STEPS);
    feat_set1(fs, FT_LAYERS, col[SAID_LENGTH], row, (double)r->length);
    feat_set_f32(fs, FT_LAYERS, col[SAID_Z], row, z, JEPA_LATENT);
}

static bool is_block(const RowKey *k, int layer)
{
    return k->layer == layer && k->role < 0 && k->head < 0 && k->token < 0;
}

/* All rows of the layer (one a prompt, where there are prompts), or a new one. */
static void set_layer(FeatureSet *fs, const int col[SAID_COUNT], int layer, const JepaReading *r,
                      const float *z)
{
    const Table *t = &fs->table[FT_LAYERS];
    bool found = false;
    for (int row = 0; row < t->nrows; row++)
        if (is_block(&t->key[row], layer)) {
            set_row(fs, col, row, r, z);
            found = true;
        }
    if (found) return;
    RowKey key = {.prompt = -1, .layer = (int16_t)layer, .role = -1, .head = -1, .token = -1};
    set_row(fs, col, feat_add_row(fs, FT_LAYERS, key, NULL), r, z);
}

/* Weights that are numbers may still overflow on the way. */
static bool is_finite(const float *z, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(z[i])) return false;
    return true;
}

bool jepa_into(Jepa *j, const FeatureSet *weights, FeatureSet *fs, const Run *run, Err *err)
{
    int nl = weights->nl, col[SAID_COUNT];
    float *x = mem_alloc((int64_t)nl * STAT_TOKENS * STAT_FEATURES, sizeof *x);
    float *z = mem_alloc((int64_t)nl * JEPA_LATENT, sizeof *z);
    LayerLook *look = mem_alloc(nl, sizeof *look);
    bool ok = layer_windows(weights, x, look, err);
    if (ok) jepa_foresee(j, x, nl, z, run);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    if (ok && !is_finite(z, (int64_t)nl * JEPA_LATENT))
        ok = err_set(err, "%s: what the network foresees is not finite: its weights are of no use",
                     weights->model ? weights->model : "the model");
    ok = ok && add_columns(fs, col, err);
    for (int l = 0; ok && l < nl; l++) {
        JepaReading r;
        jepa_read(j, z + (int64_t)l * JEPA_LATENT, &r);
        set_layer(fs, col, l, &r, z + (int64_t)l * JEPA_LATENT);
    }
    free(x);
    free(z);
    free(look);
    return ok;
}
