/* measure_midi.c: see app/measure_midi.h. */
#include "app/measure_midi.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "measure_parts.h"
#include "score/place.h"
#include "score/sort.h"

enum { META_NAME = 3 };

/* A note beginning (+1) or ending (-1). */
typedef struct Edge {
    int32_t tick;
    int step;
} Edge;

static int by_edge(const void *a, const void *b)
{
    const Edge *x = a, *y = b;
    if (x->tick != y->tick) return x->tick < y->tick ? -1 : 1;
    return x->step - y->step; /* endings first */
}

static int by_int(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int count_distinct(int32_t *v, int n)
{
    int distinct = 0;
    stable_sort(v, n, sizeof *v, by_int);
    for (int i = 0; i < n; i++) distinct += i == 0 || v[i] != v[i - 1];
    return distinct;
}

/* Polyphony and the longest gap of notes h [n] within from..to (ticks). */
static void measure_density(MidiPart *p, const MidiSong *song, const Heard *h, int n, int32_t from,
                            int32_t to)
{
    Edge *edge = mem_alloc(2 * (int64_t)n, sizeof *edge);
    double sounding = 0, sum = 0, last = midi_seconds(song, from);
    int now = 0;
    for (int i = 0; i < n; i++) {
        bool empty = h[i].end == h[i].start && h[i].start < INT32_MAX; /* counts as one tick */
        edge[2 * i] = (Edge){h[i].start, 1};
        edge[2 * i + 1] = (Edge){h[i].end + empty, -1};
    }
    stable_sort(edge, 2 * (int64_t)n, sizeof *edge, by_edge);
    for (int i = 0; i < 2 * n; i++) {
        double at = midi_seconds(song, edge[i].tick);
        if (now == 0 && at - last > p->longest_gap) p->longest_gap = at - last;
        if (now > 0) sounding += at - last;
        sum += now * (at - last);
        now += edge[i].step;
        last = at;
        if (now > p->max_polyphony) p->max_polyphony = now;
    }
    free(edge);
    double end = midi_seconds(song, to);
    if (end - last > p->longest_gap) p->longest_gap = end - last;
    p->mean_polyphony = sounding > 0 ? sum / sounding : 0;
}

/* Pitch classes, keys and the key, of the notes that are no drums. */
static void measure_pitch(MidiPart *p, const MidiSong *song, const Heard *h, int n)
{
    double time[12] = {0}, count[12] = {0};
    bool key[128] = {false};
    for (int i = 0; i < n; i++) {
        key[h[i].key] = key[h[i].key] || p->drum || h[i].channel != HEARD_DRUM_CHANNEL;
        if (h[i].channel == HEARD_DRUM_CHANNEL) continue;
        time[h[i].key % 12] += midi_seconds(song, h[i].end) - midi_seconds(song, h[i].start);
        count[h[i].key % 12]++;
    }
    p->low = p->high = -1;
    for (int k = 0; k < 128; k++) {
        if (!key[k]) continue;
        p->pitches++;
        p->high = k;
        if (p->low < 0) p->low = k;
    }
    p->entropy = keyfind_entropy(count);
    p->key = keyfind(time);
    p->in_key_time = keyfind_share(time, &p->key);
    p->in_key_notes = keyfind_share(count, &p->key);
}

/* Everything about notes h [n > 0] but name and place. */
static void measure_part(MidiPart *p, const MidiSong *song, const Heard *h, int n)
{
    int32_t *dur = mem_alloc(n, sizeof *dur);
    bool vel[128] = {false};
    int32_t from = h[0].start, to = 0;
    double sum = 0;
    for (int i = 0; i < n; i++) {
        dur[i] = h[i].end - h[i].start;
        vel[h[i].vel] = true;
        sum += h[i].vel;
        if (h[i].start < from) from = h[i].start;
        if (h[i].end > to) to = h[i].end;
    }
    if (p->track < 0) {
        from = 0;
        to = to > song->end_tick ? to : song->end_tick;
    }
    p->notes = n;
    p->durations = count_distinct(dur, n);
    for (int v = 0; v < 128; v++) p->velocities += vel[v];
    p->mean_velocity = n > 0 ? sum / n : 0;
    p->seconds = midi_seconds(song, to) - midi_seconds(song, from);
    p->density = p->seconds > 0 ? n / p->seconds : 0;
    measure_density(p, song, h, n, from, to);
    measure_pitch(p, song, h, n);
    free(dur);
}

/* The index of each track's first name event (FF 03), -1 = none: [ntracks]. */
static int *find_names(const MidiSong *song)
{
    int *at = mem_alloc(song->ntracks, sizeof *at);
    for (int i = 0; i < song->ntracks; i++) at[i] = -1;
    for (int i = 0; i < song->nevents; i++) {
        const MidiEvent *e = &song->event[i];
        if (e->status == 0xff && e->data[0] == META_NAME && at[e->track] < 0) at[e->track] = i;
    }
    return at;
}

/* The text of event `at` as the part's name, printable. */
static void name_part(MidiPart *p, const MidiSong *song, int at)
{
    if (at < 0) return;
    const MidiEvent *e = &song->event[at];
    int len = e->len < sizeof p->name ? (int)e->len : (int)sizeof p->name - 1;
    snprintf(p->name, sizeof p->name, "%.*s", len, song->payload.s + e->at);
    for (char *c = p->name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
}

static void measure_parts(MidiMeasure *m, const MidiSong *song, const HeardList *all)
{
    int *name = find_names(song);
    for (int i = 0, end; i < all->n; i = end) {
        const Heard *h = &all->h[i];
        for (end = i; end < all->n && heard_by_part(&all->h[end], h) == 0;) end++;
        MidiPart *p = mem_push(&m->part, &m->nparts, &m->cap_parts, sizeof *p);
        p->track = h->track;
        p->channel = h->channel;
        p->program = h->program;
        p->drum = h->channel == HEARD_DRUM_CHANNEL;
        name_part(p, song, name[h->track]);
        measure_part(p, song, h, end - i);
    }
    free(name);
}

static void measure_tempo(MidiMeasure *m, const MidiSong *song)
{
    m->bpm_min = m->bpm_max = m->bpm = 0;
    for (int i = 0; i < song->ntempos && song->smpte == 0; i++) {
        double bpm = 60 / (song->tempo[i].per_tick * song->division);
        if (i == 0) m->bpm = m->bpm_min = m->bpm_max = bpm;
        if (bpm < m->bpm_min) m->bpm_min = bpm;
        if (bpm > m->bpm_max) m->bpm_max = bpm;
        m->ntempos++;
    }
}

static void measure_meter(MidiMeasure *m, const MidiSong *song, const Meter *meter, int n)
{
    Meter first = meter_at(meter, n, 0);
    m->meter_num = first.num;
    m->meter_den = first.den;
    m->nmeters = n > 0 ? n : 1;
    if (song->smpte == 0 && song->end_tick > 0)
        m->bars = place_at(meter, n, song->division, song->end_tick - 1).bar;
}

static void measure_music(MidiMeasure *m, const MidiSong *song, const HeardList *all,
                          const Meter *meter, int nmeters)
{
    Grid grid = {0};
    int32_t until = 0;
    for (int i = 0; i < all->n; i++)
        if (all->h[i].end > until) until = all->h[i].end;
    if (all->n > 0 && until == 0) until = 1;
    grid_make(&grid, song, meter, nmeters, until);
    music_measure(&m->music, song, &grid, all, &m->all.key);
    grid_free(&grid);
}

void measure_midi(MidiMeasure *m, const MidiSong *song)
{
    HeardList all = {0};
    int nmeters;
    Meter *meter = midi_meters(song, &nmeters);
    *m = (MidiMeasure){.format = song->format, .division = song->division, .smpte = song->smpte,
                       .warning = song->warning, .nwarnings = song->nwarnings};
    midi_hear(&all, song);
    measure_tempo(m, song);
    measure_meter(m, song, meter, nmeters);
    measure_parts(m, song, &all);
    m->all = (MidiPart){.name = "all", .track = -1, .channel = -1, .program = -1};
    if (all.n > 0) measure_part(&m->all, song, all.h, all.n);
    if (all.n == 0) {
        m->all.low = m->all.high = -1;
        m->all.entropy = m->all.in_key_time = m->all.in_key_notes = NAN;
        m->all.key = (KeyFind){.root = -1, .r = NAN, .second = NAN};
        m->all.seconds = m->all.longest_gap = midi_seconds(song, song->end_tick);
    }
    m->seconds = m->all.seconds;
    measure_music(m, song, &all, meter, nmeters);
    free(meter);
    free(all.h);
}

void measure_midi_free(MidiMeasure *m)
{
    free(m->part);
    music_free(&m->music);
    *m = (MidiMeasure){0};
}
