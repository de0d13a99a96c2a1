/* counterpoint.c: see music/counterpoint.h. A branch-and-bound search over the few pitches near
 * each aim: species counterpoint's rules (Fux, Gradus ad Parnassum) as costs in "semitones of
 * displeasure", so that a rule is broken only where keeping it would move a line further. */
#include "music/counterpoint.h"

#include <math.h>
#include <stdlib.h>

enum { CANDIDATES = 15, REACH = 10 }; /* keys a slot may choose among; semitones from its aim */

static const double COST_PARALLEL = 60, COST_CROSS = 18, COST_UNISON = 14, COST_CLASH = 9;

typedef struct Fit {
    const CpTask *task;
    int ncand[CP_SLOTS], cand[CP_SLOTS][CANDIDATES];        /* nearest to the aim first */
    int now[CP_SLOTS][CP_OTHERS], was[CP_SLOTS][CP_OTHERS]; /* keys of the others, -1 = silent */
    int key[CP_SLOTS], best[CP_SLOTS];
    double best_cost;
    bool found;
} Fit;

static int pitch_class(int key)
{
    return ((key % 12) + 12) % 12;
}

bool chord_allows(const Chord *c, Scale s, int key)
{
    if (chord_has(c, key)) return true;
    if (!scale_has(s, key)) return false;
    for (int d = -1; d <= 1; d += 2)
        if (chord_has(c, key + d) && !scale_has(s, key + d)) return false;
    return true;
}

void counterpoint_rank(const float *x, int n, int *rank)
{
    for (int i = 0; i < n; i++) {
        rank[i] = 0;
        for (int j = 0; j < n; j++) {
            bool first = x[j] < x[i];
            for (int k = 0; k < j && first; k++) first = x[k] != x[j];
            rank[i] += first;
        }
    }
}

int track_sounding(const Track *t, int32_t tick)
{
    int lo = 0, hi = t->nnotes; /* first note that starts after tick */
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (t->note[mid].start <= tick)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0 || tick - t->note[lo - 1].start >= t->note[lo - 1].dur) return -1;
    return (int)floor(t->note[lo - 1].key + 0.5);
}

int counterpoint_parallels(const CpOther *other, int nothers, int before, int key, int32_t at)
{
    int count = 0;
    for (int o = 0; o < nothers; o++) {
        int was = track_sounding(other[o].track, at - 1), now = track_sounding(other[o].track, at);
        if (was < 0 || now < 0 || before < 0) continue;
        const int a[2] = {before, was}, b[2] = {key, now};
        const int lower = before <= was ? 0 : 1; /* voice_parallels measures from the lower */
        const int from[2] = {a[lower], a[1 - lower]}, to[2] = {b[lower], b[1 - lower]};
        count += voice_parallels(from, to, 2);
    }
    return count;
}

static double cost_leap(int from, int to)
{
    int d = abs(to - from);
    if (d == 0) return 4;
    if (d == 6) return 4;
    if (d == 10 || d == 11) return 7;
    if (d > 12) return 10 + 4.0 * (d - 12);
    return d > 7 ? 1.5 + 1.7 * (d - 7) : d > 2 ? 0.3 * (d - 2) : 0;
}

static double cost_chord(const Fit *f, int i, int key, int before)
{
    const CpTask *t = f->task;
    double cost = 0;
    bool tone = chord_has(&t->chord, key);
    if (!tone) {
        cost += t->slot[i].strong ? (t->bass ? 40 : 14) : 1.5;
        if (before < 0 || abs(key - before) > 2) cost += 9; /* reached by leap */
    } else if (t->bass && t->slot[i].strong) {
        if (pitch_class(key) == t->chord.pc[1]) cost += 1.5;
        if (t->chord.n > 2 && pitch_class(key) == t->chord.pc[2]) cost += 6; /* six-four */
    }
    if (i > 0 && !chord_has(&t->chord, before) && abs(key - before) > 2) cost += 9;
    return cost;
}

