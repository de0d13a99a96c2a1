/* features.h: what the theory found in a text, as features that music can be made of. */
#ifndef THEORY_FEATURES_H
#define THEORY_FEATURES_H

#include "feature/featset.h"
#include "theory/sections.h"

/* Adds to the rows of layer -1 of FT_TOKENS (analysis/activations.h), which fs must have:
 *   key_stretch   which key the token is in, from 0
 *   key_strength  at the first token of a key but the first: how far the keys are apart (energy
 *                 distance over the mean distance)
 *   key_back      there: 1 when the key before is only left for a while
 *   chord_quality at the first of two neighbours that were measured: 0 major, 1 minor,
 *                 2 diminished, 3 augmented
 *   chord_consonance chord_emergent  there (last layer)
 *   received      attention that the token receives, mean over layers (log; sinks too)
 * What it adds when run was stopped means nothing. */
void theory_features(const TheoryText *x, FeatureSet *fs, const Run *run);

#endif
