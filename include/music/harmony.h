/* harmony.h: chords of a scale, and voicing them for instruments by the smallest motion. */
#ifndef MUSIC_HARMONY_H
#define MUSIC_HARMONY_H

#include <stdbool.h>

#include "music/scale.h"

enum { CHORD_MAX = 5, VOICES_MAX = 6 };

typedef struct Chord {
    int n;              /* tones */
    int pc[CHORD_MAX];  /* pitch classes, root first */
    int degree;         /* scale degree of the root, 0 = tonic */
} Chord;

/* A stack of thirds on a scale degree (0 = tonic): n = 3 triad, 4 seventh, 5 ninth. */
Chord chord_on(Scale s, int degree, int n);
/* Major or minor triad on any key, whatever the scale. */
Chord chord_triad(int root_key, bool minor);
bool chord_has(const Chord *c, int key);
/* The chord tone nearest to key, ties down. */
int chord_snap(const Chord *c, double key);
/* The chord a cadence of the mode puts before its tonic: V (raised third in minor modes that have
 * no major dominant: natural and harmonic minor), bVII in mixolydian and dorian, bII in phrygian,
 * II in lydian; IV in the pentatonic ones. */
Chord chord_before_tonic(Scale s);

typedef struct VoiceRange {
    int lo, hi; /* MIDI keys, comfortable range */
} VoiceRange;

/* Voices a chord for n voices (low to high; range[i] of each). Every chord tone sounds when n
 * allows (the fifth goes first), the lowest voice has bass_pc (-1 = any tone), voices do not cross,
 * neighbours above the bass lie within an octave, and among all such voicings the one is taken that
 * lies nearest to `aim` (keys, NULL = middles of the ranges), moves least from `prev` (NULL at the
 * start), and makes no parallel fifths or octaves and no unisons. out [n]. Always gives a voicing;
 * rules are dropped in the order aim, spacing, parallels. */
void voice_chord(const Chord *c, const VoiceRange *range, int n, int bass_pc, const int *prev,
                 const double *aim, int *out);

/* Sum of |semitones| moved, the voice-leading distance of two voicings of n voices. */
int voice_motion(const int *a, const int *b, int n);
/* Pairs of voices that move in parallel fifths or octaves (unisons) from a to b. */
int voice_parallels(const int *a, const int *b, int n);

#endif
