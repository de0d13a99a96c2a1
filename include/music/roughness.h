/* roughness.h: how rough tones sound together, by three models of beating partials.
 *
 * All of them sum over pairs of partials; they differ in the curve of one pair, in how amplitudes
 * count, and in whether the sum is divided. Numbers of different models are not comparable. */
#ifndef MUSIC_ROUGHNESS_H
#define MUSIC_ROUGHNESS_H

enum { ROUGHNESS_HARMONICS = 11 }; /* of a tone, as in the R packages dycon and incon */

typedef struct Partial {
    double hz, amp; /* amp >= 0, any scale */
} Partial;

/* Sethares's curve: d = exp(-slow s D) - exp(-fast s D), s = 0.24 / (slope f + offset), D and f
 * (the lower) in Hz. */
typedef struct SetharesCurve {
    double slow, fast, slope, offset;
} SetharesCurve;

/* slow 3.5, fast 5.75, slope 0.021, offset 19 (dycon; Sethares 1993). */
extern const SetharesCurve ROUGHNESS_SETHARES;
/* slow 3.51, fast 5.75, slope 0.0207, offset 18.96 (the MATLAB program of his book, 2005). */
extern const SetharesCurve ROUGHNESS_SETHARES_2005;

/* Tones at MIDI keys (69 = 440 Hz, fractions allowed) with exact harmonics 1..harmonics of
 * amplitude 1/k: out [n * harmonics], tone by tone; partials that coincide stay apart. */
void roughness_partials(const double *key, int n, int harmonics, Partial *out);
/* Sum over pairs of min(a1, a2) times the curve; >= 0, grows with amplitude and number. */
double roughness_sethares(const Partial *p, int n, const SetharesCurve *curve);
/* Vassilakis (2001): (a1 a2)^0.1 (2 min / (a1 + a2))^3.11 times Sethares's curve with slope 0.0207
 * and offset 18.96, without his factor 1/2; >= 0. */
double roughness_vassilakis(const Partial *p, int n);
/* Hutchinson and Knopoff (1978): sum over pairs of a1 a2 g(y) over the sum of a^2; 0..about 2, a
 * major triad 0.12, a semitone of pure tones 0.5. 0 without partials. */
double roughness_hutchinson(const Partial *p, int n);
/* The upper sum alone, over pairs of one partial of a [n] and one of b [m]: roughness of a chord is
 * the sum over pairs of tones and the tones' own. */
double roughness_hutchinson_between(const Partial *a, int n, const Partial *b, int m);
/* The critical bandwidth of two frequencies, Hz: 1.72 (mean)^0.65. */
double roughness_bandwidth(double hz1, double hz2);
/* g of a distance in critical bandwidths: (4 y e^(1 - 4 y))^2, 0 beyond 1.2; 0..1. */
double roughness_plomp_levelt(double bandwidths);

#endif
