/* opera_motif.c: themes, and singing them.
 *
 * A theme is four singular values. Their height is theirs; their order in time is the order of four
 * row norms of q, their durations the masses of four quarters of q's histogram. One layer's subject
 * so has one contour and one rhythm, whichever voice sings it with its own matrix's values: that is
 * what makes the fuguette imitate, and what returns in the overture and the climax. */
#include "genre/opera.h"

#include <math.h>
#include <stdlib.h>

enum { LEGATO = 20 }; /* ticks that a bowed note lasts into the next: about 40 ms at 66 BPM */

void opera_rhythm(const Nums *hist, int n, int units, int shift, int *dur)
{
    double mass[CP_SLOTS] = {0}, sum = 0, rest[CP_SLOTS];
    for (int i = 0; i < hist->n; i++) {
        double x = nums_at(hist, i + shift)->v.x;
        mass[i * n / hist->n] += x > 0 ? x : 0;
    }
    for (int k = 0; k < n; k++) sum += mass[k] *= mass[k]; /* squared: long and short stand apart */
    int left = units - n;
    for (int k = 0; k < n; k++) {
        double share = sum > 0 ? mass[k] / sum * (units - n) : 0;
        dur[k] = 1 + (int)floor(share);
        rest[k] = share - floor(share);
        left -= (int)floor(share);
    }
    while (left-- > 0) { /* largest remainders, ties to the earlier */
        int most = 0;
        for (int k = 1; k < n; k++)
            if (rest[k] > rest[most]) most = k;
        dur[most]++;
        rest[most] = -1;
    }
}

static void lay_out(Motif *m, const int *dur, int first, int units, int32_t span)
{
    int at = first;
    for (int k = 0; k < m->n; k++) {
        m->at[k] = (int32_t)((int64_t)at * span / units);
        at += dur[k];
        m->dur[k] = (int32_t)((int64_t)at * span / units) - m->at[k];
    }
}

void motif_theme(const Opera *o, int kind, int layer, int pass, int32_t span, Motif *m)
{
    const Desk *d = &o->desk[layer];
    float row[4];
    int rank[4], dur[4];
    int lo = 0, hi = 0, reversed[4], turn = 3 * layer + 8 * pass; /* bins */
    for (int k = 0; k < 4; k++) row[k] = nums_at(&d->rows_q, 4 * pass + k)->v.x;
    counterpoint_rank(row, 4, rank);
    for (int k = 0; k < 4; k++) {
        for (int j = 0; j < k; j++) rank[k] += rank[j] == rank[k]; /* ties: later is higher */
        if (rank[k] == 3) hi = k;
        if (rank[k] == 0) lo = k;
    }
    *m = (Motif){.n = 4};
    switch (kind) {
    case MOTIF_SUBJECT:
        for (int k = 0; k < 4; k++) m->lane[k] = 5 * (3 - rank[k]);
        opera_rhythm(&d->hist_q, 4, 8, turn, dur);
        lay_out(m, dur, 0, 8, span);
        return;
    case MOTIF_COUNTER: /* the contour turned over, the rhythm backwards, off the beat */
        for (int k = 0; k < 4; k++) m->lane[k] = 5 * rank[k];
        opera_rhythm(&d->hist_q, 4, 7, turn, dur);
        for (int k = 0; k < 4; k++) reversed[k] = dur[3 - k];
        lay_out(m, reversed, 1, 8, span);
        return;
    case MOTIF_FREE: /* the two extremes, in their order */
        m->n = 2;
        m->lane[0] = hi < lo ? 5 : 10;
        m->lane[1] = hi < lo ? 10 : 5;
        opera_rhythm(&d->hist_q, 2, 4, turn, dur);
        lay_out(m, dur, 0, 4, span);
        return;
    default:
        m->n = 1;
        m->lane[0] = 5 * (3 - rank[0]);
        dur[0] = 1;
        lay_out(m, dur, 0, 1, span);
    }
}

void motif_walk(const Nums *hist, int n, int shift, int32_t span, Motif *m)
{
    Nums some = {.n = n};
    int dur[CP_SLOTS], step = hist->n / (n + 1);
    *m = (Motif){.n = n};
    for (int k = 0; k < n; k++) {
        m->lane[k] = shift % (step + 1) + k * (step > 0 ? step : 1);
        some.at[k] = *nums_at(hist, m->lane[k]);
    }
    opera_rhythm(&some, n, 14, 0, dur);
    lay_out(m, dur, 0, 16, span);
}

