/* sections.h: the music theory of latent space (seed 002), section by section: each adds what it
 * measured to a report. Every claim is compared with data in which only the claimed structure has
 * been destroyed (what was shuffled is said beside the number). Sinks are left out. */
#ifndef THEORY_SECTIONS_H
#define THEORY_SECTIONS_H

#include "theory/chordset.h"
#include "theory/finding.h"
#include "theory/spread.h"
#include "theory/trace.h"

/* Directions that have a name. Zero is empty. */
typedef struct TheoryNames {
    int n, d;
    int32_t *id;  /* [n] tokens */
    double *v;    /* [n, d] their output embeddings less the mean, of length 1 */
    char **label; /* [n], may be NULL */
} TheoryNames;

/* Some 2000 tokens evenly spread over the vocabulary (the first `vocab` rows; 0 = all), and ids
 * [n]. No labels. */
bool theory_names_read(TheoryNames *names, const Model *m, const int32_t *ids, int n, int64_t vocab,
                       Err *err);
void theory_names_free(TheoryNames *names);

/* What a text did in a model; all but t may be NULL: what needs it is left out. */
typedef struct TheoryText {
    const Trace *t;
    char *const *label; /* [nt] text of each token */
    const TheoryNames *names;
    const ChordSet *chords;
    const Spread *spread;
} TheoryText;

/* II: notes.octave, .lag, .register, .microtone (with names); tables notes.layers, .pitches. */
void theory_notes(const TheoryText *x, Findings *out);
/* III: intervals.consonance, .kept; table intervals.classes. */
void theory_intervals(const TheoryText *x, Findings *out);
/* III: circle.ring, .steps; table circle.order. */
void theory_circle(const TheoryText *x, Findings *out);
/* IV (with chords): chords.superposition, .context; tables chords.quality, .layers. */
void theory_chords(const TheoryText *x, Findings *out);
/* V: harmony.interference, .sympathy, .overtones; table harmony.layers. */
void theory_harmony(const TheoryText *x, Findings *out);
/* VI: melody.steps, .contour, .resolution, .phrases; table melody.phrases. */
void theory_melody(const TheoryText *x, Findings *out);

/* VII: heads as voices. Table counterpoint.voices (a row a head: mean attention distance and its
 * range in tokens, entropy; the note is its class) and findings counterpoint.parallel, .contrary,
 * .oblique, .crossing: shares of all steps of all pairs of heads of a layer. */
void theory_counterpoint(const TheoryText *x, Findings *out);
/* VII too: counterpoint.fugue, .stretto; table counterpoint.entries. */
void theory_fugue(const TheoryText *x, Findings *out);
/* VIII: key.modulation, .metric; table key.changes (theory/modulation.h). */
void theory_key(const TheoryText *x, Findings *out);
/* IX: rhythm.metre (do layers differ in how much they change the stream?), rhythm.rubato (do
 * tokens?), rhythm.syncopation; table rhythm.layers. */
void theory_rhythm(const TheoryText *x, Findings *out);
/* X: dynamics.crescendo, dynamics.sforzando; table dynamics.layers with pp to ff. */
void theory_dynamics(const TheoryText *x, Findings *out);
/* XIII: performance.surprisal, .entropy, .sight_reading, and (with spread) .freedom; tables
 * performance.temperature, .spread. */
void theory_performance(const TheoryText *x, Findings *out);

#endif
