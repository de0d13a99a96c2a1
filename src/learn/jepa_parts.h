/* jepa_parts.h: the network behind learn/jepa.h. Private to learn/. */
#ifndef LEARN_JEPA_PARTS_H
#define LEARN_JEPA_PARTS_H

#include "learn/jepa.h"

/* Parameters stand in this order, part by part. The target has those of one encoder. */
typedef enum JepaPart {
    PART_STAT, PART_MUSIC, PART_GRU, PART_NEXT, PART_CROSS, PART_READ, PART_COUNT
} JepaPart;

/* Of the read-outs. */
enum { PITCH_UP, PITCH_UP_B, PITCH_FROM, PITCH_DOWN, RHYTHM_UP, RHYTHM_UP_B, RHYTHM_DOWN,
       RHYTHM_DOWN_B, READ_PARAMS };
enum { READ_HIDDEN = 128, READ_RHYTHM = 2 * BAR_STEPS + 1 };

/* Index of a part's first parameter; PART_COUNT gives the end. */
int jepa_part_first(JepaPart part);
/* Its numbers in Params.v: *from..*to-1. */
void jepa_part_range(const Params *ps, JepaPart part, int64_t *from, int64_t *to);
void jepa_add_params(Params *ps, Params *target);

/* Where a network is computed. */
typedef struct JepaNet {
    const Params *ps;
    Tape *t;
    float *g; /* [ps->size], NULL: no gradients */
} JepaNet;

/* Parameter k of those that begin at `first`. */
Var *net_param(const JepaNet *net, int first, int k);
Var *net_linear(const JepaNet *net, Var *x, int first, int k);

/* One of the two kinds of encoder; the windows that it reads. */
typedef struct JepaSide {
    const char *name;
    int features, tokens; /* of a window */
    int kinds, places;    /* rows of its two embeddings */
    bool pitches;         /* and one of the pitch class, 12 rows */
} JepaSide;

extern const JepaSide JEPA_STAT_SIDE, JEPA_MUSIC_SIDE;

/* z [n, JEPA_LATENT] of n windows: x [n, tokens, features]; kind [n, tokens], NULL: the token's
 * number modulo kinds. The encoder's parameters begin at `first`. */
Var *jepa_encode(const JepaNet *net, const JepaSide *side, int first, const float *x,
                 const int32_t *kind, int n);
/* States [steps * n, JEPA_LATENT] of the GRU over z [steps * n, JEPA_LATENT], both step after
 * step, from a zero state. */
Var *jepa_unroll(const JepaNet *net, Var *z, int steps);
/* What a predictor (PART_NEXT, PART_CROSS) says of states. */
Var *jepa_predict(const JepaNet *net, JepaPart predictor, Var *state);

#endif
