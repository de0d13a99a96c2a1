/* modulation.h: where the context of a text changes: its keys.
 *
 * The keys of seed 002 section VIII are stretches of tokens whose representations are alike. They
 * are found by dividing the text, again and again, at the stretch that differs most from the rest
 * by energy distance (Matteson and James 2014; stretches as in Olshen et al. 2004), with the mean
 * over all layers of |h_i - h_j|, each over its layer's mean, as the distance. A text is smooth: p
 * comes from shuffles of blocks of n^(1/3) tokens, so that what merely drifts is no modulation. */
#ifndef THEORY_MODULATION_H
#define THEORY_MODULATION_H

#include "theory/trace.h"

enum { MODULATION_MOST = 12, MODULATION_TOKENS = 512 };

typedef struct Modulation {
    int token;       /* the first token of the new key */
    int pivot;       /* near it, the token that belongs to both keys the most */
    double strength; /* energy distance of the keys before and after over the mean distance */
    double jump;     /* distance of the first token to the one before it over the mean distance */
    double p;        /* of the change point within its stretch */
    bool back;       /* the next key is the one before this one again: tonicisation */
} Modulation;

/* Zero is empty: one key throughout. */
typedef struct Modulations {
    int n;
    Modulation at[MODULATION_MOST]; /* [n] in order */
    double first, first_p;          /* the strongest candidate of the whole text, NaN = no room */
    int first_token;
} Modulations;

/* tokens: how many of a long text are looked at, evenly spread, at most MODULATION_TOKENS. under
 * [499] gets what shuffled text gives for `first`; may be NULL. What is found when run was stopped
 * means nothing. */
void modulations_find(Modulations *m, const Trace *t, int tokens, double *under, const Run *run);

#endif
