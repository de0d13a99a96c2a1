/* loudness.h: EBU R128 / ITU-R BS.1770 measures (libebur128) and what else a listener's meter
 * shows. */
#ifndef AUDIO_LOUDNESS_H
#define AUDIO_LOUDNESS_H

#include <stdint.h>

#include "audio/buf.h"
#include "base/run.h"

typedef struct AudioMeasure {
    double seconds;
    double lufs;             /* integrated, LUFS; -inf for silence */
    double lra;              /* loudness range, LU */
    double true_peak;        /* dBTP, the largest of all channels */
    double sample_peak;      /* dBFS */
    int64_t clipped;         /* samples in runs of two or more at or over full scale */
    double longest_silence;  /* seconds below -60 dBFS, inside the piece */
    double lead_silence, tail_silence; /* seconds below -60 dBFS at the ends */
    double dc;               /* mean sample value, the largest magnitude of all channels */
    double centroid;         /* Hz, power-weighted mean of the centroids of 2048-frame blocks */
    double crest;            /* sample peak over RMS, dB */
    double max_jump;         /* largest difference of neighbouring samples: clicks */
} AudioMeasure;

void audio_measure(const AudioBuf *a, AudioMeasure *m);

/* The same window over sound that is still coming. */
typedef struct LoudnessMeter LoudnessMeter;
LoudnessMeter *loudness_meter_open(int rate, int channels);
void loudness_meter_close(LoudnessMeter *m);
void loudness_meter_add(LoudnessMeter *m, const float *x, int64_t frames);
/* Momentary, of the last 0.4 s, LUFS; -inf for silence. */
double loudness_meter_momentary(const LoudnessMeter *m);

/* Integrated loudness alone, LUFS; -inf when nothing passes the gate. Quick: one pass. */
double audio_lufs(const AudioBuf *a);
/* The same, to the last bit, by several threads. */
double audio_lufs_on(const AudioBuf *a, const Run *run);
/* Loudness of a sliding window (0.4 s: momentary, 3 s: short-term, not more), every `hop` seconds:
 * value i covers the `window` seconds that end at (i + 1) * hop; what lies before the beginning is
 * silence. out is [count] LUFS, -inf for silence, the caller's to free. */
int64_t audio_loudness_curve(const AudioBuf *a, double window, double hop, double **out);

#endif
