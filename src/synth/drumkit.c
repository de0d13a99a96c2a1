/* drumkit.c: a drum machine: every hit is a swept sine, a second partial, a burst of filtered
 * weights and two inharmonic frequency-modulated pairs, in the proportions of drum_sound.c.
 *
 * Velocity moves the level and, as a skin does, how bright and how long it is. */
#include "audio/biquad.h"
#include "base/lanes.h"
#include "drum_sound.h"
#include "turn_sine.h"
#include "voice.h"

static const double ATTACK = 0.0006;    /* seconds, straight */
static const double BURST_GAP = 0.0105; /* seconds between a clap's hands */
static const double BURST_FALL = 0.0035;
static const double SILENT = 1.5e-4; /* -76 dB: the rest of a hit is under the next one */
static const double METAL_RATIO = 1.4471, METAL_INDEX = 0.24; /* of the pairs; index in turns */
static const double METAL_SECOND = 1.3420;

typedef struct Fading {
    double level, keep; /* now; factor a frame */
} Fading;

typedef struct Drum {
    const InstrumentEnv *env;
    const DrumSound *sound;
    Noise noise;
    Biquad filter[2];
    BiquadState state[2];
    Fading tone, tone2, hiss, metal, burst;
    double phase, phase2, metal_phase[4];
    double sweep, sweep_keep, rise, level;
    int bursts, to_burst; /* left; frames to the next */
    bool sounding;
} Drum;

static Fading fading(double level, double seconds, double rate)
{
    return (Fading){.level = level, .keep = seconds > 0 ? exp(-1 / (seconds * rate)) : 0};
}

/* The next n levels, added to y. */
static void add_fade(Fading *f, float *y, int n)
{
    double level = f->level;
    for (int i = 0; i < n; i++, level *= f->keep) y[i] += (float)level;
    f->level = level;
}

static void init(void *state, const InstrumentEnv *env)
{
    Drum *d = state;
    *d = (Drum){.env = env};
}

/* Frames between a clap's hands. */
static int burst_gap(const Drum *d)
{
    return (int)(BURST_GAP * d->env->rate);
}

static void open_noise(Drum *d, const DrumSound *s, double vel)
{
    double rate = d->env->rate, most = 0.45 * rate;
    double hi = voice_clamp(s->hi * voice_mix(0.6, 1, vel), 200, most);
    double lo = voice_clamp(s->lo, 20, 0.7 * most);
    d->filter[0] = biquad_design(BIQUAD_HIGH_PASS, rate, lo, 0.8, 0);
    d->filter[1] = biquad_design(BIQUAD_LOW_PASS, rate, hi, 0.7071, 0);
    d->bursts = s->bursts;
    d->to_burst = burst_gap(d) - 1;
    d->hiss = fading(s->bursts ? 0 : s->noise, s->noise_s, rate);
    d->burst = fading(s->bursts ? s->noise : 0, BURST_FALL, rate);
}

static void note_on(void *state, const VoiceNote *n)
{
    Drum *d = state;
    double rate = d->env->rate, long_ = voice_mix(0.75, 1.05, n->vel);
    const DrumSound *s = drum_sound((int)lrintf(n->key));
    *d = (Drum){.env = d->env, .sound = s, .noise = noise_from(d->env, n->noise_at)};
    open_noise(d, s, n->vel);
    d->tone = fading(s->tone, s->tone_s * long_, rate);
    d->tone2 = fading(s->tone2, s->tone2_s * long_, rate);
    d->metal = fading(s->metal, s->metal_s * long_, rate);
    d->sweep = s->sweep * voice_mix(0.7, 1, n->vel);
    d->sweep_keep = s->sweep_s > 0 ? exp(-1 / (s->sweep_s * rate)) : 0;
    d->level = s->level * n->vel * sqrt(n->vel);
    d->sounding = true;
}

static void note_off(void *state)
{
    (void)state; /* a hit rings as long as it rings */
}

/* True, for this block and for good, when a part of the sound is too soft to be heard. */
static bool is_gone(const Drum *d, Fading *f)
{
    if (f->level * d->level < 0.2 * SILENT) f->level = 0;
    return f->level == 0;
}

/* A clap's next hand, when its time has come; the last one goes on as the tail. */
static void next_burst(Drum *d)
{
    if (d->bursts == 0 || d->to_burst > 0) return;
    d->to_burst = burst_gap(d);
    d->burst.level = d->sound->noise;
    if (--d->bursts == 0) d->hiss.level = d->sound->noise * 0.7;
}

/* The noise of n frames, filtered, into x, which is silent. */
static void hiss(Drum *d, float *x, int n)
{
    bool gone = is_gone(d, &d->hiss);
    if (is_gone(d, &d->burst) && gone && d->bursts == 0) return;
    for (int i = 0, len; i < n; i += len) {
        next_burst(d);
        len = d->bursts > 0 && d->to_burst < n - i ? d->to_burst : n - i;
        if (d->hiss.level > 0) add_fade(&d->hiss, x + i, len);
        if (d->burst.level > 0) add_fade(&d->burst, x + i, len);
        d->to_burst -= len;
    }
    for (int i = 0; i < n; i++) x[i] *= noise_next(&d->noise);
    biquad_run(d->filter, d->state, 2, x, n, 1);
}

