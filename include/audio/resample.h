/* resample.h: another sample rate (libsamplerate, best sinc: 97 % of the band, -145 dB). */
#ifndef AUDIO_RESAMPLE_H
#define AUDIO_RESAMPLE_H

#include <stdbool.h>

#include "audio/buf.h"
#include "base/err.h"

/* A new buffer at `rate` Hz with round(frames * rate / in->rate) frames; out is the caller's to
 * free. The same rate gives a copy. */
bool audio_resample(AudioBuf *out, const AudioBuf *in, int rate, Err *err);

#endif
