/* scale.h: modes, and the pitches of a scale as MIDI keys.
 *
 * A scale is a mode on a root. Its pitches are numbered by degree: degree 0 is the root in the
 * octave of MIDI key 0..11, one up is the next pitch of the scale, and so on over all octaves. */
#ifndef MUSIC_SCALE_H
#define MUSIC_SCALE_H

#include <stdbool.h>

typedef enum Mode {
    MODE_MAJOR, MODE_NATURAL_MINOR, MODE_DORIAN, MODE_PHRYGIAN, MODE_HARMONIC_MINOR, MODE_LYDIAN,
    MODE_MIXOLYDIAN, MODE_AEOLIAN, MODE_PENTATONIC_MINOR, MODE_PENTATONIC_MAJOR, MODE_WHOLE_TONE,
    MODE_CHROMATIC, MODE_COUNT
} Mode;

typedef struct Scale {
    int root; /* pitch class 0..11, 0 = C */
    int mode; /* Mode */
} Scale;

const char *mode_name(int mode);       /* "natural_minor" */
int mode_parse(const char *name);      /* -1 when unknown; "minor" is natural_minor */
const char *pitch_class_name(int pc);  /* "C", "C#", ... */
int pitch_class_parse(const char *name); /* "C", "f#", "Bb"; -1 when unknown */

int scale_size(Scale s);               /* pitches an octave */
bool scale_has(Scale s, int key);
/* The MIDI key of a degree (any integer; degree 0 = key s.root). */
int scale_key(Scale s, int degree);
/* The degree of the highest scale pitch at or below key. */
int scale_degree(Scale s, int key);
/* The nearest pitch of the scale, ties down. */
int scale_snap(Scale s, double key);
/* The scale pitch at position x (0..1, clipped) among those within lo..hi (MIDI keys): 0 is the
 * lowest, 1 the highest. Monotone in x. */
int scale_at(Scale s, int lo, int hi, double x);
/* `steps` scale steps up (or down) from the scale pitch nearest to key. */
int scale_step(Scale s, int key, int steps);
/* Key signature: -7..7 sharps of the major or minor key that has the mode's pitches. */
int scale_sharps(Scale s, bool *minor);
/* Distance of two scales' tonics on the circle of fifths, relative majors compared: 0..6. */
int scale_fifths_apart(Scale a, Scale b);

#endif
