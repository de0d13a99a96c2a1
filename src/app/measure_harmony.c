/* measure_harmony.c: harmony and tension of what sounds: see app/measure_music.h. One sweep over
 * beginnings and endings of notes and over beats. Tension: Herremans and Chew 2016, "Tension
 * ribbons", TENOR, in windows of one beat. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "measure_parts.h"
#include "measure_verticals.h"
#include "music/tis.h"
#include "music/tonnetz.h"
#include "music/voice_leading.h"
#include "score/sort.h"

/* A key beginning (1) or ending (-1). */
typedef struct KeyEdge {
    int32_t tick;
    int8_t step;
    uint8_t key;
} KeyEdge;

typedef struct BarSums {
    MusicMean roughness, harmonicity, diameter, momentum, strain;
} BarSums;

/* Least motions known by a hash of the two sets: music repeats itself. */
enum { MOTIONS = 4096 };
typedef struct Motion {
    unsigned sets; /* one << 12 | other, 0 = empty */
    double least;
} Motion;

typedef struct Sweep {
    MidiMusic *m;
    const MidiSong *song;
    const Grid *g;
    Verticals sound;
    int home;            /* tonic for spelling */
    bool minor;
    double tick, second; /* how far */
    int bar, beat;       /* where */
    double weight[12], window[12]; /* seconds of pitch classes, of the beat; of the key window */
    BarSums sums;
    Spiral centre;       /* of the last beat that sounded */
    bool has_centre;
    Triad triad;         /* root -1 = none yet */
    unsigned chord, now; /* the last chord's classes; what sounds */
    double since;        /* tick */
    Motion *motion;      /* [MOTIONS] */
} Sweep;

static int by_edge(const void *a, const void *b)
{
    const KeyEdge *x = a, *y = b;
    if (x->tick != y->tick) return x->tick < y->tick ? -1 : 1;
    return x->step - y->step; /* endings first */
}

static double least_motion(Sweep *s, unsigned from, unsigned to)
{
    unsigned sets = from << 12 | to;
    Motion *known = &s->motion[sets * 2654435761u >> 20];
    if (known->sets != sets)
        *known = (Motion){.sets = sets, .least = voice_leading_sets(from, to, VOICE_TAXICAB)};
    return known->least;
}

static int count_bits(unsigned x)
{
    int n = 0;
    for (; x; x &= x - 1) n++;
    return n;
}

/* What sounded until now was a chord if it lasted; what sounds now may become one. */
static void change_chord(Sweep *s)
{
    if (s->sound.pcs == s->now) return;
    bool lasted = s->tick - s->since >= s->g->sixteenth * (1 - 1e-9);
    if (lasted && s->now != s->chord && count_bits(s->now) >= 3) {
        if (s->chord)
            music_mean_add(&s->m->harmony.voice_leading, least_motion(s, s->chord, s->now), 1);
        s->chord = s->now;
    }
    s->now = s->sound.pcs;
    s->since = s->tick;
}

/* Lets time go on to a tick within the beat. */
static void sound_until(Sweep *s, double tick)
{
    double second = midi_seconds(s->song, (int32_t)fmin(tick, INT32_MAX));
    double time = second - s->second;
    if (s->sound.nkeys > 0 && time > 0)
        for (int pc = 0; pc < 12; pc++) s->weight[pc] += time * s->sound.of_class[pc];
    if (s->sound.nkeys > 1 && time > 0) {
        double rough = verticals_roughness(&s->sound), pure = verticals_harmonicity(&s->sound);
        music_mean_add(&s->m->harmony.roughness, rough, time);
        music_mean_add(&s->m->harmony.harmonicity, pure, time);
        music_mean_add(&s->sums.roughness, rough, time);
        music_mean_add(&s->sums.harmonicity, pure, time);
    }
    s->tick = tick;
    s->second = second;
}

static void measure_tension(Sweep *s, unsigned pcs)
{
    MusicHarmony *h = &s->m->harmony;
    Spiral centre;
    spiral_centre(s->weight, s->home, s->minor, &centre);
    double wide = spiral_diameter(pcs, s->home, s->minor);
    double strain = spiral_distance(centre, spiral_key_of(s->home, s->minor));
    music_mean_add(&h->diameter, wide, 1);
    music_mean_add(&s->sums.diameter, wide, 1);
    music_mean_add(&h->strain, strain, 1);
    music_mean_add(&s->sums.strain, strain, 1);
    if (s->has_centre) {
        double moved = spiral_distance(centre, s->centre);
        music_mean_add(&h->momentum, moved, 1);
        music_mean_add(&s->sums.momentum, moved, 1);
    }
    s->centre = centre;
    s->has_centre = true;
}

