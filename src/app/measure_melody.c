/* measure_melody.c: the line on top of a piece and its phrases: see app/measure_music.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "measure_parts.h"

typedef struct Line {
    MusicMelody *to;
    int key, *phrase; /* the last note, -1 = none; keys of the phrase so far */
    int32_t end;      /* of the last note */
    int n, cap;
} Line;

static void end_phrase(Line *l)
{
    if (l->n > 0) l->to->phrases++;
    if (l->n > 1) l->to->contour[melody_contour(l->phrase, l->n)]++;
    l->n = 0;
}

static void add_note(Line *l, const Grid *g, const Heard *h)
{
    bool covered = l->key > h->key && l->end - (double)h->start >= g->sixteenth;
    if (covered) return;
    if (l->key >= 0 && h->start - (double)l->end >= 4 * g->sixteenth) end_phrase(l);
    melody_add(&l->to->stats, l->n > 0 ? l->key : -1, h->key);
    *(int *)mem_push(&l->phrase, &l->n, &l->cap, sizeof *l->phrase) = h->key;
    l->key = h->key;
    l->end = h->end;
}

void music_measure_melody(MusicMelody *m, const Grid *g, const Heard *h, int n)
{
    Line l = {.to = m, .key = -1};
    melody_begin(&m->stats);
    for (int i = 0; i < n;) {
        const Heard *top = &h[i];
        for (int32_t at = h[i].start; i < n && h[i].start == at; i++)
            if (h[i].key > top->key) top = &h[i];
        add_note(&l, g, top);
    }
    end_phrase(&l);
    melody_end(&m->stats);
    free(l.phrase);
}
