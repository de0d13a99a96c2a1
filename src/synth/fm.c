/* fm.c: frequency modulation (Chowning 1973): two pairs of a carrier and its modulator, the
 * modulation's depth falling faster than the sound. Two operators make the bass; the electric piano
 * is two pairs: a soft body, and a tine whose modulator is the fourteenth harmonic, slightly
 * detuned against each other. Depth falls with the key, so that sidebands stay below half the rate
 * (Carson's rule). */
#include "audio/adsr.h"
#include "base/lanes.h"
#include "turn_sine.h"
#include "voice.h"

typedef struct FmPair {
    double carrier, modulator;   /* ratios to the key */
    double index, index_s, rest; /* depth in radians at full velocity; time to 1/e; what stays */
    double level, fall_s;        /* time constant of the carrier, 0 = sustained */
    double cents, pan;
} FmPair;

typedef struct FmSound {
    FmPair pair[2];
    AdsrOpts amp;
    double glide, level;
    double tracking; /* an octave up shortens the fall by this power of 2 */
} FmSound;

typedef struct FmVoice {
    const FmSound *sound;
    double rate, key, key_to, bend, bend_to, bright, bright_to;
    double carrier[2], modulator[2]; /* phases, turns */
    double depth[2], keep[2], fall[2], level[2];
    double gain;
    Adsr amp;
    bool sounding;
} FmVoice;

static void init_sound(void *state, const InstrumentEnv *env, const FmSound *s)
{
    FmVoice *v = state;
    *v = (FmVoice){.sound = s, .rate = env->rate, .bright = 0.5, .bright_to = 0.5};
    adsr_init(&v->amp, env->rate, &s->amp);
}

static double decay(double seconds, double rate)
{
    return seconds > 0 ? exp(-1 / (seconds * rate)) : 1;
}

static void strike(FmVoice *v, const VoiceNote *n)
{
    double shorter = exp2(-v->sound->tracking * (n->key - 60) / 12);
    for (int i = 0; i < 2; i++) {
        const FmPair *p = &v->sound->pair[i];
        v->carrier[i] = v->modulator[i] = 0;
        v->depth[i] = p->index * voice_mix(0.25, 1, n->vel) * 2 * v->bright;
        v->keep[i] = decay(p->index_s * shorter, v->rate);
        v->fall[i] = decay(p->fall_s * shorter, v->rate);
        v->level[i] = p->level;
    }
    v->gain = v->sound->level * n->vel * (n->flags & NOTE_ACCENT ? 1.2 : 1);
    adsr_on(&v->amp);
    v->sounding = true;
}

static void note_on(void *state, const VoiceNote *n)
{
    FmVoice *v = state;
    if (n->timbre[0] > 0) v->bright_to = voice_clamp(n->timbre[0], 0, 1);
    v->key_to = n->key;
    if (v->sounding && (n->flags & NOTE_SLIDE)) return;
    v->key = n->key;
    v->bend = v->bend_to;
    v->bright = v->bright_to;
    strike(v, n);
}

static void note_off(void *state)
{
    FmVoice *v = state;
    adsr_off(&v->amp);
}

static void control(void *state, CtlKind kind, float value)
{
    FmVoice *v = state;
    if (kind == CTL_CUTOFF) v->bright_to = voice_clamp(value, 0, 1);
    if (kind == CTL_BEND) v->bend_to = 2 * voice_clamp(value, -1, 1);
}

/* x times keep^i, i = 0 .. n - 1; returns what comes next. */
static double fall_away(float *y, double x, double keep, int n)
{
    for (int i = 0; i < n; i++, x *= keep) y[i] = (float)x;
    return x;
}

/* What a pair does in n frames: phases and turns a frame, its two decays, the least depth and the
 * most. */
typedef struct FmRun {
    double carrier, modulator, c, m;
    float level[INSTRUMENT_BLOCK], depth[INSTRUMENT_BLOCK];
    float rest, room, left, right;
} FmRun;

LANES_WIDE static void add_pair(const FmRun *r, float *left, float *right, int n)
{
    const float room = r->room, least = fminf(r->rest, room), turns = (float)(0.5 / M_PI);
    const double c = r->c, m = r->m, carrier = r->carrier + c, modulator = r->modulator + m;
    float y[INSTRUMENT_BLOCK];
    for (int i = 0; i < n; i++) {
        float wanted = r->depth[i], depth = wanted > least ? wanted : least;
        depth = depth < room ? depth : room;
        float bent = turns * depth * turn_sine((float)turn_rest(modulator + m * i));
        y[i] = r->level[i] * turn_sine((float)turn_rest(carrier + c * i) + bent);
    }
    for (int i = 0; i < n; i++) {
        left[i] += r->left * y[i];
        right[i] += r->right * y[i];
    }
}

