/* cascade_play.h: the form of a piece of the cascade, and its four voices.
 *
 * A pass is the whole prompt, told once by one layer: phrases of four to eleven tokens, each ending
 * before the token of largest surprisal in reach, each filling a multiple of two beats with a held
 * note and a breath. The first pass is the middle layer's, plain, half a beat a token; then the
 * prompt is told again from the first layer to the last, each with its own chain, rhythm and
 * ornaments. Under it the strings go through all layers, a chord a layer, as often as their own
 * durations fit. */
#ifndef GENRE_CASCADE_PLAY_H
#define GENRE_CASCADE_PLAY_H

#include "cascade_states.h"
#include "music/form.h"
#include "music/harmony.h"
#include "score/score.h"

enum { SEAT_LEAD, SEAT_STRINGS, SEAT_ORGAN, SEAT_CELESTA, SEAT_COUNT };
enum { STRING_VOICES = 4, CASCADE_CODA = 2 }; /* bars */

typedef struct CascadePass {
    int layer, turn; /* index into Cascade.layer; how many passes told it before */
    Scale scale;
    bool chromatic; /* passing tones between notes a whole step apart */
} CascadePass;

typedef struct CascadeChord {
    int32_t at, dur; /* ticks from the first pass */
    int layer;       /* index */
    int degree;
    Value why;       /* what chose the degree: the phase, from cascade_source() */
    Scale scale;
    Chord chord;
    int key[STRING_VOICES];
} CascadeChord;

typedef struct CascadePlan {
    int bars, passes;   /* of a pass; how many */
    bool coda;          /* a cadence follows, of CASCADE_CODA bars */
    double bpm;
    int32_t *at, *dur;  /* [nt] ticks of the plain pass: a token's place and its room */
    bool *ends;         /* [nt] the last token of a phrase */
    CascadePass *pass;  /* [passes] */
    CascadeChord *chord; /* [nchords] */
    int nchords;
} CascadePlan;

/* What the form is to be; bars and passes 0: the piece's own. */
typedef struct CascadeForm {
    Scale scale;
    double bpm;
    int bars, passes;
    bool coda, chromatic;
    bool darkens; /* phrygian from the middle on, passing tones in the last third */
} CascadeForm;

void cascade_plan(CascadePlan *p, const Cascade *c, const CascadeForm *form);
void cascade_plan_free(CascadePlan *p);
/* Bars of one plain pass. */
int cascade_pass_bars(const Cascade *c);
/* How many passes the piece has of itself. */
int cascade_own_passes(const Cascade *c, int bars);
/* Whole length, coda and all. */
int32_t cascade_length(const CascadePlan *p);

/* Where the voices go. */
typedef struct CascadeSeats {
    Score *s;
    int track[SEAT_COUNT]; /* -1: the voice is silent */
    int32_t at;            /* where the piece begins, ticks */
    bool sparse;           /* voices enter one by one (false: all at once) */
    int before[STRING_VOICES]; /* the strings' last chord; [0] = 0 when there is none; updated */
} CascadeSeats;

/* Adds the four tracks of a piece, `suffix` behind their names, to channels 0, 1, 7, 12 when `home`
 * or else 2, 3, 7, 13, moved to `pan` in the stereo picture; without an organ when !organ. */
void cascade_seats(CascadeSeats *seat, Score *s, const char *suffix, bool home, double pan,
                   bool organ);
/* Writes all voices; chords are voiced on the way. Tempo and sections are the caller's. */
void cascade_play(const Cascade *c, CascadePlan *p, CascadeSeats *seat);
/* The strings alone, without a cadence. */
void cascade_strings(const Cascade *c, CascadePlan *p, CascadeSeats *seat);
/* The cadence after the passes, by the last layer's last token (cascade_coda.c). */
void cascade_coda(const Cascade *c, const CascadePlan *p, CascadeSeats *seat);

/* The chord that sounds at a tick of the plan. */
const CascadeChord *cascade_chord_at(const CascadePlan *p, int32_t at);

/* For the pieces: root and mode from the model and the options; tension picks the mode. */
Scale cascade_scale(const FeatureSet *fs, const GenreOpts *opts, double tension);
double cascade_bpm(const GenreOpts *opts, double tension);
/* Tokens that fit into this many bars, 0 = all. */
int cascade_limit(const GenreOpts *opts, double bpm);
/* Passes that fill what opts ask for, or `own`. */
int cascade_passes(const GenreOpts *opts, double bpm, int bars, int own);
/* Metre, key, and the tempo from `at` on, slowing down in the coda when there is one. */
void cascade_frame(Score *s, const CascadePlan *p, int32_t at);

#endif
