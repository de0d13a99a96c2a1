/* heard.h: the notes and metres of a MIDI song, for those who measure or learn from it.
 *
 * Notes last from note-on to note-off, whatever a pedal does. A note-off ends the oldest open note
 * of its track, channel and key; what is never ended lasts to the end of the file. */
#ifndef MIDI_HEARD_H
#define MIDI_HEARD_H

#include <stdint.h>

#include "midi/song.h"
#include "score/score.h"

enum { HEARD_DRUM_CHANNEL = 9 };

/* A note; or, while they are paired, a note-on (vel > 0) or note-off at `start`. */
typedef struct Heard {
    int32_t start, end; /* ticks; end >= start */
    int16_t track;
    uint8_t channel, key, vel, program;
} Heard;

/* Owner of h (free()); zero is empty. */
typedef struct HeardList {
    Heard *h;
    int n, cap;
} HeardList;

/* Compares two Heard by track, then channel, for stable_sort(). */
int heard_by_part(const void *a, const void *b);
/* Adds the notes of the song by track and channel, in order of time within each. */
void midi_hear(HeardList *all, const MidiSong *song);
/* The song's metres in order of time: [*n], for meter_at(); the caller frees them. */
Meter *midi_meters(const MidiSong *song, int *n);

#endif
