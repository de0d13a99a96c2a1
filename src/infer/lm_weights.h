/* lm_weights.h: a model's tensors as the forward pass wants them: matrices in place, the few
 * vectors (norms, biases) as f32. */
#ifndef INFER_LM_WEIGHTS_H
#define INFER_LM_WEIGHTS_H

#include "infer/hparams.h"
#include "infer/linear.h"

typedef struct LmNorm {
    float *w, *b; /* [n]; b only for layer norms */
} LmNorm;

typedef struct LmMatrix {
    Linear l;
    float *bias; /* [out], NULL when there is none */
} LmMatrix;

typedef struct LmLayer {
    LmNorm norm_attn, norm_attn_post, norm_mlp, norm_mlp_post; /* [d] */
    LmNorm norm_q, norm_k;                                     /* [dh] */
    LmMatrix q;        /* [nh * dh, d] */
    LmMatrix k, v;     /* [nkv * dh, d] */
    LmMatrix o;        /* [d, nh * dh] */
    LmMatrix gate, up; /* [ff, d] */
    LmMatrix down;     /* [d, ff] */
} LmLayer;

/* Owner; zero is empty. */
typedef struct LmWeights {
    int nl;
    LmLayer *layer;   /* [nl] */
    Tensor embed;     /* [vocab, d] */
    Tensor positions; /* [context, d] when there are learned positions */
    LmNorm norm_final;
    LmMatrix head;    /* [vocab, d] */
} LmWeights;

/* Every tensor that the model needs, and none that it does not know what to do with. */
bool lm_weights_find(LmWeights *w, const Model *m, const Hparams *hp, Err *err);
void lm_weights_free(LmWeights *w);

#endif
