/* space.h: a learned map of a model's hidden states: for every layer the mean, the leading
 * principal components and the usual range of each coordinate, found over a corpus (mappings.md
 * section 7).
 *
 * Layers are counted as hidden states: 0 is the embedding, l the residual stream after l blocks; so
 * a model of nl blocks has nl + 1. A point is a word: the mean of its tokens, attention sinks
 * (analysis/activations.h) left out. What is fitted is what is played. */
#ifndef ANALYSIS_SPACE_H
#define ANALYSIS_SPACE_H

#include "base/err.h"
#include "base/run.h"
#include "feature/featset.h"
#include "infer/lm.h"

enum { SPACE_COMPONENTS = 16, SPACE_MAX_COMPONENTS = 64 };

/* Zero is none. */
typedef struct Space {
    char *model, *corpus; /* of which it is, and over what; "" unknown */
    int layers, d, k;     /* nl + 1, width, components */
    int64_t words;        /* of the corpus */
    int64_t *points;      /* [layers] words that are no sinks */
    float *mean;          /* [layers, d] */
    float *comp;          /* [layers, k, d] unit length, the entry of largest magnitude positive;
                             zero where no variance is left */
    double *var;          /* [layers, k] variance along each (over points - 1), descending */
    double *ratio;        /* [layers, k] its share of the whole variance of the layer */
    float *range;         /* [layers, k, 2] 1st and 99th percentile of the coordinate */
    float *step;          /* [layers, 2] the same of the distance, in these coordinates, from a word
                             to the next of its sentence */
    int sentences;
    float *proj;          /* [sentences, layers, k] mean of each sentence's words */
} Space;

typedef struct SpaceSpan {
    int from, end; /* tokens from..end-1 */
} SpaceSpan;

typedef struct SpaceText {
    const int32_t *ids; /* [n] */
    int n;
    int32_t bos;           /* the model's BOS, -1 for none */
    const SpaceSpan *word; /* [nwords] */
    int nwords;
} SpaceText;

/* Sentences one at a time, so that no more than one need be in memory. */
typedef struct SpaceCorpus {
    int n;
    const char *name;
    bool (*text)(void *ud, int i, SpaceText *out, Err *err); /* out lives until the next call */
    void *ud;
} SpaceCorpus;

typedef struct SpaceOpts {
    int components; /* at most d are kept; 0 = SPACE_COMPONENTS */
    int64_t budget; /* bytes for the sums of products [d, d], 0 = 256 MB: layers are fitted in
                       groups that fit it, one pass over the corpus for each */
} SpaceOpts;

/* s must be zero; on success it is the caller's to free. The same numbers for any number of threads
 * and any budget. Sums of products in f64, exact principal components; percentiles off by at most
 * 1/400 of the component's standard deviation. One pass over the corpus more for these. */
bool space_fit(Space *s, Lm *lm, const SpaceCorpus *corpus, const SpaceOpts *opts, const Run *run,
               Err *err);
void space_free(Space *s);

/* A .safetensors file: mean, components, variance, ratio, range, step, points, projections. */
bool space_write(const Space *s, const char *path, Err *err);
/* s must be zero. Every number is checked. */
bool space_read(Space *s, const char *path, Err *err);
/* False when its shape is not lm's. */
bool space_fits(const Space *s, const Lm *lm, Err *err);

/* out [k]: coordinates of x [d] in a layer. */
void space_project(const Space *s, int layer, const float *x, double *out);
/* The place of coordinate c between the percentiles, clipped to 0..1; 0.5 where these are equal. */
double space_place(const Space *s, int layer, int component, double c);

/* Adds FT_WORDS: a row per layer and word (key.prompt 0, key.layer as above, key.token the word,
 * label its text), with
 *   pc      [k] coordinates
 *   pc01    [k] the same between the 1st and 99th percentile of the corpus, clipped to 0..1
 *   step    distance from the word before it; of the first, from the corpus's mean
 *   step01  the same between its percentiles, clipped
 *   sink    1 where all of the word's tokens are attention sinks
 * and FT_MODEL, the model's key (analysis/activations.h). lm forgets what it had. label
 * [nwords]. */
bool space_features(const Space *s, Lm *lm, const SpaceText *text, const char *const *label,
                    FeatureSet *fs, const Run *run, Err *err);

#endif
