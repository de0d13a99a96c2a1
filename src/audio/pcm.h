/* pcm.h: float samples to integers, with dither where it is heard. */
#ifndef AUDIO_PCM_H
#define AUDIO_PCM_H

#include <stdint.h>

/* n samples to 16 bits with triangular dither of +-1 step. `index` is the number of the first
 * sample in the file: the noise is a function of it. Zero stays zero. */
void pcm_to_16(int16_t *out, const float *x, int64_t n, int64_t index);
/* n samples to 24 bits in the upper bits of 32; rounded, clipped, no dither (-144 dB). */
void pcm_to_24(int32_t *out, const float *x, int64_t n);

#endif
