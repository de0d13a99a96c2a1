/* ladder.h: a four-pole diode ladder with resonance up to self-oscillation. */
#ifndef SYNTH_LADDER_H
#define SYNTH_LADDER_H

#include "base/lanes.h"

typedef struct Ladder {
    double rate;     /* Hz */
    double cut_step; /* of the high-pass in the feedback: 1 - exp(-2 pi hz / rate); 0 = none */
    double k;        /* feedback; LADDER_OSCILLATES at the edge */
    /* Of the current cutoff: what each state and the input make of the next states, and of the
     * output. */
    Wide4 next[4], next_in;
    double out[4], out_in;
    Wide4 s; /* states of the four stages */
    double low;
} Ladder;

/* Feedback at which it begins to sing: of 1/T4(1 + s/2) at s = i sqrt(2). */
static const double LADDER_OSCILLATES = 17;

/* feedback_hz: corner of the high-pass in the feedback (150 in a TB-303), 0 = none. */
void ladder_init(Ladder *f, double rate, double feedback_hz);
/* hz: the frequency of the resonance, 5 Hz to 0.45 of the rate (clamped). resonance: 0..1, where 1
 * is a little over the edge of oscillation. May change at any time without a click. */
void ladder_set(Ladder *f, double hz, double resonance);
/* In place. The input is clipped softly at 1 (that is what limits the oscillation): feed it well
 * below for a clean filter. Gain 1 at 0 Hz and resonance 0. */
void ladder_run(Ladder *f, float *x, int n);

#endif
