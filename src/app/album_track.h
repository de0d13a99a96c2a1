/* album_track.h: one track of an album, from features to finished files and the record of them. */
#ifndef APP_ALBUM_TRACK_H
#define APP_ALBUM_TRACK_H

#include "album_plan.h"
#include "app/noise.h"
#include "app/sound.h"
#include "genre/genre.h"

typedef struct AlbumTake {
    const AlbumPlan *plan;
    const AlbumTrack *track;
    const Genre *genre;
    const char *dir;      /* the album's folder */
    const char *command;
    const char *direction; /* its name, "" = none */
    const WeightNoise *noise;
    GenreOpts music;
    SoundJob sound;
    Say say;
    int tokens;
    FeatureSet fs; /* of the prompt */
} AlbumTake;

/* Files first, the record last. */
bool album_track_make(const AlbumTake *take, const Run *run, Err *err);

#endif
