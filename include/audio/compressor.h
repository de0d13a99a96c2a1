/* compressor.h: gain that follows level: the glue compressor and the slow leveller. */
#ifndef AUDIO_COMPRESSOR_H
#define AUDIO_COMPRESSOR_H

#include "audio/buf.h"
#include "base/run.h"

typedef struct CompressorOpts {
    double threshold_db; /* dBFS of RMS over all channels */
    double ratio;        /* input dB for one output dB above the threshold, at least 1 */
    double knee_db;      /* width of the soft knee */
    double attack, release; /* time constants, seconds */
} CompressorOpts;

/* Output minus input in dB (0 or negative) for a steady level. */
double compressor_curve(const CompressorOpts *o, double level_db);
/* In place, channels linked. Returns the largest reduction, dB >= 0. */
double compressor_run(AudioBuf *a, const CompressorOpts *o, const Run *run);
/* The RMS level, dBFS, that share `quantile` (0..1) of the sounding blocks does not exceed;
 * -inf for silence. */
double compressor_level(const AudioBuf *a, double quantile, const Run *run);

typedef struct LevellerOpts {
    double amount;   /* share of the distance from the mean level that is taken away, 0..1 */
    double range_db; /* gain moves within +- this */
    double seconds;  /* length of the sliding window and of the gain's movements */
} LevellerOpts;

/* In place: gain riding as a hand on the fader does it, symmetric in time (it hears what comes). */
void leveller_run(AudioBuf *a, const LevellerOpts *o, const Run *run);

#endif
