/* hparams.h: every detail of an architecture that changes a number of its forward pass.
 *
 * Read from config.json by the rules of transformers' configuration classes, defaults included.
 * What is asked for and not known is refused by name, never computed as if it were not there. */
#ifndef INFER_HPARAMS_H
#define INFER_HPARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/model.h"

typedef enum NormKind {
    NORM_RMS,     /* x / rms(x) * w */
    NORM_RMS_ONE, /* x / rms(x) * (1 + w): Gemma */
    NORM_LAYER    /* (x - mean) / std * w + b */
} NormKind;

typedef enum ActKind {
    ACT_SILU,
    ACT_GELU,      /* x * Phi(x), by erf */
    ACT_GELU_TANH, /* its approximation by tanh */
    ACT_RELU
} ActKind;

typedef enum RopeKind { ROPE_PLAIN, ROPE_LINEAR, ROPE_LLAMA3, ROPE_YARN, ROPE_LONG } RopeKind;

/* How positions turn queries and keys. */
typedef struct RopeSpec {
    RopeKind kind;
    int dim;     /* values of a head that are turned, from the first on; even */
    double base; /* "theta" */
    double factor;               /* all but plain */
    double low_freq, high_freq;  /* llama3 */
    double beta_fast, beta_slow; /* yarn: turns over the original context */
    bool truncate;               /* yarn: the ramp's ends are whole numbers */
    double scale;                /* of cosine and sine ("attention factor") */
    int original;                /* llama3, yarn, long: positions before the scaling */
    double *short_factor, *long_factor; /* [dim / 2] long */
} RopeSpec;

enum { HPARAMS_ROPES = 2 };

typedef struct LayerSpec {
    int window;       /* positions that a query sees, itself included; 0 = all before it */
    int rope;         /* index into Hparams.rope, -1 = none */
    float attn_scale; /* of the product of query and key */
} LayerSpec;

/* Owner; zero is empty. */
typedef struct Hparams {
    char family[24];
    int nl, d, nh, nkv, dh, ff;
    int64_t vocab;
    int context;  /* positions that the model was made for */
    NormKind norm;
    float eps;
    ActKind act;
    bool gated;      /* act(gate) * up; otherwise act(up) */
    bool parallel;   /* attention and MLP both read the block's input */
    bool sandwich;   /* norms after attention and after the MLP too */
    bool qk_norm;    /* norms on every head's query and key */
    bool bias_qkv, bias_o, bias_mlp;
    bool positions;  /* a learned vector for each position */
    bool tied;       /* the output embedding is the input's */
    float embed_scale;
    float attn_cap, final_cap; /* cap * tanh(x / cap); 0 = none */
    RopeSpec rope[HPARAMS_ROPES];
    LayerSpec *layer; /* [nl] */
} Hparams;

/* hp must be zero; on success free it with hparams_free(). */
bool hparams_read(Hparams *hp, const Model *m, Err *err);
void hparams_free(Hparams *hp);

/* How many positions the query at `position` (from 0) sees, itself included. */
static inline int layer_sees(const LayerSpec *layer, int position)
{
    int window = layer->window, before = position + 1;
    return window && window < before ? window : before;
}

const char *act_name(ActKind act); /* "gelu_tanh" */

#endif
