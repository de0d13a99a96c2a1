/* versus.h: texts under several songs against each other.
 *
 * A text is one observation, not its tokens: they depend on each other. Every piece writes one text
 * for each of the same seeds, so that two pieces are compared seed by seed: under the hypothesis
 * that it makes no difference which of them conducts, the sign of each difference is a coin, and p
 * is the share of all 2^seeds signings whose mean is at least as far from zero (two-sided; exact up
 * to VERSUS_EXACT seeds, else of VERSUS_DRAWS signings and the one that came, as in
 * math/permute.h). With k seeds no p is under 2 / 2^k. */
#ifndef ATMOS_VERSUS_H
#define ATMOS_VERSUS_H

#include "atmos/session.h"

enum { VERSUS_EXACT = 16, VERSUS_DRAWS = 20000, VERSUS_LOOK_BACK = 32 };

typedef enum VersusStat {
    VERSUS_TEMP,       /* mean temperature: what was done, not what came of it */
    VERSUS_ENTROPY,    /* mean of the model's own distribution before each token, nats */
    VERSUS_SURPRISAL,  /* mean of the tokens under the model's own distribution, nats */
    VERSUS_DISTINCT1,  /* different tokens over tokens */
    VERSUS_DISTINCT2,  /* different pairs of neighbours over pairs */
    VERSUS_REPETITION, /* share of tokens that are among the VERSUS_LOOK_BACK before them */
    VERSUS_STATS
} VersusStat;

const char *versus_name(VersusStat s); /* "distinct-1" */
/* NaN where the text is too short. */
void versus_measure(const Session *ses, double out[VERSUS_STATS]);
/* d [n]: differences, seed by seed. 1 when all are zero. */
double versus_sign_p(const double *d, int n);
/* Holm (1979): p [n] to the p of the family; NaN stays and does not count. out may be p. */
void versus_holm(const double *p, int n, double *out);

#endif
