/* analog.c: the subtractive voices: one to seven band-limited oscillators, a two-pole filter with
 * an envelope, an amplifier with another. The supersaw spreads seven saws by the detuning measured
 * on the instrument that named it (Szabo, "How to emulate the super saw", 2010), low ones left,
 * high ones right. Phases at the start are read off the weights: no two notes beat alike. */
#include "audio/adsr.h"
#include "audio/svf.h"
#include "osc.h"
#include "voice.h"

enum { MOST = 7 };

typedef struct AnalogSound {
    OscShape shape;
    int n;                              /* oscillators */
    double detune;                      /* semitones of the outermost */
    double sub;                         /* level of a square an octave below */
    double cutoff, resonance, envelope; /* 0..1 each; the envelope lifts the corner by 5 octaves */
    AdsrOpts amp, filter;
    double glide; /* seconds, time constant of a slide */
    double level;
} AnalogSound;

typedef struct Analog {
    const AnalogSound *sound;
    const InstrumentEnv *env;
    double rate, key, key_to, bend, bend_to;
    double cutoff, resonance, envelope, detune, gain;
    double level;      /* gain times softening; glides */
    double q, soften;  /* of the resonance: the filter's quality, and the level it leaves */
    double tune[MOST]; /* of the detuning: ratio of each oscillator to the key */
    float left[MOST], right[MOST];
    Osc osc[MOST], sub;
    Svf filter[2];
    Adsr amp, lift;
    bool sounding;
} Analog;

static const double SPREAD[MOST] = {0, -0.1800, 0.1811, -0.5660, 0.5657, -1, 0.9762};
static const double CUTOFF_LO = 80, CUTOFF_SPAN = 200; /* Hz, ratio: to 16 kHz */
static const double OCTAVES = 5, TRACKING = 0.35; /* of the corner: envelope; share of the key */

static double corner_hz(const Analog *v)
{
    double hz =
        CUTOFF_LO * pow(CUTOFF_SPAN, v->cutoff) * exp2(OCTAVES * v->envelope * v->lift.level);
    return voice_clamp(hz * exp2(TRACKING * (v->key - 60) / 12), 20, 0.45 * v->rate);
}

static void set_resonance(Analog *v, double resonance)
{
    v->resonance = voice_clamp(resonance, 0, 1);
    v->q = 0.7071 * pow(16, v->resonance);
    v->soften = pow(v->q / 0.7071, -0.3);
}

/* Tunes and places the oscillators: the middle one in the middle, the others to and fro. */
static void set_detune(Analog *v, double detune)
{
    v->detune = detune;
    for (int i = 0; i < v->sound->n; i++) {
        double side = i == 0 ? 0 : i % 2 ? -0.7 : 0.7;
        v->tune[i] = exp2(detune * SPREAD[i] / 12);
        v->left[i] = (float)sqrt((1 - side) / v->sound->n);
        v->right[i] = (float)sqrt((1 + side) / v->sound->n);
    }
}

static void init_sound(void *state, const InstrumentEnv *env, const AnalogSound *s)
{
    Analog *v = state;
    *v = (Analog){
        .sound = s, .env = env, .rate = env->rate, .cutoff = s->cutoff, .envelope = s->envelope};
    set_resonance(v, s->resonance);
    set_detune(v, s->detune);
    adsr_init(&v->amp, env->rate, &s->amp);
    adsr_init(&v->lift, env->rate, &s->filter);
    for (int i = 0; i < MOST; i++) osc_init(&v->osc[i], env->tables, 0);
    osc_init(&v->sub, env->tables, 0);
    for (int i = 0; i < 2; i++) svf_init(&v->filter[i], env->rate, 1000, 0.7071);
}

/* A lone oscillator begins at its zero crossing, several wherever the weights say. */
static void start_phases(Analog *v, int64_t at)
{
    Noise noise = noise_from(v->env, at);
    double zero = v->sound->shape == OSC_TRIANGLE ? 0.25 : 0.5;
    for (int i = 0; i < v->sound->n; i++) {
        double x = fabs(97.0 * noise_next(&noise));
        osc_init(&v->osc[i], v->env->tables, v->sound->n > 1 ? x - floor(x) : zero);
    }
}

