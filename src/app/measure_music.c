/* measure_music.c: see app/measure_music.h. */
#include "app/measure_music.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "measure_parts.h"
#include "score/sort.h"

static int by_start(const void *a, const void *b)
{
    const Heard *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

void music_mean_add(MusicMean *m, double value, double weight)
{
    m->sum += value * weight;
    m->weight += weight;
    if (value > m->max) m->max = value;
}

double music_mean(const MusicMean *m)
{
    return m->weight > 0 ? m->sum / m->weight : NAN;
}

/* The notes that are drums, or are none, into out [at most all->n]; returns how many. */
static int pick(const Heard *h, int n, bool drums, Heard *out)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        if ((h[i].channel == HEARD_DRUM_CHANNEL) == drums) out[count++] = h[i];
    return count;
}

void music_measure(MidiMusic *m, const MidiSong *song, const Grid *g, const HeardList *all,
                   const KeyFind *key)
{
    Heard *sorted = mem_alloc(all->n, sizeof *sorted), *some = mem_alloc(all->n, sizeof *some);
    for (int i = 0; i < all->n; i++) sorted[i] = all->h[i];
    stable_sort(sorted, all->n, sizeof *sorted, by_start);
    m->bar = mem_alloc(g->n, sizeof *m->bar);
    m->nbars = g->n;
    for (int i = 0; i < g->n; i++) m->bar[i] = (MusicBar){NAN, NAN, NAN, NAN, NAN, NAN};
    music_measure_rhythm(&m->rhythm, m->bar, g, sorted, all->n);
    music_measure_rhythm(&m->drums, NULL, g, some, pick(sorted, all->n, true, some));
    int pitched = pick(sorted, all->n, false, some);
    music_measure_harmony(m, song, g, some, pitched, key);
    music_measure_melody(&m->melody, g, some, pitched);
    free(sorted);
    free(some);
}

void music_free(MidiMusic *m)
{
    free(m->bar);
    free(m->harmony.window);
    *m = (MidiMusic){0};
}
