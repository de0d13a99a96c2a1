/* tonnetz.h: major and minor triads and the shortest way between them by the neo-Riemannian steps
 * P (parallel: C - c), L (leading tone: C - e) and R (relative: C - a). */
#ifndef MUSIC_TONNETZ_H
#define MUSIC_TONNETZ_H

#include <stdbool.h>

enum { TONNETZ_PATH_SIZE = 8 }; /* the longest way has 5 steps */

typedef struct Triad {
    int root; /* pitch class 0..11; -1 = none */
    bool minor;
} Triad;

Triad tonnetz_step(Triad t, char step); /* 'P', 'L' or 'R' */
/* Fewest steps from a to b, 0..5. */
int tonnetz_distance(Triad a, Triad b);
/* The steps of one such way as text ("LPR"); of several the first in the order P, L, R. */
void tonnetz_path(Triad a, Triad b, char out[TONNETZ_PATH_SIZE]);
/* The only major or minor triad within a set of pitch classes (bit 0 = C); root -1 when there is
 * none or more than one (A C E G holds two). */
Triad tonnetz_recognise(unsigned pcs);
/* The triad most like weight [12] >= 0 of the pitch classes by cosine; of equals major before
 * minor, lower root first. root -1 when there is no weight. `likeness` (NULL = not wanted) is the
 * cosine, 0..1. */
Triad tonnetz_match(const double weight[12], double *likeness);

#endif
