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
    int first;             /* layers first..nl-1 have a vector (stream after the block) */
    float *r;              /* [nl, d] unit length; zero below first */
    DirectionLayer *layer; /* [nl] NaN below first */
} Direction;

typedef struct DirectionPair {
    const int32_t *high, *low; /* [nhigh], [nlow] */
    int nhigh, nlow;
} DirectionPair;

typedef struct DirectionOpts {
    const char *name;
    int method;    /* DirectionMethod */
    int first;     /* -1: the final half of the layers */
    int32_t bos;   /* the model's BOS, -1 for none */
} DirectionOpts;

/* At least two pairs. Accumulated in f64. */
bool direction_fit(Direction *r, Lm *lm, const DirectionPair *pair, int npairs,
                   const DirectionOpts *opts, const Run *run, Err *err);
void direction_free(Direction *r);

/* .safetensors: r [nl, d], stats [nl, 4] (high, low, explained, auc), metadata. */
bool direction_write(const Direction *r, const char *path, Err *err);
bool direction_read(Direction *r, const char *path, Err *err);
/* False when its shape is not lm's. */
bool direction_fits(const Direction *r, const Lm *lm, Err *err);
/* Mean leave-one-out AUC over the layers that have a vector. */
double direction_auc(const Direction *r);

#endif
