/* adsr.c: see audio/adsr.h.
 *
 * Each segment is a one-pole approach to a target beyond its end, the pole chosen so that the end
 * is met on time: level - target shrinks by the factor `keep` every sample. */
#include "audio/adsr.h"

#include <math.h>

static const double ATTACK_TARGET = 1.3;
static const double FALL_BEYOND = 1e-3;  /* 60 dB of the way */
static const double SHORTEST = 0.0005;   /* seconds */

static double frames(double seconds, double rate)
{
    double n = (seconds > SHORTEST ? seconds : SHORTEST) * rate;
    return n > 1 ? n : 1;
}

void adsr_init(Adsr *a, double rate, const AdsrOpts *opts)
{
    *a = (Adsr){.sustain = opts->sustain, .rate = rate, .attack = frames(opts->attack, rate),
                .decay = frames(opts->decay, rate), .release = frames(opts->release, rate)};
}

void adsr_on(Adsr *a)
{
    a->stage = ADSR_ATTACK;
    a->target = ATTACK_TARGET;
    a->keep = pow((ATTACK_TARGET - 1) / ATTACK_TARGET, 1 / a->attack);
}

/* From where the envelope is towards `end`, in n frames. */
static void fall(Adsr *a, AdsrStage stage, double end, double n)
{
    a->stage = stage;
    a->target = end - FALL_BEYOND * (a->level - end);
    a->keep = pow(FALL_BEYOND / (1 + FALL_BEYOND), 1 / n);
}

void adsr_off(Adsr *a)
{
    if (a->stage == ADSR_REST || a->stage == ADSR_RELEASE) return;
    fall(a, ADSR_RELEASE, 0, a->release);
}

static void next_stage(Adsr *a)
{
    if (a->stage == ADSR_ATTACK && a->level >= 1) {
        a->level = 1;
        fall(a, ADSR_DECAY, a->sustain, a->decay);
    } else if (a->stage == ADSR_DECAY && a->level <= a->sustain) {
        a->stage = ADSR_SUSTAIN;
        a->level = a->sustain;
    } else if (a->stage == ADSR_RELEASE && a->level <= 0) {
        a->stage = ADSR_REST;
        a->level = 0;
    }
}

bool adsr_run(Adsr *a, float *gain, int n)
{
    int i = 0;
    while (i < n && a->stage != ADSR_REST && a->stage != ADSR_SUSTAIN) {
        const AdsrStage stage = a->stage;
        for (; i < n && a->stage == stage; i++) {
            a->level = a->target + a->keep * (a->level - a->target);
            if (a->level >= 1 || a->level <= a->sustain || a->level <= 0) next_stage(a);
            gain[i] = (float)a->level;
        }
    }
    for (const float level = (float)a->level; i < n; i++) gain[i] = level;
    return a->stage != ADSR_REST;
}

/* Share of a fall's way that is left after t of its `seconds`: from 1 down to 0. */
static double fallen(double t, double seconds)
{
    if (seconds < SHORTEST) seconds = SHORTEST;
    if (t >= seconds) return 0;
    return (1 + FALL_BEYOND) * pow(FALL_BEYOND / (1 + FALL_BEYOND), t / seconds) - FALL_BEYOND;
}

/* Before it is let go. */
static double level_at(const AdsrOpts *o, double t)
{
    double attack = o->attack > SHORTEST ? o->attack : SHORTEST;
    if (t < attack)
        return ATTACK_TARGET * (1 - pow((ATTACK_TARGET - 1) / ATTACK_TARGET, t / attack));
    return o->sustain + (1 - o->sustain) * fallen(t - attack, o->decay);
}

double adsr_at(const AdsrOpts *o, double t, double held)
{
    if (t <= 0) return 0;
    if (t <= held) return level_at(o, t);
    return level_at(o, held) * fallen(t - held, o->release);
}
