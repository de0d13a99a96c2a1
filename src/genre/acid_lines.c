/* acid_lines.c: the 303 line, the second 303 that answers in its rests, and their filters. */
#include "acid.h"

#include <math.h>
#include <stdio.h>

#include "generator.h"
#include "music/form.h"

/* How one bar of a line is to be played. */
typedef struct Bar303 {
    int track, rule, ctl_rule;
    int32_t at;            /* ticks */
    int layer;
    double open, opens;    /* 0..1: how far the arrangement opens the filter; by the bar's end */
    double loud;           /* factor on velocity */
    bool accents_only;     /* the bare form of intro, breakdown and outro */
    int until;             /* steps of the bar that may sound */
} Bar303;

static double value_or(const Series *s, int layer, double dflt)
{
    return layer < s->n ? (double)s->u[layer] : dflt;
}

/* std(gate) is the layer's place on the filter, the row norm moves it step by step. */
static double cutoff_at(const AcidPiece *p, const Bar303 *b, double u)
{
    double base = value_or(&p->cutoff, b->layer, 0.5);
    return clamp((0.12 + 0.40 * base + 0.26 * u + 0.22 * b->open) * (0.48 + 0.52 * b->open), 0, 1);
}

static double resonance_at(const AcidPiece *p, const Bar303 *b, double u)
{
    return clamp(0.38 + 0.38 * value_or(&p->resonance, b->layer, 0.5) + 0.2 * (u - 0.5), 0, 1);
}

static void write_filter(AcidPiece *p, const Bar303 *b, const AcidStep *step, int32_t at)
{
    Value cut = {(float)cutoff_at(p, b, step->u), step->pitch.from};
    Value res = {(float)resonance_at(p, b, step->u), step->pitch.from};
    if (b->layer < p->cutoff.n) cut.from = p->cutoff.v[b->layer].from;
    if (b->layer < p->resonance.n) res.from = p->resonance.v[b->layer].from;
    score_add_ctl(p->score, b->track, at, CTL_CUTOFF, cut, b->ctl_rule);
    score_add_ctl(p->score, b->track, at, CTL_RESONANCE, res, b->ctl_rule);
}

/* The time of step i, late or early by how far its row norm leaves its neighbours' mean. */
static int32_t step_time(const AcidPiece *p, const Bar303 *b, const AcidPattern *pat, int i)
{
    double before = pat->step[(i + ACID_STEPS - 1) % ACID_STEPS].u;
    double after = pat->step[(i + 1) % ACID_STEPS].u;
    double residual = i % 4 ? pat->step[i % ACID_STEPS].u - (before + after) / 2 : 0;
    return groove_at(b->at, i, 0.25 * acid_tension(p, b->layer), 0.3 * residual, p->bpm);
}

/* Ticks that a step sounds, of `own` by the rows, leant to the length that a network expects; it
 * ends before the next sounding step, for a slide is heard where two notes touch. */
static double lean_length(const AcidStep *s, double own, int32_t room)
{
    if (s->lean <= 0 || !isfinite(s->length.x)) return own;
    double most = room - 0.1 * STEP;
    return lerp(own, clamp(exp2((double)s->length.x) * STEP, 0.2 * STEP, most), s->lean);
}

/* Where a network had its say it is named: in the velocity, and in the length, or in the onset that
 * it added; the row norm then stands in the fourth place. */
static void name_network(Note *n, const AcidStep *s)
{
    if (!cell_is_none(s->said)) n->from[FROM_PITCH] = s->said;
    if (s->lean <= 0) return;
    n->from[FROM_TIMBRE] = s->pitch.from;
    if (!cell_is_none(s->level.from)) n->from[FROM_VELOCITY] = s->level.from;
    if (s->called)
        n->from[FROM_DURATION] = s->onset.from;
    else if (!s->slide && !cell_is_none(s->length.from))
        n->from[FROM_DURATION] = s->length.from;
}

