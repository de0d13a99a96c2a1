/* cascade_plan.c: when things happen: phrases, passes, chords: see cascade_play.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cascade_play.h"
#include "music/mapping.h"

enum {
    TOKEN_STEP = BEAT / 2,   /* half a beat a token */
    PHRASE_LEAST = 4,        /* tokens */
    PHRASE_MOST = 11,
    PHRASE_UNIT = 2 * BEAT,  /* a phrase fills so many ticks, or twice as many, ... */
    BREATH = BEAT / 2,
    CHORD_GRID = STEP / 2,
    BODY_BEATS = 60,         /* what the passes of a short prompt make together */
    LONG_PASS = 96,          /* beats: a pass that needs no second */
    HELD = 4 * BEAT          /* the longest note at the end of a pass */
};

/* Tokens in the phrase that begins at token `from`: it ends before the most surprising token in
 * reach (ties to the later). */
static int phrase_tokens(const Cascade *c, int from)
{
    int left = c->nt - from, best = 0;
    double most = -INFINITY;
    if (left < 2 * PHRASE_LEAST) return left;
    for (int k = PHRASE_LEAST; k <= PHRASE_MOST && left - k >= PHRASE_LEAST; k++) {
        double x = (double)c->surprisal[from + k].x;
        if (isnan(x)) x = 0;
        if (x < most) continue;
        most = x;
        best = k;
    }
    return best;
}

/* Lays the tokens out from tick 0; the end of the last phrase. at, dur, ends may be NULL. */
static int32_t lay_tokens(const Cascade *c, int32_t *at, int32_t *dur, bool *ends)
{
    int32_t now = 0;
    for (int from = 0; from < c->nt;) {
        int n = phrase_tokens(c, from);
        int32_t room = n * TOKEN_STEP + BREATH;
        room = (room + PHRASE_UNIT - 1) / PHRASE_UNIT * PHRASE_UNIT;
        for (int i = 0; i < n && at; i++) {
            at[from + i] = now + i * TOKEN_STEP;
            ends[from + i] = i == n - 1;
            dur[from + i] = ends[from + i] ? room - BREATH - i * TOKEN_STEP : TOKEN_STEP;
        }
        now += room;
        from += n;
    }
    return now;
}

int cascade_pass_bars(const Cascade *c)
{
    return (lay_tokens(c, NULL, NULL, NULL) + BAR - 1) / BAR;
}

/* How many passes one round of the layers' chords takes, by their own durations. */
static int passes_a_round(const Cascade *c, int bars)
{
    double beats = 0;
    for (int l = 0; l < c->nl; l++) beats += c->layer[l].beats;
    return (int)clamp(floor(beats / (4 * bars) + 0.5), 1, 8);
}

int cascade_own_passes(const Cascade *c, int bars)
{
    int most = c->nl + 1 < 8 ? c->nl + 1 : 8;
    int n = (int)floor(BODY_BEATS / (4.0 * bars) + 0.5);
    int least = 4 * bars >= LONG_PASS ? 1 : 2;
    if (n > most) n = most;
    return n < least ? least : n;
}

/* Degrees mean the same in phrygian when the mode has seven of them. */
static void darken(CascadePlan *p)
{
    for (int i = p->passes / 2; i < p->passes; i++) {
        if (scale_size(p->pass[i].scale) == 7) p->pass[i].scale.mode = MODE_PHRYGIAN;
        if (3 * i >= 2 * (p->passes - 1)) p->pass[i].chromatic = true;
    }
}

static void plan_passes(CascadePlan *p, const Cascade *c, const CascadeForm *form)
{
    int *told = mem_alloc(c->nl, sizeof *told);
    for (int i = 0; i < p->passes; i++) {
        int span = p->passes - 2;
        int layer = i == 0     ? c->nl / 2
                    : span > 0 ? (int)floor((i - 1.0) * (c->nl - 1) / span + 0.5)
                               : c->nl - 1;
        p->pass[i] = (CascadePass){.layer = layer, .turn = told[layer]++, .scale = form->scale,
                                   .chromatic = form->chromatic};
    }
    free(told);
    if (form->darkens) darken(p);
}

