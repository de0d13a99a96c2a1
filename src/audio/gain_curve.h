/* gain_curve.h: levels of short blocks, and gain given block by block. */
#ifndef AUDIO_GAIN_CURVE_H
#define AUDIO_GAIN_CURVE_H

#include "audio/buf.h"
#include "base/run.h"

/* Mean square over all channels of every `block` frames (the last one may be shorter). The result
 * is [count], the caller's to free. */
double *block_power(const AudioBuf *a, int block, int64_t *count, const Run *run);

/* Amplitudes [count], over 0, for the middles of blocks; linear in between. */
typedef struct GainCurve {
    const double *gain;
    int64_t count;
    int block; /* frames */
} GainCurve;

/* Frames from .. to - 1 of a, times the curve, to out [to - from, channels]; out may be those
 * frames themselves. */
void gain_curve_copy(float *out, const AudioBuf *a, int64_t from, int64_t to, const GainCurve *g);
/* The whole of a, in place. */
void gain_curve_apply(AudioBuf *a, const GainCurve *g, const Run *run);

#endif
