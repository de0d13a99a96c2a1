/* theory_voices.c: the lines of the fugue, see theory_plan.h. A line is a few slots of a bar: the
 * pitch that its number asks for is bent to the nearest that counterpoint allows, its rank among
 * the line's numbers is kept. */
#include <math.h>
#include <string.h>

#include "music/mapping.h"
#include "theory_plan.h"

/* Part of a voice's range that a line lies in: steps are singable, leaps an exception. */
static const double LOW = 0.28, HIGH = 0.74;

typedef enum LineKind { LINE_SUBJECT, LINE_COUNTER, LINE_MELODY } LineKind;

typedef struct Line {
    LineKind kind;
    int voice;           /* track */
    int layer;           /* of the stream */
    int first, n;        /* tokens, at most CP_SLOTS */
    int32_t at, span;    /* ticks */
    const FugueBar *bar; /* its harmony */
} Line;

/* Eighths [n] that fill `units`, at least one each, by highest averages of the weights. */
static void apportion(const double *weight, int n, int units, int *eighths)
{
    for (int i = 0; i < n; i++) eighths[i] = 1;
    for (int left = units - n; left > 0; left--) {
        int best = 0;
        for (int i = 1; i < n; i++)
            if (weight[i] / (eighths[i] + 0.5) > weight[best] / (eighths[best] + 0.5)) best = i;
        eighths[best]++;
    }
}

static Value pitch_of(const Fugue *f, const Line *l, int token)
{
    if (l->kind == LINE_COUNTER) return fugue_head(f, l->voice, l->layer - 1, token);
    return fugue_value(f, "pc1", l->layer, token);
}

/* What lengthens a note: what the block's MLP does to the token. */
static Value length_of(const Fugue *f, const Line *l, int token)
{
    return fugue_value(f, "delta_mlp", l->layer < 1 ? 1 : l->layer, token);
}

static double loudness(const Fugue *f, const Line *l, int token, int32_t at, bool *accent)
{
    int beat = at % BAR / BEAT;
    double own = f->g.amp[l->layer * f->g.tokens + token];
    double level = lerp(DYN_P, DYN_FF, f->g.loud[l->layer]);
    *accent = token == f->sforzando && l->kind != LINE_COUNTER;
    level *= lerp(0.8, 1.05, own) * lerp(0.92, 1.1, at % BEAT == 0 ? f->beat[beat] : 0);
    if (l->kind == LINE_COUNTER) level *= 0.82;
    if (*accent) level *= 1.2;
    return clamp(level, 0.12, 1);
}

static void others_of(const Score *s, const Line *l, CpTask *t)
{
    for (int v = 0; v <= FUGUE_MELODY; v++) {
        if (v == l->voice || s->track[v].nnotes == 0) continue;
        bool above = v == FUGUE_MELODY || (l->voice != FUGUE_MELODY && v < l->voice);
        t->other[t->nothers++] = (CpOther){.track = &s->track[v], .side = above ? 1 : -1};
    }
}

/* x [n] to 0..1 among the line's own numbers; the melody's among those of all tokens, so that it
 * moves by steps where the text does. */
static void place_values(const Fugue *f, const Line *l, const float *x, float *u)
{
    float lo = INFINITY, hi = -INFINITY;
    map_norm01(x, l->n, u);
    if (l->kind != LINE_MELODY) return;
    for (int i = 0; i < f->n; i++) {
        float v = pitch_of(f, l, f->token[i]).x;
        lo = fminf(lo, v);
        hi = fmaxf(hi, v);
    }
    for (int i = 0; i < l->n && hi > lo; i++) u[i] = (x[i] - lo) / (hi - lo);
}

/* Slots of the line: when, and where their numbers want them in the voice's range. */
static void lay_slots(const Fugue *f, const Line *l, CpTask *t, Value *pitch, int *eighths)
{
    float x[CP_SLOTS], u[CP_SLOTS];
    double weight[CP_SLOTS];
    int rank[CP_SLOTS], at = 0;
    VoiceRange r = FUGUE_RANGE[l->voice];
    for (int i = 0; i < l->n; i++) {
        pitch[i] = pitch_of(f, l, f->token[l->first + i]);
        x[i] = l->kind == LINE_COUNTER ? (float)log2(1 + fmax((double)pitch[i].x, 0)) : pitch[i].x;
        weight[i] = fabs((double)length_of(f, l, f->token[l->first + i]).x);
        weight[i] *= weight[i]; /* so that long and short stand apart */
    }
    place_values(f, l, x, u);
    counterpoint_rank(x, l->n, rank);
    apportion(weight, l->n, l->span / PULSE, eighths);
    for (int i = 0; i < l->n; i++) {
        int32_t tick = l->at + at * PULSE;
        double inside = lerp(LOW, HIGH, (double)u[i]);
        t->slot[i] = (CpSlot){.at = tick, .aim = lerp(r.lo, r.hi, inside), .rank = rank[i],
                              .strong = tick % (2 * BEAT) == 0 || eighths[i] >= 3};
        at += eighths[i];
    }
}

