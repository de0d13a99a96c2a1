/* lm_parts.h: the inside of an Lm, shared by lm.c, block.c and attention.c. */
#ifndef INFER_LM_PARTS_H
#define INFER_LM_PARTS_H

#include "infer/lm.h"
#include "math/vecmath.h"
#include "kvcache.h"
#include "lm_weights.h"

/* The activations of one run of up to `cap` tokens. */
typedef struct LmState {
    int cap;
    float *x;        /* [cap, d] the residual stream */
    float *xn;       /* [cap, d] after a norm */
    float *q, *z;    /* [cap, nh * dh] */
    float *k, *v;    /* [cap, nkv * dh] */
    float *out;      /* [cap, d] of attention, of the MLP */
    float *gate, *up; /* [cap, ff]; gate only in gated MLPs */
    float *cosine[HPARAMS_ROPES], *sine[HPARAMS_ROPES]; /* [cap, dim / 2] */
} LmState;

/* Memory of attention, grown as needed. */
typedef struct AttnMemory {
    float *scores;   /* [threads, rows, keys] */
    float *entropy, *distance; /* [cap, nh] when asked for */
    float *seen, *pattern;     /* [queries, nh, keys] when asked for */
    int64_t nscores, nstats, nseen, npattern;
} AttnMemory;

struct Lm {
    const Model *model;
    Hparams hp;
    LmWeights w;
    const VecMath *math;
    Pool *pool;
    bool own_pool;
    int context, chunk;
    int32_t *ids; /* [pos] */
    int cap_ids, pos;
    int cached; /* of them, those whose keys and values are in the cache */
    int high;   /* positions up to here have been written to the cache */
    bool is_long; /* the cache was made with the long factors of longrope */
    KvCache kv;
    LmState s;
    AttnMemory attn;
    double *freq[HPARAMS_ROPES]; /* [dim / 2] */
    float *last;   /* [d] of the last token, after the final norm */
    float *logits; /* [vocab] */
    bool has_last, has_logits;
};

/* One run of tokens through the model. */
typedef struct Pass {
    Lm *lm;
    const Hooks *hooks;
    const Run *run;
    int layer, pos, nt;
} Pass;

/* Shows v [nt, heads, width], rows ld apart, when somebody wants to see it. */
void pass_show(const Pass *p, HookPoint point, const float *v, int heads, int width, int64_t ld);

/* Runs fn for all tokens of the pass, cut into runs of tokens by the pool. */
void pass_tokens(const Pass *p, void (*fn)(const Pass *p, int t0, int t1));

/* n vectors of length len, ldx apart, through a norm; y may be x. */
void pass_norm(const Lm *lm, const LmNorm *norm, const float *x, int n, int len, int64_t ld,
               float *y);

/* Keys and values of the tokens must be in the cache, s.q turned; fills s.z. */
void attention(const Pass *p);

/* s.x goes through block p->layer. */
void block_forward(const Pass *p);

#endif
