/* spread.h: where a model's own continuations of a text go, at several temperatures. */
#ifndef THEORY_SPREAD_H
#define THEORY_SPREAD_H

#include "infer/lm.h"
#include "token/tokenizer.h"

enum { SPREAD_TEMPS = 4, SPREAD_TEXTS = 6, SPREAD_TOKENS = 12 };
extern const double SPREAD_TEMP[SPREAD_TEMPS]; /* rising */

/* Zero is empty. */
typedef struct Spread {
    int d;
    float *state; /* [SPREAD_TEMPS, SPREAD_TEXTS, SPREAD_TOKENS, d] the stream after the last block
                     at each token that was added */
} Spread;

/* Goes on from ids [n], n >= 1, which lm has just taken in; the same seeds at every temperature.
 * Stays empty where the context has no room for it. */
bool spread_record(Spread *s, Lm *lm, const Tokenizer *tok, const int32_t *ids, int n,
                   const Run *run, Err *err);
void spread_free(Spread *s);

#endif
