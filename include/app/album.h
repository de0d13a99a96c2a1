/* album.h: a list of prompts as an album: a track each, in one process, and what holds the tracks
 * together.
 *
 * In the folder: NN-title.mid, the sound, NN-title.json (sources) and NN-title-heat.png for every
 * track; album.FORMAT (all of it, without gaps), album.cue, album.m3u8, manifest.csv, album.png
 * (the arc of tension) and cover.png; and journal/, by which a run that was killed goes on: a track
 * counts as finished when its record is there, was made with the same model, prompt, options and
 * version, and its files are as the record says. The files do not depend on how often a run was
 * killed, on the number of threads, or on the number of shards. A folder that holds another album
 * is refused unless the job is forced.
 *
 * A shard K of N makes the tracks K, K+N, K+2N ...; shards may write into one folder or into
 * several. album_join puts them together without the model. */
#ifndef APP_ALBUM_H
#define APP_ALBUM_H

#include "app/sound.h"
#include "app/text_model.h"
#include "genre/genre.h"

typedef struct AlbumJob {
    TextJob text;          /* the model; of in: special, edges, chat, system, for every prompt */
    const char *prompts;   /* prompt_file.h; NULL = the bundled list */
    const char *column, *category_column;
    GenreOpts music;       /* of every track, before its category's own key, mode and tempo */
    const char *jepa;      /* as in ActivationsJob */
    const char *direction; /* as for direction_load; "none" = none */
    const char *only;      /* a category, NULL = all */
    const char *shard;     /* "2/3", NULL = the whole album */
    const char *title;     /* NULL = the model's and the list's name */
    const char *output;    /* folder, made when it is not there; NULL = MODEL-album */
    const char *format;    /* "flac" ... ; "mid" = MIDI and the tables alone; NULL = flac */
    int limit;             /* at most so many tracks, 0 = all */
    bool audio, pictures;
    bool force;            /* into a folder that holds another album, among its files */
    SoundJob sound;
    const char *command;   /* for the files' own description */
} AlbumJob;

/* False when the job contradicts itself: a usage error. */
bool album_check(const AlbumJob *job, Err *err);
bool album_make(const AlbumJob *job, const Run *run, Err *err);

typedef struct AlbumJoin {
    const OptList *dirs; /* the folders of the shards, at least one */
    const char *output;  /* NULL = the first of them, in place */
    Say say;
} AlbumJoin;

bool album_join(const AlbumJoin *job, const Run *run, Err *err);

#endif
