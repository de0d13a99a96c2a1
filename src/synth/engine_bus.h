/* engine_bus.h: what the tracks are summed into: the mix, and the sends with their effects. */
#ifndef SYNTH_ENGINE_BUS_H
#define SYNTH_ENGINE_BUS_H

#include "audio/chorus.h"
#include "audio/convolve.h"
#include "audio/delay.h"
#include "audio/multiband.h"
#include "engine_track.h"
#include "synth/engine.h"

/* Frames of a chunk: also the block of the reverb, which is therefore one chunk late. */
enum { ENGINE_CHUNK = 16384, BUS_MIX = TRACK_SENDS, BUS_COUNT };

typedef struct EngineBus {
    float *sum[BUS_COUNT]; /* [2, ENGINE_CHUNK]: the sends by SEND_..., and the mix */
    bool used[BUS_COUNT];  /* anything at all ever comes here */
    Convolver reverb;
    Chorus chorus;
    PingPong delay;
    bool polish; /* the multiband compressor is on */
    Multiband multiband;
    float gain;
} EngineBus;

void engine_bus_open(EngineBus *b, const EngineOpts *o, double bpm, const EngineTrack *track,
                     int ntracks);
void engine_bus_close(EngineBus *b);
/* Sums one bus over what the tracks have done, in their order, and runs its effect. Buses may run
 * at once. */
void engine_bus_run(EngineBus *b, int which, const EngineTrack *track, int ntracks);
/* Adds chunk number k of the dry buses, and the reverb that belongs to chunk k - 1, to out. */
void engine_bus_mix(const EngineBus *b, AudioBuf *out, int64_t k);
/* The last step, on chunk k of out, which must be complete. */
void engine_bus_polish(EngineBus *b, AudioBuf *out, int64_t k);

#endif
