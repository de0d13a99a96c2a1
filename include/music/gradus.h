/* gradus.h: how simple the ratios of tones are: Euler's gradus suavitatis, Tenney's harmonic
 * distance, Stolzenburg's periodicity. Low is consonant in all three. */
#ifndef MUSIC_GRADUS_H
#define MUSIC_GRADUS_H

#include <stdint.h>

/* Euler (1739): 1 + the sum of e (p - 1) over the prime powers p^e of n; n >= 1. */
int gradus_of(int64_t n);
/* The gradus of keys that sound together: of the least common multiple of the whole numbers in
 * whose ratio they stand, in just intonation (1 16/15 9/8 6/5 5/4 4/3 45/32 3/2 8/5 5/3 16/9 15/8
 * above the lowest). A fifth 4, a major triad 9. 0 when n = 0. */
int gradus_chord(const int *key, int n);
/* Tenney (1984): log2(a b) of a ratio in lowest terms, whatever terms are given; a, b >= 1. */
double gradus_tenney(int64_t a, int64_t b);
/* Stolzenburg (2015), smoothed relative periodicity, logarithmic: for every tone as the reference,
 * log2 of the chord's period over that tone's; the mean. Ratios are the simplest within `slack` (a
 * share, 0.011 is his second rational tuning) of equal temperament. >= 0; NaN when n = 0. */
double gradus_stolzenburg(const int *key, int n, double slack);
/* The simplest fraction within the share `slack` of 2^(semitones / 12), semitones any integer. */
void gradus_ratio(int semitones, double slack, int64_t *num, int64_t *den);

#endif
