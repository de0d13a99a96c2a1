/* timeline.h: when each event of a song sounds, in frames, and which channels are rendered
 * together. */
#ifndef SYNTH_TIMELINE_H
#define SYNTH_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "midi/song.h"

enum { TIMELINE_CHANNELS = 16, TIMELINE_GROUPS = 2 };

typedef struct Timeline {
    int64_t *frame; /* [song->nevents], never falling */
    int64_t last;   /* frame of the last channel event */
    int64_t end;    /* frame of the end of the song */
    int group[TIMELINE_CHANNELS];          /* 0..TIMELINE_GROUPS - 1 */
    bool used[TIMELINE_GROUPS];            /* some note plays in it */
    bool default_program[TIMELINE_CHANNELS]; /* plays notes before any program change */
} Timeline;

/* Fails when the song is longer than four hours. */
bool timeline_init(Timeline *t, const MidiSong *song, int rate, Err *err);
void timeline_free(Timeline *t);

#endif
