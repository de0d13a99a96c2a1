/* layers.h: what is known of blocks and of the whole model from the measures of their tensors.
 * Private to analysis/. */
#ifndef ANALYSIS_LAYERS_H
#define ANALYSIS_LAYERS_H

#include "feature/featset.h"
#include "measure.h"

/* m [model->nparts]. Fills FT_LAYERS. */
void layers_fill(FeatureSet *fs, const Model *model, const Measure *m, int nl);
/* Fills FT_MODEL. */
void key_fill(FeatureSet *fs, const Model *model, const Measure *m, int nl);

/* The measure of a part, NULL when there is none. */
const Measure *layers_find(const Model *model, const Measure *m, int layer, int role);

#endif
