/* melody.h: what intervals a line is made of, and the shape of its phrases. */
#ifndef MUSIC_MELODY_H
#define MUSIC_MELODY_H

#include <stdint.h>

enum { MELODY_REACH = 12, MELODY_BINS = 2 * MELODY_REACH + 1 };

/* Huron's contour types: how the mean of the inner notes lies to the first note, and the last to
 * that mean. */
typedef enum Contour {
    CONTOUR_HORIZONTAL, CONTOUR_ASCENDING, CONTOUR_DESCENDING, CONTOUR_CONVEX, CONTOUR_CONCAVE,
    CONTOUR_HORIZONTAL_ASCENDING, CONTOUR_HORIZONTAL_DESCENDING, CONTOUR_ASCENDING_HORIZONTAL,
    CONTOUR_DESCENDING_HORIZONTAL, CONTOUR_COUNT
} Contour;

typedef struct MelodyStats {
    int64_t notes;
    int64_t repeats, steps, leaps; /* intervals of 0, of 1..2, of 3 and more semitones */
    double step_share;    /* steps / (steps + leaps), 0..1; NaN without either */
    double mean_interval; /* semitones, unsigned; NaN for fewer than two notes */
    int low, high;        /* keys, -1 = none: the range is high - low */
    int64_t interval[MELODY_BINS]; /* -12..12 semitones, those beyond in the outermost */
} MelodyStats;

/* Adds one note to stats begun with melody_begin(); `previous` is the key before it, -1 = none. */
void melody_begin(MelodyStats *m);
void melody_add(MelodyStats *m, int previous, int key);
void melody_end(MelodyStats *m); /* fills the shares and means */
/* All of it for one line: key [n]. */
MelodyStats melody_stats(const int *key, int64_t n);
/* key [n], n >= 1: the shape of a phrase. The inner mean is rounded to a semitone (halves up), so
 * that it can be level with a note; two notes are horizontal, ascending or descending. */
Contour melody_contour(const int *key, int64_t n);
const char *melody_contour_name(Contour c); /* "ascending-horizontal" */

#endif
