/* house_plan.c: the arrangement: what sounds in a bar of a section. House tells its story by what
 * enters and leaves, eight bars at a time: the intro gathers the kit, the build-up takes away the
 * kick and opens the filter, the drop has everything, breaks in its middle and comes back fuller,
 * and in the outro the elements leave one by one. Only counts and levels stand here; which steps
 * and pitches they become is read off the numbers. p is the place in the section, 0..1. */
#include "genre/house.h"

static void plan_intro(BarPlan *b, double p)
{
    b->kick = BEATS_ALL;
    b->pad = true;
    b->hats = p < 0.25 ? 4 : p < 0.5 ? 7 : 9;
    b->perc = p < 0.25 ? 0 : p < 0.75 ? 3 : 4;
    b->clap = p >= 0.5 ? BEATS_BACK : BEATS_NONE;
    b->open = p >= 0.75 ? BEATS_ALL : BEATS_NONE;
    b->bass = p < 0.5 ? 0 : p < 0.75 ? 5 : 6;
    b->keys = p < 0.75 ? 0 : 3;
    b->energy = lerp(0.42, 0.6, p);
    b->filter = lerp(0.15, 0.45, p);
}

static void plan_roll(BarPlan *b, double q)
{
    int half = b->bars / 2;
    b->roll_bar = b->bar - half;
    b->roll_bars = b->bars - half;
    b->kick = q < 0.75 ? BEATS_ALL : BEATS_NONE;
    b->clap = q < 0.5 ? BEATS_BACK : BEATS_NONE;
    b->open = q < 0.5 ? BEATS_ALL : BEATS_NONE;
    b->hats = q < 0.5 ? 10 : 14;
    b->perc = q < 0.75 ? 4 : 0;
    b->bass = q < 0.5 ? 9 : 0;
    b->keys = q < 0.5 ? 4 : 6;
    b->riser = true;
    b->energy = lerp(0.64, 0.78, q);
    b->filter = lerp(0.6, 1, q);
    b->cut = b->bar == b->bars - 1;
    b->sweep = b->cut;
}

static void plan_build(BarPlan *b, double p)
{
    int half = b->bars / 2;
    b->pad = true;
    if (b->bar >= half) {
        plan_roll(b, (double)(b->bar - half) / (b->bars - half));
        return;
    }
    b->kick = BEATS_ALL;
    b->clap = BEATS_BACK;
    b->open = BEATS_ALL;
    b->hats = 10;
    b->perc = 4;
    b->ghosts = 1;
    b->bass = p < 0.25 ? 7 : 8;
    b->bass_ghosts = 1;
    b->keys = 4;
    b->organ = p >= 0.25 ? 4 : 0;
    b->strings = true;
    b->energy = lerp(0.58, 0.7, p);
    b->filter = lerp(0.4, 0.8, p);
}

/* Eight bars without kick and bass in the middle of the drop, ending in a roll and a cut. */
static void plan_break(BarPlan *b)
{
    int bar = b->bar % HOUSE_PERIOD, left = HOUSE_PERIOD - 1 - bar;
    double q = bar / (double)HOUSE_PERIOD;
    b->pad = b->strings = true;
    b->piano = bar < 4 ? 3 : 5;
    b->organ = bar < 4 ? 0 : 5;
    b->hats = bar < 4 ? 0 : 6;
    b->perc = bar < 2 ? 0 : 3;
    b->clap = bar < 4 ? BEATS_NONE : BEATS_BACK;
    b->energy = lerp(0.5, 0.8, q);
    b->filter = lerp(0.3, 0.9, q);
    if (left < 4) {
        b->roll_bar = 3 - left;
        b->roll_bars = 4;
        b->riser = true;
        b->strings = false;
    }
    b->cut = b->sweep = left == 0;
}

/* Which instruments lead in each eight bars of the drop, before and after the break. */
typedef struct Leaders {
    int keys, piano, organ, lead; /* steps of 16 */
    bool strings;
} Leaders;

static const Leaders BEFORE[4] = {
    {.keys = 5, .piano = 4, .lead = 13},
    {.keys = 4, .organ = 6, .lead = 12, .strings = true},
    {.piano = 5, .organ = 7},
    {.piano = 5, .organ = 6, .lead = 13, .strings = true},
};
static const Leaders AFTER[4] = {
    {.piano = 6, .organ = 7, .lead = 14, .strings = true},
    {.piano = 6, .keys = 3, .lead = 14, .strings = true},
    {.piano = 5, .organ = 7, .lead = 13, .strings = true},
    {.keys = 5, .organ = 6, .lead = 12, .strings = true},
};

static void plan_drop(BarPlan *b, double p)
{
    int periods = (b->bars + HOUSE_PERIOD - 1) / HOUSE_PERIOD, period = b->bar / HOUSE_PERIOD;
    int pause = b->bars >= 3 * HOUSE_PERIOD ? periods / 2 : -1;
    bool after = pause >= 0 && period > pause;
    if (period == pause) {
        plan_break(b);
        return;
    }
    const Leaders *l = after ? &AFTER[(period - pause - 1) & 3] : &BEFORE[period & 3];
    b->kick = BEATS_ALL;
    b->clap = BEATS_BACK;
    b->snare = true;
    b->open = BEATS_ALL;
    b->hats = after ? 14 : 12;
    b->ghosts = after ? 3 : 2;
    b->perc = period & 1 ? 6 : 5;
    b->bass = after ? 11 : 10;
    b->bass_ghosts = 2;
    b->pad = true;
    b->keys = l->keys;
    b->piano = l->piano;
    b->organ = l->organ;
    b->lead = l->lead;
    b->strings = l->strings;
    b->crash = b->bar % (2 * HOUSE_PERIOD) == 0 || (after && b->bar == (pause + 1) * HOUSE_PERIOD);
    b->energy = after ? 1 : lerp(0.94, 0.98, p);
    b->filter = after ? 0.95 : lerp(0.75, 0.9, p);
}

