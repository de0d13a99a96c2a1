/* dna_movements.c: the five movements. In the layered ones (II, III) each part reads its lanes in
 * its own rhythm, falling through the spectrum in even layers and rising in odd ones. Where a layer
 * begins, the parts meet on a triad as far as the order of their numbers lets them: a note moves to
 * the chord only when no higher number of its part would then be lower. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dna.h"

enum { PARTS_MAX = 4, PROLOGUE_VOICES = 6, PROLOGUE_LANES = 48 };

/* A part of a layered movement. */
typedef struct Part {
    const char *name, *instrument;
    int program, role, lanes;
    int lo, hi;     /* keys of its range */
    int steps;      /* notes a layer */
    float gain_db, pan;
} Part;

typedef struct Layered {
    const Part *part; /* [n] highest first */
    int n;
    double seconds;   /* a layer */
    const char *rule;
    double vel_lo, vel_hi;
} Layered;

static void depth_reverb(const Dna *d, int track, int layer, int32_t at, Value from, int rule)
{
    double depth = d->fs->nl > 1 ? (double)layer / (d->fs->nl - 1) : 0;
    score_add_ctl(d->score, track, at, CTL_REVERB,
                  (Value){(float)(0.2 + 0.7 * depth), from.from}, rule);
}

/* The triad of a layer: on the degree where its first number of the first part stands. */
static Chord layer_chord(const Dna *d, const DnaPool *first, int layer)
{
    int size = scale_size(d->scale);
    bool edge = layer == 0 || layer == d->fs->nl - 1;
    double place = first->place[layer * first->lanes];
    int degree = edge ? 0 : (int)(place * (size - 1) + 0.5) % size;
    Chord c = chord_on(d->scale, degree, 3);
    return (c.pc[2] - c.pc[0] + 12) % 12 == 7 ? c
                                              : chord_on(d->scale, 0, 3); /* no diminished one */
}

/* Which number a part's step i of a layer reads. */
static int number_at(const Part *p, int layer, int i)
{
    int lane = i * p->lanes / p->steps;
    return layer * p->lanes + (layer % 2 ? p->lanes - 1 - lane : lane);
}

/* Moves number h to the chord when it stays between the keys of the numbers below and above. */
static void join_chord(const DnaPool *pool, const Chord *chord, int h, int *key)
{
    int to = chord_snap(chord, key[h]);
    for (int i = 0; i < pool->n; i++) {
        if (pool->place[i] <= pool->place[h] && i != h && key[i] > to) return;
        if (pool->place[i] >= pool->place[h] && i != h && key[i] < to) return;
    }
    key[h] = to;
}

/* The keys of all numbers of a part, [pool->n]; the caller's to free. chord: [nl] */
static int *part_keys(const Dna *d, const Part *p, const DnaPool *pool, const Chord *chord)
{
    int *key = mem_alloc(pool->n, sizeof *key);
    for (int i = 0; i < pool->n; i++) key[i] = scale_at(d->scale, p->lo, p->hi, pool->place[i]);
    for (int layer = 0; layer < d->fs->nl; layer++)
        join_chord(pool, &chord[layer], number_at(p, layer, 0), key);
    return key;
}

/* One part through one layer. */
static void sing(const Dna *d, const Layered *m, const Part *p, const DnaPool *pool,
                 const int *keys, int track, int layer, const Chord *chord, int rule)
{
    double step = m->seconds / p->steps;
    bool last = layer == d->fs->nl - 1;
    for (int i = 0; i < p->steps; i++) {
        int at = number_at(p, layer, i), key = keys[at];
        double place = pool->place[at];
        bool end = last && i == p->steps - 1;
        if (end) key = chord_snap(chord, key); /* comes home */
        DnaNote n = {.track = track, .key = key, .rule = rule, .at = layer * m->seconds + i * step,
                     .length = step * (end ? 1 : 1.04), .vel = lerp(m->vel_lo, m->vel_hi, place),
                     .pan = p->pan, .pitch = pool->s.v[at], .loud = pool->s.v[at]};
        if (i == 0) n.vel = clamp(n.vel * 1.12, 0, 1);
        dna_note(d, &n);
    }
}