static void write_step(AcidPiece *p, const Bar303 *b, const AcidPattern *pat, int i)
{
    const AcidStep *s = &pat->step[i];
    int follows = i + 1;
    while (follows < b->until && pat->step[follows].rest) follows++;
    int32_t at = step_time(p, b, pat, i), end = b->at + b->until * STEP;
    int32_t next = i + 1 < b->until ? step_time(p, b, pat, i + 1) : end;
    int32_t room = (follows < b->until ? step_time(p, b, pat, follows) : end) - at;
    bool tied = follows < b->until && pat->step[follows].slide && !b->accents_only;
    double held = (0.42 + 0.4 * s->gate_u) * (next - at);
    held = tied ? room : lean_length(s, held, room);
    double vel = b->loud * (s->accent ? 101 + 24 * s->u : 58 + 36 * s->u);
    if (s->lean > 0 && isfinite(s->level.x))
        vel = lerp(vel, 127 * clamp((double)s->level.x, 0.2, 1), s->lean);
    vel = s->accent ? fmax(vel, 100) : fmin(vel, 98); /* 303s read velocity >= 100 as the accent */
    Note n = {.start = at, .dur = (int32_t)fmax(20, held), .key = (float)s->key,
              .vel = (float)(vel / 127), .rule = (uint16_t)b->rule,
              .from = {s->pitch.from, s->pitch.from, s->slide ? s->slide_by.from : s->gate.from,
                       s->pitch.from}};
    n.flags = (uint8_t)((s->slide && !b->accents_only ? NOTE_SLIDE : 0) |
                        (s->accent ? NOTE_ACCENT : 0));
    n.timbre[0] = (float)cutoff_at(p, b, s->u);
    n.timbre[1] = (float)resonance_at(p, b, s->u);
    n.timbre[2] = (float)value_or(&p->cutoff, b->layer, 0.5);
    n.timbre[3] = s->accent ? 1 : 0;
    if (b->layer < p->cutoff.n) n.from[FROM_TIMBRE] = p->cutoff.v[b->layer].from;
    name_network(&n, s);
    score_add_note(p->score, b->track, &n);
}

static void write_bar(AcidPiece *p, const Bar303 *b, const AcidPattern *pat)
{
    for (int i = 0; i < b->until; i++) {
        const AcidStep *s = &pat->step[i];
        Bar303 now = *b;
        now.open = lerp(b->open, b->opens, (double)i / ACID_STEPS);
        write_filter(p, &now, s, b->at + i * STEP);
        if (s->rest || (b->accents_only && !s->accent)) continue;
        write_step(p, &now, pat, i);
    }
}

/* The answer sounds where the first line rests or is weakest, so that the two interlock. */
static AcidPattern interlock(const AcidPattern *answer, const AcidPattern *line)
{
    AcidPattern p = *answer;
    for (int i = 0; i < ACID_STEPS; i++) {
        p.step[i].rest = !(line->step[i].rest || line->step[i].gate_u < 0.35f) || i % 4 == 0;
        p.step[i].slide = false;
        p.step[i].accent = p.step[i].u > 0.55f;
    }
    return p;
}

static AcidPattern pattern_of_bar(const AcidPiece *p, int slot, int bar)
{
    const AcidSlot *s = &p->slot[slot];
    const AcidPattern *now = &s->line[acid_turn(p, bar)];
    const AcidPattern *next = &p->slot[(slot + 1) % p->nslots].line[0];
    if (bar < s->repeats) return *now;
    return acid_morph(now, next, (double)(bar - s->repeats + 1) / (s->bars - s->repeats + 1));
}

/* How far the filter stands open at a bar of a slot: wider with depth, and wider towards the end of
 * the slot; in the breakdown it begins nearly shut and opens with the roll. */
static double slot_opening(const AcidPiece *p, int index, int bar, bool broken)
{
    const AcidSlot *s = &p->slot[index];
    double depth = p->nslots > 1 ? (double)index / (p->nslots - 1) : 1;
    double along = 1 - (double)(s->bars - bar) / ACID_BREAK;
    if (broken) return along * along;
    return clamp(0.25 + 0.55 * depth + 0.35 * bar / s->bars, 0, 1);
}

/* The breakdown has only the accents in its first half, and stops for the air before the drop. */
static void write_slot(AcidPiece *p, int index, Bar303 line, Bar303 answer)
{
    const AcidSlot *s = &p->slot[index];
    for (int bar = 0; bar < s->bars; bar++) {
        AcidPattern pat = pattern_of_bar(p, index, bar);
        bool broken = acid_in_break(p, s, bar);
        int left = s->bars - bar;
        line.at = answer.at = (s->bar + bar) * BAR;
        line.layer = answer.layer = s->layer;
        line.open = slot_opening(p, index, bar, broken);
        line.opens = slot_opening(p, index, bar + 1, broken);
        line.loud = broken ? 0.82 : 1;
        line.accents_only = broken && 2 * left > ACID_BREAK;
        line.until = broken && left == 1 ? ACID_AIR : ACID_STEPS;
        write_bar(p, &line, &pat);
        if (!s->has_answer || !acid_risen(p, index) || bar % 2 == 0) continue;
        AcidPattern reply = interlock(&s->answer[acid_turn(p, bar)], &pat);
        answer.open = line.open;
        answer.opens = line.opens;
        answer.loud = 0.85;
        write_bar(p, &answer, &reply);
    }
}

