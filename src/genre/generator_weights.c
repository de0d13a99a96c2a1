/* generator_weights.c: chains of frozen weights: see generator.h.
 *
 * Row norms are all positive and nearly alike; what they say lies in how they differ. So the
 * matrix is made of their norm01 (music/markov.h does that) and the gates of their deviations. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "generator.h"

/* x [n] over `parts` runs; root mean squares, or means. What is not finite is passed over. */
static void runs(const float *x, int n, int parts, bool squared, float *out)
{
    for (int b = 0; b < parts; b++) {
        int from = (int)((int64_t)b * n / parts), to = (int)((int64_t)(b + 1) * n / parts);
        int count = 0;
        double sum = 0;
        if (to <= from) to = from + 1;
        for (int i = from; i < to; i++) {
            if (!isfinite(x[i])) continue;
            sum += squared ? (double)x[i] * (double)x[i] : (double)x[i];
            count++;
        }
        sum = count ? sum / count : NAN;
        out[b] = (float)(squared ? sqrt(sum) : sum);
    }
}

/* The entry of a column that stands for a role of a layer; NULL: there is none. */
static const float *entry(const FeatureSet *fs, const char *name, int layer, int role, int *n)
{
    int col = feat_find_column(fs, FT_WEIGHTS, name), with = map_role(fs, layer, role);
    int row = with < 0 ? -1 : feat_find_row(fs, FT_WEIGHTS, layer, with);
    *n = feat_len(fs, FT_WEIGHTS, col, row);
    return *n > 0 ? feat_vec(fs, FT_WEIGHTS, col, row) : NULL;
}

/* out [LSTM_FOLD]; all zero without row norms. */
static void fold_gate(const FeatureSet *fs, int layer, int role, float *out)
{
    int n, count = 0;
    double mean = 0;
    const float *x = entry(fs, "row_norms", layer, role, &n);
    for (int i = 0; i < LSTM_FOLD; i++) out[i] = 0;
    if (x) runs(x, n, LSTM_FOLD, false, out);
    for (int i = 0; i < LSTM_FOLD; i++) {
        if (!isfinite(out[i])) continue;
        mean += (double)out[i];
        count++;
    }
    for (int i = 0; i < LSTM_FOLD && count > 0; i++) out[i] -= (float)(mean / count);
}

static float top_share(const FeatureSet *fs, int layer, int role)
{
    int n;
    double sum = 0;
    const float *sv = entry(fs, "sv", layer, role, &n);
    for (int i = 0; sv && i < n; i++) sum += isfinite(sv[i]) ? (double)sv[i] * (double)sv[i] : 0;
    return sum > 0 && isfinite(sv[0]) ? (float)((double)sv[0] * (double)sv[0] / sum) : 0;
}

static void fold_cell(Chain *c, const FeatureSet *fs, int layer)
{
    static const int GATE[LSTM_GATES] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_O};
    float fold[LSTM_GATES][LSTM_FOLD], share[LSTM_GATES];
    const float *gate[LSTM_GATES];
    for (int g = 0; g < LSTM_GATES; g++) {
        fold_gate(fs, layer, GATE[g], fold[g]);
        share[g] = top_share(fs, layer, GATE[g]);
        gate[g] = fold[g];
    }
    lstm_init(&c->cell, gate, share);
}

void chain_of_weights(Chain *c, const Generator *g, const FeatureSet *fs, int layer, int role,
                      int start)
{
    float norms[MARKOV_MAX];
    int n, size = scale_size(g->scale);
    const float *x = entry(fs, "row_norms", layer, role, &n);
    for (int i = 0; i < size; i++) norms[i] = 1; /* absent: the uniform chain */
    if (x) runs(x, n, size, true, norms);
    chain_init(c, g, norms);
    if (g->kind == GEN_JEPA)
        chain_foretell(c, g, fs, layer);
    else
        fold_cell(c, fs, layer);
    c->now = start;
}

/* The next layer's numbers take over where the last one's stopped. */
static void enter_layer(Chain *c, const Generator *g, const FeatureSet *fs, int layer)
{
    Chain before = *c;
    chain_of_weights(c, g, fs, layer, ROLE_Q, before.now);
    c->stood = before.stood;
    for (int i = 0; i < LSTM_UNITS; i++) {
        c->cell.h[i] = before.cell.h[i];
        c->cell.c[i] = before.cell.c[i];
    }
}

void generator_chords(const Generator *g, const FeatureSet *fs, const int *layer, const Series *by,
                      unsigned allowed, bool home, Told *told)
{
    Chain c = {.now = 0};
    double *u = mem_alloc(by->n, sizeof *u);
    generator_variates(by, u);
    if (allowed == 0) allowed = (1u << scale_size(g->scale)) - 1;
    for (int i = 0; i < by->n; i++) {
        unsigned other = allowed & ~(1u << c.now);
        told[i] = (Told){0, CELL_NONE};
        if (i == 0 || (home && i == by->n - 1)) continue;
        if (home && i == by->n - 2) other &= ~1u;
        enter_layer(&c, g, fs, layer[i]);
        chain_step(&c, (double)by->u[i], u[i], other);
        told[i] = (Told){c.now, c.said};
    }
    free(u);
}
