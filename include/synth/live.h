/* live.h: our own instruments played as notes come, without a score: block by block, for whoever
 * cannot wait for the end of the piece. */
#ifndef SYNTH_LIVE_H
#define SYNTH_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef struct LivePart {
    const char *instrument; /* a name of instruments.def */
    float gain, pan;        /* amplitude; -1..1 */
    double drive;           /* dB into a soft clipper, 0 = none */
} LivePart;

typedef struct Live Live;

/* noise [nnoise]: standardised weights; they and part [nparts] must outlive it. */
bool live_open(Live **out, const LivePart *part, int nparts, int rate, const float *noise,
               int64_t nnoise, Err *err);
void live_close(Live *l); /* NULL is fine */
/* Begins with the next block that is rendered and ends after so many frames. The voice that has
 * sounded longest gives way when all are taken. timbre [4]. */
void live_note(Live *l, int part, float key, float vel, const float *timbre, int64_t frames);
/* x [frames, 2]: what sounds, limited softly to full scale. */
void live_render(Live *l, float *x, int64_t frames);

#endif
