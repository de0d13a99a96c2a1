/* song.h: the events of a Standard MIDI File in order of time; reading a file, writing a Score. */
#ifndef MIDI_SONG_H
#define MIDI_SONG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "score/score.h"

typedef struct MidiEvent {
    int32_t tick;
    int16_t track;
    uint8_t status;  /* 0x80..0xef with channel; 0xf0/0xf7 sysex; 0xff meta */
    uint8_t data[2]; /* channel messages; data[0] = type of a meta event */
    uint32_t len;    /* payload of sysex and meta */
    uint32_t at;     /* its offset in MidiSong.payload */
} MidiEvent;

/* A point of the tempo map: from `tick` on, a tick lasts so many seconds. */
typedef struct MidiTempo {
    int32_t tick;
    double at;       /* seconds at `tick` */
    double per_tick; /* seconds */
} MidiTempo;

typedef struct MidiSong {
    int format, ntracks;
    int division;     /* ticks a quarter note; or, when smpte > 0, ticks a frame */
    int smpte;        /* frames a second (24, 25, 29, 30), 0 = metrical time */
    MidiEvent *event; /* [nevents], sorted by tick, then file order */
    int nevents, cap_events;
    Str payload;
    int32_t end_tick; /* the latest end of track */
    char **warning;   /* what a tolerant reader passed over */
    int nwarnings, cap_warnings; /* at most 32; the last then says that there are more */
    MidiTempo *tempo; /* [ntempos] made by midi_read(); the first is at tick 0 */
    int ntempos, cap_tempos;
} MidiSong;

void midi_free(MidiSong *song);
/* Bytes of a file, of any length and content; memory stays within some 30 times its size. Tolerated
 * with a warning: a RIFF wrapper, junk between chunks, a chunk that claims more than there is, a
 * missing end of track, events after it, running status across other events, real-time bytes,
 * another number of tracks than announced. Errors, named with their offset: a truncated event, a
 * data byte over 127, a missing status, a length of over four bytes, a tick past 2^31 - 1, no track
 * at all. The tracks of a format 2 file are placed one after another. On failure *song is empty. */
bool midi_read(MidiSong *song, const uint8_t *bytes, int64_t size, Err *err);
bool midi_read_file(MidiSong *song, const char *path, Err *err); /* "-" = standard input */
/* Seconds at a tick by the tempo map, found in O(log n). */
double midi_seconds(const MidiSong *song, int32_t tick);

/* How the 303 line's filter and slides are written: controllers 74/71 and overlapping notes for
 * 303 instruments, SF2 NRPN and portamento for FluidSynth, or both. */
typedef enum MidiDialect { MIDI_BOTH, MIDI_PLUGIN, MIDI_FLUID } MidiDialect;

/* Type 1, 480 ticks. Appends the file's bytes to out. Fails when there are more pitched tracks
 * than 15 channels. How notes, mix, filter and slides are written: see src/midi/smf_track.c. */
bool midi_write_score(const Score *s, MidiDialect dialect, Str *out, Err *err);

#endif
