/* measure_rhythm.c: syncopation and groove of bars. Onsets go to the nearest sixteenth (in metres
 * of finer denominators, the nearest beat); those that round up to a bar's end begin the next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "measure_parts.h"
#include "music/syncopation.h"

enum { SLOTS_MAX = 255 * 16 };

typedef struct Rhythm {
    MusicRhythm *to;
    Wnbd wnbd;
    LhlNote last;
    MetreTree tree;
    int tree_of[2];   /* beats and denominator of the tree */
    uint8_t *now, *before; /* [SLOTS_MAX] */
    int nbefore;      /* slots of the bar before; 0 = nothing in it */
    double beats;     /* before this bar */
} Rhythm;

static int slots_per_beat(const GridBar *b)
{
    return b->den < 16 ? 16 / b->den : 1;
}

/* Marks the bar's slots from h[i] on; returns the first note that is not in it. */
static int mark(uint8_t *slot, const GridBar *b, const Heard *h, int n, int i)
{
    double size = b->beat / slots_per_beat(b);
    for (; i < n; i++) {
        double at = floor((h[i].start - b->start) / size + 0.5);
        if (b->start + at * size >= b->end - 1e-6 * size) break;
        if (at >= 0) slot[(int)at] = 1;
        if (at < 0) slot[0] = 1; /* left over by the bar before */
    }
    return i;
}

/* The measures of a bar with `filled` of its n slots marked; returns its syncopation. */
static int measure_bar(Rhythm *r, const GridBar *b, int n, int filled)
{
    int per = slots_per_beat(b);
    if (r->tree_of[0] != b->beats || r->tree_of[1] != b->den) {
        r->tree = syncopation_metre(b->beats, b->den, per);
        r->tree_of[0] = b->beats;
        r->tree_of[1] = b->den;
    }
    int lhl = syncopation_lhl(r->now, n, &r->tree, &r->last);
    for (int i = 0; i < n; i++)
        if (r->now[i]) syncopation_wnbd_add(&r->wnbd, r->beats + (double)i / per);
    if (r->nbefore == n)
        music_mean_add(&r->to->groove, syncopation_groove(r->before, r->now, n), 1);
    music_mean_add(&r->to->lhl, lhl, 1);
    music_mean_add(&r->to->onsets, filled, 1);
    r->to->bars++;
    return lhl;
}

void music_measure_rhythm(MusicRhythm *to, MusicBar *bar, const Grid *g, const Heard *h, int n)
{
    Rhythm r = {.to = to};
    r.now = mem_alloc(SLOTS_MAX, 1);
    r.before = mem_alloc(SLOTS_MAX, 1);
    for (int i = 0, note = 0; i < g->n; i++) {
        const GridBar *b = &g->bar[i];
        int slots = b->beats * slots_per_beat(b), filled = 0;
        memset(r.now, 0, (size_t)slots);
        note = mark(r.now, b, h, n, note);
        for (int s = 0; s < slots; s++) filled += r.now[s];
        if (filled > 0) {
            int lhl = measure_bar(&r, b, slots, filled);
            if (bar) bar[i].lhl = lhl;
        } else {
            r.last = (LhlNote){0};
        }
        r.nbefore = filled > 0 ? slots : 0;
        uint8_t *swap = r.before;
        r.before = r.now;
        r.now = swap;
        r.beats += ceil((b->end - b->start) / b->beat - 1e-9);
    }
    to->wnbd = to->bars > 0 ? syncopation_wnbd_mean(&r.wnbd) : NAN;
    free(r.now);
    free(r.before);
}
