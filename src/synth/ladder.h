/* ladder.h: a four-pole diode ladder with resonance up to self-oscillation. */
#ifndef SYNTH_LADDER_H
#define SYNTH_LADDER_H

typedef struct Ladder {
    double rate;     /* Hz */
    double cut_step; /* of the high-pass in the feedback: 1 - exp(-2 pi hz / rate); 0 = none */
    double k;        /* feedback; LADDER_OSCILLATES at the edge */
    double g, c1, c2, c3, r1, r2, r3, r4; /* of the current cutoff */
    double s1, s2, s3, s4, low;           /* state */
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
