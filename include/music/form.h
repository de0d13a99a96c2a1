/* form.h: sections in proportion, bars and steps in ticks, groove. */
#ifndef MUSIC_FORM_H
#define MUSIC_FORM_H

#include <stdint.h>

#include "score/score.h"

enum { BAR = 4 * SCORE_PPQ, BEAT = SCORE_PPQ, STEP = SCORE_PPQ / 4 }; /* ticks, 4/4 */

/* What chooses the pitches of lines: the rows of matrices by their order; a Markov chain and an
 * untrained cell; a Markov chain and a trained network. Zero: as the genre has it. */
enum { GEN_ROWS, GEN_LSTM, GEN_JEPA };

/* What the user may ask of any genre; zero (-1 for root and mode) means "as the genre has it". */
typedef struct GenreOpts {
    double tempo;     /* quarter notes a minute; 0 = the genre's own */
    int bars;         /* length in bars, 0 = the genre's own; sections shrink in proportion */
    double seconds;   /* length in seconds, 0 = the genre's own; bars wins */
    int root;         /* pitch class 0..11, -1 = from the model */
    int mode;         /* index into music/scale.h, -1 = from the model */
    int transpose;    /* semitones added to the root of the model (an album's categories) */
    double tempo_add; /* added to the tempo that the piece finds for itself */
    int generator;    /* GEN_... */
    double markov_weight; /* 0..1: the Markov chain's share in a generator other than GEN_ROWS */
    const char *network;  /* what files say of the network of GEN_JEPA; NULL = nothing */
} GenreOpts;

/* How many bars the user asked for: opts->bars, or opts->seconds at this tempo (at least 1), or
 * `own`. */
int form_total_bars(const GenreOpts *opts, double bpm, int own);

/* Shrinks or stretches sections of `bars` [n] to a total, in proportion, multiples of `unit` where
 * the total allows it; every section keeps at least one bar while there are enough bars. A section
 * may become 0 when total < n. The sum of out [n] is `total`. */
void form_scale(const int *bars, int n, int total, int unit, int *out);

/* A time in ticks with groove: odd 16ths are late by `swing` (0..1, 1 = a triplet feel, 1/3 of a
 * 16th), and the whole is shifted by `micro` (-1..1) of at most 15 ms at this tempo. Never < 0. */
int32_t groove_at(int32_t bar_start, int step, double swing, double micro, double bpm);

#endif
