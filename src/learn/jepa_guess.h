/* jepa_guess.h: what can be guessed of the music of a layer without the network that was trained:
 * the baselines of learn/jepa_eval.h. Private to learn/. */
#ifndef LEARN_JEPA_GUESS_H
#define LEARN_JEPA_GUESS_H

#include "learn/jepa_eval.h"

/* Owner; zero is empty. */
typedef struct GuessBook {
    const LayerSet *seen;
    float *taught; /* [layers of seen, JEPA_LATENT] mean latent of the windows nearest to each */
    float *ruled;  /* [layers of held, JEPA_LATENT] the same of layers kept out */
} GuessBook;

/* False when nothing that was learned from is there, or run was stopped. */
bool guess_book_make(GuessBook *b, Jepa *net, const JepaEvalData *data, const Run *run);
void guess_book_free(GuessBook *b);
/* R^2 of what latents z [n, JEPA_LATENT] of windows w[0..n) tell of the rule's three properties. */
bool guess_properties(Jepa *net, const JepaEvalData *data, const int *w, const float *z, int n,
                      double told[PAIR_AXES], const Run *run);
/* guess [layers of held, JEPA_LATENT]. */
bool guess_by(const GuessBook *b, Guess kind, const LayerSet *held, float *guess);

#endif
