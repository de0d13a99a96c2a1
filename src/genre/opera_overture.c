/* opera_overture.c: act I. The embedding's top 48 singular values, walked once, are the roots of 48
 * chords that sink through the strings while everything else rises: the strings enter from below,
 * the violins bring the layers' themes in augmentation, then harp, oboe, clarinet; ppp to mf. */
#include "genre/opera.h"

#include <stdlib.h>

#include "base/mem.h"

enum { CADENCE = BAR + 2 * BEAT, ALL_STRINGS = (1 << (OPERA_BASSES + 1)) - 1 };

typedef struct Walk {
    int n;           /* chords */
    Frame *chord;    /* [n] as the embedding gives them; at most two measures each */
    Frame *f;        /* [nf] what the strings play: a frame a measure, and the cadence */
    int nf, cadence; /* f[cadence..nf) is the cadence */
} Walk;

static Frame root_frame(const Opera *o, int i, int n)
{
    int lane = n <= o->embed.n ? (n > 1 ? i * (o->embed.n - 1) / (n - 1) : 0) : i * o->embed.n / n;
    const Num *why = nums_at(&o->embed, lane);
    int root = opera_root(o, why->u);
    Frame f = {.at = 2 * BAR * i,
               .dur = 2 * BAR,
               .root = root,
               .layer = (int)((int64_t)i * o->nl / n),
               .vel = lerp(DYN_PPP, DYN_MF, n > 1 ? (double)i / (n - 1) : 0.5),
               .harmony = {chord_triad(root, i % 3 != 2), *why}};
    f.bass_pc = f.harmony.chord.pc[0];
    return f;
}

/* A chord as a measure, and a second in which an inner part leaves its key and the bass turns. */
static void add_measures(const Opera *o, Walk *w, int i)
{
    const Frame *c = &w->chord[i];
    const Frame *before = w->nf > 0 ? &w->f[w->nf - 1] : NULL;
    Frame f = *c;
    if (before && before->bass_pc == before->harmony.chord.pc[0] && before->root != c->root)
        f.bass_pc = c->harmony.chord.pc[1]; /* no octaves with the cellos' roots */
    if (before && before->root == c->root) f.turn = 2;
    f.dur = c->dur > BAR ? BAR : c->dur;
    w->f[w->nf++] = f;
    if (c->dur <= BAR) return;
    double u = opera_own(o, OPERA_BASSES, c->layer, i)->u;
    f.at += BAR;
    f.dur = c->dur - BAR;
    f.turn = 3;
    f.bass_pc = c->harmony.chord.pc[u < 0.4 ? 0 : u < 0.8 ? 1 : 2];
    w->f[w->nf++] = f;
}

static void add_cadence(const Opera *o, Walk *w)
{
    int32_t length = o->bars[0] * BAR;
    Frame end = {.vel = DYN_P, .harmony.why = *nums_at(&o->embed, o->embed.n - 1)};
    if (w->n > 0) end = w->chord[w->n - 1];
    end.root = end.turn = 0;
    w->cadence = w->nf;
    for (int k = w->n > 0 ? 0 : 1; k < 2; k++) {
        end.at = k == 0 ? length - CADENCE : length - BAR;
        end.dur = k == 0 ? 2 * BEAT : BAR;
        end.harmony.chord = k == 0 ? chord_before_tonic(o->scale) : opera_chord(o->scale, 0);
        end.bass_pc = end.harmony.chord.pc[0];
        w->f[w->nf++] = end;
    }
}

/* The roots' chords, then a cadence over the last six beats. */
static void lay_walk(const Opera *o, Walk *w)
{
    int bars = o->bars[0];
    w->n = bars / 2;
    w->chord = mem_alloc(w->n + 1, sizeof *w->chord);
    w->f = mem_alloc(2 * w->n + 3, sizeof *w->f);
    for (int i = 0; i < w->n; i++) {
        w->chord[i] = root_frame(o, i, w->n);
        if (i == w->n - 1) w->chord[i].dur = bars * BAR - CADENCE - w->chord[i].at;
        add_measures(o, w, i);
    }
    add_cadence(o, w);
}

