/* scale.c: see music/scale.h. Modes are tables of semitones above the root. */
#include "music/scale.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

typedef struct ModeRow {
    const char *name;
    int size;
    int semitone[12];
    int parent;  /* semitones from the root up to the tonic of the key signature */
    bool minor;
} ModeRow;

static const ModeRow MODES[MODE_COUNT] = {
    [MODE_MAJOR] = {"major", 7, {0, 2, 4, 5, 7, 9, 11}, 0, false},
    [MODE_NATURAL_MINOR] = {"natural_minor", 7, {0, 2, 3, 5, 7, 8, 10}, 0, true},
    [MODE_DORIAN] = {"dorian", 7, {0, 2, 3, 5, 7, 9, 10}, 7, true},
    [MODE_PHRYGIAN] = {"phrygian", 7, {0, 1, 3, 5, 7, 8, 10}, 5, true},
    [MODE_HARMONIC_MINOR] = {"harmonic_minor", 7, {0, 2, 3, 5, 7, 8, 11}, 0, true},
    [MODE_LYDIAN] = {"lydian", 7, {0, 2, 4, 6, 7, 9, 11}, 7, false},
    [MODE_MIXOLYDIAN] = {"mixolydian", 7, {0, 2, 4, 5, 7, 9, 10}, 5, false},
    [MODE_AEOLIAN] = {"aeolian", 7, {0, 2, 3, 5, 7, 8, 10}, 0, true},
    [MODE_PENTATONIC_MINOR] = {"pentatonic_minor", 5, {0, 3, 5, 7, 10}, 0, true},
    [MODE_PENTATONIC_MAJOR] = {"pentatonic_major", 5, {0, 2, 4, 7, 9}, 0, false},
    [MODE_WHOLE_TONE] = {"whole_tone", 6, {0, 2, 4, 6, 8, 10}, 0, false},
    [MODE_CHROMATIC] = {"chromatic", 12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 0, false},
};

static const char *const PITCH_CLASSES[12] = {"C",  "C#", "D",  "D#", "E",  "F",
                                              "F#", "G",  "G#", "A",  "A#", "B"};

static int floor_div(int a, int b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static int modulo(int a, int b)
{
    return a - floor_div(a, b) * b;
}

const char *mode_name(int mode)
{
    return mode >= 0 && mode < MODE_COUNT ? MODES[mode].name : "";
}

int mode_parse(const char *name)
{
    if (strcmp(name, "minor") == 0) return MODE_NATURAL_MINOR;
    for (int m = 0; m < MODE_COUNT; m++)
        if (strcmp(name, MODES[m].name) == 0) return m;
    return -1;
}

const char *pitch_class_name(int pc)
{
    return PITCH_CLASSES[modulo(pc, 12)];
}

int pitch_class_parse(const char *name)
{
    static const int NATURAL[7] = {9, 11, 0, 2, 4, 5, 7}; /* a to g */
    int letter = tolower((unsigned char)name[0]);
    if (letter < 'a' || letter > 'g') return -1;
    int pc = NATURAL[letter - 'a'];
    if (name[1] == '#') return name[2] ? -1 : (pc + 1) % 12;
    if (name[1] == 'b') return name[2] ? -1 : (pc + 11) % 12;
    return name[1] ? -1 : pc;
}

int scale_size(Scale s)
{
    return MODES[s.mode].size;
}

bool scale_has(Scale s, int key)
{
    const ModeRow *m = &MODES[s.mode];
    int semitone = modulo(key - s.root, 12);
    for (int i = 0; i < m->size; i++)
        if (m->semitone[i] == semitone) return true;
    return false;
}

int scale_key(Scale s, int degree)
{
    const ModeRow *m = &MODES[s.mode];
    return s.root + 12 * floor_div(degree, m->size) + m->semitone[modulo(degree, m->size)];
}

int scale_degree(Scale s, int key)
{
    const ModeRow *m = &MODES[s.mode];
    int semitone = modulo(key - s.root, 12), i = m->size - 1;
    while (m->semitone[i] > semitone) i--;
    return floor_div(key - s.root, 12) * m->size + i;
}

int scale_snap(Scale s, double key)
{
    int below = scale_degree(s, (int)floor(key));
    int lo = scale_key(s, below), hi = scale_key(s, below + 1);
    return hi - key < key - lo ? hi : lo;
}

int scale_at(Scale s, int lo, int hi, double x)
{
    int first = scale_degree(s, lo);
    if (scale_key(s, first) < lo) first++;
    int last = scale_degree(s, hi);
    if (last < first) return scale_key(s, first);
    if (!(x > 0)) x = 0;
    if (x > 1) x = 1;
    return scale_key(s, first + (int)floor(x * (last - first) + 0.5));
}

int scale_step(Scale s, int key, int steps)
{
    return scale_key(s, scale_degree(s, scale_snap(s, key)) + steps);
}

int scale_sharps(Scale s, bool *minor)
{
    /* Sharps of a major key: position on the circle of fifths, C = 0, folded into -6..6. */
    const ModeRow *m = &MODES[s.mode];
    int tonic = modulo(s.root + m->parent, 12);
    int major = m->minor ? modulo(tonic + 3, 12) : tonic;
    int sharps = modulo(7 * major, 12);
    *minor = m->minor;
    return sharps > 6 ? sharps - 12 : sharps;
}

int scale_fifths_apart(Scale a, Scale b)
{
    bool minor;
    int d = modulo(scale_sharps(a, &minor) - scale_sharps(b, &minor), 12);
    return d > 6 ? 12 - d : d;
}
