/* stream_layers.c: see stream_layers.h. */
#include "stream_layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "music/mapping.h"

static void find_rows(StreamLayers *g)
{
    const Table *t = &g->fs->table[FT_TOKENS];
    for (int r = 0; r < t->nrows; r++) {
        if (t->key[r].layer + 2 > g->layers) g->layers = t->key[r].layer + 2;
        if (t->key[r].token + 1 > g->tokens) g->tokens = t->key[r].token + 1;
    }
    int n = g->layers * g->tokens;
    g->row = mem_alloc(n, sizeof *g->row);
    for (int i = 0; i < n; i++) g->row[i] = -1;
    for (int r = 0; r < t->nrows; r++)
        g->row[(t->key[r].layer + 1) * g->tokens + t->key[r].token] = r;
}

Value stream_layers_value(const StreamLayers *g, const char *column, int layer, int token)
{
    int col = feat_find_column(g->fs, FT_TOKENS, column);
    return feat_value(g->fs, FT_TOKENS, col, g->row[layer * g->tokens + token], 0);
}

static void set_amplitudes(StreamLayers *g, int layer)
{
    double most = 0;
    for (int t = 0; t < g->tokens; t++) {
        double norm = stream_layers_value(g, "norm", layer, t).x;
        bool sink = stream_layers_value(g, "sink", layer, t).x > 0.5f;
        if (!sink && norm > most) most = norm;
    }
    for (int t = 0; t < g->tokens; t++) {
        double norm = stream_layers_value(g, "norm", layer, t).x;
        g->amp[layer * g->tokens + t] = most > 0 && isfinite(norm) ? fmin(norm / most, 1) : 0;
    }
}

static void set_loudness(StreamLayers *g)
{
    int col = feat_find_column(g->fs, FT_LAYERS, "log_norm_mean");
    const Table *t = &g->fs->table[FT_LAYERS];
    Series s;
    series_alloc(&s, g->layers);
    for (int l = 0; l < g->layers; l++) {
        s.v[l] = (Value){NAN, g->loud_from[l].from};
        for (int r = 0; r < t->nrows; r++)
            if (t->key[r].layer == l - 1 && t->key[r].prompt >= 0 &&
                feat_len(g->fs, FT_LAYERS, col, r))
                s.v[l] = feat_value(g->fs, FT_LAYERS, col, r, 0);
    }
    bool ok = series_finish(&s, false);
    for (int l = 0; l < g->layers; l++) {
        g->loud[l] = ok ? (double)s.u[l] : 0.5;
        g->loud_from[l] = ok ? s.v[l] : stream_layers_value(g, "norm", l, 0);
    }
    series_free(&s);
}

bool stream_layers_init(StreamLayers *g, const FeatureSet *fs, Err *err)
{
    *g = (StreamLayers){.fs = fs};
    if (feat_find_column(fs, FT_TOKENS, "norm") < 0)
        return err_set(err, "no prompt was run through %s", fs->model ? fs->model : "the model");
    find_rows(g);
    g->amp = mem_alloc((int64_t)g->layers * g->tokens, sizeof *g->amp);
    g->loud = mem_alloc(g->layers, sizeof *g->loud);
    g->loud_from = mem_alloc(g->layers, sizeof *g->loud_from);
    for (int l = 0; l < g->layers; l++) set_amplitudes(g, l);
    set_loudness(g);
    return true;
}

void stream_layers_free(StreamLayers *g)
{
    free(g->row);
    free(g->amp);
    free(g->loud);
    free(g->loud_from);
    *g = (StreamLayers){0};
}

void stream_layers_name(int layer, char *out, int size)
{
    if (layer == 0)
        snprintf(out, (size_t)size, "Embedding");
    else
        snprintf(out, (size_t)size, "Layer %d", layer - 1);
}