static void end_beat(Sweep *s)
{
    static const double LIKE_A_TRIAD = 0.8; /* cosine: a triad with a third of its weight beside */
    unsigned pcs = 0;
    double likeness;
    for (int pc = 0; pc < 12; pc++) {
        if (s->weight[pc] > 0) pcs |= 1u << pc;
        s->window[pc] += s->weight[pc];
    }
    if (pcs == 0) return;
    measure_tension(s, pcs);
    Tis t = tis_of(s->weight);
    music_mean_add(&s->m->harmony.dissonance, tis_dissonance(&t), 1);
    music_mean_add(&s->m->harmony.diatonicity, tis_quality(&t, 5), 1);
    Triad triad = tonnetz_match(s->weight, &likeness);
    if (count_bits(pcs) >= 3 && likeness >= LIKE_A_TRIAD) {
        int steps = s->triad.root < 0 ? 0 : tonnetz_distance(s->triad, triad);
        if (steps > 0) music_mean_add(&s->m->harmony.tonnetz, steps, 1);
        s->triad = triad;
    }
    for (int pc = 0; pc < 12; pc++) s->weight[pc] = 0;
}

static void end_bar(Sweep *s)
{
    MusicHarmony *h = &s->m->harmony;
    MusicBar *b = &s->m->bar[s->bar];
    b->roughness = music_mean(&s->sums.roughness);
    b->harmonicity = music_mean(&s->sums.harmonicity);
    b->diameter = music_mean(&s->sums.diameter);
    b->momentum = music_mean(&s->sums.momentum);
    b->strain = music_mean(&s->sums.strain);
    s->sums = (BarSums){0};
    s->beat = 0;
    s->bar++;
    if (s->bar % MUSIC_KEY_BARS != 0 && s->bar < s->g->n) return;
    KeyFind *key = mem_push(&h->window, &h->nwindows, &h->cap_windows, sizeof *key);
    *key = keyfind(s->window);
    for (int pc = 0; pc < 12; pc++) s->window[pc] = 0;
}

/* Ends the beats and bars that end at or before a tick, and goes on to it. */
static void go_to(Sweep *s, double tick)
{
    while (s->bar < s->g->n) {
        const GridBar *b = &s->g->bar[s->bar];
        double end = b->start + (s->beat + 1) * b->beat;
        bool last = s->beat + 1 >= b->beats || end >= b->end;
        if (last) end = b->end;
        if (end > tick) break;
        sound_until(s, end);
        end_beat(s);
        s->beat++;
        if (last) end_bar(s);
    }
    if (s->bar < s->g->n) sound_until(s, tick);
}

/* Beginnings and endings of h [n] in order; notes of no length last one tick. */
static KeyEdge *find_edges(const Heard *h, int n, double total[12], const MidiSong *song)
{
    KeyEdge *edge = mem_alloc(2 * (int64_t)n, sizeof *edge);
    for (int i = 0; i < n; i++) {
        bool empty = h[i].end == h[i].start && h[i].start < INT32_MAX;
        edge[2 * i] = (KeyEdge){.tick = h[i].start, .step = 1, .key = h[i].key};
        edge[2 * i + 1] = (KeyEdge){.tick = h[i].end + empty, .step = -1, .key = h[i].key};
        total[h[i].key % 12] += midi_seconds(song, h[i].end) - midi_seconds(song, h[i].start);
    }
    stable_sort(edge, 2 * (int64_t)n, sizeof *edge, by_edge);
    return edge;
}

void music_measure_harmony(MidiMusic *m, const MidiSong *song, const Grid *g, const Heard *h, int n,
                           const KeyFind *key)
{
    double total[12] = {0};
    KeyEdge *edge = find_edges(h, n, total, song);
    Sweep s = {.m = m, .song = song, .g = g, .home = key->root < 0 ? 0 : key->root,
               .minor = key->root >= 0 && key->minor, .triad = {.root = -1}};
    m->harmony.temperley = keyfind_by(KEY_TEMPERLEY, total);
    m->harmony.centre = spiral_find_key(total);
    s.motion = mem_alloc(MOTIONS, sizeof *s.motion);
    verticals_open(&s.sound);
    for (int64_t i = 0; i < 2 * (int64_t)n && s.bar < g->n;) {
        int32_t tick = edge[i].tick;
        go_to(&s, tick);
        for (; i < 2 * (int64_t)n && edge[i].tick == tick; i++)
            verticals_step(&s.sound, edge[i].key, edge[i].step);
        change_chord(&s);
    }
    if (g->n > 0) go_to(&s, g->bar[g->n - 1].end);
    verticals_close(&s.sound);
    free(s.motion);
    free(edge);
}
