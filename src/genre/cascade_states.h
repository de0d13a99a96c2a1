/* cascade_states.h: the two chains of the cascade (generator.h): what degree of the scale every
 * token of every layer becomes, and every layer (mappings.md section 6).
 *
 * Token level, layer l: M is read off the layer's block norms, the cell's gates are its singular
 * vectors; the number that chooses is the fractional part of the token's phase in turns; unit 0 of
 * the cell's input is the token's strain. Layer level: the same over layers, whose matrix of
 * features [nl, 4] (median degree, mean entropy, mean tension, spread of degree; each norm01 over
 * layers) stands for the layer's h. With a network both take their layer's row of jepa_next instead
 * of the cell. */
#ifndef GENRE_CASCADE_STATES_H
#define GENRE_CASCADE_STATES_H

#include "base/err.h"
#include "feature/featset.h"
#include "generator.h"
#include "music/scale.h"

typedef struct CascadeToken {
    Value phase, norm;                /* never absent */
    Value entropy, sparsity, tension; /* from is CELL_NONE when absent */
    double loud;   /* 0..1: norm01 of the norm over the layer's tokens but sinks, clipped */
    double legato; /* 0..1: 1 - norm01 of the attention entropy, likewise; 0.5 unknown */
    double spark;  /* 0..1: sparsity above the layer's median, over the most that is; else 0 */
    double tense;  /* 0..1: tension, softened; 0.5 unknown */
    double strain; /* 0..1: mean of `tense` and of the tension's norm01 over the tokens */
    int degree;    /* 0..S-1 */
} CascadeToken;

typedef struct CascadeLayer {
    int layer;          /* of the model */
    bool directed;      /* has a direction */
    CascadeToken *tok;  /* [nt] */
    Value entropy, tension, loud; /* means, each with its address or a token's that stands for it */
    double beats;       /* 0.25 + 3.75 (1 - mean attention entropy) */
    double swell;       /* 0..1: norm01 of the mean log norm over layers */
    double strain;      /* 0..1: as a token's, over the layers that have a direction */
    double median, spread; /* of its tokens' degrees: degrees, deviation in degrees */
} CascadeLayer;

/* What a chain chose for a token or a layer. */
typedef struct CascadeStep {
    int degree;
    Value why; /* the phase that chose it */
    Cell said; /* the network's number with the largest say, CELL_NONE: none */
} CascadeStep;

typedef struct Cascade {
    const FeatureSet *fs;
    Generator gen;
    int size;            /* S: degrees an octave */
    int nl, nt;          /* layers; tokens that sound: all but a BOS that is a sink */
    int *token;          /* [nt] place in the prompt */
    Value *surprisal;    /* [nt] nats; NaN when absent */
    CascadeLayer *layer; /* [nl] from the first to the last */
    bool directed;       /* any layer is */
} Cascade;

/* 1/2 + z / (2 (1 + |z|)), z = 2 x - 1: a tension, which has no bounds, as 0..1: the pairs' own
 * means 0 and 1 become 1/4 and 3/4, their middle 1/2, and no two tensions become one. NaN: 1/2. */
double cascade_soften(double tension);

/* `limit`: the first so many tokens only, 0 = all. */
bool cascade_init(Cascade *c, const FeatureSet *fs, const Generator *gen, int limit, Err *err);
void cascade_free(Cascade *c);

/* The degrees of a layer's tokens when it is told for the turn-th time: each choice is then made by
 * the phase of the token `turn` places on, wrapping round. step [nt]. Turn 0 gives
 * CascadeToken.degree. */
void cascade_retell(const Cascade *c, int layer, int turn, CascadeStep *step);
/* The layers' degrees, `cycles` times round, the cell remembering: [cycles * nl]. The choice at a
 * layer is by the phase of its last token, in the next cycle of the one before it, and so on. */
void cascade_chords(const Cascade *c, int cycles, CascadeStep *step);
/* The number that a degree comes from: the network's, or the phase. */
Cell cascade_source(const CascadeStep *step);
/* The layer whose tension speaks for this one: itself, or the first with a direction; NULL: none.
 */
const CascadeLayer *cascade_directed(const Cascade *c, int layer);

#endif