/* The strings' tracks stand from high to low; winds may go among them. */
static int side_of(int track, int other)
{
    if (track > OPERA_BASSES || other > OPERA_BASSES) return 0;
    return other < track ? 1 : -1;
}

static void song_task(const Opera *o, const Song *song, CpTask *t)
{
    const Motif *m = song->motif;
    float u[CP_SLOTS];
    int rank[CP_SLOTS];
    VoiceRange range = opera_range(song->track);
    if (range.lo < song->lo) range.lo = (int)ceil(song->lo);
    if (range.hi > song->hi) range.hi = (int)floor(song->hi);
    if (range.hi - range.lo < 7) range = opera_range(song->track);
    int32_t strong = m->at[m->n - 1] + m->dur[m->n - 1] > BAR + BEAT ? BAR : 2 * BEAT;
    *t = (CpTask){.scale = o->scale,
                  .chord = song->harmony->chord,
                  .range = range,
                  .n = m->n,
                  .bass = song->track == OPERA_BASSES};
    t->before = track_sounding(&o->s->track[song->track], song->at - 1);
    for (int k = 0; k < m->n; k++) u[k] = nums_at(song->value, m->lane[k])->u;
    counterpoint_rank(u, m->n, rank);
    for (int k = 0; k < m->n; k++) {
        double x = song->centre * (1 - song->width) + song->width * u[k];
        t->slot[k] = (CpSlot){.at = song->at + m->at[k],
                              .aim = lerp(song->lo, song->hi, x),
                              .rank = rank[k],
                              .strong = m->at[k] % strong == 0};
    }
    for (int i = 0; i < OPERA_TRACKS && t->nothers < CP_OTHERS; i++)
        if ((song->others >> i & 1) && i != song->track)
            t->other[t->nothers++] = (CpOther){&o->s->track[i], side_of(song->track, i)};
}

/* The last part of a long note, given to the step that leads on; 0 when there is none. */
static int32_t passing(const CpTask *t, const Motif *m, const int *key, int k, int *step)
{
    if (k + 1 >= m->n || m->dur[k] < 3 * BEAT / 2 || m->at[k] + m->dur[k] != m->at[k + 1]) return 0;
    int gap = abs(key[k + 1] - key[k]), way = key[k + 1] > key[k] ? 1 : -1;
    if (gap < 3 || gap > 5) return 0;
    int32_t last = m->dur[k] >= 4 * BEAT ? BEAT : BEAT / 2, to = t->slot[k + 1].at;
    for (*step = key[k + 1] - way; *step != key[k]; *step -= way) {
        if (abs(key[k + 1] - *step) > 2 || !chord_allows(&t->chord, t->scale, *step)) continue;
        bool follows = counterpoint_parallels(t->other, t->nothers, key[k], *step, to - last) > 0 ||
                       counterpoint_parallels(t->other, t->nothers, *step, key[k + 1], to) > 0;
        return follows ? 0 : last;
    }
    return 0;
}

void opera_sing(Opera *o, const Song *song)
{
    const Motif *m = song->motif;
    bool bowed = song->track <= OPERA_BASSES;
    int rule =
        opera_rule(o, "opera.passing: the scale step between two notes of a line, on the last "
                      "part of the first");
    CpTask t;
    int key[CP_SLOTS], step;
    song_task(o, song, &t);
    counterpoint_fit(&t, key);
    for (int k = 0; k < m->n; k++) {
        int32_t cut = passing(&t, m, key, k, &step);
        Part p = {.track = song->track,
                  .key = key[k],
                  .rule = song->rule,
                  .at = song->at + m->at[k],
                  .dur = m->dur[k] - cut + (bowed ? LEGATO : -LEGATO / 2),
                  .vel = song->vel * (t.slot[k].strong ? 1.03 : 0.97),
                  .pitch = nums_at(song->value, m->lane[k]),
                  .loud = song->loud,
                  .length = nums_at(song->hist, m->lane[k]),
                  .harmony = &song->harmony->why};
        opera_play(o, &p);
        if (cut == 0) continue;
        p.at += m->dur[k] - cut;
        p.dur = cut + (bowed ? LEGATO : -LEGATO / 2);
        p.key = step;
        p.rule = rule;
        p.vel *= 0.92;
        opera_play(o, &p);
    }
}
