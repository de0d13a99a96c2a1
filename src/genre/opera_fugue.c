/* opera_fugue.c: act II, a canon of four voices.
 *
 * The theme is endless: measure j is sung from layer j mod L, and its character changes each time
 * the layers have been walked: subject, countersubject, free part, pedal. A voice sings what the
 * voice before it sang L measures earlier, with its own matrix's values in its own register; so
 * there is always one subject, one countersubject, one free part and one pedal, invertible among
 * the voices. The stretto lets all enter with the subject a measure or two apart, from below. */
#include "genre/opera.h"

#include <stdlib.h>

#include "base/mem.h"

enum { VOICES = 4 };

typedef struct Voice {
    int track, sv;
    double lo, hi; /* part of the scale */
} Voice;

/* In the order of their entries. */
static const Voice VOICE[VOICES] = {
    {OPERA_VIOLINS, OPERA_Q, 0.55, 0.92},
    {OPERA_CELLOS, OPERA_K, 0.25, 0.63},
    {OPERA_VIOLAS, OPERA_V, 0.40, 0.78},
    {OPERA_BASSES, OPERA_O, 0.08, 0.45},
};

typedef struct Fugue {
    Opera *o;
    int n, gap, stretto, near, coda; /* measures: length, distance of the entries, where the
                                        stretto begins, its distance, where the coda begins */
    Harmony *plan;                   /* [n] */
    int rule[VOICES], rule_fill;
} Fugue;

/* Where in the theme a voice is; -1 before its entry. */
static int theme_at(const Fugue *f, int voice, int m, int *kind, int *pass)
{
    int j = m - voice * f->gap;
    if (m >= f->stretto) {
        j = m - f->stretto - (VOICES - 1 - voice) * f->near;
        *kind = j / 4 % 2 == 0 ? MOTIF_SUBJECT : MOTIF_COUNTER;
        *pass = f->stretto / f->gap + (j < 0 ? 0 : j / f->gap);
        return j;
    }
    *pass = j < 0 ? 0 : j / f->gap;
    *kind = *pass % MOTIF_KINDS;
    return j;
}

static double level(const Fugue *f, int m)
{
    return lerp(DYN_MP, DYN_F, (double)m / f->n);
}

static void sing_voice(Fugue *f, int voice, int m, unsigned others)
{
    Opera *o = f->o;
    const Voice *v = &VOICE[voice];
    int kind, pass, j = theme_at(f, voice, m, &kind, &pass);
    if (j < 0) return;
    int layer = j % o->nl;
    const Desk *d = &o->desk[layer];
    Motif motif;
    motif_theme(o, kind, layer, pass, BAR, &motif);
    Song song = {.track = v->track,
                 .rule = f->rule[voice],
                 .layer = layer,
                 .at = o->start[1] + m * BAR,
                 .motif = &motif,
                 .value = &d->sv[v->sv],
                 .hist = &d->hist_q,
                 .lo = opera_percent(o, v->lo),
                 .hi = opera_percent(o, v->hi),
                 .centre = d->level[v->sv].u,
                 .width = lerp(0.28, 0.44, d->tension.u),
                 .vel = level(f, m) * (kind == MOTIF_SUBJECT ? 1.12 : 0.92),
                 .loud = &d->tension,
                 .harmony = &f->plan[m],
                 .others = others};
    opera_sing(o, &song);
}

/* The subject leads, the bass answers for the harmony, the others fit in. */
static unsigned sing_measure(Fugue *f, int m)
{
    unsigned in = 0, done = 0;
    for (int round = 0; round < 3; round++) {
        for (int v = 0; v < VOICES; v++) {
            int kind, pass;
            if ((done >> v & 1) || theme_at(f, v, m, &kind, &pass) < 0) continue;
            bool now = round == 2 || (round == 0 && kind == MOTIF_SUBJECT) ||
                       (round == 1 && VOICE[v].track == OPERA_BASSES);
            if (!now) continue;
            sing_voice(f, v, m, in);
            in |= 1u << VOICE[v].track;
            done |= 1u << v;
        }
    }
    return in;
}

/* Second violins: an inner thread of held notes in the stretto. */
static void add_inner(Fugue *f, int m, unsigned others)
{
    Opera *o = f->o;
    int layer = m % o->nl;
    const Desk *d = &o->desk[layer];
    Motif motif;
    motif_theme(o, MOTIF_FREE, layer, m / o->nl + 1, BAR, &motif);
    Song song = {.track = OPERA_VIOLINS2,
                 .rule = f->rule_fill,
                 .layer = layer,
                 .at = o->start[1] + m * BAR,
                 .motif = &motif,
                 .value = &d->sv[OPERA_Q],
                 .hist = &d->hist_q,
                 .lo = 58,
                 .hi = 77,
                 .centre = d->level[OPERA_Q].u,
                 .width = 0.4,
                 .vel = level(f, m) * 0.85,
                 .loud = &d->tension,
                 .harmony = &f->plan[m],
                 .others = others};
    opera_sing(o, &song);
}

