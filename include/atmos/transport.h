/* transport.h: where in a piece we are: it runs, stands, jumps, ends.
 *
 * By itself it goes with the system's clock. Where a device plays, the device's count of frames is
 * the time, and the system's clock only fills in between two of its counts, at most
 * TRANSPORT_GAP: so the text cannot drift from the sound. All times are seconds. */
#ifndef ATMOS_TRANSPORT_H
#define ATMOS_TRANSPORT_H

#include <stdbool.h>

#define TRANSPORT_GAP 0.04

typedef struct Transport {
    double length;  /* of the piece */
    double at;      /* where it was ... */
    double since;   /* ... at this time of the system's clock */
    double floor;   /* it has been here: no step back before a seek */
    bool running;
    bool by_device; /* a device counts */
} Transport;

/* Where it is now, 0..length. */
double transport_at(const Transport *t, double now);
void transport_play(Transport *t, double now);
void transport_pause(Transport *t, double now);
/* Runs on or stands as before; where is clamped to the piece. */
void transport_seek(Transport *t, double where, double now);
/* The device has played up to `where`. A step back of less than TRANSPORT_GAP is the device's
 * jitter: time stands still instead. */
void transport_count(Transport *t, double where, double now);
bool transport_ended(const Transport *t, double now);

#endif