LANES_WIDE static void add_sine(const float *level, const float *turns, float *x, int n)
{
    for (int i = 0; i < n; i++) x[i] += level[i] * turn_sine(turns[i]);
}

/* The swept tone and the second partial. */
static void ring(Drum *d, float *x, int n)
{
    double dt = d->sound->hz / d->env->rate, dt2 = d->sound->hz2 / d->env->rate;
    bool first = !is_gone(d, &d->tone), second = !is_gone(d, &d->tone2);
    float turns[INSTRUMENT_BLOCK], level[INSTRUMENT_BLOCK] = {0}, level2[INSTRUMENT_BLOCK] = {0};
    if (first) {
        for (int i = 0; i < n; i++) {
            d->sweep *= d->sweep_keep;
            d->phase += dt * (1 + d->sweep);
            turns[i] = (float)d->phase;
        }
        add_fade(&d->tone, level, n);
        add_sine(level, turns, x, n);
        d->phase -= floor(d->phase);
    }
    if (second) {
        for (int i = 0; i < n; i++) turns[i] = (float)(d->phase2 + dt2 * (i + 1));
        add_fade(&d->tone2, level2, n);
        add_sine(level2, turns, x, n);
        d->phase2 += n * dt2 - floor(d->phase2 + n * dt2);
    }
}

/* Two pairs, each a carrier that a modulator moves; p: their phases, modulators first. */
LANES_WIDE static void add_metal(const double p[4], double dt, const float *level, float *x, int n)
{
    const double c2 = dt * METAL_SECOND, m1 = dt * METAL_RATIO, m2 = c2 * METAL_RATIO;
    const float index = (float)METAL_INDEX;
    for (int i = 0; i < n; i++) {
        float bend1 = index * turn_sine((float)turn_rest(p[0] + m1 * (i + 1)));
        float bend2 = index * turn_sine((float)turn_rest(p[1] + m2 * (i + 1)));
        float y1 = turn_sine((float)turn_rest(p[2] + dt * (i + 1)) + bend1);
        float y2 = turn_sine((float)turn_rest(p[3] + c2 * (i + 1)) + bend2);
        x[i] += level[i] * (y1 + y2);
    }
}

static void metal(Drum *d, float *x, int n)
{
    float level[INSTRUMENT_BLOCK] = {0};
    double dt = d->sound->metal_hz / d->env->rate, dt2 = dt * METAL_SECOND;
    const double by[4] = {dt * METAL_RATIO, dt2 * METAL_RATIO, dt, dt2};
    if (is_gone(d, &d->metal)) return;
    add_fade(&d->metal, level, n);
    add_metal(d->metal_phase, dt, level, x, n);
    for (int k = 0; k < 4; k++)
        d->metal_phase[k] += n * by[k] - floor(d->metal_phase[k] + n * by[k]);
}

/* Soft clipping of `drive` times x, where 1 stays 1. */
LANES_WIDE static void clip(float *x, float drive, int n)
{
    const float most = 1 / (float)voice_clip(drive);
    for (int i = 0; i < n; i++) {
        float y = drive * x[i];
        y = y > 3 ? 3 : y < -3 ? -3 : y;
        x[i] = most * y * (27 + y * y) / (27 + 9 * y * y);
    }
}

static bool over(const Drum *d)
{
    double left = d->tone.level + d->tone2.level + d->hiss.level + d->burst.level + d->metal.level;
    return d->bursts == 0 && left * d->level < SILENT;
}

static bool render(void *state, float *left, float *right, int frames)
{
    Drum *d = state;
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!d->sounding) return false;
    const DrumSound *s = d->sound;
    float l = (float)(d->level * sqrt(1 - s->pan)), r = (float)(d->level * sqrt(1 + s->pan));
    const double up = 1 / (ATTACK * d->env->rate);
    if (s->noise > 0) hiss(d, left, frames);
    ring(d, left, frames);
    metal(d, left, frames);
    if (s->drive > 0) clip(left, s->drive, frames);
    for (int i = 0; i < frames && d->rise < 1; i++) {
        d->rise = d->rise + up < 1 ? d->rise + up : 1;
        left[i] *= (float)d->rise;
    }
    for (int i = 0; i < frames; i++) {
        right[i] = r * left[i];
        left[i] *= l;
    }
    d->sounding = !over(d);
    return d->sounding;
}

static int group(float key)
{
    return drum_sound((int)lrintf(key))->group;
}

const Instrument instrument_drumkit = {
    .name = "drumkit",
    .summary = "a drum machine: swept sines, metal, and the weights as noise",
    .state_size = sizeof(Drum),
    .drum = true,
    .init = init,
    .note_on = note_on,
    .note_off = note_off,
    .render = render,
    .group = group,
};
