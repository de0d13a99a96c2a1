/* generator.h: lines by a chain over the degrees of a scale (mappings.md sections 6 and 8).
 *
 * One step: p = w M[current] + (1 - w) q, sharpened by the cell's temperature; a degree that was
 * chosen again falls to half for every time, so that no line stands still; the degree is where p's
 * distribution function passes a number of the tensor. M is read off norms (music/markov.h). q is
 * either the read-out of an untrained cell whose gates are folded from the layer's own numbers, or,
 * where a network has foreseen the layer, its row of the present pitch class (the column jepa_next
 * of FT_LAYERS), folded onto the scale; a network has no state, so its p is not sharpened. */
#ifndef GENRE_GENERATOR_H
#define GENRE_GENERATOR_H

#include <stdbool.h>

#include "feature/featset.h"
#include "music/form.h"
#include "music/mapping.h"
#include "music/markov.h"
#include "music/micro_lstm.h"
#include "music/scale.h"

typedef struct Generator {
    int kind;      /* GEN_... */
    double weight; /* w */
    Scale scale;
} Generator;

typedef struct Chain {
    Markov m;
    MicroLstm cell;
    double weight;
    bool foretold;                     /* q is the network's */
    double q[MARKOV_MAX][MARKOV_MAX];  /* [from][to] the network's; rows sum to 1 */
    Cell from[MARKOV_MAX][MARKOV_MAX]; /* the number with the largest say in q; may be none */
    int now, stood;                    /* the degree; how often it was chosen again */
    Cell said; /* the network's number with the largest say in the last choice, CELL_NONE: none */
} Chain;

/* What a chain chose. */
typedef struct Told {
    int degree;
    Cell said; /* as in Chain */
} Told;

/* 0.70 when the options leave it to the genre. */
Generator generator_of(const GenreOpts *opts, Scale scale);
/* False when the network is asked for and fs has not what it foresees. */
bool generator_check(const Generator *g, const FeatureSet *fs, Err *err);
/* "p = 0.70 M[current] + 0.30 p_jepa". */
void generator_formula(const Generator *g, char *out, int size);

/* p [12] of the degrees: the masses of twelve pitch classes above the tonic; what lies beside the
 * scale goes to the nearest degree, in equal parts to two that are as near; sums to 1. largest
 * [12]: the pitch class that gives a degree most. False, and p is even, when there is no mass. */
bool generator_fold(const float mass[12], Scale scale, double *p, int *largest);
/* out [n]: (rank + u) / n of a series: numbers to choose by, one in every n-th part of 0..1, in the
 * order of the values; equal values in order of time. */
void generator_variates(const Series *s, double *out);
/* The mean of u and of its rank, 0..1: where value i lies in a range of pitches. */
double generator_place(const Series *s, int i);
/* The key of a pitch class within lo..hi (an octave or more) that is nearest to a third of the way
 * from the key before (-1: none, all of the way) to its place there: steps stay steps, and the line
 * still follows the numbers up and down. */
int generator_key(int pc, int lo, int hi, double place, int before);

/* The degrees with a perfect fifth, as bits; all of them when there is none. */
unsigned generator_stable(Scale scale);
/* A rule's text: "NAME: PITCH by p = 0.70 M[current] + 0.30 p_jepa, chosen by CHOICE; REST". */
int generator_rule(Score *s, const Generator *g, const char *name, const char *pitch,
                   const char *choice, const char *rest);

/* A chain of norms [scale's size]; the cell is empty, the present degree the strongest. */
void chain_init(Chain *c, const Generator *g, const float *norms);
/* With GEN_JEPA: q from the row of FT_LAYERS of this layer, or of the nearest that has one. */
void chain_foretell(Chain *c, const Generator *g, const FeatureSet *fs, int layer);
/* The chain of a layer's weights, standing at degree `start`. M: the row norms of `role` (or its
 * stand-in) as root mean squares over as many runs of rows as the scale has degrees. The cell's
 * gates: the row norms of q, k, v and o, means over 32 runs of rows less their mean; its biases:
 * the share of the largest singular value in the sum of squares. */
void chain_of_weights(Chain *c, const Generator *g, const FeatureSet *fs, int layer, int role,
                      int start);
/* One step: unit 0 of the cell's input is `strain`, the choice is u's (0..1), among the degrees
 * whose bits are set in `allowed`, 0 = all. */
int chain_step(Chain *c, double strain, double u, unsigned allowed);

/* A chain through layers, each by its own matrix of q's row norms: the present degree and the
 * cell's state are handed on. told [by->n]: the first is the tonic, and the last when `home`; the
 * others are chosen by the variates of `by` among `allowed` (as in chain_step), never one that
 * stands beside them. */
void generator_chords(const Generator *g, const FeatureSet *fs, const int *layer, const Series *by,
                      unsigned allowed, bool home, Told *told);

/* What a network foresees of a layer's rhythm. share 0: nothing, all as it was. */
typedef struct Foretold {
    double share;               /* 1 - w */
    Value onset[16], level[16]; /* probability; velocity, 0..1 */
    float first[16];            /* norm01 of the onsets: which steps come first */
    Value length;               /* log2 of sixteenths */
    double sum;                 /* onsets a bar */
} Foretold;

void foretold_load(Foretold *f, const Generator *g, const FeatureSet *fs, int layer);
/* n leant to the number of onsets that is foreseen, within lo..hi. */
int foretold_count(const Foretold *f, int n, int lo, int hi);
/* A velocity (0..1) leant to that of the step. */
double foretold_level(const Foretold *f, int step, double vel);
/* A length in steps leant to that foreseen, which ends within `room`. */
double foretold_length(const Foretold *f, double steps, double room);

#endif
