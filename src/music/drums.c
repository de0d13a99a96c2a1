/* drums.c: see music/drums.h. Dance music is a grid that a few numbers are allowed to bend: the
 * kick stands still, everything else leans on it by its micro-timing and loudness. Velocities are
 * written as a range (lo..hi over norm01 of the deciding value) so that a rule can state them. */
#include "music/drums.h"

#include <math.h>
#include <stdio.h>

#include "music/form.h"

/* Shape of hats within a beat: on, e, and, a. The off-beat is house's accent. */
static const double HAT_SHAPE[4] = {0.72, 0.5, 1.0, 0.58};

enum { RULE_MAX = 240 };

Groove groove_from(const Series *steps, double bpm, double swing, double depth)
{
    Groove g = {.bpm = bpm, .swing = swing};
    for (int i = 0; i < 16; i++) {
        double around = 0.5 * (steps->u[(i + 15) % 16] + steps->u[(i + 1) % 16]);
        g.micro[i] = (float)clamp(depth * (steps->u[i] - around), -1, 1);
    }
    return g;
}

int32_t groove_step(const Groove *g, int32_t bar_start, double step)
{
    int whole = (int)floor(step);
    if (step == whole) return groove_at(bar_start, whole, g->swing, g->micro[whole & 15], g->bpm);
    return bar_start + (int32_t)floor(step * STEP + 0.5);
}

/* "house.drums.kick: <text>", with the name and the source of the steps filled in. */
static int rule_of(const Drums *d, const char *figure, const char *text)
{
    char line[RULE_MAX];
    snprintf(line, sizeof line, "%s.%s: %s (steps: %s)", d->name, figure, text, d->source);
    return score_add_rule(d->score, line);
}

static void hit_at(const Drums *d, int32_t at, int32_t dur, int key, double vel, Value decides,
                   Value loud, int rule)
{
    Note n = {.start = at,
              .dur = dur,
              .key = (float)key,
              .vel = (float)clamp(vel * d->level, 0.02, 1),
              .rule = (uint16_t)rule,
              .from = {[FROM_PITCH] = decides.from,
                       [FROM_VELOCITY] = loud.from,
                       [FROM_DURATION] = decides.from,
                       [FROM_TIMBRE] = CELL_NONE}};
    if (vel < 0.4) n.flags |= NOTE_GHOST;
    score_add_note(d->score, d->track, &n);
}

void drums_hit(const Drums *d, double step, int key, double vel, Value decides, Value loud,
               int rule)
{
    hit_at(d, groove_step(&d->groove, d->at, step), STEP / 2, key, vel, decides, loud, rule);
}

/* How many of the allowed steps (bits) have a greater value, or the same and come earlier. */
static int rank_of(const Drums *d, int step, unsigned allowed)
{
    int rank = 0;
    for (int i = 0; i < 16; i++) {
        if (i == step || !(allowed >> i & 1)) continue;
        if (d->steps->u[i] > d->steps->u[step]) rank++;
        if (d->steps->u[i] == d->steps->u[step] && i < step) rank++;
    }
    return rank;
}

static double step_range(const Drums *d, int step, double lo, double hi)
{
    return lerp(lo, hi, d->steps->u[step]);
}

void drums_kick(const Drums *d, unsigned beats)
{
    int rule = rule_of(d, "kick", "every beat, on the grid; velocity 0.86..1 over norm01");
    for (int b = 0; b < 4; b++) {
        Value v = d->steps->v[4 * b];
        if (beats >> b & 1)
            hit_at(d, d->at + b * BEAT, STEP, DRUM_KICK, step_range(d, 4 * b, 0.86, 1), v, v, rule);
    }
}

void drums_clap(const Drums *d, unsigned beats, bool snare)
{
    int rule = rule_of(d, "clap", "beats 2 and 4; velocity 0.72..0.9 over norm01");
    for (int b = 0; b < 4; b++) {
        Value v = d->steps->v[4 * b];
        if (!(beats >> b & 1)) continue;
        drums_hit(d, 4 * b, DRUM_CLAP, step_range(d, 4 * b, 0.72, 0.9), v, v, rule);
        if (snare) drums_hit(d, 4 * b, DRUM_SNARE, step_range(d, 4 * b, 0.5, 0.66), v, v, rule);
    }
}

void drums_ghosts(const Drums *d, int n)
{
    const unsigned off_beats = 0xeeee;
    int rule = rule_of(d, "ghost", "the strongest steps off the beat; velocity 0.16..0.32");
    for (int i = 0; i < 16; i++) {
        if (!(off_beats >> i & 1) || rank_of(d, i, off_beats) >= n) continue;
        Value v = d->steps->v[i];
        drums_hit(d, i, DRUM_SNARE, step_range(d, i, 0.16, 0.32), v, v, rule);
    }
}

