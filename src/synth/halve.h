/* halve.h: from twice the rate to the rate. */
#ifndef SYNTH_HALVE_H
#define SYNTH_HALVE_H

enum { HALVE_PAIRS = 8, HALVE_LATENCY = 7, HALVE_MOST = 64 }; /* frames a call at most */

typedef struct Halve {
    float even[HALVE_LATENCY], odd[2 * HALVE_PAIRS - 1]; /* what the last calls left */
} Halve;                                                 /* zero = at rest */

/* x [2n] -> y [n], n <= HALVE_MOST, HALVE_LATENCY frames late. Flat (0.02 dB) to 0.4 of the new
 * rate, 57 dB down from 0.6 of it on. */
void halve_run(Halve *h, const float *x, float *y, int n);

#endif
