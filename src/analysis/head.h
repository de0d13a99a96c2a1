/* head.h: a feature set's head: which model, of what shape. Private to analysis/. */
#ifndef ANALYSIS_HEAD_H
#define ANALYSIS_HEAD_H

#include "feature/featset.h"
#include "infer/lm.h"

/* From the file as it is; nl layers. */
void head_of_model(FeatureSet *fs, const Model *model, int nl);
/* From what the forward pass knows. Fills nothing when the head is there already. */
void head_of_lm(FeatureSet *fs, const Lm *lm);

#endif
