/* osc.h: a band-limited saw, square or triangle. */
#ifndef SYNTH_OSC_H
#define SYNTH_OSC_H

#include "wavetables.h"

enum { OSC_BLOCK = 128, OSC_LATENCY = WAVE_TAPS / 2 }; /* most samples a call; delay in samples */

typedef enum OscShape { OSC_SAW, OSC_SQUARE, OSC_TRIANGLE } OscShape;

typedef struct Osc {
    const WaveTables *tables;
    double phase;          /* 0..1, turns */
    float tail[WAVE_TAPS]; /* what is already known of the samples to come */
} Osc;

void osc_init(Osc *o, const WaveTables *tables, double phase);
/* n <= OSC_BLOCK samples of full scale 1 into out; dt cycles a sample (under 0.5) moving to dt_end
 * in a straight line. A saw rises. */
void osc_run(Osc *o, OscShape shape, double dt, double dt_end, float *out, int n);

#endif
