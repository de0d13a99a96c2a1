/* stream.h: what activations.c gathers of one layer while the tokens pass, and the tables it
 * becomes. Private to analysis/. */
#ifndef ANALYSIS_STREAM_H
#define ANALYSIS_STREAM_H

#include "analysis/activations.h"

enum {
    STREAM_SCALES = 3, /* ways to cut the dimensions into blocks */
    STREAM_BLOCKS = 5 + 7 + 12,
    STREAM_FOLDS = 4, /* singular vectors */
    STREAM_FOLD = 32  /* blocks of each */
};

extern const int STREAM_SCALE[STREAM_SCALES]; /* 5, 7, 12 blocks */

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
    double *proj, *cosine, *tension; /* [nt] on the direction */
    double blocks[STREAM_BLOCKS];    /* norms of 5, then 7, then 12 blocks of dimensions */
    double fold[STREAM_FOLDS][STREAM_FOLD], fold_share[STREAM_FOLDS];
    float *entropy, *distance; /* [nh, nt] entropy over its maximum */
} Stream;

void stream_init(Stream *s, int nt, int nh);
void stream_free(Stream *s);

/* L2 norms of h [nt, d], rows ld apart. */
void stream_norms(const float *h, int nt, int d, int64_t ld, double *norm);
/* norm, sinks, the plane and the coordinates, blocks and folds of h [nt, d], rows ld apart. bos:
 * token 0 is one. Where every token is a sink, all count.
 * False when the components cannot be found. */
bool stream_state(Stream *s, const float *h, int d, int64_t ld, bool bos);
/* proj, cosine, tension of the stream's layer, after stream_state; NAN where r (may be NULL) has no
 * vector. */
void stream_project(Stream *s, const float *h, int64_t ld, const Direction *r);
/* sparsity of post [nt, ff], by the sinks of the stream that goes into the block. */
void stream_sparsity(Stream *s, const float *post, int ff, int64_t ld, const bool *sink);

/* Adds the columns once. */
void stream_columns(FeatureSet *fs);
/* Adds the rows of a layer; *first: the row of its token 0 in FT_TOKENS. */
void stream_rows(const Stream *s, const ActivationPrompt *p, FeatureSet *fs, int *first);
/* The layer's mean tension, NAN when it has none. */
double stream_tension(const Stream *s);
/* What the model expected: nats [nt] (nats[0] NAN), entropy [nt] after each token; the mean tension
 * over layers. first: the row of token 0 in layer -1. */
void stream_outcome(const ActivationPrompt *p, const double *nats, const double *entropy,
                    double tension, int first, FeatureSet *fs);

#endif
