/* chord.h: what two notes make together. */
#ifndef THEORY_CHORD_H
#define THEORY_CHORD_H

/* The share of c's squared length in the plane of a and b (least squares), by their products: 0..1.
 */
double chord_explained(double aa, double bb, double ab, double ca, double cb, double cc);
/* consonance >= 0.5: "major", or "minor" when at least half emerges; >= 0.1 "minor"; <= -0.1
 * "diminished"; between "augmented". emergent: the share outside of the notes' plane. */
const char *chord_quality(double consonance, double emergent);

#endif
