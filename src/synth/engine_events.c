/* engine_events.c: what happens in a track and when, in frames.
 *
 * At one frame, notes end before controls move, kicks push, and notes begin; but on a mono track a
 * note that a slide leaves sounds until the slide has begun, however short it was written. */
#include "engine_events.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "score/sort.h"

enum { KEY_KICK = 36, KEY_KICK_ACOUSTIC = 35 };

/* Seconds at ticks that never fall, without walking the tempo map from the start each time. */
typedef struct TempoWalk {
    const Score *s;
    int next; /* tempo not yet reached */
    int32_t at;
    double seconds, second_a_tick;
} TempoWalk;

static TempoWalk walk_start(const Score *s)
{
    return (TempoWalk){.s = s, .second_a_tick = 60.0 / (120.0 * SCORE_PPQ)};
}

static double walk_to(TempoWalk *w, int32_t tick)
{
    if (tick < w->at) *w = walk_start(w->s);
    while (w->next < w->s->ntempos && w->s->tempo[w->next].at <= tick) {
        const Tempo *t = &w->s->tempo[w->next++];
        w->seconds += (t->at - w->at) * w->second_a_tick;
        w->at = t->at;
        w->second_a_tick = 60.0 / (t->bpm * SCORE_PPQ);
    }
    return w->seconds + (tick - w->at) * w->second_a_tick;
}

static int64_t frame_at(TempoWalk *w, int32_t tick, double rate)
{
    return llround(walk_to(w, tick) * rate);
}

static int by_frame(const void *a, const void *b)
{
    const Event *x = a, *y = b;
    if (x->frame != y->frame) return x->frame < y->frame ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static int by_kick_frame(const void *a, const void *b)
{
    const Kick *x = a, *y = b;
    return (x->frame > y->frame) - (x->frame < y->frame);
}

/* The tick at which note i falls silent. */
static int32_t end_of(const Track *t, int i)
{
    int32_t end = t->note[i].start + t->note[i].dur;
    bool into_slide = t->mono && i + 1 < t->nnotes && (t->note[i + 1].flags & NOTE_SLIDE);
    int32_t next = into_slide ? t->note[i + 1].start : end;
    return next >= end ? next + into_slide : end;
}

Event *engine_events(const Score *s, const Track *t, double rate, const Kick *kick, int nkicks,
                     int *n)
{
    int64_t most = 2 * (int64_t)t->nnotes + t->nctls + nkicks;
    Event *e = mem_alloc(most, sizeof *e);
    TempoWalk on = walk_start(s), off = on, ctl = on;
    int k = 0;
    for (int i = 0; i < t->nctls; i++)
        e[k++] = (Event){frame_at(&ctl, t->ctl[i].at, rate), EVENT_CTL, i, 0};
    for (int i = 0; i < nkicks; i++) e[k++] = (Event){kick[i].frame, EVENT_KICK, i, kick[i].vel};
    for (int i = 0; i < t->nnotes; i++) {
        e[k++] = (Event){frame_at(&on, t->note[i].start, rate), EVENT_ON, i, 0};
        e[k++] = (Event){frame_at(&off, end_of(t, i), rate), EVENT_OFF, i, 0};
    }
    stable_sort(e, k, sizeof *e, by_frame);
    *n = k;
    return e;
}

Kick *engine_kicks(const Score *s, double rate, int *n)
{
    Kick *kick = NULL;
    int cap = 0;
    *n = 0;
    for (int i = 0; i < s->ntracks; i++) {
        const Track *t = &s->track[i];
        TempoWalk w = walk_start(s);
        for (int k = 0; t->drum && k < t->nnotes; k++) {
            int key = (int)lrintf(t->note[k].key);
            if (key != KEY_KICK && key != KEY_KICK_ACOUSTIC) continue;
            Kick *to = mem_push(&kick, n, &cap, sizeof *kick);
            *to = (Kick){frame_at(&w, t->note[k].start, rate), t->note[k].vel};
        }
    }
    if (kick) stable_sort(kick, *n, sizeof *kick, by_kick_frame);
    return kick;
}
