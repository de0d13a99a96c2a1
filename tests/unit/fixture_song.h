/* fixture_song.h: MIDI songs made by hand. */
#ifndef FIXTURE_SONG_H
#define FIXTURE_SONG_H

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "midi/song.h"

static inline void song_init(MidiSong *s)
{
    *s = (MidiSong){.format = 1, .ntracks = 1, .division = 480};
}

/* Events must be added in order of time. */
static inline void song_event(MidiSong *s, int32_t tick, int status, int a, int b)
{
    MidiEvent *e = mem_push(&s->event, &s->nevents, &s->cap_events, sizeof *e);
    *e = (MidiEvent){.tick = tick, .status = (uint8_t)status, .data = {(uint8_t)a, (uint8_t)b}};
    if (tick > s->end_tick) s->end_tick = tick;
}

static inline void song_bytes(MidiSong *s, int32_t tick, int status, int type, const void *bytes,
                              size_t n)
{
    song_event(s, tick, status, type, 0);
    s->event[s->nevents - 1].at = (uint32_t)s->payload.len;
    s->event[s->nevents - 1].len = (uint32_t)n;
    str_add(&s->payload, bytes, n);
}

static inline void song_tempo(MidiSong *s, int32_t tick, int us)
{
    uint8_t b[3] = {(uint8_t)(us >> 16), (uint8_t)(us >> 8), (uint8_t)us};
    song_bytes(s, tick, 0xff, 0x51, b, 3);
}

static inline void song_free(MidiSong *s)
{
    free(s->event);
    str_free(&s->payload);
    *s = (MidiSong){0};
}

#endif
