/* noise.h: what stands where other synthesizers have a random generator: a run of a model's own
 * weights, standardised to mean 0 and standard deviation 1. */
#ifndef APP_NOISE_H
#define APP_NOISE_H

#include "feature/featset.h"
#include "model/model.h"

/* Zero is empty. */
typedef struct WeightNoise {
    float *x; /* [n] */
    int64_t n;
} WeightNoise;

/* Up to 262144 finite weights of the block matrices, from the middle layer's outwards. */
void noise_from_model(WeightNoise *w, const Model *m);
/* Where there are only features: their vectors, each standardised by itself, in file order. Never
 * leaves w empty. */
void noise_from_features(WeightNoise *w, const FeatureSet *fs);
void noise_free(WeightNoise *w);

#endif
