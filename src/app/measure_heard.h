/* measure_heard.h: bars and beats to place the notes of a MIDI file in. */
#ifndef SRC_APP_MEASURE_HEARD_H
#define SRC_APP_MEASURE_HEARD_H

#include <stdint.h>

#include "midi/heard.h"

typedef struct GridBar {
    double start, end; /* ticks; end < start + beats * beat in a bar that a new metre cuts short */
    double beat;       /* ticks of the metre's denominator */
    int beats, den;
} GridBar;

/* The bars from tick 0 on that hold notes, at most GRID_BEATS beats in all. In SMPTE time a beat is
 * half a second, and four are a bar. */
typedef struct Grid {
    GridBar *bar;
    int n, cap;
    double sixteenth; /* ticks */
} Grid;

/* meter [nmeters] as for place_at(); until = the end of the last note. */
void grid_make(Grid *g, const MidiSong *song, const Meter *meter, int nmeters, int32_t until);
void grid_free(Grid *g);

#endif
