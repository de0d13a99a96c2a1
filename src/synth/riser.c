/* riser.c: weights through a band that rises over the note: three octaves in about four bars, as
 * loud as it is high; let go, it falls away. */
#include "audio/adsr.h"
#include "audio/svf.h"
#include "voice.h"

typedef struct Riser {
    const InstrumentEnv *env;
    Noise noise[2];
    Svf filter[2];
    Adsr amp;
    double open, open_to, place, key, gain; /* cutoff 0..1, its aim; rise 0..1; key; level */
    bool sounding;
} Riser;

static const double BARS = 4, LO_HZ = 250, OCTAVES = 4.5;

static void init(void *state, const InstrumentEnv *env)
{
    Riser *r = state;
    *r = (Riser){.env = env, .open_to = 0.5};
    double seconds = BARS * 4 * 60 / env->bpm;
    adsr_init(&r->amp, env->rate, &(AdsrOpts){0.3 * seconds, 0.1, 1, 0.35});
}

static void note_on(void *state, const VoiceNote *n)
{
    Riser *r = state;
    r->key = n->key;
    r->gain = 0.22 * n->vel;
    if (n->timbre[0] > 0) r->open_to = voice_clamp(n->timbre[0], 0, 1);
    r->open = r->open_to;
    if (r->sounding && (n->flags & NOTE_SLIDE)) return;
    r->place = 0;
    for (int i = 0; i < 2; i++) {
        r->noise[i] = noise_from(r->env, n->noise_at + i * (r->env->nnoise / 2 + 1));
        svf_init(&r->filter[i], r->env->rate, LO_HZ, 1.2);
    }
    adsr_on(&r->amp);
    r->sounding = true;
}

static void note_off(void *state)
{
    Riser *r = state;
    adsr_off(&r->amp);
}

static void control(void *state, CtlKind kind, float value)
{
    Riser *r = state;
    if (kind == CTL_CUTOFF) r->open_to = voice_clamp(value, 0, 1);
}

static bool render(void *state, float *left, float *right, int frames)
{
    Riser *r = state;
    float gain[INSTRUMENT_BLOCK], *side[2] = {left, right};
    for (int i = 0; i < frames; i++) left[i] = right[i] = 0;
    if (!r->sounding) return false;
    double rate = r->env->rate, seconds = BARS * 4 * 60 / r->env->bpm;
    r->place = fmin(1, r->place + frames / (rate * seconds));
    r->open += voice_glide(0.05, rate, frames) * (r->open_to - r->open);
    double hz = LO_HZ * exp2(OCTAVES * r->place + 2 * (r->open - 0.5) + (r->key - 60) / 12);
    r->sounding = adsr_run(&r->amp, gain, frames);
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < frames; i++) side[k][i] = noise_next(&r->noise[k]);
        svf_set(&r->filter[k], voice_clamp(hz, 30, 0.4 * rate), 1.2);
    }
    svf_run_pair(&r->filter[0], &r->filter[1], SVF_BAND, left, right, frames);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < frames; i++) side[k][i] *= (float)r->gain * gain[i];
    return r->sounding;
}

const Instrument instrument_riser = {
    .name = "riser",
    .summary = "a rising band of weights",
    .timbre = {"cutoff"},
    .state_size = sizeof(Riser),
    .init = init,
    .note_on = note_on,
    .note_off = note_off,
    .control = control,
    .render = render,
};