/* The first violins' line, and from 45 % the second violins' under it. */
static void sing_line(Opera *o, const Walk *w, int i, int track, const int *kinds, unsigned others)
{
    bool first = track == OPERA_VIOLINS;
    const Frame *f = &w->chord[i];
    const Desk *d = &o->desk[f->layer];
    Motif m;
    motif_theme(o, kinds[i % 4], f->layer, i / 4, f->dur, &m);
    if (!first)
        for (int k = 0; k < m.n; k++) m.lane[k] = (m.lane[k] + 3) % 16;
    Song song = {.track = track,
                 .layer = f->layer,
                 .at = f->at,
                 .motif = &m,
                 .value = &d->sv[OPERA_Q],
                 .hist = &d->hist_q,
                 .lo = first ? 64 : 57,
                 .hi = first ? 86 : 74,
                 .centre = lerp(0.25, 0.8, (double)i / w->n),
                 .width = 0.42,
                 .vel = f->vel * (first ? 1.12 : 0.95),
                 .loud = &d->tension,
                 .harmony = &f->harmony,
                 .others = others & ~(1u << track)};
    song.rule =
        opera_rule(o, first ? "opera.act1.violins: theme of the layer, twice as slow; key = "
                              "64..86 at norm01(log1p sv of q), led by counterpoint"
                            : "opera.act1.second violins: theme of the layer under the "
                              "first; key = 57..74 at norm01(log1p sv of q)");
    opera_sing(o, &song);
}

static void sing_violins(Opera *o, const Walk *w)
{
    static const int FIRST[4] = {MOTIF_SUBJECT, MOTIF_FREE, MOTIF_COUNTER, MOTIF_PEDAL};
    static const int SECOND[4] = {MOTIF_FREE, MOTIF_COUNTER, MOTIF_PEDAL, MOTIF_SUBJECT};
    unsigned low = ALL_STRINGS & ~(1u << OPERA_VIOLINS2);
    for (int i = w->n / 8; i < w->n; i++) {
        bool second = 100 * i >= 45 * w->n;
        sing_line(o, w, i, OPERA_VIOLINS, FIRST, second ? low : ALL_STRINGS);
        if (second) sing_line(o, w, i, OPERA_VIOLINS2, SECOND, ALL_STRINGS);
    }
}

static void add_harp(Opera *o, const Walk *w)
{
    int rule = opera_rule(o, "opera.act1.harp: every third measure after 25 %; chord tones in the "
                             "order of eight gammas of the norm, higher gamma, higher tone");
    for (int m = 2; m < o->bars[0] - 2; m += 3) {
        const Frame *f = &w->chord[m / 2];
        if (4 * m < o->bars[0]) continue;
        opera_harp(o, &o->desk[f->layer].gamma, m / 3, 8, &f->harmony, m * BAR, BAR,
                   (m / 3) % 2 == 1, f->vel * 1.1, rule);
    }
}

static void add_winds(Opera *o, const Walk *w)
{
    for (int i = 0; i < w->n; i++) {
        const Frame *f = &w->chord[i];
        bool oboe = i % 2 == 0;
        if (100 * i < (oboe ? 65 : 82) * w->n) continue;
        opera_wind(o, oboe ? OPERA_OBOE : OPERA_CLARINET, f->layer, 5, i, &f->harmony, f->at,
                   f->dur, f->vel * 1.1, &o->desk[f->layer].tension, ALL_STRINGS);
    }
}

void opera_overture(Opera *o)
{
    int rule = opera_rule(o, "opera.act1.strings: root = 10..55 % of the scale at norm01(log1p "
                             "sv[i] of the embedding); minor, major on every third chord; voiced "
                             "by the smallest motion near each player's own number");
    Walk w = {0};
    if (o->bars[0] == 0) return;
    lay_walk(o, &w);
    opera_voice(o, w.f, w.nf, NULL);
    int enter[OPERA_SEATS] = {0, 0, w.n / 12, w.n / 6, w.cadence};
    int leave[OPERA_SEATS] = {w.nf, w.nf, w.nf, w.nf, w.nf};
    for (leave[3] = 0; leave[3] < w.cadence; leave[3]++) /* the second violins begin to sing */
        if (w.f[leave[3]].at >= 2 * BAR * ((45 * w.n + 99) / 100)) break;
    opera_bow(o, w.f, w.nf, enter, leave, false, rule);
    sing_violins(o, &w);
    add_harp(o, &w);
    add_winds(o, &w);
    int last[OPERA_SEATS] = {w.nf, w.nf, w.nf, w.cadence, w.nf};
    if (leave[3] < w.cadence) opera_bow(o, w.f, w.nf, last, NULL, false, rule);
    if (w.n > 0) {
        const Frame *v = &w.f[w.cadence], *t = &w.f[w.nf - 1];
        opera_roll(o, v->at, v->dur, v->harmony.chord.pc[0], DYN_P, v->layer, &v->harmony);
        opera_horns(o, t->layer, w.n, &t->harmony, t->at, t->dur, DYN_MP);
    }
    free(w.chord);
    free(w.f);
}
