/* fixture_activations.h: the activations of a made-up prompt by formula, for the tests of the
 * pieces that the cascade composes. Needs fixture_features.h. */
#ifndef FIXTURE_ACTIVATIONS_H
#define FIXTURE_ACTIVATIONS_H

#include "fixture_features.h"

typedef struct FixturePrompt {
    int nl, nt;
    unsigned salt;
    int direction;   /* first layer that has one; -1 = none */
    double tension;  /* about which the tokens' lies */
    double turn;     /* added to the phase of turn_token in every layer (rad) */
    int turn_token;
    bool bos;        /* token 0 is a sink */
    bool constant;   /* all numbers alike */
    bool broken;     /* every third number is NaN */
    bool bare;       /* nothing but norms and phases */
    double loss;     /* the share of the projection that deep layers have lost */
} FixturePrompt;

static inline double fixture_part(const FixturePrompt *p, int layer, int token, int what)
{
    double x = p->constant ? 0.5 : fixture_number(p->salt, layer, 200 + what, token);
    return p->broken && (layer + token + what) % 3 == 0 ? NAN : x;
}

static inline void fixture_token(FeatureSet *fs, const FixturePrompt *p, int l, int t)
{
    static const char *const NAMES[] = {"norm", "phase", "sink", "attn_entropy", "sparsity",
                                        "surprisal", "proj", "tension"};
    char label[16];
    snprintf(label, sizeof label, "tok%d", t);
    int row = feat_add_row(fs, FT_TOKENS, (RowKey){0, (int16_t)l, -1, -1, t}, label);
    bool sink = p->bos && t == 0;
    double phase = 6.28 * fixture_part(p, l, t, 1) - 3.14;
    double keep = l >= p->nl / 2 ? 1 - p->loss : 1;
    double tension = keep * (p->tension + 0.3 * (fixture_part(p, l, t, 7) - 0.5));
    if (t == p->turn_token) phase += p->turn;
    const double value[8] = {sink ? 4000 : 10 + 5 * fixture_part(p, l, t, 0), phase, sink,
                             0.2 + 0.7 * fixture_part(p, l, t, 3), fixture_part(p, l, t, 4),
                             9 * fixture_part(p, l, t, 5), 20 * tension, tension};
    for (int i = 0; i < 8; i++) {
        bool blocks = i == 3 || i == 4;
        if ((blocks && l < 0) || (i == 5 && (l >= 0 || t == 0))) continue;
        if (i >= 6 && (p->direction < 0 || l < p->direction)) continue;
        if (p->bare && i >= 3) continue;
        feat_set1(fs, FT_TOKENS, fixture_column(fs, FT_TOKENS, NAMES[i]), row, value[i]);
    }
}

static inline void fixture_layer(FeatureSet *fs, const FixturePrompt *p, int l)
{
    static const int SIZES[3] = {5, 7, 12};
    char name[16];
    double v[32], sum;
    int row = feat_add_row(fs, FT_LAYERS, (RowKey){0, (int16_t)l, -1, -1, -1}, NULL);
    feat_set1(fs, FT_LAYERS, fixture_column(fs, FT_LAYERS, "log_norm_mean"), row,
              2 + fixture_part(p, l, 0, 8));
    if (p->bare) return;
    feat_set1(fs, FT_LAYERS, fixture_column(fs, FT_LAYERS, "attn_entropy_mean"), row,
              0.3 + 0.5 * fixture_part(p, l, 0, 9));
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "blocks%d", SIZES[k]);
        for (int i = 0; i < SIZES[k]; i++) v[i] = 3 + fixture_part(p, l, i, 10 + k);
        feat_set(fs, FT_LAYERS, fixture_column(fs, FT_LAYERS, name), row, v, SIZES[k]);
    }
    for (int k = 0; k < 4; k++) {
        snprintf(name, sizeof name, "fold%d", k + 1);
        sum = 0;
        for (int i = 0; i < 32; i++) {
            v[i] = fixture_part(p, l, i, 20 + k) - 0.4;
            sum += isnan(v[i]) ? 0 : v[i] * v[i];
        }
        for (int i = 0; i < 32; i++) v[i] /= sqrt(sum);
        feat_set(fs, FT_LAYERS, fixture_column(fs, FT_LAYERS, name), row, v, 32);
    }
    const double share[4] = {0.5, 0.2, 0.1, 0.05};
    feat_set(fs, FT_LAYERS, fixture_column(fs, FT_LAYERS, "fold_share"), row, share, 4);
}

/* fs must be zero; free with feat_free. */
static inline void fixture_prompt(FeatureSet *fs, FixturePrompt p)
{
    fs->model = mem_strdup("fixture");
    fs->family = mem_strdup("gemma3");
    fs->nl = p.nl;
    fs->d = 64;
    for (int l = -1; l < p.nl; l++) {
        for (int t = 0; t < p.nt; t++) fixture_token(fs, &p, l, t);
        fixture_layer(fs, &p, l);
    }
    int row = feat_add_row(fs, FT_MODEL, (RowKey){-1, -1, -1, -1, -1}, NULL);
    feat_set1(fs, FT_MODEL, fixture_column(fs, FT_MODEL, "key_root"), row, 40 + (int)(p.salt % 12));
}

#endif
