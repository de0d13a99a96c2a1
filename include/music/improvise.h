/* improvise.h: music made of a text while it is written, a token at a time: no note waits for what
 * comes later.
 *
 * Of every token is known: the angle between the hidden state that it was drawn from and the one
 * before (0..pi), that state's norm, the token's surprisal and the entropy (nats), and its tension.
 *
 *   melody    steps of round(7 angle / pi) degrees, up where the norm grew, down where it fell,
 *             turning back at the ends of two octaves and a half; loudness from surprisal
 *   chord     every IMPROVISE_CHORD tokens, held until the next; loudness from entropy
 *   calm      tension under the threshold: C major pentatonic, flute over open fifths
 *   tense     at or over it: the same degree with a minor second above, sharper; above twice the
 *             way to it a tritone more; the chord is a tritone; brighter and driven */
#ifndef MUSIC_IMPROVISE_H
#define MUSIC_IMPROVISE_H

#include <stdbool.h>

#include "feature/featset.h"
#include "score/score.h"

enum {
    IMPROVISE_CHORD = 8,   /* tokens */
    IMPROVISE_TICKS = 120, /* a token is a sixteenth */
    IMPROVISE_NOTES = 5    /* of one token at most */
};

typedef enum ImproviseTrack { IMPROVISE_CALM, IMPROVISE_TENSE, IMPROVISE_PAD, IMPROVISE_TRACKS }
    ImproviseTrack;

typedef struct ImproviseToken {
    double angle, norm, surprisal, entropy, tension;
} ImproviseToken;

/* A note as it is to be played at once. */
typedef struct ImproviseNote {
    ImproviseTrack track;
    Note note;
} ImproviseNote;

typedef struct Improviser {
    FeatureSet *fs;    /* gets a row a token */
    Score *score;
    double threshold;  /* of tension */
    int degree;        /* of the melody */
    double norm;       /* of the state before */
    int n;             /* tokens so far */
    int layer;
    int col[5], rule[3];
} Improviser;

/* Prepares fs (its columns of FT_TOKENS) and score (tracks, tempo, rules); both must be zero but
 * for what names the model. tps: tokens a second. */
void improvise_begin(Improviser *im, FeatureSet *fs, Score *score, int layer, double threshold,
                     double tps);
/* The notes of the next token, added to the score too; returns how many. label: its text. */
int improvise_token(Improviser *im, const ImproviseToken *t, const char *label,
                    ImproviseNote out[IMPROVISE_NOTES]);
/* True when that much tension is tense. */
bool improvise_is_tense(const Improviser *im, double tension);

#endif
