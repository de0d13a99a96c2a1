/* sections.h: the music theory of latent space (seed 002), section by section: each adds what it
 * measured to a report. Every claim is compared with data in which only the claimed structure has
 * been destroyed (what was shuffled is said beside the number). Sinks are left out. */
#ifndef THEORY_SECTIONS_H
#define THEORY_SECTIONS_H

#include "theory/finding.h"
#include "theory/trace.h"

/* label [nt] text of each token, may be NULL. */
typedef struct TheoryText {
    const Trace *t;
    char *const *label;
} TheoryText;

/* VII: heads as voices. Table counterpoint.voices (a row a head: mean attention distance and its
 * range in tokens, entropy; the note is its class) and findings counterpoint.parallel, .contrary,
 * .oblique, .crossing: shares of all steps of all pairs of heads of a layer. */
void theory_counterpoint(const TheoryText *x, Findings *out);
/* IX: rhythm.metre (do layers differ in how much they change the stream?), rhythm.rubato (do
 * tokens?), rhythm.syncopation; table rhythm.layers. */
void theory_rhythm(const TheoryText *x, Findings *out);
/* X: dynamics.crescendo, dynamics.sforzando; table dynamics.layers with pp to ff. */
void theory_dynamics(const TheoryText *x, Findings *out);
/* XIII: performance.surprisal, performance.entropy, performance.sight_reading. */
void theory_performance(const TheoryText *x, Findings *out);

#endif
