/* layer_window.h: a model's layers as the statistics encoder sees them.
 *
 * One window a layer: the layer before, the layer itself, the layer after (the nearest there is at
 * the ends), five matrices each: 15 tokens of numbers that do not depend on a model's size. */
#ifndef LEARN_LAYER_WINDOW_H
#define LEARN_LAYER_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "feature/featset.h"

/* Roles of the seed: q, k, v, gate (up where there is none), down. */
enum { STAT_ROLES = 5, STAT_LAYERS = 3, STAT_TOKENS = STAT_ROLES * STAT_LAYERS };
/* A token: 32 points of the spectrum, then the rest. Each in about -1..1; 0 where absent. What is
 * of the layer (from STAT_W1 on) is in all its five tokens. */
enum {
    STAT_SPECTRUM = 32, /* log2(sv[i] / sv[0]) / 4 + 1 at 32 even quantiles, clipped to -1..1 */
    STAT_ALPHA = STAT_SPECTRUM, /* alpha-stable index - 1.5, times 2 */
    STAT_BIMODALITY,            /* 2 b - 1 */
    STAT_KURTOSIS,              /* asinh(kurt) / 4 */
    STAT_RANK,                  /* 2 effective rank / smaller side - 1 */
    STAT_W1,                    /* of q to the next layer: log1p(w1 / mean sv) */
    STAT_COHERENCE,             /* of q and k */
    STAT_TENSION,               /* 2 tension - 1 */
    STAT_DEPTH,                 /* 2 l / (L - 1) - 1 */
    STAT_FEATURES
};

/* What a layer is like; what the curriculum pairs by. */
typedef struct LayerLook {
    float alpha;    /* the lowest alpha-stable index of its five matrices, 0..2 */
    float tension;  /* 0..1 over the model's layers */
    float flatness; /* mean over its matrices of effective rank / smaller side, 0..1 */
} LayerLook;

/* x [nl, STAT_TOKENS, STAT_FEATURES], look [nl]; fs is of analysis/weights.h. False when fs has no
 * layer with a spectrum. Not finite counts as absent. */
bool layer_windows(const FeatureSet *fs, float *x, LayerLook *look, Err *err);

#endif
