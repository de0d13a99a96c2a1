/* gain_curve.h: levels of short blocks, and gain given block by block. */
#ifndef AUDIO_GAIN_CURVE_H
#define AUDIO_GAIN_CURVE_H

#include "audio/buf.h"

/* Mean square over all channels of every `block` frames (the last one may be shorter). The result
 * is [count], the caller's to free. */
double *block_power(const AudioBuf *a, int block, int64_t *count);
/* Multiplies by amplitudes [count] given for the middles of the blocks, linear in between. */
void apply_block_gain(AudioBuf *a, int block, const double *gain, int64_t count);

#endif
