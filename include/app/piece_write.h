/* piece_write.h: a composed score to its files: sound, sources, MIDI. */
#ifndef APP_PIECE_WRITE_H
#define APP_PIECE_WRITE_H

#include "app/noise.h"
#include "app/output.h"
#include "app/plot.h"
#include "app/sound.h"
#include "genre/genre.h"

/* What became of the sound. */
typedef struct PieceSound {
    double seconds, lufs; /* of the file; of the score and NaN when there is no sound */
} PieceSound;

typedef struct PieceOut {
    const Genre *genre;
    const Score *score;
    const FeatureSet *const *fs; /* [nfs] what it was composed from */
    int nfs;
    const FeatureSet *heard;     /* the only one of them that sounds; NULL = all */
    const WeightNoise *noise; /* for the native engine */
    const OutNames *names;
    int dialect;              /* MidiDialect of the MIDI file; FluidSynth hears all of it */
    SoundJob sound;
    PlotJob plot;
    const char *album; /* for the sound's tags; NULL = none */
    int track;         /* in the album, from 1; 0 = none */
    PieceSound *made;  /* may be NULL */
    Say say;
} PieceOut;

/* Composes, describes and checks: *s is the caller's to free, also after a failure. command: for
 * the files' own description. */
bool piece_compose(const Genre *genre, const FeatureSet *const *fs, int nfs, const GenreOpts *opts,
                   const char *command, Score *s, Err *err);
/* The second half of it, for a score that something else composed. */
bool piece_describe(const Genre *genre, const FeatureSet *const *fs, int nfs,
                    const GenreOpts *opts, const char *command, Score *s, Err *err);
/* Stages every file that names asks for. */
bool piece_write(const PieceOut *p, OutSet *set, const Run *run, Err *err);

/* What makes the sound, as it is asked for and as the genre likes it; a SoundFont that nobody asked
 * for by name (LLMSONIFY_SOUNDFONT is a name) is not missed where our own instruments can play.
 * False with the reason in err when it cannot be had. font (may be NULL): the SoundFont, the
 * caller's to free, or NULL for none. */
bool piece_voices(const Genre *genre, const SoundJob *sound, GenreVoices *voices, char **font,
                  Err *err);

#endif
