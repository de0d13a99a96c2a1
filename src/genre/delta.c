/* delta.c: two models of one shape and the same prompt: what became of a direction, layer by layer.
 *
 * Every layer that has the direction tells the prompt once. The oboe plays the base model's
 * projections, the clarinet the edited one's, on one axis of pitch: where the models agree they are
 * in unison. A layer has lost the direction when the root mean square of its projections is less
 * than half of what it was; there the organ stands under it, low and loud. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cascade_play.h"
#include "genre/cascade.h"
#include "music/mapping.h"

enum { REED_LOW = 60, REED_HIGH = 84, ORGAN_KEY = 43, DELTA_TOKENS = 32 };

static const double LOST = 0.5;

typedef struct Delta {
    Cascade c[2]; /* base, edited */
    CascadePlan p;
    CascadeSeats seat;
    int reed[2]; /* tracks */
    int rule[2], organ_rule;
} Delta;

/* Root mean square of the layer's projections; the projections' address in `from`. */
static double layer_rms(const Cascade *c, int layer, Cell *from)
{
    int col = feat_find_column(c->fs, FT_TOKENS, "proj"), n = 0;
    double sum = 0;
    *from = c->layer[layer].tension.from;
    for (int t = 0; t < c->nt; t++) {
        Value v = {NAN, CELL_NONE};
        Cell at = c->layer[layer].tok[t].tension.from;
        if (col >= 0 && !cell_is_none(at)) v = feat_value(c->fs, FT_TOKENS, col, (int)at.row, 0);
        if (!isfinite(v.x)) continue;
        if (n++ == 0) *from = v.from;
        sum += (double)v.x * (double)v.x;
    }
    return n > 0 ? sqrt(sum / n) : NAN;
}

/* 1: all of it is gone; 0: as strong as it was, or unknown. */
static double layer_loss(const Delta *d, int layer, Cell *from)
{
    Cell base;
    double was = layer_rms(&d->c[0], layer, &base), is = layer_rms(&d->c[1], layer, from);
    return was > 0 && isfinite(is) ? clamp(1 - is / was, 0, 1) : 0;
}

/* Both models' tensions of a layer on one axis: u [2][nt]. */
static void layer_axis(const Delta *d, int layer, float *u)
{
    int nt = d->c[0].nt;
    float *x = mem_alloc(2 * (int64_t)nt, sizeof *x);
    for (int t = 0; t < nt; t++) {
        x[t] = d->c[0].layer[layer].tok[t].tension.x;
        x[nt + t] = d->c[1].layer[layer].tok[t].tension.x;
    }
    map_norm01(x, 2 * nt, u);
    free(x);
}

static void play_reed(const Delta *d, int which, int pass, const float *u)
{
    const CascadePass *x = &d->p.pass[pass];
    const CascadeLayer *l = &d->c[which].layer[x->layer];
    for (int t = 0; t < d->c[which].nt; t++) {
        const CascadeToken *k = &l->tok[t];
        double held = d->p.ends[t] ? 1 : lerp(0.7, 1, k->legato);
        Note n = {.start = pass * d->p.bars * BAR + d->p.at[t],
                  .dur = (int32_t)fmax(d->p.dur[t] * held, 30),
                  .key = (float)scale_at(x->scale, REED_LOW, REED_HIGH, (double)u[t]),
                  .vel = (float)(lerp(DYN_MP, DYN_F, k->loud) * (which ? 0.85 : 1)),
                  .rule = (uint16_t)d->rule[which]};
        n.from[FROM_PITCH] = k->tension.from;
        n.from[FROM_VELOCITY] = n.from[FROM_TIMBRE] = k->norm.from;
        n.from[FROM_DURATION] = cell_is_none(k->entropy.from) ? k->norm.from : k->entropy.from;
        score_add_note(d->seat.s, d->reed[which], &n);
    }
}

static void play_organ(const Delta *d, int pass)
{
    const CascadePass *x = &d->p.pass[pass];
    Cell from;
    double loss = layer_loss(d, x->layer, &from);
    if (loss <= LOST) return;
    int low = ORGAN_KEY - (ORGAN_KEY - x->scale.root) % 12;
    const int pipe[2] = {low, low - 12};
    for (int i = 0; i < 2; i++) {
        Note n = {.start = pass * d->p.bars * BAR, .dur = d->p.bars * BAR, .key = (float)pipe[i],
                  .vel = (float)lerp(DYN_F, DYN_FFF, (loss - LOST) / (1 - LOST)),
                  .rule = (uint16_t)d->organ_rule};
        for (int k = 0; k < FROM_COUNT; k++) n.from[k] = from;
        score_add_note(d->seat.s, d->seat.track[SEAT_ORGAN], &n);
    }
}