static void add_winds(Fugue *f, int m, unsigned others)
{
    Opera *o = f->o;
    int layer = m % o->nl, track = m / 2 % 2 == 0 ? OPERA_OBOE : OPERA_CLARINET;
    int32_t at = o->start[1] + m * BAR;
    if (o->desk[layer].tension.v.x > 0.55 && m >= f->gap)
        opera_horns(o, layer, m / o->nl, &f->plan[m], at, BAR, level(f, m) * 0.8);
    if (5 * m >= 2 * f->n)
        opera_wind(o, track, layer, 3 + m % 2, m, &f->plan[m], at, BAR, level(f, m) * 0.95,
                   &o->desk[layer].tension, others);
}

/* The last measures, in chords: what the counterpoint was about. */
static void play_coda(Fugue *f)
{
    enum { LONGEST = 4 };
    Opera *o = f->o;
    Frame frame[LONGEST + 1];
    int n = 0, before[OPERA_SEATS];
    opera_before(o, o->start[1] + f->coda * BAR, before);
    for (int m = f->coda; m < f->n; m++) {
        Frame fr = {.at = o->start[1] + m * BAR,
                    .dur = BAR,
                    .harmony = f->plan[m],
                    .layer = m % o->nl,
                    .vel = level(f, m),
                    .bass_pc = f->plan[m].chord.pc[0]};
        if (m == f->n - 2) { /* the tonic hangs over the dominant's bass: cadential six-four */
            frame[n] = fr;
            frame[n].dur = 2 * BEAT;
            frame[n++].harmony.chord = f->plan[f->n - 1].chord;
            fr.at += 2 * BEAT;
            fr.dur = 2 * BEAT;
        }
        frame[n++] = fr;
    }
    opera_voice(o, frame, n, before);
    opera_bow(o, frame, n, NULL, NULL, true,
              opera_rule(o, "opera.act2.coda: cadence chords voiced by the smallest motion near "
                            "each player's own number"));
    for (int i = 0; i < n; i++)
        opera_horns(o, frame[i].layer, i, &frame[i].harmony, frame[i].at, frame[i].dur, DYN_MF);
    if (n >= 3)
        opera_roll(o, frame[n - 3].at, BAR, frame[n - 2].harmony.chord.pc[0], DYN_MF,
                   frame[n - 3].layer, &frame[n - 2].harmony);
}

static void lay_plan(Fugue *f)
{
    const Opera *o = f->o;
    f->plan = mem_alloc(f->n, sizeof *f->plan);
    for (int m = 0; m < f->n; m++) f->plan[m].why = *nums_at(&o->desk[m % o->nl].rows_o, m / o->nl);
    opera_harmonise(o->scale, f->plan, f->n, 8);
}

static void name_rules(Fugue *f)
{
    static const char *const RULE[VOICES] = {
        "opera.act2.soprano: canon from q; key = 55..92 % of the scale at norm01(log1p sv), order "
        "in time = row norms of q, rhythm = histogram of q",
        "opera.act2.tenor: canon from k, the second entry; key = 25..63 % of the scale at "
        "norm01(log1p sv)",
        "opera.act2.alto: canon from v, the third entry; key = 40..78 % of the scale at "
        "norm01(log1p sv)",
        "opera.act2.bass: canon from o, the fourth entry; key = 8..45 % of the scale at "
        "norm01(log1p sv)",
    };
    for (int v = 0; v < VOICES; v++) f->rule[v] = opera_rule(f->o, RULE[v]);
    f->rule_fill = opera_rule(f->o, "opera.act2.second violins: inner thread in the stretto, key = "
                                    "58..77 at norm01(log1p sv of q)");
}

void opera_fugue(Opera *o)
{
    Fugue f = {.o = o, .n = o->bars[1]};
    if (f.n == 0) return;
    f.gap = f.n / 8 < o->nl ? (f.n >= 8 ? f.n / 8 : 1) : o->nl;
    f.coda = f.n - (f.n >= 16 ? 4 : f.n >= 4 ? 2 : 1);
    f.stretto = f.n >= 24 ? f.coda - f.n / 6 : f.n;
    f.near = f.gap >= 8 ? 2 : 1;
    lay_plan(&f);
    name_rules(&f);
    for (int m = 0; m < f.coda; m++) {
        unsigned in = sing_measure(&f, m);
        if (m >= f.stretto) {
            add_inner(&f, m, in);
            in |= 1u << OPERA_VIOLINS2;
        }
        add_winds(&f, m, in);
    }
    play_coda(&f);
    free(f.plan);
}
