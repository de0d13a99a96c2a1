/* cascade_line.c: see cascade_line.h. The chain gives the degree; the octave is the one that lies
 * best between the note before and the height that the token's norm asks for. The held note at the
 * end of a phrase leans on the chord under it. */
#include "cascade_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "music/mapping.h"

enum { ORNAMENT = STEP / 2, CELESTA_LOW = 79 };

/* One note of a pass before it is written. */
typedef struct Tone {
    int32_t at, room; /* ticks from the pass; until the next one */
    int key;
    bool leant; /* moved to a tone of the chord */
    CascadeStep why;
} Tone;

typedef struct Line {
    const Cascade *c;
    const CascadePlan *p;
    const CascadeSeats *seat;
    const CascadePass *pass;
    int32_t start; /* of the pass, ticks from the piece */
    int rule, lean, passing, cutoff, ornament;
    Tone *tone; /* [nt] */
} Line;

int cascade_lead_key(int pc, int before, double aim)
{
    int best = -1;
    double least = INFINITY;
    for (int key = LEAD_LOW; key <= LEAD_HIGH; key++) {
        if (((key - pc) % 12 + 12) % 12 != 0) continue;
        double cost = abs(key - before) + 0.5 * fabs(key - aim);
        if (cost >= least) continue;
        least = cost;
        best = key;
    }
    return best;
}

static void set_keys(Line *x)
{
    const Cascade *c = x->c;
    const CascadeLayer *l = &c->layer[x->pass->layer];
    CascadeStep *step = mem_alloc(c->nt, sizeof *step);
    int before = (LEAD_LOW + LEAD_HIGH) / 2;
    cascade_retell(c, x->pass->layer, x->pass->turn, step);
    for (int t = 0; t < c->nt; t++) {
        double aim = lerp(LEAD_LOW + 3, LEAD_HIGH - 5, l->tok[t].loud);
        int pc = scale_key(x->pass->scale, step[t].degree) % 12;
        Tone *y = &x->tone[t];
        *y = (Tone){.at = x->p->at[t], .room = x->p->dur[t], .why = step[t]};
        y->key = cascade_lead_key(pc, before, aim);
        const Chord *chord = &cascade_chord_at(x->p, x->start + y->at)->chord;
        y->leant = x->p->ends[t] && !chord_has(chord, y->key);
        if (y->leant) y->key = (int)clamp(chord_snap(chord, y->key), LEAD_LOW - 2, LEAD_HIGH + 2);
        before = y->key;
    }
    free(step);
}

/* After the first pass a pair of tokens is dotted, one way or the other, where their attention
 * differs: the more collected one is the longer. */
static void set_rhythm(Line *x)
{
    const CascadeLayer *l = &x->c->layer[x->pass->layer];
    for (int t = 0; t + 1 < x->c->nt && x->start > 0;) {
        if (x->p->ends[t]) {
            t++;
            continue;
        }
        double differ = l->tok[t].legato - l->tok[t + 1].legato;
        int32_t move = differ > 0.35 ? STEP : differ < -0.35 ? -STEP : 0;
        x->tone[t].room += move;
        x->tone[t + 1].at += move;
        x->tone[t + 1].room -= move;
        t += 2;
    }
}

/* A semitone between this note and the next, where they lie a whole step apart. */
static int passing_key(const Line *x, int t)
{
    if (!x->pass->chromatic || t + 1 >= x->c->nt || x->p->ends[t]) return -1;
    int way = x->tone[t + 1].key - x->tone[t].key;
    return abs(way) == 2 ? x->tone[t].key + way / 2 : -1;
}

