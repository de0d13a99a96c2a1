/* opera_overture.c: act I. The embedding's top 48 singular values, walked once, are the roots of 48
 * chords that sink through the strings while everything else rises: the strings enter from below,
 * the violins bring the layers' themes in augmentation, then harp, oboe, clarinet; ppp to mf. */
#include "genre/opera.h"

#include <stdlib.h>

#include "base/mem.h"

enum { CADENCE = BAR + 2 * BEAT, ALL_STRINGS = (1 << (OPERA_BASSES + 1)) - 1 };

static Frame root_frame(const Opera *o, int i, int n, const Frame *before)
{
    int lane = n <= o->embed.n ? (n > 1 ? i * (o->embed.n - 1) / (n - 1) : 0) : i * o->embed.n / n;
    const Num *why = nums_at(&o->embed, lane);
    int root = opera_percent(o, lerp(0.10, 0.55, why->u));
    Frame f = {.at = 2 * BAR * i, .dur = 2 * BAR, .root = root,
               .layer = (int)((int64_t)i * o->nl / n),
               .vel = lerp(DYN_PPP, DYN_MF, n > 1 ? (double)i / (n - 1) : 0.5),
               .harmony = {chord_triad(root, i % 3 != 2), *why}};
    f.bass_pc = f.harmony.chord.pc[0];
    if (before && before->root == root && i % 2 == 1) /* the same root again: turn the chord */
        f.bass_pc = f.harmony.chord.pc[opera_own(o, OPERA_BASSES, f.layer, i)->u < 0.5 ? 1 : 2];
    return f;
}

/* The roots' chords, then a cadence over the last six beats. The number of frames. */
static int lay_frames(const Opera *o, Frame *f)
{
    int32_t length = o->bars[0] * BAR;
    int n = o->bars[0] >= 2 ? o->bars[0] / 2 : 0;
    for (int i = 0; i < n; i++) f[i] = root_frame(o, i, n, i > 0 ? &f[i - 1] : NULL);
    if (n > 0) f[n - 1].dur = length - CADENCE - f[n - 1].at;
    Frame end = n > 0 ? f[n - 1] : (Frame){.vel = DYN_P, .harmony.why = *nums_at(&o->embed, 0)};
    end.root = 0;
    for (int k = n > 0 ? 0 : 1; k < 2; k++) {
        Chord dominant = chord_before_tonic(o->scale), tonic = opera_chord(o->scale, 0);
        end.at = k == 0 ? length - CADENCE : length - BAR;
        end.dur = k == 0 ? 2 * BEAT : BAR;
        end.harmony.chord = k == 0 ? dominant : tonic;
        end.bass_pc = end.harmony.chord.pc[0];
        f[n + k - (o->bars[0] >= 2 ? 0 : 1)] = end;
    }
    return n > 0 ? n + 2 : 1;
}

static void sing_violins(Opera *o, const Frame *f, int i, int n)
{
    static const int KIND[4] = {MOTIF_SUBJECT, MOTIF_FREE, MOTIF_COUNTER, MOTIF_PEDAL};
    const Desk *d = &o->desk[f->layer];
    Motif m;
    motif_theme(o, KIND[i % 4], f->layer, i / 4, f->dur, &m);
    Song song = {.track = OPERA_VIOLINS, .layer = f->layer, .at = f->at, .motif = &m,
                 .value = &d->sv[OPERA_Q], .hist = &d->hist_q, .lo = 64, .hi = 86,
                 .centre = lerp(0.2, 0.75, (double)i / n), .width = 0.5, .vel = f->vel * 1.12,
                 .loud = &d->tension, .harmony = &f->harmony,
                 .others = ALL_STRINGS & ~(1u << OPERA_VIOLINS)};
    song.rule = opera_rule(o, "opera.act1.violins: theme of the layer, twice as slow; key = 64..86 "
                              "at norm01(log1p sv of q), led by counterpoint");
    opera_sing(o, &song);
}

static void add_harp(Opera *o, const Frame *f, int n)
{
    int rule = opera_rule(o, "opera.act1.harp: every third measure after 25 %; chord tones in the "
                             "order of eight gammas of the norm, higher gamma, higher tone");
    for (int m = 2, i = 0; m < o->bars[0] - 1; m += 3) {
        while (i + 1 < n && f[i + 1].at <= m * BAR) i++;
        if (4 * m < o->bars[0] || f[i].at + f[i].dur < (m + 1) * BAR) continue;
        opera_harp(o, &o->desk[f[i].layer].gamma, m / 3, 8, &f[i].harmony, m * BAR, BAR,
                   (m / 3) % 2 == 1, f[i].vel * 1.1, rule);
    }
}

void opera_overture(Opera *o)
{
    int rule = opera_rule(o, "opera.act1.strings: root = 10..55 % of the scale at norm01(log1p "
                             "sv[i] of the embedding); minor, major on every third chord; voiced "
                             "by the smallest motion near each player's own number");
    if (o->bars[0] == 0) return;
    Frame *f = mem_alloc(o->bars[0] / 2 + 3, sizeof *f);
    int n = lay_frames(o, f), roots = n > 2 ? n - 2 : 0;
    int enter[OPERA_SEATS] = {0, 0, roots / 24, roots / 12, roots};
    opera_voice(o, f, n, NULL);
    opera_bow(o, f, n, enter, false, rule);
    for (int i = roots / 8; i < roots; i++) sing_violins(o, &f[i], i, roots);
    add_harp(o, f, roots);
    for (int i = 0; i < roots; i++) {
        bool oboe = i % 2 == 0;
        if (100 * i < (oboe ? 65 : 82) * roots) continue;
        opera_wind(o, oboe ? OPERA_OBOE : OPERA_CLARINET, f[i].layer, 5, i, &f[i].harmony, f[i].at,
                   f[i].dur, f[i].vel * 1.1, ALL_STRINGS);
    }
    if (n > 2) {
        opera_roll(o, f[n - 2].at, f[n - 2].dur, f[n - 2].harmony.chord.pc[0], DYN_P, f[n - 2].layer,
                   &f[n - 2].harmony);
        opera_horns(o, f[n - 1].layer, n, &f[n - 1].harmony, f[n - 1].at, f[n - 1].dur, DYN_MP);
    }
    free(f);
}
