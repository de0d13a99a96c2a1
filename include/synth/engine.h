/* engine.h: plays a score with our own instruments: score -> voices -> tracks -> buses -> mix.
 *
 * Notes and controls fall on their exact sample. Each track has its voices (stolen with a fade of
 * 5 ms), gain, pan, expression and volume (smoothed), ducking, and sends to one reverb, one chorus
 * and one tempo-synchronised ping-pong delay. Tracks are rendered in parallel and summed in the
 * order of the score: the same bytes for any number of threads. */
#ifndef SYNTH_ENGINE_H
#define SYNTH_ENGINE_H

#include "audio/buf.h"
#include "base/err.h"
#include "base/run.h"
#include "score/score.h"

typedef struct EngineOpts {
    int rate;           /* Hz, 0 = 44100 */
    const float *noise; /* [nnoise] standardised weights (mean 0, std 1): drums, breath, reverb */
    int64_t nnoise;     /* > 0; from 65536 on nothing is heard to repeat */
    const char *style;  /* sound of the bus, by genre: "house", "acid", "dna", ...; NULL = plain */
    double room;        /* seconds of reverberation (RT60), 0 = by style */
    double max_tail;    /* seconds kept after the end at most, 0 = 6 */
    bool dry;           /* no reverb, chorus, delay, and no bus processing */
    int solo;           /* 1 + index of the only track to be heard, 0 = all: for stems */
} EngineOpts;

/* out (stereo) is the caller's to free. Fails on an unknown instrument, a rate outside
 * 8000..192000, missing noise, a score longer than four hours, or an interruption. */
bool engine_render(const Score *s, const EngineOpts *opts, AudioBuf *out, const Run *run, Err *err);

#endif
