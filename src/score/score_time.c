/* score_time.c: order and time of a score: sorting, self-overlaps, the tempo map.
 *
 * A tick at `bpm` quarter notes a minute lasts 60 / (bpm * 480) seconds; 120 holds before the first
 * tempo, as in a Standard MIDI File. */
#include "score/score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "score/sort.h"

static const double DEFAULT_BPM = 120;

static int by_tick(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

static int by_note_start(const void *a, const void *b)
{
    return by_tick(((const Note *)a)->start, ((const Note *)b)->start);
}

static int by_ctl_at(const void *a, const void *b)
{
    return by_tick(((const Ctl *)a)->at, ((const Ctl *)b)->at);
}

static int by_tempo_at(const void *a, const void *b)
{
    return by_tick(((const Tempo *)a)->at, ((const Tempo *)b)->at);
}

static int by_meter_at(const void *a, const void *b)
{
    return by_tick(((const Meter *)a)->at, ((const Meter *)b)->at);
}

static int by_keysig_at(const void *a, const void *b)
{
    return by_tick(((const KeySig *)a)->at, ((const KeySig *)b)->at);
}

static int by_section_at(const void *a, const void *b)
{
    return by_tick(((const Section *)a)->at, ((const Section *)b)->at);
}

/* Sorts n elements by cmp and keeps the last of those at one time. Their new number. */
static int sort_keep_last(void *base, int n, size_t size, int (*cmp)(const void *, const void *))
{
    char *a = base;
    int kept = 0;
    stable_sort(base, n, size, cmp);
    for (int i = 0; i < n; i++) {
        if (i + 1 < n && cmp(a + (size_t)i * size, a + (size_t)(i + 1) * size) == 0) continue;
        if (kept != i) memcpy(a + (size_t)kept * size, a + (size_t)i * size, size);
        kept++;
    }
    return kept;
}

static int by_key_then_start(const void *a, const void *b)
{
    const Note *x = *(const Note *const *)a, *y = *(const Note *const *)b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return by_tick(x->start, y->start);
}

/* Cuts every note that would reach into the next one of its key. Of two that start together the
 * longer stays; the other gets dur 0, to be removed. */
static void cut_overlaps(Track *t)
{
    Note **order = mem_alloc(t->nnotes, sizeof *order);
    for (int i = 0; i < t->nnotes; i++) order[i] = &t->note[i];
    stable_sort(order, t->nnotes, sizeof *order, by_key_then_start);
    for (int i = 1, last = 0; i < t->nnotes; i++) {
        Note *a = order[last], *b = order[i];
        bool slide = t->mono && (b->flags & NOTE_SLIDE);
        if (a->key == b->key && a->start + a->dur > b->start && !slide) {
            if (a->start == b->start && a->dur >= b->dur) {
                b->dur = 0;
                continue;
            }
            a->dur = b->start - a->start;
        }
        last = i;
    }
    free(order);
}

static void remove_empty_notes(Track *t)
{
    int kept = 0;
    for (int i = 0; i < t->nnotes; i++)
        if (t->note[i].dur > 0) t->note[kept++] = t->note[i];
    t->nnotes = kept;
}

void score_finish(Score *s)
{
    for (int i = 0; i < s->ntracks; i++) {
        Track *t = &s->track[i];
        stable_sort(t->note, t->nnotes, sizeof *t->note, by_note_start);
        stable_sort(t->ctl, t->nctls, sizeof *t->ctl, by_ctl_at);
        cut_overlaps(t);
        remove_empty_notes(t);
        for (int k = 0; k < t->nnotes; k++) {
            int32_t end = t->note[k].start + t->note[k].dur;
            if (s->length < end) s->length = end;
        }
    }
    s->ntempos = sort_keep_last(s->tempo, s->ntempos, sizeof *s->tempo, by_tempo_at);
    s->nmeters = sort_keep_last(s->meter, s->nmeters, sizeof *s->meter, by_meter_at);
    s->nkeysigs = sort_keep_last(s->keysig, s->nkeysigs, sizeof *s->keysig, by_keysig_at);
    stable_sort(s->section, s->nsections, sizeof *s->section, by_section_at);
}

double score_seconds(const Score *s, int32_t tick)
{
    double seconds = 0, bpm = DEFAULT_BPM;
    int32_t at = 0;
    for (int i = 0; i < s->ntempos && s->tempo[i].at < tick; i++) {
        seconds += (s->tempo[i].at - at) * 60.0 / (bpm * SCORE_PPQ);
        at = s->tempo[i].at;
        bpm = s->tempo[i].bpm;
    }
    return seconds + (tick - at) * 60.0 / (bpm * SCORE_PPQ);
}

int32_t score_tick(const Score *s, double seconds)
{
    double at_seconds = 0, bpm = DEFAULT_BPM;
    int32_t at = 0;
    for (int i = 0; i < s->ntempos; i++) {
        double next = at_seconds + (s->tempo[i].at - at) * 60.0 / (bpm * SCORE_PPQ);
        if (next > seconds) break;
        at_seconds = next;
        at = s->tempo[i].at;
        bpm = s->tempo[i].bpm;
    }
    /* a millionth of a tick up, so that score_tick(score_seconds(t)) is t */
    double tick = floor(at + (seconds - at_seconds) * bpm * SCORE_PPQ / 60.0 + 1e-6);
    if (!(tick > 0)) return 0;
    return tick < INT32_MAX ? (int32_t)tick : INT32_MAX;
}
