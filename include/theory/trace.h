/* trace.h: one forward pass, kept: what the music theory of latent space reads.
 *
 * Memory is (nl + 1) nt d floats and a few matrices [nt, nt], whatever the number of heads: 100 MB
 * for 2000 tokens of a model with 18 layers of width 640. */
#ifndef THEORY_TRACE_H
#define THEORY_TRACE_H

#include "infer/lm.h"

enum { TRACE_TEMPS = 6 };
extern const double TRACE_TEMP[TRACE_TEMPS]; /* temperatures, 1 among them */

/* Zero is empty. */
typedef struct Trace {
    int nl, nt, d, nh;
    float *h;            /* [nl + 1, nt, d] the stream: embedding, then after every block */
    double *norm;        /* [nl + 1, nt] of h */
    double *attn_norm;   /* [nl, nt] of what attention adds */
    double *mlp_norm;    /* [nl, nt] */
    float *head_entropy; /* [nl, nh, nt] over ln of the tokens seen; token 0: 0 */
    float *head_distance; /* [nl, nh, nt] mean distance to what is attended to, tokens */
    float *received;     /* [nl, nt] attention that a token receives from those after it: the mean
                            over heads of the sum over queries, over how many queries see it */
    float *pattern;      /* [nt, nt] attention weights, mean over heads and layers; row = query */
    double *surprisal;   /* [nt] nats, NaN for token 0 */
    double *entropy;     /* [nt] of the distribution of the next token, nats */
    double *entropy_at;  /* [TRACE_TEMPS, nt] the same at other temperatures */
    bool *sink;          /* [nt] BOS, or over ten times the median norm in half of the layers */
    int32_t *ids;        /* [nt] */
} Trace;

/* ids [n], n >= 1. bos: the model's BOS, -1 for none. What lm has taken in before is forgotten. */
bool trace_record(Trace *t, Lm *lm, const int32_t *ids, int n, int32_t bos, const Run *run,
                  Err *err);
void trace_free(Trace *t);

/* The stream at layer (0 = embedding) and token: [d]. */
const float *trace_at(const Trace *t, int layer, int token);
/* How many tokens are no sinks; index [nt] (may be NULL) gets them in order. */
int trace_tokens(const Trace *t, int *index);

#endif