static double layered(const Dna *d, const Layered *m)
{
    DnaPool pool[PARTS_MAX] = {{0}};
    int track[PARTS_MAX], first = -1, nl = d->fs->nl;
    int rule = score_add_rule(d->score, m->rule);
    int room = score_add_rule(d->score, "dna.room: reverb = 0.2 + 0.7 l/L");
    for (int p = 0; p < m->n; p++) {
        if (!dna_pool_spectra(&pool[p], d->fs, m->part[p].role, m->part[p].lanes)) continue;
        if (first < 0) first = p;
        track[p] = dna_track(d, m->part[p].name, m->part[p].program, m->part[p].instrument,
                             m->part[p].gain_db, 0.3f);
        d->score->track[track[p]].mono = false;
    }
    Chord *chord = mem_alloc(nl, sizeof *chord);
    for (int layer = 0; first >= 0 && layer < nl; layer++)
        chord[layer] = layer_chord(d, &pool[first], layer);
    for (int p = 0; p < m->n; p++) {
        if (pool[p].n == 0) continue;
        int *keys = part_keys(d, &m->part[p], &pool[p], chord);
        for (int layer = 0; layer < nl; layer++) {
            int32_t at = d->at + (int32_t)(layer * m->seconds * SCORE_PPQ * d->stretch);
            depth_reverb(d, track[p], layer, at, pool[p].s.v[layer * pool[p].lanes], room);
            sing(d, m, &m->part[p], &pool[p], keys, track[p], layer, &chord[layer], rule);
        }
        free(keys);
    }
    free(chord);
    for (int p = 0; p < m->n; p++) dna_pool_free(&pool[p]);
    return first < 0 ? 0 : nl * m->seconds;
}

double dna_anatomy(Dna *d)
{
    static const Part PARTS[] = {
        {"Soprano", "soprano", 53, ROLE_Q, 24, 69, 88, 6, -3, 0.2f},
        {"Mezzo", "mezzo", 52, ROLE_K, 24, 62, 79, 4, -3, -0.25f},
        {"Alto", "alto", 52, ROLE_V, 24, 57, 72, 3, -3, 0.4f},
        {"Baritone", "baritone", 53, ROLE_O, 24, 43, 60, 2, -1, -0.1f},
    };
    const Layered m = {.part = PARTS, .n = 4, .seconds = 1.5, .vel_lo = 0.5, .vel_hi = 0.85,
                       .rule = "dna.anatomy: key = dorian at the place of log1p sv (24 lanes, all "
                               "layers), towards a triad where a layer begins; velocity = the same "
                               "place"};
    return layered(d, &m);
}

double dna_memory(Dna *d)
{
    static const Part PARTS[] = {
        {"Strings", "strings", 48, ROLE_GATE, 16, 64, 86, 8, -3, -0.3f},
        {"Horn", "horn", 60, ROLE_UP, 16, 52, 69, 3, -2, 0.3f},
        {"Cello", "cello", 42, ROLE_DOWN, 16, 40, 57, 2, -1, 0.1f},
    };
    const Layered m = {.part = PARTS, .n = 3, .seconds = 1.2, .vel_lo = 0.5, .vel_hi = 0.92,
                       .rule = "dna.memory: key = phrygian at the place of log1p sv (16 lanes, all "
                               "layers), towards a triad where a layer begins; velocity = the same "
                               "place"};
    return layered(d, &m);
}

/* Voice v of six reads lanes 8 v .. 8 v + 7, a second each; the lowest (the smallest values) enters
 * first, the highest four tenths of a second after its neighbour below. */
double dna_prologue(Dna *d)
{
    const double seconds = 8, enter = 0.4;
    DnaPool p;
    if (!dna_pool_spectra(&p, d->fs, ROLE_EMBED, PROLOGUE_LANES)) return 0;
    int rule = score_add_rule(
        d->score, "dna.prologue: key = lydian at the place of log1p sv of the embedding; "
                  "six voices enter from the lowest; velocity = the same place; pan "
                  "turns once in the movement");
    int track = dna_track(d, "Organ", 19, "organ", -3, 0.45f), each = PROLOGUE_LANES / 6;
    for (int v = 0; v < PROLOGUE_VOICES; v++) {
        double begin = (PROLOGUE_VOICES - 1 - v) * enter, beat = (seconds - begin) / each;
        int previous = -1;
        for (int i = 0; i < each; i++) {
            int lane = v * each + i;
            int key = scale_at(d->scale, 36, 88, p.place[lane]);
            double at = begin + i * beat, turn = at / seconds + v / (double)PROLOGUE_VOICES;
            DnaNote n = {.track = track, .key = key, .rule = rule, .at = at, .length = beat * 0.98,
                         .vel = lerp(0.45, 0.75, p.place[lane]), .pan = 0.8 * sin(2 * M_PI * turn),
                         .pitch = p.s.v[lane], .loud = p.s.v[lane]};
            if (key == previous) n.vel *= 0.85;
            previous = key;
            dna_note(d, &n);
        }
    }
    dna_pool_free(&p);
    return seconds;
}

