/* smf_track.h: one track of a score as channel messages, in the order in which they are sent. */
#ifndef MIDI_SMF_TRACK_H
#define MIDI_SMF_TRACK_H

#include "midi/song.h"

/* Order of messages at one tick: what ends comes before what begins. */
enum { ORDER_SETUP, ORDER_NOTE_OFF, ORDER_SLIDE_END, ORDER_CONTROL, ORDER_NOTE_ON };

typedef struct Message {
    int32_t tick;
    uint8_t order; /* ORDER_... */
    uint8_t n;     /* bytes used, 2 or 3 */
    uint8_t b[3];
} Message;

typedef struct Messages {
    Message *m; /* [n] */
    int n, cap;
} Messages;

typedef struct TrackPlan {
    const Track *track;
    int channel;       /* 0-based */
    bool sets_up;      /* the first track of its channel writes program and mix */
    double gain_db;    /* of the channel, which several drum tracks share */
    double vel_factor; /* what is left of the track's own gain, 1 for a channel of its own */
    MidiDialect dialect;
} TrackPlan;

/* Appends the track's messages, sorted. The caller frees out->m. */
void smf_track_messages(Messages *out, const TrackPlan *plan);

#endif