/* Chords of `rounds` rounds of the layers over `length` ticks, each as long as its share. */
static void plan_chords(CascadePlan *p, const Cascade *c, int rounds, int32_t length)
{
    int n = rounds * c->nl;
    CascadeStep *step = mem_alloc(n, sizeof *step);
    double whole = 0, sum = 0;
    p->chord = mem_alloc(n, sizeof *p->chord);
    cascade_chords(c, rounds, step);
    for (int i = 0; i < n; i++) whole += c->layer[i % c->nl].beats;
    for (int i = 0; i < n; i++) {
        int32_t from = (int32_t)floor(sum / whole * length / CHORD_GRID + 0.5) * CHORD_GRID;
        sum += c->layer[i % c->nl].beats;
        int32_t to = i == n - 1 ? length
                                : (int32_t)floor(sum / whole * length / CHORD_GRID + 0.5) *
                                      CHORD_GRID;
        if (to <= from) continue;
        int pass = from / (p->bars * BAR);
        Scale scale = p->pass[pass < p->passes ? pass : p->passes - 1].scale;
        Value why = {step[i].why.x, cascade_source(&step[i])};
        p->chord[p->nchords++] =
            (CascadeChord){.at = from, .dur = to - from, .layer = i % c->nl,
                           .degree = step[i].degree, .why = why, .scale = scale};
    }
    free(step);
}

void cascade_plan(CascadePlan *p, const Cascade *c, const CascadeForm *form)
{
    int bars = form->bars > 0 ? form->bars : cascade_pass_bars(c);
    *p = (CascadePlan){.bars = bars, .bpm = form->bpm, .coda = form->coda};
    p->passes = form->passes > 0 ? form->passes : cascade_own_passes(c, bars);
    p->at = mem_alloc(c->nt, sizeof *p->at);
    p->dur = mem_alloc(c->nt, sizeof *p->dur);
    p->ends = mem_alloc(c->nt, sizeof *p->ends);
    p->pass = mem_alloc(p->passes, sizeof *p->pass);
    lay_tokens(c, p->at, p->dur, p->ends);
    int32_t left = bars * BAR - BREATH - p->at[c->nt - 1];
    if (left > p->dur[c->nt - 1]) p->dur[c->nt - 1] = left < HELD ? left : HELD;
    plan_passes(p, c, form);
    int each = passes_a_round(c, bars);
    double beats = 0;
    for (int l = 0; l < c->nl; l++) beats += c->layer[l].beats;
    int rounds = each > 1 ? (p->passes + each / 2) / each
                          : p->passes * (int)clamp(floor(4 * bars / beats + 0.5), 1, 64);
    plan_chords(p, c, rounds > 0 ? rounds : 1, p->passes * bars * BAR);
}

void cascade_plan_free(CascadePlan *p)
{
    free(p->at);
    free(p->dur);
    free(p->ends);
    free(p->pass);
    free(p->chord);
    *p = (CascadePlan){0};
}

int32_t cascade_length(const CascadePlan *p)
{
    return (p->passes * p->bars + (p->coda ? CASCADE_CODA : 0)) * BAR;
}

const CascadeChord *cascade_chord_at(const CascadePlan *p, int32_t at)
{
    int i = 0;
    while (i + 1 < p->nchords && p->chord[i + 1].at <= at) i++;
    return &p->chord[i];
}

Scale cascade_scale(const FeatureSet *fs, const GenreOpts *opts, double tension)
{
    float root = feat_look(fs, FT_MODEL, "key_root", -1, -1, 0).x;
    int pc = opts->root >= 0 ? opts->root : isfinite(root) ? (int)root + opts->transpose : 9;
    int mode = tension > 0.75  ? MODE_PHRYGIAN
               : tension > 0.5 ? MODE_DORIAN
                               : MODE_NATURAL_MINOR;
    if (opts->mode >= 0 && opts->mode < MODE_COUNT) mode = opts->mode;
    return (Scale){((pc % 12) + 12) % 12, mode};
}

double cascade_bpm(const GenreOpts *opts, double tension)
{
    return opts->tempo > 0 ? opts->tempo : clamp(72 + 40 * tension + opts->tempo_add, 30, 240);
}

int cascade_limit(const GenreOpts *opts, double bpm)
{
    int bars = form_total_bars(opts, bpm, 0) - CASCADE_CODA;
    if (opts->bars <= 0 && !(opts->seconds > 0)) return 0;
    return bars > 1 ? bars * PHRASE_LEAST : PHRASE_LEAST; /* a phrase of four fills a bar */
}

int cascade_passes(const GenreOpts *opts, double bpm, int bars, int own)
{
    int total = form_total_bars(opts, bpm, own * bars + CASCADE_CODA);
    int n = (int)floor((double)(total - CASCADE_CODA) / bars + 0.5);
    return n > 1 ? n : 1;
}

void cascade_frame(Score *s, const CascadePlan *p, int32_t at)
{
    bool minor;
    int sharps = scale_sharps(p->pass[0].scale, &minor);
    int32_t end = at + p->passes * p->bars * BAR;
    if (s->nmeters == 0) score_add_meter(s, 0, 4, 4);
    score_add_keysig(s, at, sharps, minor);
    score_add_tempo(s, at, p->bpm);
    if (!p->coda) return;
    score_add_tempo(s, end, 0.92 * p->bpm);
    score_add_tempo(s, end + BAR, 0.80 * p->bpm);
}
