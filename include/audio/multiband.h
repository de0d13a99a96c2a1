/* multiband.h: a compressor of four bands, which add up flat when it does nothing.
 *
 * Crossovers: Linkwitz-Riley, 24 dB an octave; the sum is an all-pass (magnitude 1). No latency,
 * apart from the all-pass's phase; levels are read every 32 frames. Channels are linked. */
#ifndef AUDIO_MULTIBAND_H
#define AUDIO_MULTIBAND_H

#include "audio/biquad.h"
#include "audio/buf.h"
#include "audio/compressor.h"
#include "base/lanes.h"

enum { BANDS = 4, SPLIT_MID = 4, SPLIT_SIDE = 6 };

/* The crossover alone. Lanes: left and right of what is below the middle border, left and right of
 * what is above it. */
typedef struct BandSplit {
    double a1, a2, g;           /* of the middle border: poles, gain of a low-pass */
    Wide4 outer[3], pass[2];    /* of the others: the same; poles of the all-passes */
    Lane2 mid[SPLIT_MID];       /* states */
    Wide4 side[SPLIT_SIDE];
} BandSplit;

/* hz: the three borders, rising, below half the rate. */
void bandsplit_init(BandSplit *b, double rate, const double hz[BANDS - 1]);
/* One frame of both channels: out[band]. */
void bandsplit_tick(BandSplit *b, Lane2 x, Lane2 out[BANDS]);
void bandsplit_rest(BandSplit *b); /* flushes denormals; call it once a block */

typedef struct MultibandOpts {
    double hz[BANDS - 1];         /* borders */
    CompressorOpts band[BANDS];   /* low to high */
    double makeup_db[BANDS];
} MultibandOpts;

typedef struct Multiband {
    MultibandOpts opts;
    BandSplit split;
    int count;            /* frames since levels were read */
    double power[BANDS];  /* sums of squares since then */
    double db[BANDS];     /* gain reduction, smoothed, <= 0 */
    double gain[BANDS], step[BANDS]; /* as they are; a frame */
    double attack[BANDS], release[BANDS]; /* smoothing factors */
} Multiband;

/* A gentle setting for dance music: borders 120, 800, 5000 Hz. */
MultibandOpts multiband_defaults(void);
void multiband_init(Multiband *m, double rate, const MultibandOpts *opts);
void multiband_run(Multiband *m, float *left, float *right, int n);
/* A whole stereo piece, in place. */
void multiband_buf(AudioBuf *a, const MultibandOpts *opts);

#endif
