/* additive.h: voices made of harmonics: what a sound is made of, one row an instrument. */
#ifndef SYNTH_ADDITIVE_H
#define SYNTH_ADDITIVE_H

#include "audio/adsr.h"
#include "audio/svf.h"
#include "synth/instrument.h"

enum { ADDITIVE_HARMONICS = 32, ADDITIVE_FORMANTS = 5, ADDITIVE_PLAYERS = 3 };

typedef struct Formant {
    double hz, width, level; /* bandwidth Hz at half power; linear */
} Formant;

typedef struct AdditiveSound {
    double slope;         /* harmonic n has n^-slope before formants ... */
    double even;          /* ... and even ones this much (a clarinet: 0.2) */
    const float *drawbar; /* [ndrawbars] instead of the slope, NULL = none */
    int ndrawbars;
    double floor; /* what passes between the formants, 0..1; 1 without formants */
    Formant formant[ADDITIVE_FORMANTS];
    int players;  /* 1..ADDITIVE_PLAYERS, slightly apart, spread from left to right */
    double apart; /* cents */
    double vibrato_hz, vibrato, vibrato_after; /* Hz; semitones; seconds until it has come */
    double breath, breath_hz; /* weights round a frequency; 0 = round the key's own */
    double swell;             /* seconds: upper harmonics come later than the fundamental */
    AdsrOpts amp;
    double glide, level;
} AdditiveSound;

typedef struct Player {
    double phase, vibrato; /* turns */
    double tune;           /* ratio to the key */
    float left, right;
} Player;

typedef struct AdditiveVoice {
    const AdditiveSound *sound;
    const InstrumentEnv *env;
    Player player[ADDITIVE_PLAYERS];
    double key, key_to, bend, bend_to, age;                /* age: seconds */
    double bright, depth, breath;                          /* 0..1 each, 0.5 = as written */
    float now[ADDITIVE_HARMONICS], to[ADDITIVE_HARMONICS]; /* strengths; they glide */
    int harmonics;
    Svf air;
    int64_t noise_at;
    Adsr amp;
    double gain, gain_to;
    bool sounding;
} AdditiveVoice;

void additive_init(void *state, const InstrumentEnv *env, const AdditiveSound *sound);
void additive_note_on(void *state, const VoiceNote *n);
void additive_note_off(void *state);
void additive_control(void *state, CtlKind kind, float value);
bool additive_render(void *state, float *left, float *right, int frames);

#endif
