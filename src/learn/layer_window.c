/* layer_window.c: see learn/layer_window.h.
 *
 * Each layer's five tokens are made once and copied to the windows that have it. What is of a layer
 * and not of a matrix (distance, coherence, tension, depth) is in all five. A matrix that is not
 * there is a token of zeros but for those. */
#include "learn/layer_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "music/mapping.h"

static const int ROLES[STAT_ROLES] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_GATE, ROLE_DOWN};

/* The row of a matrix, -1 when the layer has none that stands for the role. */
static int row_of(const FeatureSet *fs, int layer, int role)
{
    int row = feat_find_row(fs, FT_WEIGHTS, layer, role);
    if (row < 0 && role == ROLE_GATE) row = feat_find_row(fs, FT_WEIGHTS, layer, ROLE_UP);
    return row;
}

static double number_of(const FeatureSet *fs, int table, const char *name, int row)
{
    return (double)feat_value(fs, table, feat_find_column(fs, table, name), row, 0).x;
}

/* What is absent is 0. */
static float or_zero(double x)
{
    return isfinite(x) ? (float)x : 0;
}

/* sv [n], descending, at place 0..1 between its first and its last. */
static double spectrum_at(const float *sv, int n, double place)
{
    double at = place * (n - 1);
    int i = (int)at;
    double x = (double)sv[i];
    return i + 1 < n ? x + (at - i) * ((double)sv[i + 1] - x) : x;
}

/* False when the row has no spectrum. */
static bool fill_spectrum(const FeatureSet *fs, int row, float *token)
{
    int col = feat_find_column(fs, FT_WEIGHTS, "sv"), n = feat_len(fs, FT_WEIGHTS, col, row);
    const float *sv = feat_vec(fs, FT_WEIGHTS, col, row);
    if (n == 0 || !(sv[0] > 0) || !isfinite(sv[0])) return false;
    for (int i = 0; i < STAT_SPECTRUM; i++) {
        double x = spectrum_at(sv, n, (double)i / (STAT_SPECTRUM - 1)) / (double)sv[0];
        token[i] = isnan(x) ? 0 : (float)clamp(log2(fmax(x, 1e-30)) / 4 + 1, -1, 1);
    }
    return true;
}

/* Effective rank as a share of what it can be; NaN when absent. */
static double flatness_of(const FeatureSet *fs, int row)
{
    int side = feat_len(fs, FT_WEIGHTS, feat_find_column(fs, FT_WEIGHTS, "sv"), row);
    return side ? number_of(fs, FT_WEIGHTS, "effective_rank", row) / side : NAN;
}

/* Wasserstein-1 of q to the next layer's in units of its mean singular value. */
static double step_of(const FeatureSet *fs, int layer)
{
    int q = row_of(fs, layer, ROLE_Q), col = feat_find_column(fs, FT_WEIGHTS, "sv");
    int n = feat_len(fs, FT_WEIGHTS, col, q);
    const float *sv = feat_vec(fs, FT_WEIGHTS, col, q);
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)sv[i];
    int row = feat_find_row(fs, FT_LAYERS, layer, -1);
    return log1p(number_of(fs, FT_LAYERS, "w1_q", row) / (sum / n));
}

static void fill_layer(const FeatureSet *fs, int layer, float *token)
{
    int row = feat_find_row(fs, FT_LAYERS, layer, -1);
    token[STAT_W1] = or_zero(step_of(fs, layer));
    token[STAT_COHERENCE] = or_zero(number_of(fs, FT_LAYERS, "coh_qk", row));
    token[STAT_TENSION] = or_zero(2 * number_of(fs, FT_LAYERS, "tension", row) - 1);
    token[STAT_DEPTH] = fs->nl > 1 ? (float)(2.0 * layer / (fs->nl - 1) - 1) : 0;
}

static void fill_matrix(const FeatureSet *fs, int row, float *token)
{
    token[STAT_ALPHA] = or_zero(2 * (number_of(fs, FT_WEIGHTS, "alpha_stable", row) - 1.5));
    token[STAT_BIMODALITY] = or_zero(2 * number_of(fs, FT_WEIGHTS, "bimodality", row) - 1);
    token[STAT_KURTOSIS] = or_zero(asinh(number_of(fs, FT_WEIGHTS, "kurt", row)) / 4);
    token[STAT_RANK] = or_zero(2 * flatness_of(fs, row) - 1);
}

/* What no number tells is in the middle of its range. */
static LayerLook look_of(const FeatureSet *fs, int layer)
{
    double alpha = NAN, flat = 0, tension;
    int n = 0;
    for (int r = 0; r < STAT_ROLES; r++) {
        int row = row_of(fs, layer, ROLES[r]);
        double f = flatness_of(fs, row);
        alpha = fmin(alpha, number_of(fs, FT_WEIGHTS, "alpha_stable", row));
        if (!isfinite(f)) continue;
        flat += f;
        n++;
    }
    tension = number_of(fs, FT_LAYERS, "tension", feat_find_row(fs, FT_LAYERS, layer, -1));
    return (LayerLook){.alpha = isfinite(alpha) ? (float)alpha : 1.5f,
                       .tension = isfinite(tension) ? (float)tension : 0.5f,
                       .flatness = n ? (float)(flat / n) : 0.5f};
}

/* token [nl, STAT_ROLES, STAT_FEATURES]; how many matrices have a spectrum. */
static int fill_tokens(const FeatureSet *fs, float *token)
{
    int spectra = 0;
    for (int l = 0; l < fs->nl; l++)
        for (int r = 0; r < STAT_ROLES; r++) {
            float *to = token + ((int64_t)l * STAT_ROLES + r) * STAT_FEATURES;
            int row = row_of(fs, l, ROLES[r]);
            fill_layer(fs, l, to);
            if (row < 0) continue;
            spectra += fill_spectrum(fs, row, to);
            fill_matrix(fs, row, to);
        }
    return spectra;
}

bool layer_windows(const FeatureSet *fs, float *x, LayerLook *look, Err *err)
{
    enum { LAYER = STAT_ROLES * STAT_FEATURES };
    float *token = mem_alloc((int64_t)fs->nl * LAYER, sizeof *token);
    bool ok = fill_tokens(fs, token) > 0;
    for (int l = 0; ok && l < fs->nl; l++) {
        const int near[STAT_LAYERS] = {l ? l - 1 : 0, l, l + 1 < fs->nl ? l + 1 : l};
        for (int i = 0; i < STAT_LAYERS; i++)
            memcpy(x + ((int64_t)l * STAT_LAYERS + i) * LAYER, token + (int64_t)near[i] * LAYER,
                   LAYER * sizeof *x);
        look[l] = look_of(fs, l);
    }
    free(token);
    return ok || err_set(err, "%s: no layer has a spectrum of q, k, v, gate or down",
                         fs->model ? fs->model : "the model");
}
