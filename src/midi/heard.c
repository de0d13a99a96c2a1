/* heard.c: see midi/heard.h. */
#include "midi/heard.h"

#include <stdlib.h>

#include "base/mem.h"
#include "score/sort.h"

enum { KEYS = 16 * 128, MAX_DEN_POWER = 6, META_METER = 0x58 };

/* Note-ons and note-offs in order of time, with the program of their channel. */
static void collect(const MidiSong *song, HeardList *all)
{
    uint8_t program[16] = {0};
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        int kind = e->status & 0xf0, channel = e->status & 0x0f;
        if (kind == 0xc0) program[channel] = e->data[0];
        if (kind != 0x80 && kind != 0x90) continue;
        Heard *h = mem_push(&all->h, &all->n, &all->cap, sizeof *h);
        *h = (Heard){.start = e->tick, .track = e->track, .channel = (uint8_t)channel,
                     .key = e->data[0], .vel = kind == 0x90 ? e->data[1] : 0,
                     .program = program[channel]};
    }
}

static int by_track(const void *a, const void *b)
{
    return ((const Heard *)a)->track - ((const Heard *)b)->track;
}

/* Turns the ons and offs of one track, h [n] in order of time, into notes written to out (which may
 * be h); returns how many. Open notes of a key are a queue: first and last index, chained by next.
 */
static int pair_track(Heard *out, const Heard *h, int n, int32_t end)
{
    int *first = mem_alloc(KEYS, sizeof *first), *last = mem_alloc(KEYS, sizeof *last);
    int *next = mem_alloc(n, sizeof *next);
    int notes = 0;
    for (int k = 0; k < KEYS; k++) first[k] = -1;
    for (int i = 0; i < n; i++) {
        Heard on = h[i];
        int slot = on.channel * 128 + on.key, open = first[slot];
        if (on.vel == 0 && open >= 0) {
            out[open].end = on.start;
            first[slot] = next[open];
        }
        if (on.vel == 0) continue;
        on.end = end > on.start ? end : on.start;
        next[notes] = -1;
        if (open < 0)
            first[slot] = notes;
        else
            next[last[slot]] = notes;
        last[slot] = notes;
        out[notes++] = on;
    }
    free(first);
    free(last);
    free(next);
    return notes;
}

int heard_by_part(const void *a, const void *b)
{
    const Heard *x = a, *y = b;
    return x->track != y->track ? x->track - y->track : x->channel - y->channel;
}

void midi_hear(HeardList *all, const MidiSong *song)
{
    int kept = 0;
    collect(song, all);
    stable_sort(all->h, all->n, sizeof *all->h, by_track);
    for (int i = 0, end; i < all->n; i = end) {
        for (end = i; end < all->n && all->h[end].track == all->h[i].track;) end++;
        kept += pair_track(all->h + kept, all->h + i, end - i, song->end_tick);
    }
    all->n = kept;
    stable_sort(all->h, all->n, sizeof *all->h, heard_by_part);
}

Meter *midi_meters(const MidiSong *song, int *n)
{
    Meter *meter = NULL;
    int cap = 0;
    *n = 0;
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        if (e->status != 0xff || e->data[0] != META_METER || e->len < 2) continue;
        const uint8_t *b = (const uint8_t *)song->payload.s + e->at;
        if (b[0] == 0 || b[1] > MAX_DEN_POWER) continue;
        Meter *x = *n > 0 && meter[*n - 1].at == e->tick
                       ? &meter[*n - 1]
                       : mem_push(&meter, n, &cap, sizeof *x);
        *x = (Meter){.at = e->tick, .num = b[0], .den = 1 << b[1]};
    }
    return meter;
}