static void sing_line(const Fugue *f, Score *s, const Line *l, int rule)
{
    Value pitch[CP_SLOTS];
    int eighths[CP_SLOTS], key[CP_SLOTS];
    CpTask t = {.scale = l->bar->scale, .chord = l->bar->chord, .range = FUGUE_RANGE[l->voice],
                .bass = l->voice == FUGUE_VOICES - 1, .n = l->n,
                .before = track_sounding(&s->track[l->voice], l->at - 1)};
    if (l->n < 1) return;
    others_of(s, l, &t);
    lay_slots(f, l, &t, pitch, eighths);
    counterpoint_fit(&t, key);
    for (int i = 0; i < l->n; i++) {
        int token = f->token[l->first + i];
        bool accent;
        double vel = loudness(f, l, token, t.slot[i].at, &accent);
        Value length = length_of(f, l, token), norm = fugue_value(f, "norm", l->layer, token);
        Note n = {.start = t.slot[i].at, .dur = eighths[i] * PULSE - PULSE / 8,
                  .key = (float)key[i], .vel = (float)vel, .rule = (uint16_t)rule,
                  .flags = accent ? NOTE_ACCENT : 0,
                  .from = {pitch[i].from, norm.from, length.from, CELL_NONE}};
        score_add_note(s, l->voice, &n);
    }
}

/* Heads hold fewer notes than there are tokens: every second, so that voices differ in pace. */
static Line counter(const FugueBar *bar, int voice, int layer, int32_t at)
{
    int n = bar->n < 2 ? bar->n : voice == FUGUE_VOICES - 1 ? 2 : (bar->n + 1) / 2 + voice % 2;
    return (Line){.kind = LINE_COUNTER, .voice = voice, .layer = layer < 1 ? 1 : layer,
                  .first = bar->first, .n = n > bar->n ? bar->n : n, .at = at, .span = BAR,
                  .bar = bar};
}

/* Voices enter from the middle outwards, as in most fugues of four. */
static const int ENTRY[FUGUE_VOICES] = {1, 0, 2, 3};

typedef struct Rules {
    int subject, counter, melody;
} Rules;

static void sing_exposition(const Fugue *f, Score *s, int b, const Rules *rule)
{
    const FugueBar *bar = &f->bar[b];
    int entry = b / 2, lead = ENTRY[entry];
    Line l = {.kind = LINE_SUBJECT, .voice = lead, .layer = bar->layer, .first = bar->first,
              .n = bar->n, .at = b * BAR, .span = BAR, .bar = bar};
    sing_line(f, s, &l, rule->subject);
    for (int e = entry - 1; e >= 0; e--) {
        Line c = counter(bar, ENTRY[e], 1 + (b + e) % f->last, b * BAR);
        sing_line(f, s, &c, rule->counter);
    }
}

static void sing_development(const Fugue *f, Score *s, int b, const Rules *rule)
{
    const FugueBar *bar = &f->bar[b];
    Line l = {.kind = LINE_MELODY, .voice = FUGUE_MELODY, .layer = bar->layer, .first = bar->first,
              .n = bar->n, .at = b * BAR, .span = BAR, .bar = bar};
    sing_line(f, s, &l, rule->melody);
    Line bass = counter(bar, FUGUE_VOICES - 1, bar->layer, b * BAR);
    sing_line(f, s, &bass, rule->counter);
    Line inner = counter(bar, 1 + b % 2, bar->layer, b * BAR); /* alto and tenor take turns */
    sing_line(f, s, &inner, rule->counter);
}

/* Entries half a bar apart, each the whole subject in half the time but for the first. */
static void sing_stretto(const Fugue *f, Score *s, int b, const Rules *rule)
{
    const FugueBar *bar = &f->bar[b];
    int turn = b % STRETTO_BARS;
    for (int half = 0; half < 2; half++) {
        int voice = ENTRY[(2 * b + half) % FUGUE_VOICES], fits = BAR / 2 / PULSE;
        Line l = {.kind = LINE_SUBJECT, .voice = voice, .layer = bar->layer, .first = bar->first,
                  .n = bar->n < fits ? bar->n : fits, .at = b * BAR + half * BAR / 2,
                  .span = BAR / 2, .bar = bar};
        sing_line(f, s, &l, rule->subject);
    }
    for (int v = 0; v < FUGUE_VOICES && turn >= 1; v++) {
        bool leads = ENTRY[2 * b % FUGUE_VOICES] == v || ENTRY[(2 * b + 1) % FUGUE_VOICES] == v;
        Line c = counter(bar, v, bar->layer, b * BAR);
        if (!leads) sing_line(f, s, &c, rule->counter);
    }
}

void fugue_sing(const Fugue *f, Score *s)
{
    const Rules rule = {
        .subject = score_add_rule(s, "theory.subject: entries by layer; key in the voice's range "
                                     "at norm01(pc1) of the first tokens, fitted to the "
                                     "counterpoint, ranks kept; length by the MLP's update"),
        .counter = score_add_rule(s, "theory.counter: a voice is an attention head; key at "
                                     "norm01(log2(1 + mean attention distance)), fitted, ranks "
                                     "kept; the head that looks furthest is the bass"),
        .melody = score_add_rule(s, "theory.melody: the token trajectory; key at norm01(pc1) of "
                                    "the layer, fitted, ranks kept; length by the MLP's update"),
    };
    for (int b = 0; b < f->bars; b++) {
        if (f->bar[b].kind == FUGUE_EXPOSITION) sing_exposition(f, s, b, &rule);
        if (f->bar[b].kind == FUGUE_DEVELOPMENT) sing_development(f, s, b, &rule);
        if (f->bar[b].kind == FUGUE_STRETTO) sing_stretto(f, s, b, &rule);
    }
}