/* Adds n frames of pair i; dt = cycles a frame of the key. */
static void run_pair(FmVoice *v, int i, double dt, float *left, float *right, int n)
{
    const FmPair *p = &v->sound->pair[i];
    double tune = exp2(p->cents / 1200), c = dt * p->carrier * tune, m = dt * p->modulator * tune;
    if (c >= 0.45) return; /* Carson: c + (index + 1) m is held below */
    FmRun r = {.carrier = v->carrier[i], .modulator = v->modulator[i], .c = c, .m = m,
               .rest = (float)(p->rest * 2 * v->bright),
               .room = (float)voice_clamp((0.45 - c) / m - 1, 0, 20),
               .left = (float)sqrt((1 - p->pan) / 2), .right = (float)sqrt((1 + p->pan) / 2)};
    v->depth[i] = fall_away(r.depth, v->depth[i], v->keep[i], n);
    v->level[i] = fall_away(r.level, v->level[i], v->fall[i], n);
    add_pair(&r, left, right, n);
    v->modulator[i] += n * m;
    v->carrier[i] += n * c;
    v->modulator[i] -= floor(v->modulator[i]);
    v->carrier[i] -= floor(v->carrier[i]);
}

static bool render(void *state, float *left, float *right, int frames)
{
    FmVoice *v = state;
    float gain[INSTRUMENT_BLOCK];
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!v->sounding) return false;
    v->key += voice_glide(v->sound->glide, v->rate, frames) * (v->key_to - v->key);
    v->bend += voice_glide(0.005, v->rate, frames) * (v->bend_to - v->bend);
    v->bright += voice_glide(0.02, v->rate, frames) * (v->bright_to - v->bright);
    double dt = voice_hz(v->key + v->bend) / v->rate;
    for (int i = 0; i < 2; i++) run_pair(v, i, dt, left, right, frames);
    v->sounding = adsr_run(&v->amp, gain, frames) && v->level[0] + v->level[1] > 1e-5;
    for (int i = 0; i < frames; i++) {
        left[i] *= (float)v->gain * gain[i];
        right[i] *= (float)v->gain * gain[i];
    }
    return v->sounding;
}

static const FmSound BASS = {.pair = {{.carrier = 1,
                                       .modulator = 1,
                                       .index = 4.5,
                                       .index_s = 0.11,
                                       .rest = 0.5,
                                       .level = 1,
                                       .fall_s = 1.2},
                                      {.carrier = 0.5,
                                       .modulator = 1,
                                       .index = 0.4,
                                       .index_s = 0.2,
                                       .rest = 0.1,
                                       .level = 0.35,
                                       .fall_s = 0.9}},
                             .amp = {0.002, 0.2, 0.75, 0.06},
                             .glide = 0.03,
                             .level = 0.55,
                             .tracking = 0.2};
static const FmSound EPIANO = {.pair = {{.carrier = 1,
                                         .modulator = 1,
                                         .index = 1.3,
                                         .index_s = 0.6,
                                         .rest = 0.12,
                                         .level = 0.8,
                                         .fall_s = 1.5,
                                         .cents = -2,
                                         .pan = -0.3},
                                        {.carrier = 1,
                                         .modulator = 14,
                                         .index = 0.75,
                                         .index_s = 0.13,
                                         .rest = 0,
                                         .level = 0.6,
                                         .fall_s = 1.2,
                                         .cents = 2,
                                         .pan = 0.3}},
                               .amp = {0.002, 0.1, 1, 0.16},
                               .glide = 0.03,
                               .level = 0.6,
                               .tracking = 0.5};

static void init_bass(void *state, const InstrumentEnv *env)
{
    init_sound(state, env, &BASS);
}

static void init_epiano(void *state, const InstrumentEnv *env)
{
    init_sound(state, env, &EPIANO);
}

const Instrument instrument_fmbass = {
    .name = "fmbass",
    .summary = "two operators and a sub-octave: a dry, short bass",
    .timbre = {"brightness"},
    .state_size = sizeof(FmVoice),
    .init = init_bass,
    .note_on = note_on,
    .note_off = note_off,
    .control = control,
    .render = render,
};

const Instrument instrument_epiano = {
    .name = "epiano",
    .summary = "four operators: an electric piano with tines",
    .timbre = {"brightness"},
    .state_size = sizeof(FmVoice),
    .init = init_epiano,
    .note_on = note_on,
    .note_off = note_off,
    .control = control,
    .render = render,
};
