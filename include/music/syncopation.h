/* syncopation.h: how much a rhythm speaks where the metre is weak and is silent where it is strong.
 */
#ifndef MUSIC_SYNCOPATION_H
#define MUSIC_SYNCOPATION_H

#include <stdbool.h>
#include <stdint.h>

enum { SYNCOPATION_SPLITS = 16 };

/* How a bar divides, from the bar down: 4/4 in sixteenths is 2 2 2 2, 6/8 is 2 3 2. */
typedef struct MetreTree {
    int n;
    int split[SYNCOPATION_SPLITS];
} MetreTree;

/* A note to be remembered from bar to bar; zero is none. */
typedef struct LhlNote {
    bool any;
    int weight; /* 0, -1, -2, ... */
} LhlNote;

/* The tree of a bar of num/den, each of its beats cut into `per_beat` slots, so that it has
 * num * per_beat slots. Compound metres (num 6, 9, 12, ... and den >= 8) count in threes. */
MetreTree syncopation_metre(int num, int den, int per_beat);

/* Longuet-Higgins and Lee (1984), after SynPy: nodes of the metre's tree weigh 0, -1, -2, ... by
 * level; a rest that weighs at least as much as a note before it adds the difference. onset [n]: 0
 * or 1; n = the product of the tree's splits. last (NULL = the bar stands alone): the last note
 * of the bars before, brought up to date. >= 0; 0 when nothing is syncopated (SynPy says -1). */
int syncopation_lhl(const uint8_t *onset, int n, const MetreTree *metre, LhlNote *last);

/* A running weighted note-to-beat distance; zero is a good start. */
typedef struct Wnbd {
    int64_t notes;
    double sum, open; /* open: the last note's onset, beats */
} Wnbd;

/* Gómez et al. (2005): the mean over notes of: 0 on a beat; 2 / d when the note lasts beyond the
 * next beat but not beyond the one after; otherwise 1 / d; d = distance to the nearest beat, in
 * beats. Notes last until the next begins; the last counts 0. beat [n]: onsets, rising. >= 0; 0
 * without notes. */
double syncopation_wnbd(const double *beat, int64_t n);
/* The same note by note. Onsets that do not rise are passed over. */
void syncopation_wnbd_add(Wnbd *w, double beat);
double syncopation_wnbd_mean(const Wnbd *w);

/* Grooving similarity (Wu and Yang 2020) of two bars: 1 - the share of slots that are an onset in
 * one only; a [n], b [n]; 0..1. */
double syncopation_groove(const uint8_t *a, const uint8_t *b, int n);

#endif
