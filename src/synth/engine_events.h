/* engine_events.h: the events of a track in frames, sorted. */
#ifndef SYNTH_ENGINE_EVENTS_H
#define SYNTH_ENGINE_EVENTS_H

#include "engine_track.h"

/* The caller's to free; n = how many. */
Event *engine_events(const Score *s, const Track *t, double rate, const Kick *kick, int nkicks,
                     int *n);

#endif
