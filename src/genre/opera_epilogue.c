/* opera_epilogue.c: act IV. Every tensor once, the largest Frobenius norm first, a measure each,
 * sinking and fading over chords whose voices leave one by one: q, k, v and o remember their
 * layer's subject; gate, up and down answer with horns, woodwinds and cellos, norms with the harp;
 * the largest ones outside the layers are long tones of the organ, and the organ closes, voiced by
 * the final norm's statistics. */
#include "genre/opera.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum { TENSORS = 80, GROUP = 2, ORGAN_VOICES = 5, PADS = (1 << (OPERA_BASSES + 1)) - 1 };

typedef struct Entry {
    int row, role, layer;
    Num fro; /* u: norm01 of log1p over the tensors that sound */
} Entry;

typedef struct Epilogue {
    Opera *o;
    int n, body;   /* measures: all; those with tensors */
    Entry *entry;  /* [body] by falling norm */
    Harmony *plan; /* [groups] */
    Frame *frame;  /* [groups] */
    int last;      /* key of the organ's latest tone, 128 = none yet */
    int tone, subject, answer, ground, organ, harp; /* rules */
} Epilogue;

static int falling(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->fro.v.x != y->fro.v.x) return x->fro.v.x > y->fro.v.x ? -1 : 1;
    return x->row - y->row;
}

/* All tensors with a finite norm, sorted; the spare numbers where there is none. */
static int gather(const Opera *o, Entry *all, int cap)
{
    const Table *t = &o->fs->table[FT_WEIGHTS];
    int c = feat_find_column(o->fs, FT_WEIGHTS, "fro"), n = 0;
    for (int r = 0; r < t->nrows && c >= 0 && n < cap; r++) {
        Value v = feat_value(o->fs, FT_WEIGHTS, c, r, 0);
        if (!isfinite(v.x) || cell_is_none(v.from)) continue;
        all[n++] = (Entry){r, t->key[r].role, t->key[r].layer, {v, 0}};
    }
    for (int i = 0; n == 0 && i < o->spare.n; i++)
        all[i] = (Entry){i, ROLE_OTHER, -1, o->spare.at[i]};
    if (n == 0) n = o->spare.n;
    qsort(all, (size_t)n, sizeof *all, falling);
    return n;
}

static void load_entries(Epilogue *e)
{
    int rows = e->o->fs->table[FT_WEIGHTS].nrows, cap = rows > OPERA_LANES ? rows : OPERA_LANES;
    Entry *all = mem_alloc(cap, sizeof *all);
    int n = gather(e->o, all, cap);
    if (n > TENSORS) n = TENSORS;
    float *x = mem_alloc(e->body, sizeof *x), *u = mem_alloc(e->body, sizeof *u);
    e->entry = mem_alloc(e->body, sizeof *e->entry);
    for (int i = 0; i < e->body; i++) {
        e->entry[i] = all[(int64_t)i * n / e->body];
        x[i] = e->entry[i].fro.v.x;
    }
    map_norm01_log(x, e->body, u);
    for (int i = 0; i < e->body; i++) e->entry[i].fro.u = u[i];
    free(x);
    free(u);
    free(all);
}

static double level(const Epilogue *e, int m)
{
    return lerp(DYN_MF, DYN_PP, (double)m / e->n);
}

static const Desk *desk_of(const Epilogue *e, const Entry *t)
{
    int l = t->layer >= 0 && t->layer < e->o->nl ? t->layer : 0;
    return &e->o->desk[l];
}

