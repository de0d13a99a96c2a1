/* compare.h: texts against each other: intervals, chords, variations, form. Streams are f32
 * [layers, n, d], layer 0 the embedding; a control is what other texts give in their place. */
#ifndef THEORY_COMPARE_H
#define THEORY_COMPARE_H

#include "theory/chordset.h"
#include "theory/finding.h"

/* III: a, b [layers, d]: interval.angle, .contextual; table interval.layers. other: not centred. */
void compare_interval(const float *a, const float *b, const ChordSet *other, Findings *out);

/* IV: the notes a, b, their chord and the chord turned round (b a), each [layers, d]:
 * chord.superposition, .inversion; table chord.layers. */
void compare_chord(const float *a, const float *b, const float *ab, const float *ba,
                   const ChordSet *other, Findings *out);

/* XII: mean streams of n texts, the theme first, and of m other texts: [layers, n, d], [layers, m,
 * d]. variation.kept; table variation.texts. label [n] may be NULL. */
typedef struct Variations {
    int n, m, layers, d;
    const float *text, *other;
    char *const *label; /* [n] */
} Variations;
void compare_variations(const Variations *v, Findings *out);

/* XII: the streams of one layer of a prompt, its response, and of tokens of other texts:
 * form.return; tables form.parts, form.tokens. */
typedef struct Form {
    int prompt, response, pool, d; /* tokens; width */
    const float *stream;           /* [prompt + response, d] */
    const float *other;            /* [pool, d] */
    char *const *label;            /* [prompt + response], may be NULL */
} Form;
void compare_form(const Form *f, Findings *out);

#endif
