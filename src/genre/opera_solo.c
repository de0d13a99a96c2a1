/* opera_solo.c: harp, horns and the two woodwinds, as every act calls on them. */
#include "genre/opera.h"

#include <math.h>

enum { COMPASS_LO = 30, COMPASS_HI = 90, CELLO_C = 36 };

int opera_percent(const Opera *o, double x)
{
    int lo = COMPASS_LO; /* raised until the lowest root (10 %) lies on the cellos */
    while (scale_at(o->scale, lo, COMPASS_HI, 0.10) < CELLO_C) lo++;
    return scale_at(o->scale, lo, COMPASS_HI, x);
}

int opera_root(const Opera *o, double u)
{
    int lo =
        COMPASS_LO; /* raised until the walk's lowest root is the tonic, so that it sinks home */
    for (; lo < COMPASS_LO + 18; lo++) {
        int lowest = scale_at(o->scale, lo, COMPASS_HI, 0.10);
        if (lowest >= CELLO_C && lowest % 12 == o->scale.root) break;
    }
    return scale_at(o->scale, lo, COMPASS_HI, lerp(0.10, 0.55, u));
}

/* The chord tone `steps` tones above (below) a chord tone. */
static int chord_step(const Chord *c, int key, int steps)
{
    int way = steps < 0 ? -1 : 1;
    for (int i = 0; i != steps; i += way) {
        do key += way;
        while (!chord_has(c, key));
    }
    return key;
}

void opera_harp(Opera *o, const Nums *nums, int first, int count, const Harmony *h, int32_t at,
                int32_t dur, bool down, double vel, int rule)
{
    const Num *sorted[CP_SLOTS];
    VoiceRange range = opera_range(OPERA_HARP);
    int n = 0;
    for (int i = 0; i < count && i < CP_SLOTS; i++) { /* insertion keeps equals in their order */
        const Num *x = nums_at(nums, first + i);
        int k = n++;
        for (; k > 0 && sorted[k - 1]->u > x->u; k--) sorted[k] = sorted[k - 1];
        sorted[k] = x;
    }
    if (n == 0) return;
    int key = chord_snap(&h->chord, 47 + 6 * sorted[n / 2]->u);
    for (int k = 0; k < n; k++) {
        if (k > 0) key = chord_step(&h->chord, key, sorted[k]->u - sorted[k - 1]->u > 0.3 ? 2 : 1);
        if (key > range.hi) return;
        int place = down ? n - 1 - k : k;
        int32_t from = (int32_t)((int64_t)dur * place / n);
        opera_play(o, &(Part){.track = OPERA_HARP,
                              .key = key,
                              .rule = rule,
                              .at = at + from,
                              .dur = dur - from + BEAT, /* the strings ring on */
                              .vel = vel * (place == 0 ? 1.05 : 0.95),
                              .pitch = sorted[k],
                              .loud = sorted[k],
                              .length = sorted[k],
                              .harmony = &h->why});
    }
}

void opera_horns(Opera *o, int layer, int i, const Harmony *h, int32_t at, int32_t dur, double vel)
{
    int rule = opera_rule(o, "opera.horns: two chord tones nearest to 46..66 at norm01 of the gate "
                             "histogram's bins");
    const Nums *hist = &o->desk[layer].hist_gate;
    const Num *a = nums_at(hist, i), *b = nums_at(hist, i + hist->n / 2);
    if (a->u > b->u) {
        const Num *swap = a;
        a = b;
        b = swap;
    }
    int low = chord_snap(&h->chord, lerp(48, 62, a->u));
    int high = chord_snap(&h->chord, lerp(52, 66, b->u));
    while (high - low < 3) high = chord_step(&h->chord, high, 1);
    while (high - low > 12) high = chord_step(&h->chord, high, -1);
    Part p = {.track = OPERA_HORNS,
              .key = low,
              .rule = rule,
              .at = at,
              .dur = dur - BEAT / 4,
              .vel = vel,
              .pitch = a,
              .loud = &o->desk[layer].tension,
              .length = a,
              .harmony = &h->why};
    opera_play(o, &p);
    if (high > opera_range(OPERA_HORNS).hi) return;
    p.key = high;
    p.pitch = p.length = b;
    opera_play(o, &p);
}

void opera_wind(Opera *o, int track, int layer, int notes, int shift, const Harmony *h, int32_t at,
                int32_t span, double vel, const Num *height, unsigned others)
{
    const Desk *d = &o->desk[layer];
    bool oboe = track == OPERA_OBOE;
    Motif m;
    motif_walk(&d->hist_up, notes, shift, span, &m);
    Song song = {.track = track,
                 .layer = layer,
                 .at = at,
                 .motif = &m,
                 .value = &d->hist_up,
                 .hist = &d->hist_up,
                 .lo = oboe ? 65 : 57,
                 .hi = oboe ? 84 : 77,
                 .width = 0.7,
                 .centre = height->u,
                 .vel = vel,
                 .loud = height,
                 .harmony = h,
                 .others = others};
    song.rule = opera_rule(o, oboe ? "opera.oboe: walks the up histogram; key = 65..84 at norm01 "
                                     "of the bin, led by counterpoint; rhythm = the bins' masses"
                                   : "opera.clarinet: walks the up histogram; key = 57..77 at "
                                     "norm01 of the bin, led by counterpoint; rhythm = the bins' "
                                     "masses");
    opera_sing(o, &song);
}
