/* space_points.h: the words of a text as points, layer by layer. Private to analysis/. */
#ifndef ANALYSIS_SPACE_POINTS_H
#define ANALYSIS_SPACE_POINTS_H

#include "analysis/space.h"

/* x [nwords, d]: each word's mean over its tokens that are no attention sinks; where there is none,
 * over all of them, and real[word] is false. */
typedef struct SpacePoints {
    int layer, nwords;
    const float *x;
    const bool *real; /* [nwords] false: sinks only */
} SpacePoints;

/* Runs the text through lm and visits the layers first..end-1 in order; a text beyond the context
 * is cut there, and so are its words. run may be NULL: no progress is reported. */
bool space_points(Lm *lm, const SpaceText *text, int first, int end,
                  void (*visit)(void *ud, const SpacePoints *p), void *ud, const Run *run,
                  Err *err);

#endif
