/* key.h: the model's key from its norms alone, without reading its matrices. Private to
 * analysis/. */
#ifndef ANALYSIS_KEY_H
#define ANALYSIS_KEY_H

#include "feature/featset.h"
#include "model/model.h"

/* Fills FT_MODEL, unless it has a row already. */
void key_fill_norms(FeatureSet *fs, const Model *model);

#endif