static void sing_subject(Epilogue *e, const Entry *t, int track, int sv, int m)
{
    static const double LO[] = {62, 57, 52, 43}, HI[] = {86, 79, 74, 66}; /* by string track */
    Opera *o = e->o;
    const Desk *d = desk_of(e, t);
    int layer = (int)(d - o->desk);
    Motif motif;
    motif_theme(o, MOTIF_SUBJECT, layer, 0, BAR, &motif);
    int32_t at = o->start[3] + m * BAR;
    opera_sing(o, &(Song){.track = track,
                          .rule = e->subject,
                          .layer = layer,
                          .at = at,
                          .motif = &motif,
                          .value = &d->sv[sv],
                          .hist = &d->hist_q,
                          .lo = LO[track],
                          .hi = HI[track],
                          .centre = t->fro.u,
                          .width = 0.4,
                          .vel = level(e, m),
                          .loud = &t->fro,
                          .harmony = &e->plan[m / GROUP],
                          .others = PADS & ~(1u << track)});
}

/* The nearest chord tone to the norm's height, never above the last. */
static void hold_tone(Epilogue *e, const Entry *t, int m)
{
    const Harmony *h = &e->plan[m / GROUP];
    VoiceRange r = opera_range(OPERA_ORGAN);
    int left = GROUP - m % GROUP, key = chord_snap(&h->chord, lerp(r.lo + 5, r.hi - 5, t->fro.u));
    if (left > e->body - m) left = e->body - m;
    while (key > e->last || !chord_has(&h->chord, key)) key--;
    if (key < r.lo) key = chord_snap(&h->chord, r.lo + 2);
    e->last = key;
    opera_play(e->o, &(Part){.track = OPERA_ORGAN,
                             .rule = e->tone,
                             .key = key,
                             .at = e->o->start[3] + m * BAR,
                             .dur = left * BAR - BEAT / 2,
                             .vel = level(e, m) * 0.8,
                             .pitch = &t->fro,
                             .loud = &t->fro,
                             .length = &t->fro,
                             .harmony = &h->why});
}

/* Two long notes of the cellos from the row norms of down. */
static void answer_cellos(Epilogue *e, const Entry *t, int m)
{
    Opera *o = e->o;
    const Desk *d = desk_of(e, t);
    int layer = (int)(d - o->desk);
    Motif motif;
    motif_theme(o, MOTIF_FREE, layer, m / GROUP, BAR, &motif);
    opera_sing(o, &(Song){.track = OPERA_CELLOS,
                          .rule = e->answer,
                          .layer = layer,
                          .at = o->start[3] + m * BAR,
                          .motif = &motif,
                          .value = &d->rows_down,
                          .hist = &d->hist_q,
                          .lo = 43,
                          .hi = 64,
                          .centre = t->fro.u,
                          .width = 0.4,
                          .vel = level(e, m),
                          .loud = &t->fro,
                          .harmony = &e->plan[m / GROUP],
                          .others = PADS & ~(1u << OPERA_CELLOS)});
}

static void play_tensor(Epilogue *e, int m)
{
    static const int TRACK[4] = {OPERA_VIOLINS, OPERA_VIOLAS, OPERA_CELLOS, OPERA_VIOLINS2};
    Opera *o = e->o;
    const Entry *t = &e->entry[m];
    const Harmony *h = &e->plan[m / GROUP];
    const Desk *d = desk_of(e, t);
    int layer = (int)(d - o->desk);
    int32_t at = o->start[3] + m * BAR;
    switch (t->role) {
    case ROLE_Q:
    case ROLE_K:
    case ROLE_V:
    case ROLE_O: sing_subject(e, t, TRACK[t->role - ROLE_Q], t->role - ROLE_Q, m); return;
    case ROLE_GATE: opera_horns(o, layer, m, h, at, BAR, level(e, m)); return;
    case ROLE_UP:
        opera_wind(o, layer % 2 == 0 ? OPERA_OBOE : OPERA_CLARINET, layer, 3 + m % 2, m, h, at, BAR,
                   level(e, m), &t->fro, PADS);
        return;
    case ROLE_DOWN: answer_cellos(e, t, m); return;
    case ROLE_EMBED:
    case ROLE_POSITIONS:
    case ROLE_HEAD:
    case ROLE_FINAL_NORM:
    case ROLE_OTHER: hold_tone(e, t, m); return;
    default:
        opera_harp(o, &d->gamma, m, 4 + m % 3, h, at, 3 * BEAT, m % 2 == 1, level(e, m), e->harp);
    }
}