/* The off-beat 8ths of a mask of beats, as bits of 16 steps. */
static unsigned off_beats_of(unsigned beats)
{
    unsigned bits = 0;
    for (int b = 0; b < 4; b++)
        if (beats >> b & 1) bits |= 1u << (4 * b + 2);
    return bits;
}

void drums_hats(const Drums *d, int n, unsigned open, Value tension, double tension_u)
{
    const unsigned off = off_beats_of(BEATS_ALL), rest = 0xffff & ~off;
    unsigned taken = off_beats_of(open);
    int rule = rule_of(d, "hats",
                       "off-beats, then the strongest steps; velocity 0.42..0.72 over "
                       "tension times the place in the beat and the step");
    for (int i = 0; i < 16; i++) {
        bool sounds = off >> i & 1 ? rank_of(d, i, off) < n : rank_of(d, i, rest) < n - 4;
        if (!sounds || taken >> i & 1) continue;
        double vel = lerp(0.42, 0.72, tension_u) * HAT_SHAPE[i & 3] * step_range(d, i, 0.8, 1);
        drums_hit(d, i, DRUM_HAT_CLOSED, vel, d->steps->v[i], tension, rule);
    }
}

void drums_hats_open(const Drums *d, unsigned beats, Value tension, double tension_u)
{
    int rule = rule_of(d, "open_hat",
                       "the off-beat; velocity 0.45..0.75 over tension, "
                       "length a 16th to an 8th over norm01");
    for (int b = 0; b < 4; b++) {
        int i = 4 * b + 2;
        if (!(beats >> b & 1)) continue;
        double vel = lerp(0.45, 0.75, tension_u) * step_range(d, i, 0.9, 1);
        hit_at(d, groove_step(&d->groove, d->at, i), (int32_t)step_range(d, i, STEP, 2 * STEP - 12),
               DRUM_HAT_OPEN, vel, d->steps->v[i], tension, rule);
    }
}

void drums_percussion(const Drums *d, const int key[3], int n, double vel)
{
    const unsigned allowed = 0xeeee & ~1u; /* kick and clap keep the beats to themselves */
    int rule = rule_of(d, "percussion",
                       "the strongest steps off the beat; the higher value the "
                       "higher drum and the louder");
    for (int i = 0; i < 16; i++) {
        int rank = rank_of(d, i, allowed);
        if (!(allowed >> i & 1) || rank >= n) continue;
        int which = 2 - 3 * rank / (n > 0 ? n : 1);
        Value v = d->steps->v[i];
        drums_hit(d, i, key[which], vel * step_range(d, i, 0.6, 1), v, v, rule);
    }
}

void drums_fill(const Drums *d, int from)
{
    static const int DRUM[4] = {DRUM_TOM_LOW, DRUM_TOM_MID, DRUM_TOM_HIGH, DRUM_SNARE};
    unsigned allowed = 0xffff & ~((1u << from) - 1);
    int len = 16 - from, n = (2 * len + 2) / 3;
    int rule = rule_of(d, "fill",
                       "the strongest two thirds of the steps and the last; the higher "
                       "value the higher drum; growing louder");
    for (int i = from; i < 16; i++) {
        int rank = rank_of(d, i, allowed);
        if (rank >= n && i != 15) continue;
        double grow = lerp(0.55, 0.92, len > 1 ? (double)(i - from) / (len - 1) : 1);
        Value v = d->steps->v[i];
        drums_hit(d, i, DRUM[3 - 4 * rank / (len > 0 ? len : 1)], grow * step_range(d, i, 0.85, 1),
                  v, v, rule);
    }
}

void drums_roll(const Drums *d, int bar, int bars, int until)
{
    static const double GAP[4] = {4, 2, 1, 0.5}; /* steps between hits */
    int rule = rule_of(d, "roll",
                       "quarters, 8ths, 16ths, 32nds; velocity 0.26..0.88 over the "
                       "roll, times 0.85..1 over norm01");
    for (double step = 0; step < until;) {
        double along = (bar + step / 16) / bars;
        int speed = along < 0.5 ? 0 : along < 0.75 ? 1 : along < 0.875 ? 2 : 3;
        int i = (int)step;
        Value v = d->steps->v[i];
        double strong = step == i && i % 4 == 0 ? 1 : step == i && i % 2 == 0 ? 0.9 : 0.8;
        double vel = lerp(0.26, 0.88, along) * strong * step_range(d, i, 0.85, 1);
        int32_t at = d->at + (int32_t)floor(step * STEP + 0.5);
        hit_at(d, at, STEP / 3, DRUM_SNARE, vel, v, v, rule);
        step += GAP[speed];
    }
}

void drums_crash(const Drums *d)
{
    int rule = rule_of(d, "crash", "the first beat of a section; velocity 0.7..0.95 over norm01");
    Value v = d->steps->v[0];
    hit_at(d, d->at, BEAT, DRUM_CRASH, step_range(d, 0, 0.7, 0.95), v, v, rule);
}
