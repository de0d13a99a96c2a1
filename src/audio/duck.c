/* duck.c: see audio/duck.h. The gain is shaped in dB, as a side chain of a compressor moves it. */
#include "audio/duck.h"

#include <math.h>

static const double DUCK_ATTACK = 0.004, DUCK_HOLD = 0.03, DUCK_RELEASE = 0.18; /* seconds */

static double or_else(double x, double otherwise)
{
    return x > 0 ? x : otherwise;
}

void duck_init(Duck *d, double rate, const DuckOpts *o)
{
    *d = (Duck){.attack = rate * or_else(o->attack, DUCK_ATTACK),
                .hold = rate * or_else(o->hold, DUCK_HOLD),
                .release = rate * or_else(o->release, DUCK_RELEASE),
                .depth = o->depth_db, .at = -1};
}

void duck_trigger(Duck *d, double strength)
{
    double to = d->depth * strength;
    if (!(to > d->db)) return;
    d->from = d->db;
    d->to = to;
    d->at = 0;
}

/* 0..1 with level ends. */
static double half_cosine(double t)
{
    return 0.5 - 0.5 * cos(M_PI * t);
}

static double dip_db(const Duck *d)
{
    double t = d->at;
    if (t < d->attack) return d->from + (d->to - d->from) * half_cosine(t / d->attack);
    t -= d->attack;
    if (t < d->hold) return d->to;
    t -= d->hold;
    return t < d->release ? d->to * half_cosine(1 - t / d->release) : 0;
}

void duck_gain(Duck *d, float *gain, int n)
{
    for (int i = 0; i < n; i++) {
        if (d->at >= 0) {
            d->at++;
            d->db = dip_db(d);
            if (d->at >= d->attack + d->hold + d->release) d->at = -1;
        }
        gain[i] = d->db > 0 ? (float)pow(10, -d->db / 20) : 1;
    }
}

void duck_run(Duck *d, float *left, float *right, int n)
{
    for (int i = 0; i < n; i++) {
        float gain;
        duck_gain(d, &gain, 1);
        left[i] *= gain;
        right[i] *= gain;
    }
}