/* Chords under two measures each; the seats leave from above: a fifth of the way apart. */
static void lay_pads(Epilogue *e, int groups)
{
    Opera *o = e->o;
    e->frame = mem_alloc(groups + 1, sizeof *e->frame);
    for (int g = 0; g < groups; g++) {
        int from = g * GROUP, len = e->body - from < GROUP ? e->body - from : GROUP;
        e->frame[g] = (Frame){.at = o->start[3] + from * BAR,
                              .dur = len * BAR,
                              .harmony = e->plan[g],
                              .vel = level(e, from) * 0.72,
                              .layer = (int)(desk_of(e, &e->entry[from]) - o->desk),
                              .bass_pc = e->plan[g].chord.pc[g % 4 == 2 ? 1 : 0]};
        if (g > 0) e->frame[g].turn = 2 + g % 2;
    }
    int before[OPERA_SEATS];
    opera_before(o, o->start[3], before);
    opera_voice(o, e->frame, groups, before);
}

static void play_pad(Epilogue *e, int g, int groups)
{
    int enter[OPERA_SEATS];
    for (int k = 0; k < OPERA_SEATS; k++) enter[k] = 5 * g < (5 - k) * groups ? 0 : 1;
    enter[0] = 0;
    opera_bow(e->o, &e->frame[g], 1, enter, NULL, false, e->ground);
}

static void lay_cadence(const Epilogue *e, Frame *f, int *count)
{
    Opera *o = e->o;
    Chord tonic = opera_chord(o->scale, 0), dominant = chord_before_tonic(o->scale);
    int32_t at = o->start[3] + e->body * BAR;
    int bars = e->n - e->body, n = 0;
    Harmony plan[3];
    for (int i = 0; i < 3; i++) plan[i].why = o->final_stat[0];
    opera_harmonise(o->scale, plan, 3, 8);
    Frame g = {.vel = DYN_P, .layer = o->nl - 1};
    if (bars >= 3) { /* the way to the dominant; at the end the tonic has what is left */
        g.at = at;
        g.dur = BAR;
        g.harmony = (Harmony){chord_on(o->scale, 3, 3), o->final_stat[1]};
        if (scale_size(o->scale) != 7) g.harmony.chord = plan[0].chord;
        f[n++] = g;
    }
    g.at = at + n * BAR;
    g.dur = bars >= 2 ? BAR : 2 * BEAT;
    g.harmony = (Harmony){dominant, o->final_stat[2]};
    f[n++] = g;
    g.at += g.dur;
    g.dur = o->end - g.at;
    g.harmony = (Harmony){tonic, o->final_stat[0]};
    f[n++] = g;
    for (int i = 0; i < n; i++) f[i].bass_pc = f[i].harmony.chord.pc[0];
    *count = n;
}

/* Voices of the organ: near the gammas, spread by their deviation, tilted by their asymmetry. */
static void play_organ(Epilogue *e, const Frame *f, int n)
{
    static const VoiceRange PLACE[ORGAN_VOICES] = {
        {36, 48}, {47, 60}, {55, 67}, {60, 74}, {64, 81}};
    Opera *o = e->o;
    int key[ORGAN_VOICES], before[ORGAN_VOICES];
    for (int i = 0; i < n; i++) {
        double aim[ORGAN_VOICES];
        for (int k = 0; k < ORGAN_VOICES; k++) {
            double middle = (PLACE[k].lo + PLACE[k].hi) / 2.0;
            double away = nums_at(&o->final, 3 * k)->u - 0.5;
            aim[k] = middle + 12 * away * (0.5 + fabs(o->final_stat[1].u)) + 6 * o->final_stat[2].u;
        }
        voice_chord(&f[i].harmony.chord, PLACE, ORGAN_VOICES, f[i].bass_pc, i > 0 ? before : NULL,
                    aim, key);
        for (int k = 0; k < ORGAN_VOICES; k++) {
            const Num *own = nums_at(&o->final, 3 * k);
            opera_play(o, &(Part){.track = OPERA_ORGAN,
                                  .rule = e->organ,
                                  .key = key[k],
                                  .at = f[i].at,
                                  .dur = f[i].dur,
                                  .vel = DYN_MF,
                                  .pitch = own,
                                  .loud = own,
                                  .length = &o->final_stat[0],
                                  .harmony = &f[i].harmony.why});
            before[k] = key[k];
        }
    }
}

