/* counterpoint.h: fitting a short line into a texture that already sounds.
 *
 * A line is a few slots in time, each with the pitch that its number asks for (aim) and its rank
 * among the line's numbers. The fit bends the aims to the nearest singable pitches: chord tones on
 * strong beats, passing and neighbour notes between them, no parallel fifths or octaves with the
 * other voices, no crossing. It never bends their order: a higher rank stays a higher key. */
#ifndef MUSIC_COUNTERPOINT_H
#define MUSIC_COUNTERPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "music/harmony.h"
#include "score/score.h"

enum { CP_SLOTS = 8, CP_OTHERS = 8 };

typedef struct CpSlot {
    int32_t at;  /* ticks */
    double aim;  /* MIDI key */
    int rank;    /* higher rank, higher key; equal ranks are free */
    bool strong; /* a chord tone is wanted */
} CpSlot;

typedef struct CpOther {
    const Track *track; /* notes in order of time up to the line's end */
    int side;           /* 1: lies above the line, -1: below, 0: may cross */
} CpOther;

typedef struct CpTask {
    Scale scale;
    Chord chord;      /* under the whole line */
    VoiceRange range;
    bool bass;        /* the lowest voice: its strong notes are chord tones, roots first */
    int before;       /* the voice's key just before, -1 = it was silent */
    int n, nothers;
    CpSlot slot[CP_SLOTS];    /* [n] in order of time */
    CpOther other[CP_OTHERS]; /* [nothers] */
} CpTask;

/* True when a line over this chord may touch key: a chord tone, or a scale tone that is no semitone
 * away from a chord tone outside the scale (no natural seventh against a leading note). */
bool chord_allows(const Chord *c, Scale s, int key);

/* Ranks [n] of numbers: 0 for the smallest, equal numbers share one. */
void counterpoint_rank(const float *x, int n, int *rank);

/* The line's keys [n]. Always gives keys within the range; ranks hold whenever the range has as
 * many pitches as there are ranks. */
void counterpoint_fit(const CpTask *t, int *key);

/* How many of the others a voice that goes from `before` (-1 = silent) to key at a tick would
 * follow in parallel fifths, octaves or unisons. */
int counterpoint_parallels(const CpOther *other, int nothers, int before, int key, int32_t at);

/* The key of the latest note that sounds at a tick, -1 when none does. */
int track_sounding(const Track *t, int32_t tick);

#endif
