/* limiter.h: a look-ahead limiter that keeps the true peak (between samples) under a ceiling. */
#ifndef AUDIO_LIMITER_H
#define AUDIO_LIMITER_H

#include "audio/buf.h"
#include "base/run.h"

enum { LIMITER_BLOCK = 16 }; /* frames */

/* The largest true peak of all channels in every block of LIMITER_BLOCK frames: [count],
 * amplitudes, the caller's to free. */
float *limiter_peaks(const AudioBuf *a, int64_t *count, const Run *run);
/* The largest true peak of all, as an amplitude. */
double limiter_peak(const AudioBuf *a, const Run *run);
/* The largest sample, as an amplitude. */
double limiter_sample_peak(const AudioBuf *a, const Run *run);
/* a times drive, limited to the amplitude `ceiling`, in place; peaks are those of a. Nothing is
 * delayed. Gain never changes by a step. */
void limiter_run(AudioBuf *a, const float *peaks, double drive, double ceiling, const Run *run);
/* The gains that it gives, for the middles of blocks: [n], the caller's to free. */
double *limiter_gains(const float *peaks, int64_t n, double drive, double ceiling, int rate);

#endif