static void play_cadence(Epilogue *e)
{
    Opera *o = e->o;
    Frame f[3];
    int n;
    lay_cadence(e, f, &n);
    play_organ(e, f, n);
    int before[OPERA_SEATS];
    opera_before(o, f[0].at, before);
    opera_voice(o, f, n, before);
    opera_bow(o, f, n, NULL, NULL, true,
              opera_rule(o, "opera.act4.strings: cadence chords voiced by the smallest motion near "
                            "each player's own number"));
    const Frame *last = &f[n - 1], *v = &f[n - 2];
    opera_harp(o, &o->desk[o->nl - 1].gamma, 0, 8, &last->harmony, last->at, 3 * BEAT, false, DYN_P,
               e->harp);
    opera_roll(o, v->at + v->dur - 2 * BEAT, 2 * BEAT, v->harmony.chord.pc[0], DYN_P, v->layer,
               &v->harmony);
    opera_roll(o, last->at, STEP, last->harmony.chord.pc[0], DYN_P, last->layer, &last->harmony);
    opera_horns(o, last->layer, 5, &last->harmony, last->at, last->dur, DYN_P);
}

static void name_rules(Epilogue *e)
{
    Opera *o = e->o;
    e->tone = opera_rule(o, "opera.act4.tone: a tensor a measure by falling Frobenius norm; key = "
                            "the organ's range at norm01(log1p norm), to the chord tone, never "
                            "above the last");
    e->subject = opera_rule(o, "opera.act4.memory: the layer's subject, its height in the part = "
                               "norm01(log1p Frobenius norm)");
    e->answer =
        opera_rule(o, "opera.act4.answer: two notes from the row norms of down, their height "
                      "in the part = norm01(log1p Frobenius norm)");
    e->ground =
        opera_rule(o, "opera.act4.ground: the chord that the pair's first norm chose, voiced "
                      "by the smallest motion; the seats leave from above");
    e->harp = opera_rule(o, "opera.act4.harp: chord tones in the order of the norm's gammas");
    e->organ =
        opera_rule(o, "opera.act4.organ: cadence; heights = gammas of the final norm, spread "
                      "by their standard deviation, tilted by their asymmetry");
}

void opera_epilogue(Opera *o)
{
    Epilogue e = {.o = o, .n = o->bars[3]};
    if (e.n == 0) return;
    e.body = e.n - (e.n >= 10 ? 4 : e.n >= 4 ? 2 : 1);
    e.last = 128;
    name_rules(&e);
    load_entries(&e);
    int groups = (e.body + GROUP - 1) / GROUP;
    e.plan = mem_alloc(groups + 1, sizeof *e.plan);
    for (int g = 0; g < groups; g++) {
        e.plan[g].why = e.entry[g * GROUP].fro;
        double u = e.plan[g].why.u * 7; /* the fraction, so that near norms still choose apart */
        e.plan[g].why.u = (float)(u - floor(u));
    }
    opera_harmonise(o->scale, e.plan, groups, 8);
    lay_pads(&e, groups);
    for (int m = 0; m < e.body; m++) {
        if (m % GROUP == 0) play_pad(&e, m / GROUP, groups);
        play_tensor(&e, m);
    }
    play_cadence(&e);
    free(e.frame);
    free(e.plan);
    free(e.entry);
}
