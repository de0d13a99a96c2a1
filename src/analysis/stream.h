/* stream.h: what activations.c gathers of one layer while the tokens pass, and the tables it
 * becomes. Private to analysis/. */
#ifndef ANALYSIS_STREAM_H
#define ANALYSIS_STREAM_H

#include "analysis/activations.h"

/* One layer (-1: the embedding), all tokens of a prompt. Numbers that a layer has not are NAN. */
typedef struct Stream {
    int layer, nt, nh;
    double *norm;                    /* [nt] of the residual stream */
    double *pc;                      /* [nt, 2] */
    double share[2];                 /* of the variance */
    bool *sink;                      /* [nt] */
    double *delta_attn, *delta_mlp;  /* [nt] */
    double *sparsity;                /* [nt] */
    double post_std;
    float *entropy, *distance; /* [nh, nt] entropy over its maximum */
} Stream;

void stream_init(Stream *s, int nt, int nh);
void stream_free(Stream *s);

/* norm, sinks, the plane and the coordinates of h [nt, d], rows ld apart. bos: token 0 is one.
 * False when the components cannot be found. */
bool stream_state(Stream *s, const float *h, int d, int64_t ld, bool bos);
/* sparsity of post [nt, ff], by the sinks of the stream that goes into the block. */
void stream_sparsity(Stream *s, const float *post, int ff, int64_t ld, const bool *sink);

/* Adds the columns once. */
void stream_columns(FeatureSet *fs);
/* Adds the rows of a layer; *first: the row of its token 0 in FT_TOKENS. */
void stream_rows(const Stream *s, const ActivationPrompt *p, FeatureSet *fs, int *first);
/* What the model expected: nats [nt] (nats[0] NAN), entropy [nt] after each token. first: the row
 * of token 0 in layer -1. */
void stream_outcome(const ActivationPrompt *p, const double *nats, const double *entropy, int first,
                    FeatureSet *fs);

#endif
