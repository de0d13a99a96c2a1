/* master.h: from a mix to a finished track. High-pass, gentle equaliser by style, saturation when
 * asked for, glue compressor, loudness to the target, true-peak limiter. */
#ifndef AUDIO_MASTER_H
#define AUDIO_MASTER_H

#include <stdbool.h>

#include "audio/buf.h"
#include "base/err.h"
#include "base/run.h"

typedef struct MasterOpts {
    const char *style; /* "opera", "house", "acid", ...; an unknown one gets a flat equaliser */
    double lufs;       /* integrated target, -14 by default */
    double peak;       /* dBTP, at most; -1 by default */
    double saturate;   /* dB that the mix, its peak at full scale, is driven into a soft clipper */
    bool raw;          /* do nothing at all */
} MasterOpts;

/* What a mix has become. */
typedef struct MasterDone {
    double lufs, peak; /* integrated loudness, LUFS, -inf for silence; true peak, an amplitude */
} MasterDone;

/* In place. Integrated loudness within 0.5 LU of the target and true peak at most opts->peak;
 * silence stays silence. When the target cannot be had without exceeding the peak by limiting
 * alone, comes as near as it can, as `done` tells. done may be NULL; raw sound is not measured
 * (NAN). */
bool audio_master(AudioBuf *a, const MasterOpts *opts, MasterDone *done, const Run *run, Err *err);

#endif
