/* retrieval.h: how well guesses find what they should among candidates: recall and ranks by
 * cosine, with what chance would give and how sure one can be. */
#ifndef LEARN_RETRIEVAL_H
#define LEARN_RETRIEVAL_H

#include <stdint.h>

#include "base/run.h"

enum { RECALL_DEEP = 5 };

typedef struct Interval {
    double lo, hi; /* NaN when it cannot be told */
} Interval;

/* In each draw some guesses look for their own item among that draw's candidates. */
typedef struct Retrieval {
    int d;
    const float *guess; /* [nguesses, d] */
    const int *cluster; /* [nguesses] 0..nclusters-1: guesses of one cluster are alike (layers of a
                           model, windows of a song) */
    int nguesses, nclusters;
    const float *item; /* [nitems, d] */
    int nitems;
    const int *candidate; /* [draws, candidates] items */
    const int *answer;    /* [draws, nguesses] place among the draw's candidates; -1 = not asked */
    int draws, candidates;
    int permutations; /* of guesses, for p */
    uint64_t seed;
    const Run *run; /* stopped: it ends early, and the score is of no use; may be NULL */
} Retrieval;

/* Shares 0..1 over all that was asked. A rank counts candidates that are as near as the answer as
 * nearer: one guess for all has no recall. */
typedef struct RetrievalScore {
    int asked, guesses; /* pairs of all draws; guesses that were asked at least once */
    double recall1, recall5, median;
    /* 95 %: Wilson 1927 with as many trials as guesses, since the draws of a guess are no new
     * trials; and the bootstrap over clusters (2000 samples, percentiles), NaN of one cluster. */
    Interval wilson1, wilson5, cluster1, cluster5;
    double p1, p5;                /* permutation of guesses, one-sided */
    double cosine, cosine_others; /* mean with the answer; with other answers of the draw */
    int *histogram;               /* [candidates] of ranks 1.. */
    int candidates;
} RetrievalScore;

/* Free with retrieval_free(). */
void retrieval_score(RetrievalScore *s, const Retrieval *r);
void retrieval_free(RetrievalScore *s);
/* 95 % interval of a share of n trials (Wilson 1927). */
Interval wilson_interval(double share, double n);

#endif
