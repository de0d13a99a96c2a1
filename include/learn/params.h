/* params.h: named matrices that are learned, in one array, and AdamW over them.
 *
 * One array, so that gradients, moments, clipping and averages are single loops. A file of them is
 * a plain .safetensors. */
#ifndef LEARN_PARAMS_H
#define LEARN_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "learn/tape.h"

typedef struct Param {
    char *name;
    int rows, cols; /* a vector has one row */
    int64_t at;     /* first element in v */
    bool decay;     /* weight decay: of matrices, not of norms and biases */
} Param;

/* Owner; zero is empty. */
typedef struct Params {
    Param *p;
    int n, cap;
    int64_t size;
    float *v; /* [size], NULL before params_alloc() */
} Params;

/* Its index. All are added before params_alloc(). */
int params_add(Params *ps, const char *name, int rows, int cols, bool decay);
void params_alloc(Params *ps); /* zeros */
void params_free(Params *ps);
int params_find(const Params *ps, const char *name); /* -1 = none */
/* Fills one: with a number, or with normal variates of this spread, the same for the same seed and
 * name (math/permute.h). */
void params_fill(Params *ps, int i, float value);
void params_fill_normal(Params *ps, int i, double std, uint64_t seed);
/* Onto the tape; g [size] NULL: constants. */
Var *params_leaf(const Params *ps, int i, Tape *t, float *g);

/* Decoupled weight decay (Loshchilov & Hutter 2019), in PyTorch's order of operations. */
typedef struct AdamW {
    double beta1, beta2, eps, decay;
} AdamW;

/* Owner; zero is a fresh start. */
typedef struct AdamState {
    float *m, *v; /* [size] */
    int64_t step;
} AdamState;

void adam_alloc(AdamState *s, const Params *ps);
void adam_free(AdamState *s);
/* One step down the gradient g [size], multiplied by `scale` (clipping) first. */
void adam_step(AdamState *s, Params *ps, const AdamW *a, const float *g, double scale, double rate);
/* The same for those parameters only that moves [ps->n] says (NULL: all); the others and their
 * moments stay. */
void adam_step_of(AdamState *s, Params *ps, const AdamW *a, const float *g, double scale,
                  double rate, const bool *moves);
/* L2 norm, summed in double. */
double gradient_norm(const float *g, int64_t n);
/* What makes a norm no larger than max: 1, or max / norm. */
double gradient_clip(double norm, double max);
/* Linear warm-up over `warm` steps to `peak`, then a cosine to `floor` of it at `total`. step is
 * counted from 0. */
double cosine_rate(int64_t step, int64_t warm, int64_t total, double peak, double floor);
/* The same, staying at the peak until `hold` of the steps (0..1) are done. */
double hold_rate(int64_t step, int64_t warm, int64_t total, double hold, double peak, double floor);
/* slow = decay * slow + (1 - decay) * fast, n numbers: an exponential moving average. */
void ema_follow(float *slow, const float *fast, int64_t n, double decay);

#endif
