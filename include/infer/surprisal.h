/* surprisal.h: how likely a text is to a model, token by token, in nats (over LN2: bits). */
#ifndef INFER_SURPRISAL_H
#define INFER_SURPRISAL_H

#include "infer/lm.h"

#define SURPRISAL_LN2 0.69314718055994531

typedef struct LogitStats {
    double log_z;   /* ln of the sum of exp: -ln P(i) = log_z - logits[i] */
    double entropy; /* of softmax(logits), nats */
} LogitStats;

/* logits [vocab]; f64 sums. */
LogitStats logit_stats(const Lm *lm, const float *logits);

/* Texts longer than a window are taken in several, each beginning with a stretch of text that was
 * measured before. Zero is a good default. */
typedef struct SurprisalOpts {
    int window;  /* tokens; 0 = the context */
    int overlap; /* tokens at the start of a window that are not measured again; 0 = half of it */
} SurprisalOpts;

/* nats [n]: of each token, given those before it in its window. entropy [n] or NULL: of the
 * distribution that the token was drawn from. The first of both is NaN. ids[0], when it is bos,
 * begins every window (-1: there is none). What lm has taken in before is forgotten. opts and run
 * may be NULL. */
bool surprisal(Lm *lm, const int32_t *ids, int n, int32_t bos, const SurprisalOpts *opts,
               double *nats, double *entropy, const Run *run, Err *err);
/* exp of the mean over those that are numbers; NaN when there are none. */
double perplexity(const double *nats, int n);

#endif
