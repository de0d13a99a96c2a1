/* tb303.c: the bass line machine: saw or square, diode ladder, two envelopes, accent, slide.
 *
 * Ranges and the envelope's laws are those measured for Open303 (references.md, G): cutoff 314 to
 * 2394 Hz, exponential; the filter envelope moves it by `scale * (env - offset)` octaves, where
 * scale and offset are bilinear in cutoff and env mod; env is an exponential of the decay time,
 * 200 to 2000 ms, 200 ms in accents; the amplitude falls with 1230 ms; a slide is a one-pole glide
 * of the pitch with a time constant of 12 ms: there in 60 ms, without a new attack; 150 Hz
 * high-pass in the feedback. An accent is louder, shorter, and pushes the filter up through a slow
 * second envelope that adds up over accents in a row, as its capacitor does. Oscillator and ladder
 * run at twice the rate. */
#include "ladder.h"
#include "halve.h"
#include "osc.h"
#include "voice.h"

enum { CHUNK = 8 }; /* frames between two looks at the envelopes */

static const double CUTOFF_LO = 313.8152786, CUTOFF_HI = 2394.411987; /* Hz */
static const double SLIDE = 0.012, SMOOTH = 0.006;                    /* seconds: time constants */
static const double AMP_DECAY = 1.230, ACCENT_DECAY = 0.200, ATTACK = 0.0015;
static const double RELEASE = 0.003, RELEASE_ACCENT = 0.012; /* time constants, seconds */
static const double CHARGE = 0.02, DISCHARGE = 0.12; /* of the accent's capacitor, seconds */
static const double DRIVE = 0.22;                    /* of the clipping level of the ladder */
static const double OUTPUT = 1.5, COUPLING = 12;     /* linear; Hz */
static const double ACCENT_OCTAVES = 1.1;            /* the capacitor's push at full accent */
static const double SILENT = 1e-5;

typedef struct Pace {
    int frames;
    double smooth, slide, attack, charge, discharge, amp, drift;
} Pace;

typedef struct Tb303 {
    double rate;
    OscShape shape;
    Osc osc;
    Ladder ladder;
    Halve halve;
    double drift; /* what lies below 12 Hz, taken away as the coupling capacitors do */
    double key, key_to, bend, bend_to;
    double cutoff, cutoff_to, resonance, resonance_to, envmod; /* 0..1 */
    double env, env_fall, rise, push, accent; /* filter envelope, its attack; the capacitor */
    double amp, amp_gain, gate, gate_fall;    /* factors of the level ... */
    double level;                             /* ... which glides to their product */
    Pace pace;
    bool held, sounding;
} Tb303;

static void init_shape(Tb303 *v, const InstrumentEnv *env, OscShape shape)
{
    *v = (Tb303){
        .rate = env->rate, .shape = shape, .cutoff_to = 0.4, .resonance_to = 0.6, .envmod = 0.5};
    osc_init(&v->osc, env->tables, shape == OSC_SAW ? 0.5 : 0);
    ladder_init(&v->ladder, 2 * env->rate, 150);
}

static void init_saw(void *state, const InstrumentEnv *env)
{
    init_shape(state, env, OSC_SAW);
}

static void init_square(void *state, const InstrumentEnv *env)
{
    init_shape(state, env, OSC_SQUARE);
}

static void set_timbre(Tb303 *v, const VoiceNote *n)
{
    v->accent = n->flags & NOTE_ACCENT ? 0.8 : 0;
    if (!voice_has_timbre(n)) return;
    v->cutoff_to = voice_clamp(n->timbre[0], 0, 1);
    v->resonance_to = voice_clamp(n->timbre[1], 0, 1);
    v->envmod = voice_clamp(n->timbre[2], 0, 1);
    v->accent = voice_clamp(n->timbre[3], 0, 1);
}

static void note_on(void *state, const VoiceNote *n)
{
    Tb303 *v = state;
    bool slide = v->sounding && v->held && (n->flags & NOTE_SLIDE);
    set_timbre(v, n);
    v->key_to = n->key;
    v->held = true;
    if (slide) return;
    v->key = n->key;
    if (!v->sounding) {
        v->cutoff = v->cutoff_to;
        v->resonance = v->resonance_to;
        v->bend = v->bend_to;
    }
    v->sounding = true;
    v->env = v->amp = v->gate = 1;
    v->rise = 0; /* of the filter's envelope; the level glides from where it is */
    v->amp_gain = voice_mix(0.55, 1, n->vel) * (1 + 0.5 * v->accent);
    double decay = voice_mix(0.55, 0.30, v->resonance_to); /* of 0.2..2 s, shorter when it sings */
    if (v->accent > 0) decay = voice_mix(decay, ACCENT_DECAY, v->accent);
    v->env_fall = 1 / decay;
}