static void set_timbre(Analog *v, const VoiceNote *n)
{
    if (!voice_has_timbre(n)) return;
    v->cutoff = voice_clamp(n->timbre[0], 0, 1);
    set_resonance(v, n->timbre[1]);
    v->envelope = voice_clamp(n->timbre[2], 0, 1);
    if (n->timbre[3] > 0) set_detune(v, v->sound->detune * 2 * voice_clamp(n->timbre[3], 0, 1));
}

static void note_on(void *state, const VoiceNote *n)
{
    Analog *v = state;
    set_timbre(v, n);
    v->key_to = n->key;
    if (v->sounding && (n->flags & NOTE_SLIDE)) return;
    v->key = n->key;
    v->bend = v->bend_to;
    v->gain = v->sound->level * n->vel * (n->flags & NOTE_ACCENT ? 1.2 : 1);
    v->envelope *= voice_mix(0.6, 1.1, n->vel);
    v->level = v->gain * v->soften;
    start_phases(v, n->noise_at);
    adsr_on(&v->amp);
    adsr_on(&v->lift);
    for (int i = 0; i < 2; i++) svf_init(&v->filter[i], v->rate, corner_hz(v), v->q);
    v->sounding = true;
}

static void note_off(void *state)
{
    Analog *v = state;
    adsr_off(&v->amp);
    adsr_off(&v->lift);
}

static void control(void *state, CtlKind kind, float value)
{
    Analog *v = state;
    if (kind == CTL_CUTOFF) v->cutoff = voice_clamp(value, 0, 1);
    if (kind == CTL_RESONANCE) set_resonance(v, value);
    if (kind == CTL_BEND) v->bend_to = 2 * voice_clamp(value, -1, 1);
}

/* Adds n samples of every oscillator to the two sides. */
static void oscillate(Analog *v, float *left, float *right, int n)
{
    const AnalogSound *s = v->sound;
    float x[INSTRUMENT_BLOCK];
    double from = voice_hz(v->key + v->bend) / v->rate;
    v->key += voice_glide(s->glide, v->rate, n) * (v->key_to - v->key);
    v->bend += voice_glide(0.005, v->rate, n) * (v->bend_to - v->bend);
    double to = voice_hz(v->key + v->bend) / v->rate;
    for (int i = 0; i < s->n; i++) {
        double dt = voice_clamp(from * v->tune[i], 0, 0.45);
        double dt_end = voice_clamp(to * v->tune[i], 0, 0.45);
        float l = v->left[i], r = v->right[i];
        osc_run(&v->osc[i], s->shape, dt, dt_end, x, n);
        for (int k = 0; k < n; k++) {
            left[k] += l * x[k];
            right[k] += r * x[k];
        }
    }
    if (s->sub <= 0) return;
    osc_run(&v->sub, OSC_SQUARE, voice_clamp(from / 2, 0, 0.45), voice_clamp(to / 2, 0, 0.45), x,
            n);
    for (int k = 0; k < n; k++) {
        left[k] += (float)s->sub * x[k];
        right[k] += (float)s->sub * x[k];
    }
}

static bool render(void *state, float *left, float *right, int frames)
{
    Analog *v = state;
    float gain[INSTRUMENT_BLOCK], lift[INSTRUMENT_BLOCK];
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!v->sounding) return false;
    oscillate(v, left, right, frames);
    adsr_run(&v->lift, lift, frames);
    double hz = corner_hz(v);
    svf_set(&v->filter[0], hz, v->q);
    svf_set(&v->filter[1], hz, v->q);
    if (v->sound->n > 1)
        svf_run_pair(&v->filter[0], &v->filter[1], SVF_LOW, left, right, frames);
    else
        svf_run(&v->filter[0], SVF_LOW, left, frames, 1);
    v->sounding = adsr_run(&v->amp, gain, frames);
    double level = v->level,
           by = voice_glide(0.005, v->rate, frames) * (v->gain * v->soften - level);
    v->level = level + by;
    for (int i = 0; i < frames; i++) {
        float g = (float)(level + by * (i + 1) / frames) * gain[i];
        left[i] *= g;
        right[i] = v->sound->n > 1 ? right[i] * g : left[i];
    }
    return v->sounding;
}

