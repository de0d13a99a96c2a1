/* harmonicity.h: how well pitch classes resemble one harmonic series, by Harrison and Pearce
 * (2018) on Milne's smoothed pitch-class spectra.
 *
 * A chord's spectrum on the circle of 1200 cents is compared (cosine) with that of a single tone at
 * every rotation; the chord is harmonic when this profile has sharp peaks. */
#ifndef MUSIC_HARMONICITY_H
#define MUSIC_HARMONICITY_H

enum { HARMONICITY_CENTS = 1200, HARMONICITY_HARMONICS = 11 };

/* What one tone's spectrum shares with itself at every distance; about 10 KB, plain memory. */
typedef struct Harmonicity {
    double share[HARMONICITY_CENTS]; /* by cents apart */
} Harmonicity;

typedef struct HarmonicityOf {
    double kl;   /* bits: how far the profile is from flat (har_18); >= 0, a major triad 0.93 */
    double peak; /* the best rotation's similarity, 0..1; 1 for a single pitch class */
} HarmonicityOf;

/* Tones of so many harmonics (11 as in the R package incon, 12 in har18), partial k of weight
 * k^-0.75, smeared by 6.83 cents. */
void harmonicity_init(Harmonicity *h, int harmonics);
/* pcs: a set of pitch classes, bit 0 = C. NaN for the empty set. Independent of transposition. */
HarmonicityOf harmonicity_of(const Harmonicity *h, unsigned pcs);

#endif
