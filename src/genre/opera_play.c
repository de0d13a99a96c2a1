/* opera_play.c: writing notes, the timpani's roll, and the shape that bows and breath give. */
#include "genre/opera.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

VoiceRange opera_range(int track)
{
    static const VoiceRange RANGE[OPERA_TRACKS] = {
        [OPERA_VIOLINS] = {57, 91}, [OPERA_VIOLINS2] = {55, 84}, [OPERA_VIOLAS] = {48, 77},
        [OPERA_CELLOS] = {36, 69},  [OPERA_BASSES] = {28, 57},   [OPERA_HORNS] = {43, 70},
        [OPERA_OBOE] = {60, 86},    [OPERA_CLARINET] = {52, 84}, [OPERA_HARP] = {36, 96},
        [OPERA_ORGAN] = {36, 84},   [OPERA_TIMPANI] = {41, 55},
    };
    return RANGE[track];
}

int opera_rule(Opera *o, const char *text)
{
    return score_add_rule(o->s, text);
}

void opera_play(Opera *o, const Part *p)
{
    int32_t at = p->at > 0 ? p->at : 0, dur = p->dur;
    if (at >= o->end) return;
    if (dur > o->end - at) dur = o->end - at;
    if (dur < 1) dur = 1;
    double bend = 0.92 + 0.16 * p->loud->u; /* its own number colours the dynamics of the place */
    Note n = {.start = at,
              .dur = dur,
              .key = (float)clamp(p->key, 0, 127),
              .vel = (float)clamp(p->vel * bend, 0.06, 1),
              .rule = (uint16_t)p->rule};
    n.from[FROM_PITCH] = p->pitch->v.from;
    n.from[FROM_VELOCITY] = p->loud->v.from;
    n.from[FROM_DURATION] = p->length->v.from;
    n.from[FROM_TIMBRE] = p->harmony->v.from;
    n.timbre[0] = (float)clamp(p->harmony->u, 0, 1);
    score_add_note(o->s, p->track, &n);
}

void opera_roll(Opera *o, int32_t at, int32_t dur, int pc, double vel, int layer, const Harmony *h)
{
    int rule =
        opera_rule(o, "opera.timpani: chord root; strokes in 16ths, louder to the end; force "
                      "= norm01(row norm of down[layer])");
    VoiceRange r = opera_range(OPERA_TIMPANI);
    int key = r.lo + (((pc - r.lo) % 12) + 12) % 12, strokes = dur / STEP;
    for (int i = 0; i < strokes; i++) {
        const Num *own = opera_own(o, OPERA_TIMPANI, layer, i);
        double rise = strokes > 1 ? lerp(0.55, 1, (double)i / (strokes - 1)) : 1;
        opera_play(o, &(Part){.track = OPERA_TIMPANI,
                              .key = key,
                              .rule = rule,
                              .at = at + i * STEP,
                              .dur = STEP,
                              .vel = vel * rise,
                              .pitch = own,
                              .loud = own,
                              .length = own,
                              .harmony = &h->why});
    }
}

static int act_at(const Opera *o, int32_t at)
{
    int act = 0;
    for (int a = 1; a < OPERA_ACTS; a++)
        if (o->bars[a] > 0 && at >= o->start[a]) act = a;
    return act;
}

static int layer_at(const Opera *o, int act, int bar)
{
    if (act == 1) return bar % o->nl;
    int n = o->bars[act] > 0 ? o->bars[act] : 1;
    return (int)((int64_t)bar * o->nl / n);
}

/* Where an act's swells begin and end: the climax grows, the epilogue fades; the overture's ppp is
 * in its velocities, so its bows stay open enough to be heard. */
static double base_of(int act, double x)
{
    switch (act) {
    case 0: return lerp(0.90, 0.70, x);
    case 1: return lerp(0.64, 0.72, x);
    case 2: return lerp(0.52, 0.86, x);
    default: return lerp(0.74, 0.66, x);
    }
}

static bool plays_within(const Track *t, int32_t from, int32_t to, int *at)
{
    while (*at < t->nnotes && t->note[*at].start < from) ++*at;
    int back = *at > 0 ? *at - 1 : 0;
    if (back < t->nnotes && t->note[back].start < from &&
        t->note[back].start + t->note[back].dur > from + BEAT)
        return true;
    return *at < t->nnotes && t->note[*at].start < to;
}

static void swell(Opera *o, int track, int32_t from, int32_t to)
{
    int act = act_at(o, from), bar = (from - o->start[act]) / BAR, layer = layer_at(o, act, bar);
    int rule = opera_rule(o, "opera.swell: expression rises and falls over two measures, higher "
                             "where norm01 of the player's own number is higher");
    const Num *own = opera_own(o, track, layer, bar / 2);
    for (int32_t at = from; at < to; at += BEAT) {
        double x = (at - from) / (double)(to - from);
        double along = (at - o->start[act]) / ((double)o->bars[act] * BAR);
        double v = base_of(act, along) + (0.10 + 0.16 * own->u) * sin(PI * x);
        Value value = {(float)clamp(v, 0, 1), own->v.from};
        score_add_ctl(o->s, track, at, CTL_EXPRESSION, value, rule);
    }
}

static void hall(Opera *o, int track, int32_t at)
{
    int act = act_at(o, at), layer = layer_at(o, act, (at - o->start[act]) / BAR);
    int rule = opera_rule(o, "opera.hall: reverb = 0.30 + 0.35 * depth of the layer");
    double depth = o->nl > 1 ? layer / (double)(o->nl - 1) : 0.5;
    Value v = {(float)(0.30 + 0.35 * depth), o->desk[layer].tension.v.from};
    score_add_ctl(o->s, track, at, CTL_REVERB, v, rule);
}

void opera_shape(Opera *o)
{
    for (int track = 0; track < OPERA_TRACKS; track++) {
        const Track *t = &o->s->track[track];
        bool bows = track != OPERA_HARP && track != OPERA_TIMPANI;
        int at = 0;
        for (int32_t from = 0; from < o->end; from += 2 * BAR) {
            int32_t to = from + 2 * BAR < o->end ? from + 2 * BAR : o->end;
            if (!plays_within(t, from, to, &at)) continue;
            if (bows) swell(o, track, from, to);
            if (from % (4 * BAR) == 0) hall(o, track, from);
        }
    }
}
