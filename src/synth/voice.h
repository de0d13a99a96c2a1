/* voice.h: the small things that every voice needs: pitch, glides, soft clipping, noise. */
#ifndef SYNTH_VOICE_H
#define SYNTH_VOICE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "synth/instrument.h"

enum { VOICE_STEP = 16 }; /* frames between two looks at envelopes and glides */

static inline double voice_clamp(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static inline double voice_hz(double key)
{
    return 440 * exp2((key - 69) / 12);
}

static inline double voice_mix(double a, double b, double t)
{
    return a + (b - a) * t;
}

/* A rational tanh (Pade 3/2), exact to 2.4 % and flat at 1 from 3 on. */
static inline double voice_clip(double x)
{
    if (x > 3) return 1;
    if (x < -3) return -1;
    return x * (27 + x * x) / (27 + 9 * x * x);
}

/* The share of the way that one step of a one-pole glide goes: seconds to 1 - 1/e. */
static inline double voice_glide(double seconds, double rate, int frames)
{
    return seconds > 0 ? 1 - exp(-frames / (seconds * rate)) : 1;
}

static inline bool voice_has_timbre(const VoiceNote *n)
{
    return n->timbre[0] != 0 || n->timbre[1] != 0 || n->timbre[2] != 0 || n->timbre[3] != 0;
}

/* The weights as noise, round and round from `at`. */
typedef struct Noise {
    const float *x; /* [n] */
    int64_t n, at;
} Noise;

static inline Noise noise_from(const InstrumentEnv *env, int64_t at)
{
    return (Noise){.x = env->noise, .n = env->nnoise, .at = (at < 0 ? 0 : at) % env->nnoise};
}

static inline float noise_next(Noise *s)
{
    float y = s->x[s->at];
    s->at = s->at + 1 < s->n ? s->at + 1 : 0;
    return y;
}

#endif
