/* instrument.h: what every native instrument looks like to the engine, the bank and the tests.
 *
 * An instrument is a const table of functions over a state that the caller allocates: one state is
 * one voice. Nothing in note_on, note_off, control or render allocates, locks, or reads a clock,
 * and nothing is random: noise is a run of a model's weights. A new instrument is one file and one
 * word in src/synth/instruments.def. */
#ifndef SYNTH_INSTRUMENT_H
#define SYNTH_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "score/score.h"

enum { INSTRUMENT_BLOCK = 64 }; /* most frames a render call may be asked for */

struct WaveTables; /* band-limited steps and a sine: synth/wavetables.h */

/* The world a voice lives in. Made by instrument_env_init; the noise stays the caller's. */
typedef struct InstrumentEnv {
    double rate;        /* Hz */
    double bpm;         /* quarter notes a minute where the piece begins */
    const float *noise; /* [nnoise], mean 0, standard deviation 1: a run of weights */
    int64_t nnoise;     /* at least 1 */
    struct WaveTables *tables;
} InstrumentEnv;

typedef struct VoiceNote {
    float key;        /* MIDI key, 69 = 440 Hz; fractions are microtones; a drum's name in a kit */
    float vel;        /* 0..1 */
    float timbre[4];  /* 0..1, named by the instrument; all 0 = the instrument's own */
    uint8_t flags;    /* NOTE_SLIDE: glide here from the note that sounds; NOTE_ACCENT */
    int64_t noise_at; /* where in the noise this note begins to read; any value >= 0 */
} VoiceNote;

typedef struct Instrument {
    const char *name, *summary;
    const char *timbre[4]; /* what Note.timbre means; NULL = nothing */
    size_t state_size;
    bool mono; /* meant for one voice that glides */
    bool drum; /* keys are General MIDI drums; a note rings whatever its length */
    void (*init)(void *state, const InstrumentEnv *env); /* env outlives the state */
    /* Begins a note on a fresh state or, without a click, on one that sounds: with NOTE_SLIDE the
     * pitch moves and nothing starts anew; without (asked of mono instruments only), a new
     * attack. */
    void (*note_on)(void *state, const VoiceNote *n);
    void (*note_off)(void *state);
    /* CTL_CUTOFF and CTL_RESONANCE 0..1, CTL_BEND -1..1 = +-2 semitones; others are the engine's.
     * The instrument smooths. NULL = deaf to all. */
    void (*control)(void *state, CtlKind kind, float value);
    /* Writes frames (<= INSTRUMENT_BLOCK) of dry sound. False = finished: silent from now on. */
    bool (*render)(void *state, float *left, float *right, int frames);
    /* Notes of one group (not 0) cut each other off, as hats do. NULL = no groups. */
    int (*group)(float key);
} Instrument;

/* noise: [nnoise], nnoise > 0. */
void instrument_env_init(InstrumentEnv *env, double rate, double bpm, const float *noise,
                         int64_t nnoise);
void instrument_env_free(InstrumentEnv *env);

/* All of them, in the order of instruments.def; n may be NULL. */
const Instrument *const *instrument_list(int *n);
/* NULL when there is none of that name. */
const Instrument *instrument_find(const char *name);
/* What plays a track: its `instrument` if named (NULL when unknown), otherwise by General MIDI
 * program, drums for a drum track. */
const Instrument *instrument_for_track(const Track *t);
/* Names separated by commas, for messages. out must be zero or a Str in use. */
void instrument_names(Str *out);

#endif