/* Tracks: a reed for each model instead of the lead; no celesta. */
static void seat_players(Delta *d, Score *s)
{
    static const struct {
        const char *name, *instrument;
        int program, channel;
        float pan;
    } REED[2] = {{"Oboe", "oboe", 68, 0, -0.4f}, {"Clarinet", "clarinet", 71, 2, 0.4f}};
    cascade_seats(&d->seat, s, "", true, 0, true);
    for (int i = 0; i < 2; i++) {
        int at = i == 0 ? d->seat.track[SEAT_LEAD] : d->seat.track[SEAT_CELESTA];
        Track *t = &s->track[at];
        memset(t->name, 0, sizeof t->name);
        memset(t->instrument, 0, sizeof t->instrument);
        snprintf(t->name, sizeof t->name, "%s", REED[i].name);
        snprintf(t->instrument, sizeof t->instrument, "%s", REED[i].instrument);
        t->program = REED[i].program;
        t->channel = REED[i].channel;
        t->pan = REED[i].pan;
        t->gain_db = -2;
        t->trim_db = 0;
        t->delay = 0;
        d->reed[i] = at;
    }
    s->track[d->seat.track[SEAT_STRINGS]].gain_db -= 3;
    d->seat.track[SEAT_CELESTA] = -1;
    d->rule[0] = score_add_rule(s, "delta.oboe: the base model's projections, norm01 over both "
                                   "models' tokens of the layer, on the scale over MIDI 60..84");
    d->rule[1] = score_add_rule(s, "delta.clarinet: the edited model's projections on the same "
                                   "axis: unison where nothing changed");
    d->organ_rule = score_add_rule(s, "delta.organ: the layer's projections have lost more than "
                                      "half of their root mean square; louder the more");
}

/* One pass for each layer that both models have the direction in; how many. */
static int directed_layers(const Delta *d, int *layer)
{
    int n = 0;
    for (int l = 0; l < d->c[0].nl; l++)
        if (d->c[0].layer[l].directed && d->c[1].layer[l].directed) layer[n++] = l;
    return n;
}

static void write_piece(Delta *d, Score *s)
{
    char name[48];
    Cell from;
    cascade_frame(s, &d->p, 0);
    seat_players(d, s);
    cascade_strings(&d->c[0], &d->p, &d->seat);
    float *u = mem_alloc(2 * (int64_t)d->c[0].nt, sizeof *u);
    for (int i = 0; i < d->p.passes; i++) {
        int l = d->p.pass[i].layer;
        bool lost = layer_loss(d, l, &from) > LOST;
        snprintf(name, sizeof name, "Layer %d%s", d->c[0].layer[l].layer, lost ? ", lost" : "");
        score_add_section(s, i * d->p.bars * BAR, name);
        layer_axis(d, l, u);
        play_reed(d, 0, i, u);
        play_reed(d, 1, i, u + d->c[0].nt);
        play_organ(d, i);
    }
    free(u);
    score_add_section(s, d->p.passes * d->p.bars * BAR, "Coda");
    d->seat.track[SEAT_ORGAN] = -1; /* it means a loss here, not a cadence */
    cascade_coda(&d->c[0], &d->p, &d->seat);
    s->length = cascade_length(&d->p);
    score_finish(s);
}

/* Which of n layers sound when there is room for `most`: evenly spread. */
static int thin(int *layer, int n, int most)
{
    if (most < 1) most = 1;
    if (n <= most) return n;
    for (int i = 0; i < most; i++) layer[i] = layer[(int)((int64_t)i * n / most)];
    return most;
}

static bool plan_delta(Delta *d, const GenreOpts *opts, double tension, Err *err)
{
    const Cascade *base = &d->c[0];
    if (base->nt != d->c[1].nt || base->nl != d->c[1].nl)
        return err_set(err,
                       "delta: %d layers and %d tokens against %d and %d: give one prompt to two "
                       "models of one shape",
                       base->nl, base->nt, d->c[1].nl, d->c[1].nt);
    int *layer = mem_alloc(base->nl, sizeof *layer), n = directed_layers(d, layer);
    CascadeForm form = {.scale = cascade_scale(base->fs, opts, tension), .coda = true,
                        .bpm = cascade_bpm(opts, tension), .bars = cascade_pass_bars(base)};
    form.passes = thin(layer, n, cascade_passes(opts, form.bpm, form.bars, n > 0 ? n : 1));
    if (n > 0) {
        cascade_plan(&d->p, base, &form);
        for (int i = 0; i < form.passes; i++) d->p.pass[i].layer = layer[i];
    }
    free(layer);
    return n > 0 || err_set(err, "delta compares projections: give a direction");
}

static bool compose(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err)
{
    Delta d = {.c = {{.nl = 0}}};
    if (nfs != 2) return err_set(err, "delta takes a base and an edited model, not %d", nfs);
    double tension = cascade_tension(fs[0]);
    Generator gen = generator_of(opts, cascade_scale(fs[0], opts, tension));
    int limit = cascade_limit(opts, cascade_bpm(opts, tension));
    if (limit == 0 || limit > DELTA_TOKENS) limit = DELTA_TOKENS;
    bool ok = cascade_init(&d.c[0], fs[0], &gen, limit, err) &&
              cascade_init(&d.c[1], fs[1], &gen, limit, err) && plan_delta(&d, opts, tension, err);
    if (ok) write_piece(&d, out);
    cascade_plan_free(&d.p);
    cascade_free(&d.c[0]);
    cascade_free(&d.c[1]);
    return ok;
}

const Genre genre_delta = {
    .name = "delta",
    .summary = "two models, one prompt: which layers lost a direction",
    .legend =
        "delta: every layer that has the direction tells the prompt once (its first 32 tokens)\n"
        "  oboe       the base model's projections on the direction, token by token\n"
        "  clarinet   the edited model's, on the same axis: unison where nothing changed\n"
        "  organ      low and loud where more than half of the projections' size is gone\n"
        "  strings    the base model's layers, as in solo\n",
    .generators = CASCADE_GENERATORS,
    .max_models = 2,
    .part = {"oboe", "clarinet"},
    .target_bpm = 92,
    .voices = VOICES_NATIVE,
    .compose = compose,
};
