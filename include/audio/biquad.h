/* biquad.h: second-order filters, coefficients and states in double. */
#ifndef AUDIO_BIQUAD_H
#define AUDIO_BIQUAD_H

#include <stdint.h>

#include "base/lanes.h"

typedef enum BiquadKind {
    BIQUAD_OFF, BIQUAD_LOW_PASS, BIQUAD_HIGH_PASS, BIQUAD_BELL, BIQUAD_LOW_SHELF, BIQUAD_HIGH_SHELF
} BiquadKind;

typedef struct Biquad {
    double b0, b1, b2, a1, a2; /* a0 = 1 */
} Biquad;

typedef struct BiquadState {
    double s1, s2; /* zero = at rest */
} BiquadState;

typedef struct BiquadPair {
    Lane2 s1, s2; /* a lane a channel */
} BiquadPair;

/* hz: corner (half gain for shelves) or centre; below half the rate. q: 0.7071 is Butterworth.
 * gain_db is used by bells and shelves. */
Biquad biquad_design(BiquadKind kind, double rate, double hz, double q, double gain_db);
/* n samples of x, each `stride` floats from the next, through nf filters in a row, in place. */
void biquad_run(const Biquad *filter, BiquadState *state, int nf, float *x, int64_t n, int stride);
/* The same of both channels of n frames of interleaved stereo. */
void biquad_run_pair(const Biquad *filter, BiquadPair *state, int nf, float *x, int64_t n);
/* Magnitude at hz, dB. */
double biquad_gain_db(const Biquad *f, double rate, double hz);

#endif
