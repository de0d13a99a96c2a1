/* fixture_features.h: a made-up model's features by formula, for the tests of genres. */
#ifndef FIXTURE_FEATURES_H
#define FIXTURE_FEATURES_H

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "feature/featset.h"

typedef struct FixtureOpts {
    int nl;
    bool no_gate, no_layers_table;
    unsigned salt; /* another salt, another model */
} FixtureOpts;

/* 0..1, the same for the same arguments. */
static inline double fixture_number(unsigned salt, int layer, int role, int lane)
{
    uint32_t h = salt * 2654435761u ^ (uint32_t)(layer + 7) * 40503u ^ (uint32_t)role * 9176u;
    h = (h ^ (uint32_t)lane * 2246822519u) * 3266489917u;
    h ^= h >> 15;
    h *= 668265263u;
    h ^= h >> 13;
    return (h & 0xffffff) / 16777216.0;
}

static inline int fixture_column(FeatureSet *fs, int table, const char *name)
{
    int col = feat_find_column(fs, table, name);
    return col >= 0 ? col : feat_add_column(fs, table, name, "", "made up");
}

static inline void fixture_scalars(FeatureSet *fs, int row, unsigned salt, int layer, int role)
{
    static const char *const NAMES[] = {"mean", "std", "skew", "kurt", "fro", "stable_rank",
                                        "effective_rank", "spectral_entropy", "alpha"};
    for (int i = 0; i < 9; i++)
        feat_set1(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, NAMES[i]), row,
                  0.1 + 3 * fixture_number(salt, layer, role, 5000 + i));
}

static inline void fixture_matrix(FeatureSet *fs, unsigned salt, int layer, int role, int rows)
{
    double sv[64], norms[256], hist[32], sum = 0;
    char label[64];
    snprintf(label, sizeof label, "layers.%d.%s.weight", layer, role_name(role));
    int row = feat_add_row(fs, FT_WEIGHTS, (RowKey){-1, (int16_t)layer, (int16_t)role, -1, -1},
                           label);
    for (int i = 0; i < 64; i++)
        sv[i] = 8.0 / (1 + 0.2 * i) + (64 - i) * 0.01 * fixture_number(salt, layer, role, 0);
    for (int i = 0; i < rows; i++) norms[i] = 1 + fixture_number(salt, layer, role, 1000 + i);
    for (int i = 0; i < 32; i++) sum += hist[i] = exp(-(i - 16) * (i - 16) / 60.0) +
                                                 0.2 * fixture_number(salt, layer, role, 3000 + i);
    for (int i = 0; i < 32; i++) hist[i] /= sum;
    feat_set(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "sv"), row, sv, 64);
    feat_set(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "row_norms"), row, norms, rows);
    feat_set(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "hist"), row, hist, 32);
    fixture_scalars(fs, row, salt, layer, role);
}

static inline void fixture_norm(FeatureSet *fs, unsigned salt, int layer, int role)
{
    double gamma[64];
    char label[64];
    snprintf(label, sizeof label, "layers.%d.%s.weight", layer, role_name(role));
    int row = feat_add_row(fs, FT_WEIGHTS, (RowKey){-1, (int16_t)layer, (int16_t)role, -1, -1},
                           label);
    for (int i = 0; i < 64; i++) gamma[i] = 0.5 + fixture_number(salt, layer, role, i);
    feat_set(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "gamma"), row, gamma, 64);
    feat_set1(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "gamma_mean"), row, gamma[0]);
    feat_set1(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "gamma_std"), row, gamma[1] / 4);
    feat_set1(fs, FT_WEIGHTS, fixture_column(fs, FT_WEIGHTS, "gamma_asym"), row, gamma[2] - 1);
    fixture_scalars(fs, row, salt, layer, role);
}

static inline void fixture_layers(FeatureSet *fs, unsigned salt, int nl)
{
    static const char *const NAMES[] = {"tension_raw", "tension", "w1_q", "coh_qk", "sv_delta_q",
                                        "sv_delta_down"};
    for (int l = 0; l < nl; l++) {
        int row = feat_add_row(fs, FT_LAYERS, (RowKey){-1, (int16_t)l, -1, -1, -1}, NULL);
        for (int i = 0; i < 6; i++)
            feat_set1(fs, FT_LAYERS, fixture_column(fs, FT_LAYERS, NAMES[i]), row,
                      fixture_number(salt, l, 90 + i, 0));
    }
}

/* fs must be zero; free with feat_free. */
static inline void fixture_features(FeatureSet *fs, FixtureOpts o)
{
    static const int BLOCK[] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_O, ROLE_GATE, ROLE_UP, ROLE_DOWN};
    fs->model = mem_strdup("fixture");
    fs->family = mem_strdup("gemma3");
    fs->nl = o.nl;
    fs->d = 64, fs->nh = 4, fs->nkv = 1, fs->ff = 256, fs->vocab = 256;
    fixture_matrix(fs, o.salt, -1, ROLE_EMBED, 256);
    for (int l = 0; l < o.nl; l++) {
        fixture_norm(fs, o.salt, l, ROLE_NORM_ATTN);
        for (int i = 0; i < 7; i++)
            if (!(o.no_gate && BLOCK[i] == ROLE_GATE))
                fixture_matrix(fs, o.salt, l, BLOCK[i], BLOCK[i] == ROLE_DOWN ? 64 : 128);
        fixture_norm(fs, o.salt, l, ROLE_NORM_MLP);
    }
    fixture_norm(fs, o.salt, -1, ROLE_FINAL_NORM);
    if (!o.no_layers_table) fixture_layers(fs, o.salt, o.nl);
    int row = feat_add_row(fs, FT_MODEL, (RowKey){-1, -1, -1, -1, -1}, NULL);
    feat_set1(fs, FT_MODEL, fixture_column(fs, FT_MODEL, "key_root"), row,
              36 + (int)(24 * fixture_number(o.salt, 0, 99, 0)));
    feat_set1(fs, FT_MODEL, fixture_column(fs, FT_MODEL, "key_mode"), row, 2);
}

#endif