static double cost_against(const Fit *f, int i, int o, int key, int before)
{
    const CpOther *other = &f->task->other[o];
    int now = f->now[i][o], was = f->was[i][o];
    if (now < 0) return 0;
    bool strong = f->task->slot[i].strong;
    int gap = abs(key - now), ic = gap % 12;
    double cost = 0;
    if (gap == 0) cost += COST_UNISON;
    if (other->side > 0 ? key > now : other->side < 0 ? key < now : false) cost += COST_CROSS;
    if (ic == 1 || ic == 11) cost += strong ? COST_CLASH : 3;
    if (ic == 2 || ic == 10) cost += strong ? COST_CLASH / 2 : 1;
    if (gap == 1) cost += COST_CLASH;
    if (gap > 0 && gap < 5 && key < 48 && now < 52) cost += 10; /* close and low is mud */
    if (before < 0 || was < 0 || before == key || was == now) return cost;
    if ((key > before) != (now > was)) return cost;
    if (ic == 0 || ic == 7) cost += abs(before - was) % 12 == ic ? COST_PARALLEL : 2;
    return cost;
}

static double cost_note(const Fit *f, int i, int key)
{
    const CpTask *t = f->task;
    int before = i > 0 ? f->key[i - 1] : t->before;
    double cost = 0.5 * fabs(key - t->slot[i].aim) + cost_chord(f, i, key, before);
    if (before >= 0) cost += cost_leap(before, key);
    for (int o = 0; o < t->nothers; o++) cost += cost_against(f, i, o, key, before);
    return cost;
}

static bool keeps_rank(const Fit *f, int i, int key)
{
    for (int j = 0; j < i; j++) {
        int order = f->task->slot[i].rank - f->task->slot[j].rank;
        if (order > 0 ? key <= f->key[j] : order < 0 && key >= f->key[j]) return false;
    }
    return true;
}

static void search_slot(Fit *f, int i, double cost)
{
    if (f->found && cost >= f->best_cost) return;
    if (i == f->task->n) {
        f->found = true;
        f->best_cost = cost;
        for (int k = 0; k < i; k++) f->best[k] = f->key[k];
        return;
    }
    for (int c = 0; c < f->ncand[i]; c++) {
        int key = f->cand[i][c];
        if (!keeps_rank(f, i, key)) continue;
        f->key[i] = key;
        search_slot(f, i + 1, cost + cost_note(f, i, key));
    }
}

/* Keys that the chord allows, nearest to the aim first, ties down. */
static void gather(Fit *f, int i)
{
    const CpTask *t = f->task;
    int centre = (int)floor(t->slot[i].aim + 0.5);
    if (centre < t->range.lo) centre = t->range.lo;
    if (centre > t->range.hi) centre = t->range.hi;
    for (int d = 0; d <= REACH; d++) {
        for (int sign = -1; sign <= (d > 0 ? 1 : -1); sign += 2) {
            int key = centre + sign * d;
            if (key < t->range.lo || key > t->range.hi || f->ncand[i] == CANDIDATES) continue;
            if (chord_allows(&t->chord, t->scale, key)) f->cand[i][f->ncand[i]++] = key;
        }
    }
    if (f->ncand[i] == 0) f->cand[i][f->ncand[i]++] = centre;
}

void counterpoint_fit(const CpTask *t, int *key)
{
    Fit f = {.task = t};
    for (int i = 0; i < t->n; i++) {
        gather(&f, i);
        for (int o = 0; o < t->nothers; o++) {
            f.now[i][o] = track_sounding(t->other[o].track, t->slot[i].at);
            f.was[i][o] = track_sounding(t->other[o].track, t->slot[i].at - 1);
        }
        f.best[i] = f.cand[i][0];
    }
    search_slot(&f, 0, 0);
    for (int i = 0; i < t->n; i++) key[i] = f.best[i];
}
