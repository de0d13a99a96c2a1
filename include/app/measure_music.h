/* measure_music.h: what a theorist's meters say of the notes of a MIDI file: harmony and tension,
 * rhythm, and the line on top. How each number is defined, with its source, stands in music/. */
#ifndef APP_MEASURE_MUSIC_H
#define APP_MEASURE_MUSIC_H

#include <stdint.h>

#include "base/json.h"
#include "base/str.h"
#include "music/keyfind.h"
#include "music/melody.h"
#include "music/spiral_array.h"

enum { MUSIC_KEY_BARS = 8 }; /* of a window whose key is looked for */

typedef struct MusicMean {
    double sum, weight, max; /* max of no values: 0 */
} MusicMean;

/* NaN where there is nothing to measure. */
typedef struct MusicBar {
    double roughness, harmonicity;     /* means over time */
    double diameter, momentum, strain; /* means over the bar's beats */
    double lhl;
} MusicBar;

/* Verticalities: what sounds together, two keys at least, no drums; weighted by time. Beats: the
 * metre's denominators in which something sounds, by the time of each pitch class, each sounding
 * key once. */
typedef struct MusicHarmony {
    MusicMean roughness;   /* Hutchinson and Knopoff, keys with 11 harmonics */
    MusicMean harmonicity; /* bits */
    MusicMean diameter, momentum, strain;   /* of beats; spelled for the whole's key */
    MusicMean dissonance, diatonicity;      /* tonal interval space, of beats */
    MusicMean voice_leading; /* semitones between successive chords: three pitch classes at least
                                that last a sixteenth or more */
    MusicMean tonnetz;       /* P, L, R steps between successive beats' triads that differ */
    KeyFind temperley;
    SpiralKey centre;
    KeyFind *window; /* [nwindows] the key of bars 1-8, 9-16, ... */
    int nwindows, cap_windows;
} MusicHarmony;

/* Onsets on a grid of sixteenths, however many at once. */
typedef struct MusicRhythm {
    int bars;        /* with onsets */
    MusicMean lhl;   /* per bar with onsets */
    double wnbd;
    MusicMean groove; /* similarity of successive bars of one length, both with onsets */
    MusicMean onsets; /* filled slots per bar with onsets */
} MusicRhythm;

/* The top line: the highest note that begins at a time, unless the line's last note is higher and
 * sounds on for a sixteenth or more. A phrase ends where the line is silent for a quarter;
 * intervals count within phrases. */
typedef struct MusicMelody {
    MelodyStats stats;
    int phrases;
    int contour[CONTOUR_COUNT]; /* of phrases of two notes or more */
} MusicMelody;

typedef struct MidiMusic {
    MusicBar *bar; /* [nbars] */
    int nbars;
    MusicHarmony harmony;
    MusicRhythm rhythm, drums; /* of everything; of channel 10 */
    MusicMelody melody;
} MidiMusic;

double music_mean(const MusicMean *m); /* NaN without values */
/* Three sections; nothing when there are no notes. */
void measure_music_text(const MidiMusic *m, Str *out);
/* "harmony": {...}, "rhythm": {...}, "melody": {...} into the object that j has begun. */
void measure_music_json(const MidiMusic *m, JsonOut *j);

#endif
