/* sines.h: a data set as sound, all at once: many short chords over one bank of sines. */
#ifndef SYNTH_SINES_H
#define SYNTH_SINES_H

#include "audio/buf.h"
#include "base/run.h"

typedef struct SinesOpts {
    int rate;       /* Hz */
    double seconds; /* a chord */
    double fade;    /* seconds of raised cosine at both of its ends */
} SinesOpts;

/* out (one channel): chord i is the sum over d of amp[i, d] sin(2 pi hz[d] t), over the root of
 * dims; a negative amplitude is the phase pi. amp [n, dims]. The same bytes for any number of
 * threads. */
void sines_render(AudioBuf *out, const float *amp, int n, const double *hz, int dims,
                  const SinesOpts *opts, const Run *run);

#endif
