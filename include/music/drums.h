/* drums.h: the drum machine that house and acid share: every function writes one figure of one bar
 * into a drum track (General MIDI keys), from sixteen numbers.
 *
 * Which steps sound, how loud, how late and which drum is read off a Series of 16 values (see
 * series_steps16); where a figure takes "the n strongest steps" it takes them by rank, ties to the
 * earlier step. Every hit carries the value that decided it (pitch, duration) and the value that
 * set its loudness (velocity), and a rule that says so in words. */
#ifndef MUSIC_DRUMS_H
#define MUSIC_DRUMS_H

#include <stdint.h>

#include "music/mapping.h"
#include "score/score.h"

enum {
    DRUM_KICK = 36, DRUM_RIM = 37, DRUM_SNARE = 38, DRUM_CLAP = 39, DRUM_HAT_CLOSED = 42,
    DRUM_TOM_LOW = 45, DRUM_HAT_OPEN = 46, DRUM_TOM_MID = 47, DRUM_CRASH = 49, DRUM_TOM_HIGH = 50,
    DRUM_RIDE = 51, DRUM_TAMBOURINE = 54, DRUM_COWBELL = 56, DRUM_CONGA_MUTE = 62,
    DRUM_CONGA_OPEN = 63, DRUM_CONGA_LOW = 64, DRUM_SHAKER = 70, DRUM_CLAVES = 75
};

/* A bar's beats as a mask for kick, clap and open hats: bit 0 = beat 1. */
enum { BEATS_ALL = 15, BEATS_BACK = 10, BEATS_NONE = 0 };

/* The time feel of a bar: odd 16ths late by `swing` (form.h), each 16th early or late by its own
 * micro (-1..1) of at most 15 ms. */
typedef struct Groove {
    double bpm, swing;
    float micro[16];
} Groove;

/* micro[i] = depth * (u[i] - mean of its two neighbours), clipped: the row-norm residuals. depth 0
 * keeps to the swung grid, 1 is the most. steps must have 16 values. */
Groove groove_from(const Series *steps, double bpm, double swing, double depth);
/* Ticks of a step (0..15; fractions, between two 16ths, have neither swing nor micro). */
int32_t groove_step(const Groove *g, int32_t bar_start, double step);

/* What the functions below need to know of the bar they write. */
typedef struct Drums {
    Score *score;
    int track;
    const char *name;    /* prefix of the rules: "house.drums" */
    const char *source;  /* what the steps are, for the rules: "down row norms of the layer" */
    int32_t at;          /* start of the bar, ticks */
    Groove groove;
    const Series *steps; /* [16] */
    double level;        /* velocities are multiplied by this, 1 = as written */
} Drums;

/* One hit. `decides` is the number that made it sound, `loud` the one that set its velocity. */
void drums_hit(const Drums *d, double step, int key, double vel, Value decides, Value loud,
               int rule);
/* Four on the floor, on the grid (the anchor has no micro-timing): velocity 0.86..1 by value. */
void drums_kick(const Drums *d, unsigned beats);
/* Claps, with a snare under them when `snare`: velocity 0.72..0.9 by value. */
void drums_clap(const Drums *d, unsigned beats, bool snare);
/* Quiet snares on the n strongest steps off the beats (n <= 12), velocity 0.16..0.32. */
void drums_ghosts(const Drums *d, int n);
/* Closed hats: the off-beats and the strongest other steps, n in all (0..16). Velocity is tension's
 * (tension_u 0..1 its norm01), shaped by the place in the beat and by the step's value. Steps of
 * `open` beats' off-beats are left to the open hat. */
void drums_hats(const Drums *d, int n, unsigned open, Value tension, double tension_u);
/* Open hats on the off-beats (the "and") of the beats given; length 1/16 to 1/8 by value. */
void drums_hats_open(const Drums *d, unsigned beats, Value tension, double tension_u);
/* n hits on three hand drums or bells (low, middle, high key), on the strongest steps off the
 * clap; the higher value the higher drum. */
void drums_percussion(const Drums *d, const int key[3], int n, double vel);
/* A fill from step `from` to the end of the bar on toms and snare: about two thirds of the steps,
 * the strongest, and always the last; the higher value the higher drum; growing louder. */
void drums_fill(const Drums *d, int from);
/* One bar of a snare roll `bars` long, this one being `bar` (0..bars-1): quarters, eighths, 16ths,
 * and 32nds in its last eighth, growing from pp to ff. `until` is the step where it stops (16 =
 * the whole bar), to leave a cut before the drop. */
void drums_roll(const Drums *d, int bar, int bars, int until);
/* A crash on the first beat, with velocity 0.7..0.95 by the first step's value. */
void drums_crash(const Drums *d);

#endif
