/* direction.h: a concept as a direction in the residual stream, one unit vector a layer, found from
 * pairs of contrasting prompts (mappings.md section 6; Arditi et al. 2024).
 *
 * "High" is the first prompt of a pair, "low" the second: high projects higher. */
#ifndef ANALYSIS_DIRECTION_H
#define ANALYSIS_DIRECTION_H

#include "base/err.h"
#include "base/run.h"
#include "infer/lm.h"

typedef enum DirectionMethod {
    DIRECTION_MEANS, /* difference of the means of the last tokens (the standard) */
    DIRECTION_PCA    /* first principal component of the pairwise differences (the seed's) */
} DirectionMethod;

typedef struct DirectionLayer {
    double high, low; /* the pairs' own two means of the projection */
    double explained; /* share of the variance of the pairwise differences along r, 0..1 */
    double auc;       /* leave-one-out: 0.5 is chance, 1 every held-out pair told apart */
} DirectionLayer;

/* Zero is none. */
typedef struct Direction {
    char *name;  /* "refusal" */
    char *model; /* of which it is; "" unknown */
    int method, npairs;
    int nl, d;
    int first;             /* layers first..nl-1 have a vector (of the stream after the block),
                              unless fewer were asked for: see direction_has */
    float *r;              /* [nl, d] unit length; zero where there is none */
    DirectionLayer *layer; /* [nl] NaN where there is none */
    int moved;             /* prompts whose last token is an attention sink in some layer: there
                              the last token that is none was taken */
} Direction;

typedef struct DirectionPair {
    const int32_t *high, *low; /* [nhigh], [nlow] */
    int nhigh, nlow;
} DirectionPair;

typedef struct DirectionOpts {
    const char *name;
    int method;  /* DirectionMethod */
    int first;   /* -1: the final half of the layers */
    int end;     /* layers first..end-1; 0 = to the last */
    int32_t bos; /* the model's BOS, -1 for none */
} DirectionOpts;

/* At least two pairs, each prompt with a token besides BOS. Taken is the stream after each block at
 * the last token; where that is an attention sink (analysis/activations.h) the last token that is
 * none. Accumulated in f64.
 * DIRECTION_MEANS: r = mean of the high - mean of the low, scaled to length 1.
 * DIRECTION_PCA: the pairs' differences (high - low), each beside its negative, have mean 0
 * whatever the order within a pair; r is their first principal component. (Centring the differences
 * themselves would take away what they have in common, the concept.)
 * explained: sum of the squares of the differences along r over the sum of their squares.
 * auc: for each pair r is fitted to all others and this pair's two prompts are projected on it; P
 * that a high is above a low, over all combinations of one high and one low of any pairs, ties 1/2.
 * False when the pairs of a layer do not differ. */
bool direction_fit(Direction *r, Lm *lm, const DirectionPair *pair, int npairs,
                   const DirectionOpts *opts, const Run *run, Err *err);
void direction_free(Direction *r);

/* .safetensors: r [nl, d], stats [nl, 4] (high, low, explained, auc; f64),
 * metadata. */
bool direction_write(const Direction *r, const char *path, Err *err);
bool direction_read(Direction *r, const char *path, Err *err);
/* False when its shape is not lm's. */
bool direction_fits(const Direction *r, const Lm *lm, Err *err);
/* True when layer l has a vector. */
bool direction_has(const Direction *r, int l);
/* Dot product of the layer's vector with h [d]. */
double direction_project(const Direction *r, int l, const float *h);
/* Mean leave-one-out AUC over the layers that have a vector. */
double direction_auc(const Direction *r);

#endif