/* Three of the gamma's own numbers, between which the flute breathes. */
static void harp(const Dna *d, int track, int rule, Value mean, double at, double step)
{
    Cell c = mean.from;
    int col = feat_find_column(d->fs, FT_WEIGHTS, "gamma"), row = (int)c.row;
    int len = feat_len(d->fs, FT_WEIGHTS, col, row);
    const float *g = feat_vec(d->fs, FT_WEIGHTS, col, row);
    float u[3], x[3];
    if (len < 3 || !g) return;
    for (int i = 0; i < 3; i++) x[i] = g[i * (len / 3)];
    map_norm01(x, 3, u);
    for (int i = 0; i < 3; i++) {
        if (!isfinite(x[i])) continue;
        Value v = feat_value(d->fs, FT_WEIGHTS, col, row, i * (len / 3));
        DnaNote n = {.track = track, .key = scale_at(d->scale, 48, 67, u[i]), .rule = rule,
                     .at = at + i * step / 3, .length = step, .vel = lerp(0.3, 0.5, u[i]),
                     .pan = -0.5 + 0.5 * i, .pitch = v, .loud = v, .plain = true};
        dna_note(d, &n);
    }
}

double dna_balance(Dna *d)
{
    const double step = 0.4;
    DnaPool p;
    DnaCurve spread = {{0}};
    if (!dna_pool_column(&p, d->fs, "gamma_mean")) return 0;
    dna_curve(&spread, d->fs, "gamma_std");
    int flute = dna_track(d, "Flute", 73, "flute", -1, 0.4f);
    int strings = dna_track(d, "Harp", 46, "pluck", -5, 0.45f);
    int rule = score_add_rule(d->score, "dna.balance: key = the scale at the place of the gamma's "
                                        "mean, C5..C7; velocity = its std");
    int under = score_add_rule(d->score, "dna.balance.harp: three of the gamma's numbers, norm01 "
                                         "over them, C3..G4");
    for (int i = 0; i < p.n; i++) {
        Value loud;
        double u = dna_curve_at(&spread, p.s.v[i], &loud);
        int key = scale_at(d->scale, 72, 94, p.place[i]);
        DnaNote n = {.track = flute, .key = key, .rule = rule, .at = i * step, .length = step,
                     .vel = lerp(0.5, 0.85, u), .pan = 0.15, .pitch = p.s.v[i], .loud = loud};
        if (i == p.n - 1) n.key = scale_snap(d->scale, 72 + (d->scale.root - 72 % 12 + 12) % 12);
        dna_note(d, &n);
        harp(d, strings, under, p.s.v[i], i * step, step);
    }
    int count = p.n;
    dna_curve_free(&spread);
    dna_pool_free(&p);
    return count * step;
}

/* Bells: note i of n at 6 (i/n)^1.7 seconds, ever slower; the tonic and its fifth close. */
double dna_epilogue(Dna *d)
{
    const double seconds = 6, slow = 1.7, tail = 3;
    DnaPool p;
    if (!dna_pool_column(&p, d->fs, "fro")) return 0;
    int track = dna_track(d, "Bells", 14, "bell", -3, 0.6f);
    int rule =
        score_add_rule(d->score, "dna.epilogue: key = mixolydian at the place of the "
                                 "Frobenius norm, tensors in their order; slower and softer");
    for (int i = 0; i < p.n; i++) {
        double x = (double)i / p.n, next = (i + 1.0) / p.n;
        double at = seconds * pow(x, slow);
        DnaNote n = {.track = track, .key = scale_at(d->scale, 57, 93, p.place[i]), .rule = rule,
                     .at = at, .length = fmax(0.5, seconds * pow(next, slow) - at),
                     .vel = lerp(0.3, 0.62, p.place[i]) * lerp(1, 0.4, x),
                     .pan = 0.7 * sin(2 * M_PI * 3 * x), .pitch = p.s.v[i], .loud = p.s.v[i]};
        dna_note(d, &n);
    }
    int low = 33 + ((d->scale.root - 33) % 12 + 12) % 12;
    static const int CLOSE[] = {12, 19, 24};
    for (int i = 0; i < 3; i++) {
        DnaNote n = {.track = track, .key = low + CLOSE[i], .rule = rule, .at = seconds + 0.05 * i,
                     .length = tail, .vel = 0.42, .pan = 0.3 * (i - 1), .pitch = p.s.v[p.n - 1],
                     .loud = p.s.v[p.n - 1]};
        dna_note(d, &n);
    }
    dna_pool_free(&p);
    return seconds + tail + 0.2;
}
