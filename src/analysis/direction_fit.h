/* direction_fit.h: the stream at the ends of the prompts of pairs, and the directions in it.
 * Private to analysis/. */
#ifndef ANALYSIS_DIRECTION_FIT_H
#define ANALYSIS_DIRECTION_FIT_H

#include "analysis/direction.h"

/* Zero is empty. Layers from `first` to end - 1 are there. */
typedef struct PairStates {
    int npairs, nl, d, first, end;
    float *high, *low; /* [npairs, end - first, d] stream after the block */
    int moved;         /* prompts of which some layer's is not the last token's */
} PairStates;

bool pair_states_collect(PairStates *s, Lm *lm, const DirectionPair *pair, int npairs,
                         const DirectionOpts *opts, const Run *run, Err *err);
void pair_states_free(PairStates *s);

/* name and model of r are left to the caller. */
bool direction_fit_states(Direction *r, const PairStates *s, int method, Err *err);
/* An empty direction of that shape: no layer has a vector. */
void direction_init(Direction *r, int nl, int d);
/* What direction files call a method. */
const char *direction_method_name(int method); /* "means", "pca"; NULL beyond */

#endif
