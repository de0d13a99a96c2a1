/* dyads.h: Huron's aggregate dyadic consonance of a set of pitch classes. */
#ifndef MUSIC_DYADS_H
#define MUSIC_DYADS_H

/* How often each interval class occurs between two members of the set (bit 0 = C): out [6] for
 * classes 1..6 (Forte's interval vector). */
void dyads_count(unsigned pcs, int out[6]);
/* Huron (1994): the sum over pairs of their interval class's consonance (-1.428 semitone .. 1.240
 * fourth), no unit. Major and minor triads 2.220; 0 for fewer than two. */
double dyads_consonance(unsigned pcs);

#endif
