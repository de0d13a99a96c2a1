/* drumkit.c: a drum machine: every hit is a swept sine, a second partial, a burst of filtered
 * weights and two inharmonic frequency-modulated pairs, in the proportions of drum_sound.c.
 *
 * Velocity moves the level and, as a skin does, how bright and how long it is. */
#include "audio/biquad.h"
#include "drum_sound.h"
#include "voice.h"
#include "wavetables.h"

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

static double fade(Fading *f)
{
    double y = f->level;
    f->level *= f->keep;
    return y;
}

static void init(void *state, const InstrumentEnv *env)
{
    Drum *d = state;
    *d = (Drum){.env = env};
}

static void open_noise(Drum *d, const DrumSound *s, double vel)
{
    double rate = d->env->rate, most = 0.45 * rate;
    double hi = voice_clamp(s->hi * voice_mix(0.6, 1, vel), 200, most);
    double lo = voice_clamp(s->lo, 20, 0.7 * most);
    d->filter[0] = biquad_design(BIQUAD_HIGH_PASS, rate, lo, 0.8, 0);
    d->filter[1] = biquad_design(BIQUAD_LOW_PASS, rate, hi, 0.7071, 0);
    d->bursts = s->bursts;
    d->to_burst = (int)(BURST_GAP * rate);
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

static double turn(double *phase, double by)
{
    *phase += by;
    if (*phase >= 1) *phase -= 1;
    return *phase;
}

/* True, for this block and for good, when a part of the sound is too soft to be heard. */
static bool is_gone(const Drum *d, Fading *f)
{
    if (f->level * d->level < 0.2 * SILENT) f->level = 0;
    return f->level == 0;
}

/* The noise of n frames, filtered. The last of a clap's bursts goes on as its tail. */
static void hiss(Drum *d, float *x, int n)
{
    bool gone = is_gone(d, &d->hiss);
    if (is_gone(d, &d->burst) && gone && d->bursts == 0) return;
    for (int i = 0; i < n; i++) {
        if (d->bursts > 0 && --d->to_burst == 0) {
            d->to_burst = (int)(BURST_GAP * d->env->rate);
            d->burst.level = d->sound->noise;
            if (--d->bursts == 0) d->hiss.level = d->sound->noise * 0.7;
        }
        x[i] = (float)(noise_next(&d->noise) * (fade(&d->hiss) + fade(&d->burst)));
    }
    biquad_run(d->filter, d->state, 2, x, n, 1);
}

static void ring(Drum *d, float *x, int n)
{
    const WaveTables *w = d->env->tables;
    double dt = d->sound->hz / d->env->rate, dt2 = d->sound->hz2 / d->env->rate;
    bool first = !is_gone(d, &d->tone), second = !is_gone(d, &d->tone2);
    for (int i = 0; i < n && first; i++) {
        d->sweep *= d->sweep_keep;
        x[i] += (float)fade(&d->tone) * wave_sine(w, turn(&d->phase, dt * (1 + d->sweep)));
    }
    for (int i = 0; i < n && second; i++)
        x[i] += (float)fade(&d->tone2) * wave_sine(w, turn(&d->phase2, dt2));
}

static void metal(Drum *d, float *x, int n)
{
    const WaveTables *w = d->env->tables;
    double dt = d->sound->metal_hz / d->env->rate, dt2 = dt * METAL_SECOND, *p = d->metal_phase;
    if (is_gone(d, &d->metal)) return;
    for (int i = 0; i < n; i++) {
        double m1 = METAL_INDEX * wave_sine(w, turn(&p[0], dt * METAL_RATIO));
        double m2 = METAL_INDEX * wave_sine(w, turn(&p[1], dt2 * METAL_RATIO));
        float y = wave_sine(w, 1 + turn(&p[2], dt) + m1) + wave_sine(w, 1 + turn(&p[3], dt2) + m2);
        x[i] += (float)fade(&d->metal) * y;
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
    double l = d->level * sqrt(1 - s->pan), r = d->level * sqrt(1 + s->pan);
    double up = 1 / (ATTACK * d->env->rate), most = s->drive > 0 ? voice_clip(s->drive) : 1;
    if (s->noise > 0) hiss(d, left, frames);
    ring(d, left, frames);
    metal(d, left, frames);
    for (int i = 0; i < frames; i++) {
        double y = s->drive > 0 ? voice_clip(s->drive * left[i]) / most : (double)left[i];
        d->rise = d->rise + up < 1 ? d->rise + up : 1;
        left[i] = (float)(l * d->rise * y);
        right[i] = (float)(r * d->rise * y);
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
