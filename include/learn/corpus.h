/* corpus.h: a folder of MIDI files as windows of notes to learn from.
 *
 * A file is heard when its tempo, metre, length and density are those asked for (house: 115 to 142
 * quarter notes a minute, 4/4, 32 bars or more, 8 notes a bar or more), is transposed to a tonic of
 * C by the key that it is in (Krumhansl), and cut into windows of 32 notes of one track, a new one
 * every 8 notes. */
#ifndef LEARN_CORPUS_H
#define LEARN_CORPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

enum { WINDOW_NOTES = 32, WINDOW_STRIDE = 8 };
/* What the music encoder hears of a note besides its place in the bar: see note_features(). */
enum { NOTE_PITCH, NOTE_DURATION, NOTE_VELOCITY, NOTE_INTERVAL, NOTE_FEATURES };
enum { BAR_STEPS = 16 }; /* sixteenths of a bar of 4/4 */

/* A note as the corpus has it: key with the song's tonic at C, times in quarter notes. */
typedef struct CorpusNote {
    float at, dur;  /* quarter notes from the beginning of the first note's bar; dur > 0 */
    float velocity; /* 0..1 */
    uint8_t key;    /* 0..127 */
    uint8_t step;   /* the nearest sixteenth of its bar, 0..15 */
} CorpusNote;

/* 32 notes in a row of one track. */
typedef struct MusicWindow {
    int file;
    int track;      /* of the file, 0.. : a MIDI track's notes on one channel */
    int64_t first;  /* index of its first note in Corpus.note */
    int next;       /* the window that begins where this one ends (32 notes on), -1 = none */
    float place;    /* of its beginning in the song, 0..1 */
    /* What it is like; what the curriculum pairs by, and what is measured of generated music. */
    float density;  /* onsets a bar */
    float legato;   /* share of the time between onsets that sounds, 0..1 */
    float loudness; /* mean velocity, 0..1 */
    float entropy_pitch, entropy_interval, entropy_step, entropy_duration; /* bits */
} MusicWindow;

typedef struct CorpusFile {
    char *path;     /* relative to the folder */
    double bpm;
    int bars, notes; /* notes of the tracks that are heard */
    int tonic;      /* pitch class 0..11 that was moved to C */
    bool minor;
} CorpusFile;

/* Why a file is not heard, counted. */
typedef enum CorpusRefusal {
    REFUSED_BROKEN, REFUSED_TEMPO, REFUSED_METRE, REFUSED_SHORT, REFUSED_SPARSE, REFUSED_KINDS
} CorpusRefusal;

typedef struct CorpusRules {
    double bpm_lo, bpm_hi; /* of the tempo that lasts longest */
    int min_bars;
    double min_density;    /* notes a bar of all tracks that are heard */
    bool any_metre;        /* not only 4/4 and what is written in quarters that fit it (1/4, 2/4) */
    bool drums;            /* channel 10 instead of all others */
    int max_files;         /* 0 = all */
} CorpusRules;

extern const CorpusRules CORPUS_HOUSE;

/* Owner; zero is empty. */
typedef struct Corpus {
    CorpusFile *file;
    int nfiles;
    CorpusNote *note;
    int64_t nnotes;
    MusicWindow *window;
    int nwindows;
    int refused[REFUSED_KINDS];
} Corpus;

/* Every .mid and .midi below dir, in the order of their paths (bytes), whatever the file system's;
 * a single file is a corpus too. A broken file is counted, not an error; no window at all is one,
 * which says why files were refused. Same result for any run->threads. */
bool corpus_read(Corpus *c, const char *dir, const CorpusRules *rules, const Run *run, Err *err);
void corpus_free(Corpus *c);
/* The 32 notes of a window as the encoder hears them: x [WINDOW_NOTES, NOTE_FEATURES]:
 * (key - 60) / 12; log2 of the duration in sixteenths, clipped to -2..5, / 3 - 0.5;
 * 2 velocity - 1; semitones from the note before (0 for the window's first), clipped to -24..24,
 * / 12. step [WINDOW_NOTES]. */
void note_features(const Corpus *c, int window, float *x, int32_t *step);
/* The duration to the nearest half octave, from a quarter of a sixteenth (0) to 32 of them (14). */
enum { NOTE_LENGTHS = 15 };
int note_length(const CorpusNote *note);

#endif
