/* cascade_line.h: the token level as notes: the lead, and the celesta's ornaments on it. */
#ifndef GENRE_CASCADE_LINE_H
#define GENRE_CASCADE_LINE_H

#include "cascade_play.h"

enum { LEAD_LOW = 62, LEAD_HIGH = 86 }; /* MIDI keys */

/* All passes; the celesta from a tick of the plan on. */
void cascade_lines(const Cascade *c, const CascadePlan *p, const CascadeSeats *seat,
                   int32_t celesta_from);
/* The key of a pitch class in the lead's range: near to `before` and to the height `aim`. */
int cascade_lead_key(int pc, int before, double aim);

#endif
