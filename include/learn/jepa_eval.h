/* jepa_eval.h: whether what was learned carries over: to models and files that were kept out.
 *
 * Each draw takes windows of files kept out as candidates and some layers of models kept out, pairs
 * them by the rule (learn/jepa_pair.h), and asks for each layer which candidate is its own. That
 * recall is over chance means that the rule was learned and holds for models never seen; it says
 * nothing about the rule itself, which was laid down. */
#ifndef LEARN_JEPA_EVAL_H
#define LEARN_JEPA_EVAL_H

#include "learn/jepa_data.h"
#include "learn/jepa_health.h"
#include "learn/jepa_pair.h"
#include "learn/retrieval.h"

typedef struct JepaEvalPlan {
    int draws, candidates; /* fewer candidates where there are too few windows apart */
    int permutations;
    int seed;
} JepaEvalPlan;

#define JEPA_EVAL_DEFAULTS {.draws = 20, .candidates = 50, .permutations = 999}

/* Who guesses the latent of a layer's window. The baselines have what was learned from: the mean
 * latent of the windows nearest to a layer there is what they are taught, or what they answer. */
typedef enum Guess {
    GUESS_JEPA,
    GUESS_RIDGE,   /* linear, from the same numbers of the layer (math/ridge.h) */
    GUESS_NEAREST, /* what belongs to the most similar layer that was learned from */
    GUESS_RULE,    /* no learning: what the rule finds among the windows learned from; about the
                      most that can be expected */
    GUESS_KINDS
} Guess;

/* How the next window of a song is guessed. */
typedef enum NextGuess { NEXT_JEPA, NEXT_LAST, NEXT_KINDS } NextGuess; /* LAST: the same again */

typedef struct JepaEvalData {
    const PairTables *tables;             /* of what was learned from */
    const LayerSet *held, *seen;          /* seen may be empty: no baselines */
    const WindowSet *held_music, *seen_music;
} JepaEvalData;

/* Owner; zero is empty. */
typedef struct JepaEval {
    int models, layers, files, windows; /* kept out */
    int candidates, draws, next_candidates;
    double distance; /* mean of the pairs, in the unit cube */
    bool has[GUESS_KINDS];
    RetrievalScore cross[GUESS_KINDS];
    bool has_next;
    RetrievalScore next[NEXT_KINDS];
    Health heard, foreseen; /* of the candidates; of the layers */
    double told[PAIR_AXES]; /* how much of a window's properties (the rule's, as quantiles) a linear
                               read-out of its latent tells: R^2 on the candidates, learned on
                               windows learned from; NaN without these */
    int *item;              /* [nitems] windows that were candidates, each once */
    int nitems;
    float *latent; /* [nitems, JEPA_LATENT] */
    float *guess;  /* [layers, JEPA_LATENT] of the network */
} JepaEval;

/* False when there is too little to judge by. */
bool jepa_evaluate(JepaEval *e, Jepa *net, const JepaEvalData *data, const JepaEvalPlan *plan,
                   const Run *run, Err *err);
void jepa_eval_free(JepaEval *e);
const char *guess_name(Guess g);
const char *next_guess_name(NextGuess g);

#endif