/* The last bar: the tonic nearest to the pattern's lowest note, held. */
static void write_last(AcidPiece *p, Bar303 b)
{
    const AcidPattern *pat = &p->slot[p->nslots - 1].line[0];
    int lowest = 0;
    for (int i = 1; i < ACID_STEPS; i++)
        if (pat->step[i].u < pat->step[lowest].u) lowest = i;
    int key = 28 + ((p->scale.root - 28) % 12 + 12) % 12;
    Value v = pat->step[lowest].pitch;
    Note n = {.start = (p->total - 1) * BAR, .dur = 3 * BEAT, .key = (float)key, .vel = 0.9f,
              .flags = NOTE_ACCENT, .timbre = {0.4f, 0.6f, 0.5f, 1}, .rule = (uint16_t)b.rule,
              .from = {v.from, v.from, v.from, v.from}};
    b.at = n.start;
    b.open = 0.2;
    write_filter(p, &b, &pat->step[lowest], n.start);
    score_add_note(p->score, b.track, &n);
}

/* What the native engine plays the line with; the MIDI does not change. */
static void native(Track *t, const char *instrument, float trim_db, float delay)
{
    snprintf(t->instrument, sizeof t->instrument, "%s", instrument);
    t->trim_db = trim_db;
    t->delay = delay;
    t->duck = 0.08f;
}

static int line_rule(const AcidPiece *p)
{
    const char *rest = p->gen.kind == GEN_JEPA
                           ? "octave = its place; steps = the gate's row norms and jepa_onset; "
                             "velocity = the row norm and jepa_level; length = the gate's row norm "
                             "and jepa_length, by the same weight"
                           : "octave = its place; velocity = the row norm; rests = the gate's "
                             "weakest row norms";
    if (p->gen.kind == GEN_ROWS)
        return score_add_rule(p->score, "acid.line: pitch and velocity = row norm of down (norm01 "
                                        "and rank, 28..76), slide = step of the spectrum over its "
                                        "median");
    return generator_rule(p->score, &p->gen, "acid.line", "degree",
                          "rank of row norm of down", rest);
}

static int answer_rule(const AcidPiece *p)
{
    if (p->gen.kind == GEN_ROWS)
        return score_add_rule(p->score, "acid.answer: row norm of up (52..88) where the line "
                                        "rests");
    return generator_rule(p->score, &p->gen, "acid.answer", "degree", "rank of row norm of up",
                          "octave = its place; where the line rests");
}

static void write_intro(AcidPiece *p, Bar303 line)
{
    line.accents_only = true;
    line.layer = p->slot[0].layer;
    line.loud = 0.9;
    for (int bar = 0; bar < p->intro; bar++) {
        line.at = bar * BAR;
        line.open = 0.25 * bar / p->intro;
        line.opens = 0.25 * (bar + 1) / p->intro;
        write_bar(p, &line, &p->slot[0].line[0]);
    }
}

static void write_outro(AcidPiece *p, Bar303 line)
{
    const AcidSlot *last = &p->slot[p->nslots - 1];
    line.accents_only = true;
    line.layer = last->layer;
    line.loud = 0.95;
    for (int bar = 0; bar + 1 < p->outro; bar++) {
        line.at = (p->total - p->outro + bar) * BAR;
        line.open = 0.6 - 0.6 * bar / p->outro;
        line.opens = 0.6 - 0.6 * (bar + 1) / p->outro;
        write_bar(p, &line, &last->line[0]);
    }
    if (p->outro > 0) write_last(p, line);
}

void acid_write_lines(AcidPiece *p, AcidTracks *t)
{
    Score *s = p->score;
    Bar303 line = {.until = ACID_STEPS}, answer = {.until = ACID_STEPS};
    line.track = t->line = score_add_track(s, "TB-303", 38, false);
    answer.track = t->answer = score_add_track(s, "Second 303", 81, false);
    s->track[line.track].mono = s->track[answer.track].mono = true;
    s->track[line.track].gain_db = 3;
    s->track[line.track].pan = -0.08f;
    s->track[line.track].reverb = 0.12f;
    s->track[answer.track].pan = 0.3f;
    s->track[answer.track].gain_db = -9;
    s->track[answer.track].reverb = 0.3f;
    native(&s->track[line.track], "tb303", 3.5f, 0.06f);
    native(&s->track[answer.track], "tb303-square", 13, 0.25f);
    line.rule = line_rule(p);
    line.ctl_rule = score_add_rule(s, "acid.filter: cutoff = std(gate) over layers, resonance = "
                                      "kurt(v) over layers, moved by the row norm");
    answer.rule = answer_rule(p);
    answer.ctl_rule = line.ctl_rule;
    write_intro(p, line);
    for (int i = 0; i < p->nslots; i++) write_slot(p, i, line, answer);
    write_outro(p, line);
}
