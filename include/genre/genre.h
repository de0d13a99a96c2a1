/* genre.h: a genre is a pure function from features to a score. Adding one is one file, one word in
 * genres.def, and one golden. */
#ifndef GENRE_GENRE_H
#define GENRE_GENRE_H

#include "base/err.h"
#include "feature/featset.h"
#include "music/form.h"
#include "score/score.h"

/* What a piece is meant to be played by: a General MIDI SoundFont, our own instruments, or sine by
 * sine (synth/spectral.h). */
typedef enum GenreVoices { VOICES_GM, VOICES_NATIVE, VOICES_PARTIALS } GenreVoices;

/* How VOICES_PARTIALS sound: see SpectralOpts. */
typedef struct GenrePartials {
    bool voice;
    double fade, room, hall; /* seconds */
    double attack, decay, sustain, release; /* instead of the fade; seconds, sustain 0..1 */
} GenrePartials;

typedef struct Genre {
    const char *name, *summary;
    const char *legend; /* the mapping in words, several lines; printed by --explain and in MIDI */
    /* What --generator lstm and jepa do here, several lines; NULL: lines are made in one way. */
    const char *generators;
    int max_models;     /* 1, or more for a DJ set */
    const char *part[2]; /* of exactly two models or prompts: who plays which */
    double target_bpm;
    bool section_modes; /* GenreOpts.mode may be MODE_COUNT: each section a mode of its own */
    GenreVoices voices;
    GenrePartials partials;
    bool (*compose)(const FeatureSet *const *fs, int nfs, const GenreOpts *opts, Score *out,
                    Err *err);
} Genre;

int genre_count(void);
const Genre *genre_at(int i);
const Genre *genre_find(const char *name); /* NULL when there is none */
/* The pieces that need a prompt (FT_TOKENS, FT_LAYERS of analysis/activations.h); NULL after the
 * last. */
const Genre *genre_mode_at(int i);
const Genre *genre_mode_find(const char *name); /* NULL when there is none */

#endif
