/* activations_piece.h: what a prompt, or a set of prompts, does inside a model, as sound: the job
 * behind `llmsonify activations`. */
#ifndef APP_ACTIVATIONS_PIECE_H
#define APP_ACTIVATIONS_PIECE_H

#include "app/output.h"
#include "app/plot.h"
#include "app/sound.h"
#include "app/text_model.h"
#include "genre/genre.h"

typedef struct ActivationsJob {
    TextJob text;               /* the model, two for delta; in.file: the text of a file */
    const OptList *prompt;      /* texts of their own; empty = by text.in.file or `prompts` */
    const char *prompts;        /* a file of prompts: see app/prompt_file.h; NULL = none */
    const char *column, *category_column;
    const char *mode;           /* "solo", "contrast", ... */
    GenreOpts music;            /* of the modes that compose; network is filled in here */
    const char *jepa;           /* file of the network for GEN_JEPA; NULL = the one beside models */
    const char *direction;      /* as for direction_load, NULL = the default */
    const char *only, *shard, *title; /* album: see app/album.h */
    int limit;                  /* album: 0 = all */
    int layer;                  /* spectrum: -1 = embedding, 100000 = the last */
    int dims;                   /* spectrum: how many of the hidden dimensions */
    const char *output, *format; /* output.h */
    bool audio, clobber, force; /* force: as in AlbumJob */
    SoundJob sound;
    PlotJob plot;
    const char *command;        /* for the files' own description */
} ActivationsJob;

/* "solo" (the default), "contrast", ...: NULL after the last. */
const char *activations_mode(int i);
/* False when the job contradicts itself: a usage error. */
bool activations_check(const ActivationsJob *job, Err *err);
/* Whether its prompts are measured along a direction. */
bool activations_wants_direction(const ActivationsJob *job);
/* The files appear together at the end. */
bool activations_make(const ActivationsJob *job, const Run *run, Err *err);

#endif