static void note_off(void *state)
{
    Tb303 *v = state;
    v->held = false;
    v->gate_fall = 1 / (v->accent > 0 ? RELEASE_ACCENT : RELEASE);
}

static void control(void *state, CtlKind kind, float value)
{
    Tb303 *v = state;
    if (kind == CTL_CUTOFF) v->cutoff_to = voice_clamp(value, 0, 1);
    if (kind == CTL_RESONANCE) v->resonance_to = voice_clamp(value, 0, 1);
    if (kind == CTL_BEND) v->bend_to = 2 * voice_clamp(value, -1, 1);
}

/* Where the envelopes put the filter, Hz. */
static double filter_hz(const Tb303 *v)
{
    double c = v->cutoff, e = v->envmod;
    double lo = 3.773996325 * e + 0.736965594, hi = 4.194548788 * e + 0.864344901;
    double scale = voice_mix(lo, hi, c), offset = 0.048292931 * c + 0.294391201;
    double octaves = scale * (v->env * v->rise - offset) + ACCENT_OCTAVES * v->push;
    return CUTOFF_LO * pow(CUTOFF_HI / CUTOFF_LO, c) * exp2(octaves);
}

/* Shares of their way that glides go in n frames; kept, because n seldom changes. */
static void set_pace(Tb303 *v, int n)
{
    if (v->pace.frames == n) return;
    v->pace = (Pace){.frames = n,
                     .smooth = voice_glide(SMOOTH, v->rate, n),
                     .slide = voice_glide(SLIDE, v->rate, n),
                     .attack = voice_glide(ATTACK, v->rate, n),
                     .charge = voice_glide(CHARGE, v->rate, n),
                     .discharge = voice_glide(DISCHARGE, v->rate, n),
                     .amp = exp(-n / (AMP_DECAY * v->rate)),
                     .drift = 1 - exp(-2 * M_PI * COUPLING / v->rate)};
}

/* Moves everything that glides by n frames. */
static void step(Tb303 *v, int n)
{
    const Pace *p = &v->pace;
    double dt = n / v->rate;
    set_pace(v, n);
    v->key += p->slide * (v->key_to - v->key);
    v->bend += p->smooth * (v->bend_to - v->bend);
    v->cutoff += p->smooth * (v->cutoff_to - v->cutoff);
    v->resonance += p->smooth * (v->resonance_to - v->resonance);
    v->rise += p->attack * (1 - v->rise);
    v->env *= exp(-dt * v->env_fall);
    v->amp *= p->amp;
    if (!v->held) v->gate *= exp(-dt * v->gate_fall);
    double charge = v->accent * v->env;
    v->push += (charge > v->push ? p->charge : p->discharge) * (charge - v->push);
    v->level += p->attack * (v->amp * v->gate * v->amp_gain - v->level);
}

static void render_chunk(Tb303 *v, float *y, int n)
{
    float x[2 * CHUNK];
    double hz = voice_hz(v->key + v->bend), level = v->level;
    step(v, n);
    double hz_end = voice_hz(v->key + v->bend), twice = 2 * v->rate;
    osc_run(&v->osc, v->shape, hz / twice, hz_end / twice, x, 2 * n);
    for (int i = 0; i < 2 * n; i++) x[i] *= (float)DRIVE;
    ladder_set(&v->ladder, filter_hz(v), voice_clamp(v->resonance + 0.05 * v->push, 0, 1));
    ladder_run(&v->ladder, x, 2 * n);
    halve_run(&v->halve, x, y, n);
    for (int i = 0; i < n; i++) {
        double gain = level + (v->level - level) * (i + 1) / n;
        v->drift += v->pace.drift * (y[i] - v->drift);
        y[i] -= (float)v->drift;
        y[i] *= (float)(gain * (OUTPUT / DRIVE));
    }
}

static bool render(void *state, float *left, float *right, int frames)
{
    Tb303 *v = state;
    for (int i = 0; i < frames; i += CHUNK) {
        int n = frames - i < CHUNK ? frames - i : CHUNK;
        render_chunk(v, left + i, n);
        for (int k = i; k < i + n; k++) right[k] = left[k];
    }
    if (!v->held && v->level < SILENT) v->sounding = false;
    return v->sounding;
}

const Instrument instrument_tb303 = {
    .name = "tb303",
    .summary = "saw through a diode ladder; slides and accents",
    .timbre = {"cutoff", "resonance", "env mod", "accent"},
    .state_size = sizeof(Tb303),
    .mono = true,
    .init = init_saw,
    .note_on = note_on,
    .note_off = note_off,
    .control = control,
    .render = render,
};

const Instrument instrument_tb303_square = {
    .name = "tb303-square",
    .summary = "the same with a square wave",
    .timbre = {"cutoff", "resonance", "env mod", "accent"},
    .state_size = sizeof(Tb303),
    .mono = true,
    .init = init_square,
    .note_on = note_on,
    .note_off = note_off,
    .control = control,
    .render = render,
};
