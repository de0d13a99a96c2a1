/* score.h: a piece of music: tracks of notes and control points, each knowing the numbers it was
 * made from.
 *
 * The second waist of the hourglass: genres write it; midi, synth and view read it. Time is ticks
 * only (480 a quarter note); seconds come from the tempo map. */
#ifndef SCORE_SCORE_H
#define SCORE_SCORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "feature/featset.h"

enum { SCORE_PPQ = 480 };
enum { FROM_PITCH, FROM_VELOCITY, FROM_DURATION, FROM_TIMBRE, FROM_COUNT };
enum {
    NOTE_SLIDE = 1, /* glides into this note from the one before it, which sounds on until then */
    NOTE_ACCENT = 2,
    NOTE_TIE = 4,
    NOTE_GHOST = 8
};

typedef struct Note {
    int32_t start, dur;     /* ticks; dur > 0 */
    float key;              /* MIDI key, 69 = A4 = 440 Hz; fractions are microtones */
    float vel, pan;         /* 0..1, -1..1 */
    float timbre[4]; /* 0..1, named by the instrument (303: cutoff, resonance, env mod, accent) */
    uint8_t flags;          /* NOTE_... */
    uint16_t rule;          /* index into Score.rule: the mapping that made it */
    Cell from[FROM_COUNT];  /* which numbers made pitch, velocity, duration, timbre */
} Note;

typedef enum CtlKind {
    CTL_CUTOFF, CTL_RESONANCE, CTL_VOLUME, CTL_PAN, CTL_EXPRESSION, CTL_REVERB, CTL_CHORUS,
    CTL_BEND,   /* -1..1 = +-2 semitones; all others 0..1 */
    CTL_LOWCUT, /* the bass knob of a mixer: 0 = all of the bass, 1 = none below 300 Hz */
    CTL_COUNT
} CtlKind;

typedef struct Ctl {
    int32_t at; /* ticks */
    uint8_t kind;
    uint16_t rule;
    float value;
    Cell from;
} Ctl;

typedef struct Track {
    char name[32];
    char instrument[16]; /* name in instruments.def of the native engine, "" = by program */
    int program;         /* General MIDI, 0-based */
    bool drum;           /* channel 10, keys are drum sounds */
    bool mono;           /* one voice, slides glide (303) */
    int channel;         /* 0-based MIDI channel, -1 = given by the writer */
    float gain_db, pan, reverb, chorus; /* mix: dB, -1..1, 0..1, 0..1 */
    float duck, delay;   /* native engine, 0..1: how far kicks push it down, delay send */
    float trim_db;       /* native engine: added to gain_db, for our voices are not a font's */
    Note *note;          /* [nnotes], sorted by score_finish() */
    int nnotes, cap_notes;
    Ctl *ctl;
    int nctls, cap_ctls;
} Track;

typedef struct Tempo { int32_t at; double bpm; } Tempo;              /* quarter notes a minute */
typedef struct Meter { int32_t at; int num, den; } Meter;
typedef struct KeySig { int32_t at; int sharps; bool minor; } KeySig; /* -7..7 */
typedef struct Section { int32_t at; char name[48]; } Section;       /* lasts to the next or end */

typedef struct Score {
    char title[96], genre[24];
    int32_t length; /* ticks, at least the end of the last note */
    Track *track;
    int ntracks, cap_tracks;
    Tempo *tempo;
    int ntempos, cap_tempos;
    Meter *meter;
    int nmeters, cap_meters;
    KeySig *keysig;
    int nkeysigs, cap_keysigs;
    Section *section;
    int nsections, cap_sections;
    char **rule; /* "opera.act1.strings: key = scale[root + norm01(log1p sv)]"; rule 0 is "" */
    int nrules, cap_rules;
    char **text; /* lines of text that go into the file: version, command, fingerprint, mapping */
    int ntexts, cap_texts;
} Score;

void score_free(Score *s);
/* The new track's index. */
int score_add_track(Score *s, const char *name, int program, bool drum);
/* dur > 0, key 0..127, vel 0..1 are the caller's duty (asserted); vel 0 is not written. */
void score_add_note(Score *s, int track, const Note *n);
void score_add_ctl(Score *s, int track, int32_t at, CtlKind kind, Value v, int rule);
void score_add_tempo(Score *s, int32_t at, double bpm);
void score_add_meter(Score *s, int32_t at, int num, int den);
void score_add_keysig(Score *s, int32_t at, int sharps, bool minor);
void score_add_section(Score *s, int32_t at, const char *name);
/* The index of this rule text; the same text gives the same index. */
int score_add_rule(Score *s, const char *text);
void score_add_text(Score *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sorts everything by time (stable), sets length to cover all notes, cuts notes of one key and
 * track that would overlap themselves. Call once, at the end of composing. */
void score_finish(Score *s);
/* Seconds at a tick, by the tempo map; 120 quarter notes a minute before the first tempo. */
double score_seconds(const Score *s, int32_t tick);
/* The tick at a time in seconds, rounded down. */
int32_t score_tick(const Score *s, double seconds);
int score_count_notes(const Score *s);

/* The invariants: notes inside the piece, in range, and every one with a pitch source and rule that
 * are real in fs[0..nfs). False and the first violation in err. */
bool score_check(const Score *s, const FeatureSet *const *fs, int nfs, Err *err);

#endif