static void play_token(const Line *x, int t)
{
    const CascadeToken *k = &x->c->layer[x->pass->layer].tok[t];
    const Tone *y = &x->tone[t];
    Score *s = x->seat->s;
    int32_t at = x->seat->at + x->start + y->at, room = y->room;
    int pass_by = passing_key(x, t);
    int32_t rest = pass_by >= 0 ? room / 2 : 0;
    double held = x->p->ends[t] ? 1 : lerp(0.55, 1, k->legato);
    double depth = x->c->layer[x->pass->layer].swell; /* norms grow with the layers */
    const CascadeLayer *dir = cascade_directed(x->c, x->pass->layer);
    Value strain = {dir ? (float)dir->tok[t].strain : 0.5f,
                    dir ? dir->tok[t].tension.from : k->norm.from};
    Note n = {.start = at, .dur = (int32_t)fmax((room - rest) * held, 30), .key = (float)y->key,
              .vel = (float)(lerp(DYN_MP, DYN_F, k->loud) * lerp(0.78, 1.1, depth)),
              .rule = (uint16_t)(y->leant ? x->lean : x->rule)};
    n.from[FROM_PITCH] = cascade_source(&y->why);
    n.from[FROM_VELOCITY] = k->norm.from;
    n.from[FROM_DURATION] = cell_is_none(k->entropy.from) ? k->norm.from : k->entropy.from;
    if (y->leant)
        n.from[FROM_TIMBRE] = cascade_chord_at(x->p, x->start + y->at)->why.from;
    else
        n.from[FROM_TIMBRE] = cell_is_none(y->why.said) ? strain.from : y->why.why.from;
    score_add_note(s, x->seat->track[SEAT_LEAD], &n);
    strain.x = (float)lerp(0.25, 0.85, (double)strain.x);
    score_add_ctl(s, x->seat->track[SEAT_LEAD], at, CTL_CUTOFF, strain, x->cutoff);
    if (pass_by < 0) return;
    n.start = at + room - rest;
    n.dur = rest;
    n.key = (float)pass_by;
    n.vel *= 0.85f;
    n.rule = (uint16_t)x->passing;
    n.from[FROM_TIMBRE] = cascade_source(&x->tone[t + 1].why);
    score_add_note(s, x->seat->track[SEAT_LEAD], &n);
}

/* One to three bells above the token's note, through the chord upwards. */
static void play_ornament(const Line *x, int t)
{
    const CascadeToken *k = &x->c->layer[x->pass->layer].tok[t];
    const Tone *y = &x->tone[t];
    if (k->spark <= 0) return;
    const CascadeChord *chord = cascade_chord_at(x->p, x->start + y->at);
    int count = 1 + (k->spark > 0.33) + (k->spark > 0.66), key = y->key + 11;
    if (x->start == 0) count = 1;
    if (key < CELESTA_LOW) key = CELESTA_LOW;
    for (int i = 0; i < count; i++) {
        do key++;
        while (!chord_has(&chord->chord, key));
        Note n = {.start = x->seat->at + x->start + y->at + i * ORNAMENT, .dur = 2 * ORNAMENT,
                  .key = (float)key, .vel = (float)(lerp(DYN_PP, DYN_MF, k->spark) * (1 - 0.1 * i)),
                  .rule = (uint16_t)x->ornament};
        n.from[FROM_PITCH] = n.from[FROM_VELOCITY] = n.from[FROM_DURATION] = k->sparsity.from;
        n.from[FROM_TIMBRE] = chord->why.from;
        score_add_note(x->seat->s, x->seat->track[SEAT_CELESTA], &n);
    }
}

static void add_rules(Line *x, Score *s)
{
    char p[64], rule[400];
    generator_formula(&x->c->gen, p, sizeof p);
    snprintf(rule, sizeof rule,
             "cascade.lead: degree = inverse distribution function of p at the token's phase in "
             "turns, %s, %shalved for every time a degree was chosen again; octave near the last "
             "note and the norm's height; velocity = norm, the deeper layers' more; length = 1 - "
             "attention entropy",
             p, x->c->gen.kind == GEN_JEPA ? "" : "sharpened, ");
    x->rule = score_add_rule(s, rule);
    x->lean = score_add_rule(s, "cascade.lead.end: as cascade.lead, moved to the nearest tone of "
                                "the chord, for it is held");
    x->passing = score_add_rule(s, "cascade.lead.passing: the semitone between two degrees a whole "
                                   "step apart: tension over 0.9");
    x->cutoff = score_add_rule(s, "cascade.lead.cutoff: opens with the token's tension");
    x->ornament = score_add_rule(s, "cascade.celesta: tones of the chord above the lead where the "
                                    "MLP's sparsity is above the layer's median; the more, the "
                                    "sparser");
}

void cascade_lines(const Cascade *c, const CascadePlan *p, const CascadeSeats *seat,
                   int32_t celesta_from)
{
    Line x = {.c = c, .p = p, .seat = seat};
    add_rules(&x, seat->s);
    x.tone = mem_alloc(c->nt, sizeof *x.tone);
    for (int i = 0; i < p->passes; i++) {
        x.pass = &p->pass[i];
        x.start = i * p->bars * BAR;
        set_keys(&x);
        set_rhythm(&x);
        for (int t = 0; t < c->nt; t++) {
            play_token(&x, t);
            if (x.start >= celesta_from) play_ornament(&x, t);
        }
    }
    free(x.tone);
}