static void plan_outro(BarPlan *b, double p)
{
    b->kick = BEATS_ALL;
    b->pad = true;
    b->crash = b->bar == 0;
    b->clap = p < 0.75 ? BEATS_BACK : BEATS_NONE;
    b->open = p < 0.5 ? BEATS_ALL : BEATS_NONE;
    b->hats = p < 0.25 ? 11 : p < 0.5 ? 9 : p < 0.75 ? 8 : 5;
    b->perc = p < 0.25 ? 5 : p < 0.625 ? 4 : p < 0.875 ? 2 : 0;
    b->ghosts = p < 0.25 ? 1 : 0;
    b->bass = p < 0.25 ? 9 : p < 0.5 ? 7 : p < 0.75 ? 5 : 0;
    b->keys = p < 0.125 ? 5 : p < 0.5 ? 3 : 0;
    b->strings = p < 0.25;
    b->energy = lerp(0.75, 0.42, p);
    b->filter = lerp(0.8, 0.15, p);
}

/* A transition, 16 bars long: until its middle the outgoing deck has kick and clap, from there the
 * incoming one. Around the middle both basses play, but only one has its lows: the bass knobs cross
 * in the bar before it. */
static void hand_over_lows(BarPlan *b, bool incoming)
{
    int half = b->bars / 2;
    bool before = b->bar < half, crossing = b->bar == half - 1;
    b->lowcut = before == incoming ? 1 : 0;
    b->lowcut_to = crossing ? 1 - b->lowcut : b->lowcut;
}

static void plan_mix_in(BarPlan *b, double p, const HouseSection *s)
{
    int half = b->bars / 2;
    bool leads = b->bar >= half;
    b->hats = p < 0.25 ? 3 : p < 0.5 ? 5 : 9;
    b->perc = p < 0.25 ? 2 : 4;
    b->pad = b->bar >= half - s->overlap;
    b->bass = b->bar >= half - s->basses ? 5 : 0;
    b->energy = lerp(0.45, 0.62, p);
    b->filter = lerp(0.1, 0.5, p);
    b->volume = lerp(0.55, 1, p);
    hand_over_lows(b, true);
    if (!leads) return;
    b->kick = BEATS_ALL;
    b->clap = BEATS_BACK;
    b->open = BEATS_ALL;
    b->crash = b->bar == half;
    b->bass = p < 0.75 ? 6 : 7;
    b->keys = p < 0.75 ? 0 : 3;
}

static void plan_mix_out(BarPlan *b, double p, const HouseSection *s)
{
    int half = b->bars / 2;
    b->pad = b->bar < half + s->overlap;
    b->bass = b->bar >= half + s->basses ? 0 : p < 0.25 ? 8 : 6;
    b->energy = lerp(0.7, 0.4, p);
    b->filter = lerp(0.7, 0.1, p);
    b->volume = lerp(1, 0.4, p);
    hand_over_lows(b, false);
    b->hats = p < 0.25 ? 9 : p < 0.5 ? 7 : p < 0.75 ? 4 : 2;
    b->perc = p < 0.5 ? 4 : p < 0.75 ? 2 : 0;
    if (b->bar >= half) return;
    b->kick = BEATS_ALL;
    b->clap = BEATS_BACK;
    b->open = p < 0.25 ? BEATS_ALL : BEATS_NONE;
    b->keys = p < 0.25 ? 3 : 0;
}

/* Every eighth bar, and the last of a section, is filled, unless a roll does that; the kick leaves
 * the last beat to the fill where the fill is long. */
static void plan_fill(BarPlan *b)
{
    bool closes = b->bar % HOUSE_PERIOD == HOUSE_PERIOD - 1 || b->bar == b->bars - 1;
    if (!closes || b->roll_bars || b->ending || !b->kick) return;
    b->fill = b->part == HOUSE_DROP ? 8 : 12;
    if (b->part == HOUSE_DROP) b->kick &= 7;
}

BarPlan house_plan(const HouseSection *section, int bar)
{
    BarPlan b = {.part = section->part, .bar = bar, .bars = section->bars, .volume = 1};
    double p = (double)bar / section->bars;
    switch (section->part) {
    case HOUSE_INTRO: plan_intro(&b, p); break;
    case HOUSE_BUILD: plan_build(&b, p); break;
    case HOUSE_DROP: plan_drop(&b, p); break;
    case HOUSE_OUTRO: plan_outro(&b, p); break;
    case HOUSE_MIX_IN: plan_mix_in(&b, p, section); break;
    case HOUSE_MIX_OUT: plan_mix_out(&b, p, section); break;
    case HOUSE_PARTS: break;
    }
    b.ending = section->last && bar == section->bars - 1;
    plan_fill(&b);
    return b;
}