static const AnalogSound LEAD = {.shape = OSC_SAW,
                                 .n = 2,
                                 .detune = 0.08,
                                 .cutoff = 0.62,
                                 .resonance = 0.25,
                                 .envelope = 0.35,
                                 .amp = {0.003, 0.25, 0.7, 0.12},
                                 .filter = {0.002, 0.3, 0.15, 0.15},
                                 .glide = 0.02,
                                 .level = 0.32};
static const AnalogSound SAW = {.shape = OSC_SAW,
                                .n = 1,
                                .cutoff = 0.9,
                                .resonance = 0,
                                .envelope = 0,
                                .amp = {0.003, 0.1, 1, 0.08},
                                .filter = {0.002, 0.1, 1, 0.1},
                                .glide = 0.02,
                                .level = 0.32};
static const AnalogSound SQUARE = {.shape = OSC_SQUARE,
                                   .n = 1,
                                   .cutoff = 0.72,
                                   .resonance = 0.1,
                                   .envelope = 0.15,
                                   .amp = {0.003, 0.2, 0.8, 0.1},
                                   .filter = {0.002, 0.2, 0.3, 0.1},
                                   .glide = 0.02,
                                   .level = 0.25};
static const AnalogSound TRIANGLE = {.shape = OSC_TRIANGLE,
                                     .n = 1,
                                     .cutoff = 0.95,
                                     .resonance = 0,
                                     .envelope = 0,
                                     .amp = {0.004, 0.2, 0.9, 0.12},
                                     .filter = {0.002, 0.1, 1, 0.1},
                                     .glide = 0.02,
                                     .level = 0.4};
static const AnalogSound SUPERSAW = {.shape = OSC_SAW,
                                     .n = 7,
                                     .detune = 0.19,
                                     .cutoff = 0.55,
                                     .resonance = 0.08,
                                     .envelope = 0.12,
                                     .amp = {0.06, 0.6, 0.8, 0.5},
                                     .filter = {0.25, 0.9, 0.5, 0.6},
                                     .glide = 0.05,
                                     .level = 0.32};
static const AnalogSound SYNTHBASS = {.shape = OSC_SAW,
                                      .n = 1,
                                      .sub = 0.45,
                                      .cutoff = 0.28,
                                      .resonance = 0.35,
                                      .envelope = 0.5,
                                      .amp = {0.002, 0.3, 0.6, 0.05},
                                      .filter = {0.001, 0.16, 0.1, 0.06},
                                      .glide = 0.03,
                                      .level = 0.45};

#define ANALOG(word, title, SOUND, words)                                                          \
    static void init_##word(void *state, const InstrumentEnv *env)                                 \
    {                                                                                              \
        init_sound(state, env, &SOUND);                                                            \
    }                                                                                              \
    const Instrument instrument_##word = {                                                         \
        .name = title,                                                                             \
        .summary = words,                                                                          \
        .timbre = {"cutoff", "resonance", "envelope", "detune"},                                   \
        .state_size = sizeof(Analog),                                                              \
        .init = init_##word,                                                                       \
        .note_on = note_on,                                                                        \
        .note_off = note_off,                                                                      \
        .control = control,                                                                        \
        .render = render,                                                                          \
    };

ANALOG(lead, "lead", LEAD, "two saws and a filter")
ANALOG(saw, "saw", SAW, "a saw, almost bare")
ANALOG(square, "square", SQUARE, "a square wave and a filter")
ANALOG(triangle, "triangle", TRIANGLE, "a triangle, bare")
ANALOG(supersaw, "supersaw", SUPERSAW, "seven saws, a pad from left to right")
ANALOG(synthbass, "synthbass", SYNTHBASS, "saw and sub-octave through a snapping filter")
