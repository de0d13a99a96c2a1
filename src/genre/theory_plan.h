/* theory_plan.h: the form of the piece of the theory, and the numbers it is made from. Private to
 * genre/theory*.c.
 *
 * Bars of 4/4: an exposition (the subject enters in four voices, each entry read from a deeper
 * early layer), a development (the text is told by a melody over the chords of its neighbouring
 * tokens, in the keys of its context, by layers of the middle), a stretto (the subject again in the
 * late layers, entries half a bar apart), and a cadence at the output. */
#ifndef GENRE_THEORY_PLAN_H
#define GENRE_THEORY_PLAN_H

#include "music/counterpoint.h"
#include "music/form.h"
#include "music/harmony.h"
#include "stream_layers.h"

enum { FUGUE_VOICES = 4, PULSE = BEAT / 2 };
enum { EXPOSITION_BARS = 8, STRETTO_BARS = 4, CADENCE_BARS = 4 };
enum { FUGUE_MELODY = FUGUE_VOICES, FUGUE_STRINGS, FUGUE_ORGAN, FUGUE_TRACKS };

typedef enum FugueKind {
    FUGUE_EXPOSITION, FUGUE_DEVELOPMENT, FUGUE_STRETTO, FUGUE_CADENCE
} FugueKind;

typedef struct FugueBar {
    FugueKind kind;
    int layer;        /* of the stream, 0 = embedding */
    int first, n;     /* tokens that it tells: token[first], ... */
    int key;          /* which key of the text, 0.. */
    Scale scale;
    Chord chord;
    Value why;        /* what chose the chord */
} FugueBar;

typedef struct Fugue {
    const FeatureSet *fs;
    StreamLayers g;
    int last;         /* layer: nl */
    int *token, n;    /* [n] that are no sinks */
    int subject;      /* tokens of the subject, 2..6 */
    int head[FUGUE_VOICES]; /* rank of each voice's head among a layer's by distance: of nheads */
    int nheads;
    double beat[4];   /* 0..1 strength of each beat, from the layers' updates */
    double bpm;
    FugueBar *bar;    /* [bars] */
    int bars, passes;
    int sforzando;    /* token that draws attention in layer after layer */
    bool deceptive;   /* the output is unsure: the cadence is broken off once */
} Fugue;

bool fugue_plan(Fugue *f, const FeatureSet *fs, const GenreOpts *opts, Err *err);
void fugue_free(Fugue *f);
/* A column of FT_TOKENS at a layer; where that is no number, the norm there, or the layer's. */
Value fugue_value(const Fugue *f, const char *column, int layer, int token);
/* The distance that a voice's head of block `block` looks back at a token. */
Value fugue_head(const Fugue *f, int voice, int block, int token);

/* theory_voices.c: the lines of all bars but the cadence's. */
void fugue_sing(const Fugue *f, Score *s);
/* theory_chords.c: strings, organ, the cadence in all voices. */
void fugue_accompany(const Fugue *f, Score *s);

extern const VoiceRange FUGUE_RANGE[FUGUE_VOICES + 1]; /* soprano, alto, tenor, bass, melody */

#endif
