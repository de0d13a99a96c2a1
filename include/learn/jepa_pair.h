/* jepa_pair.h: which music belongs to which layer: the curriculum of the joint embedding.
 *
 * A rule, not a fact of nature. Three properties of a layer meet three of a window: impulsiveness
 * (a low alpha-stable index) meets density of onsets, tension meets the entropy of pitch classes,
 * flatness of the spectra meets the entropy of intervals. Each is made a quantile of what is
 * learned from, so that units do not matter; the distance of a pair is that of two points in the
 * unit cube. On top of it (seed 000): layers of alpha under 1.3 meet windows of the denser half
 * only, those over 1.8 windows of the more legato half. */
#ifndef LEARN_JEPA_PAIR_H
#define LEARN_JEPA_PAIR_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "learn/corpus.h"
#include "learn/layer_window.h"
#include "math/permute.h"

enum { PAIR_AXES = 3, PAIR_GRID = 512, PAIR_NEAR = 8 };

/* Where a layer or a window lies in the cube, 0..1. */
typedef struct PairPoint {
    float at[PAIR_AXES];
    bool dense, legato; /* of a window: in that half; of a layer: only that half will do */
} PairPoint;

/* An ascending sample of a property; of more than PAIR_GRID values evenly many are kept. */
typedef struct PairScale {
    int n;
    float x[PAIR_GRID];
} PairScale;

typedef struct PairTables {
    PairScale look[PAIR_AXES], window[PAIR_AXES];
    float density, legato; /* medians of the windows */
} PairTables;

/* Of the layers and windows that are learned from: windows index[0..n) of w (all when NULL). */
void pair_tables_make(PairTables *t, const LayerLook *look, int nlooks, const MusicWindow *w,
                      const int *index, int n);
/* Share of the sample under x, of what equals it half. 0.5 of an empty sample. */
double pair_quantile(const PairScale *s, float x);
PairPoint pair_of_look(const PairTables *t, const LayerLook *look);
PairPoint pair_of_window(const PairTables *t, const MusicWindow *w);
bool pair_allowed(const PairPoint *look, const PairPoint *window);
double pair_distance(const PairPoint *look, const PairPoint *window);

/* The tables as a member of an object, to be judged by the same rule later. */
void pair_tables_write(const PairTables *t, JsonOut *j, const char *key);
bool pair_tables_read(PairTables *t, const Json *j, Err *err);

/* How a window is chosen for a layer: any; the probability falling with the distance as
 * exp(-d / temperature); one of the PAIR_NEAR nearest. The last two keep the limits of alpha. */
typedef enum PairStage { PAIR_RANDOM, PAIR_SOFT, PAIR_HARD } PairStage;

/* Owner; zero is empty. */
typedef struct PairBook {
    PairPoint *look, *window; /* [nlooks], [nwindows] */
    int *near; /* [nlooks, PAIR_NEAR] nearest first, ties to the earlier; -1 = none */
    int nlooks, nwindows;
} PairBook;

void pair_book_make(PairBook *b, const PairTables *t, const LayerLook *look, int nlooks,
                    const MusicWindow *w, const int *index, int n);
void pair_book_free(PairBook *b);
/* A window, 0..nwindows-1 (a place in index), for a layer. */
int pair_choose(const PairBook *b, int look, PairStage stage, double temperature, Control *c);

/* One window for each layer and no window twice: the nearest allowed pair of all first, then the
 * nearest of what is left; ties to the earlier. to [nlooks]: a window or -1. */
void pair_greedy(const PairPoint *look, int nlooks, const PairPoint *window, int nwindows, int *to);

#endif
