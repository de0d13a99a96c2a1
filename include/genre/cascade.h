/* cascade.h: the pieces that the Markov-LSTM cascade composes (mappings.md section 6). As genres
 * they are solo (one set), contrast (two: low tension first), dialogue (up to eleven, in the order
 * of the arc) and delta (base, edited); each set holds the activations of one prompt with its
 * direction (analysis/activations.h). Here is what several files of one piece need besides. */
#ifndef GENRE_CASCADE_H
#define GENRE_CASCADE_H

#include "genre/genre.h"
#include "music/scale.h"

/* Genre.generators of all of them. */
#define CASCADE_GENERATORS                                                                         \
    "  --generator, --markov-weight w\n"                                                           \
    "  lstm       p = w M + (1 - w) cell; w = 0.70 when nothing is asked\n"                        \
    "  jepa       p = w M + (1 - w) p_jepa: jepa_next of the block at the present pitch class,\n"  \
    "             foreseen from its weights; what lies beside the scale goes to the nearest\n"     \
    "             degree\n"

/* Tension of the prompt, 0..1: 0.5 when the set has no direction. The mean of its tokens and that
 * of its last token weigh the same, over the layers that have the direction: the pairs' two means
 * are of last tokens, and tokens elsewhere lie about another middle. Every token's tension goes in
 * softened, not clipped: 0 (the mean of the calm prompts) is 1/4, 1 is 3/4, no two are alike. */
double cascade_tension(const FeatureSet *fs);

/* The key that solo has with these options: root and mode of its first pass. */
Scale cascade_key(const FeatureSet *fs, const GenreOpts *opts);

/* Voice 0 or 1 of the contrast alone: as long and as fast as the other. */
bool contrast_voice(const FeatureSet *const *fs, int which, const GenreOpts *opts, Score *out,
                    Err *err);
/* Prompt `which` of the dialogue alone, in its tempo and mode. */
bool dialogue_part(const FeatureSet *const *fs, int n, int which, const GenreOpts *opts,
                   Score *out, Err *err);

enum { DIALOGUE_PARTS = 11 };
/* The arc: order [DIALOGUE_PARTS] gets indices into tension [n] (n >= 1): 3 calm, 3 rising, 2 peak,
 * 3 falling. Fewer than eleven prompts: returns n, calm to peak and back. No prompt twice. */
int dialogue_order(const double *tension, int n, int order[DIALOGUE_PARTS]);

/* What makes the tracks of category `i` (in the order of the list) sound like each other and unlike
 * the others': root offset, mode, tempo. Adds to *opts. */
void album_category(int i, GenreOpts *opts);

#endif
