/* piece.h: frozen weights to finished files, the job behind `llmsonify weights`. */
#ifndef APP_PIECE_H
#define APP_PIECE_H

#include "app/output.h"
#include "app/plot.h"
#include "app/sound.h"
#include "app/source.h"
#include "base/opt.h"
#include "genre/genre.h"

/* The genre when none is named. */
#define PIECE_DEFAULT_GENRE "acid"

typedef struct PieceJob {
    const OptList *model;    /* empty = the default model; several = a DJ set */
    const char *features;    /* file of features instead of a model; NULL = none */
    const OptList *genre;    /* names; "all" = every genre; empty = the default genre */
    GenreOpts opts;          /* network is filled in here */
    const char *jepa;        /* file of the network for GEN_JEPA; NULL = the one beside models */
    int dialect;             /* MidiDialect of the MIDI file; the audio hears all of it */
    const char *output, *format; /* output.h */
    bool audio, clobber;
    SoundJob sound;
    PlotJob plot;
    const char *command;     /* for the files' own description; without local paths */
    Say say;
} PieceJob;

/* False when the job contradicts itself: a usage error. */
bool piece_check(const PieceJob *job, Err *err);
/* Makes every piece; the files appear together at the end. */
bool piece_make(const PieceJob *job, const Run *run, Err *err);
/* One genre of a model that is analysed already, to files of these names. */
bool piece_make_one(const PieceJob *job, const Genre *genre, const Sources *src,
                    const OutNames *names, OutSet *set, const Run *run, Err *err);
/* What piece_make would read and write, a line each. */
bool piece_plan(const PieceJob *job, Str *out, Err *err);
/* Composes the first genre and appends its sidecar: nothing is written. */
bool piece_sidecar(const PieceJob *job, Str *out, const Run *run, Err *err);
/* The mapping of each genre in words. */
bool piece_legend(const PieceJob *job, Str *out, Err *err);

#endif
