/* families.h: what a family of models does whatever its configuration says, and the defaults of its
 * configuration class. A new family is a row in families.c, when its block is like those here. */
#ifndef INFER_FAMILIES_H
#define INFER_FAMILIES_H

#include "infer/hparams.h"

enum {
    F_GATED = 1 << 0,
    F_SANDWICH = 1 << 1,
    F_QK_NORM = 1 << 2,
    F_EMBED_SCALE = 1 << 3,  /* embeddings times sqrt(d) */
    F_CAPS = 1 << 4,         /* soft-caps are read; in other families they are refused */
    F_QUERY_SCALAR = 1 << 5, /* so is "query_pre_attn_scalar" */
    F_ATTN_BIAS = 1 << 6,    /* "attention_bias": of q, k, v and o */
    F_MLP_BIAS = 1 << 7,     /* "mlp_bias" */
    F_QKV_BIAS = 1 << 8,     /* q, k and v always have one */
    F_ALL_BIAS = 1 << 9,     /* o and the MLP always have one */
    F_POSITIONS = 1 << 10,   /* learned, no rotation */
    F_NEOX = 1 << 11,        /* "use_parallel_residual", "rotary_pct", "rotary_emb_base" */
    F_TIED = 1 << 12         /* unless the configuration says other */
};

/* Which layers see a window only, when "layer_types" does not say. */
typedef enum Pattern {
    WINDOW_NEVER,
    WINDOW_ALL,
    WINDOW_EVEN,  /* layers 0, 2, 4, ... */
    WINDOW_SIXTH, /* all but every sixth, or "sliding_window_pattern" */
    WINDOW_QWEN   /* "use_sliding_window": from layer "max_window_layers" on */
} Pattern;

typedef struct Family {
    const char *name; /* row of archs.def */
    NormKind norm;
    const char *eps_key, *act_key, *context_key;
    double eps;
    const char *act;
    int context;
    double base, part; /* rope: theta, and how much of a head turns */
    int original;      /* "original_max_position_embeddings" */
    Pattern pattern;
    int window;
    double attn_cap, final_cap;
    int flags; /* F_... */
} Family;

/* NULL when there is none. */
const Family *family_find(const char *name);

#endif
