/* place.h: where a note is and what it is called, in the words of musicians: bar and beat, "F#4".
 */
#ifndef SCORE_PLACE_H
#define SCORE_PLACE_H

#include <stdint.h>

#include "score/score.h"

typedef struct Place {
    int bar;     /* from 1 */
    double beat; /* from 1, in units of the metre's denominator */
} Place;

/* meter [nmeters] sorted by time; 4/4 before the first. A change of metre always starts a bar, so
 * that a bar it cuts short counts as one. ppq = ticks a quarter note. */
Place place_at(const Meter *meter, int nmeters, int ppq, int32_t tick);
/* The same for a score. */
Place score_place(const Score *s, int32_t tick);
/* The metre at a tick, 4/4 before the first. */
Meter meter_at(const Meter *meter, int nmeters, int32_t tick);

enum { KEY_NAME_SIZE = 24 };
/* "C4" is 60 (middle C); microtones as "C4+25c". */
void key_name(double key, char out[KEY_NAME_SIZE]);

#endif
