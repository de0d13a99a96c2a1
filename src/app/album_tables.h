/* album_tables.h: what tells a player, and a reader, of an album: cue sheet, playlist, manifest. */
#ifndef APP_ALBUM_TABLES_H
#define APP_ALBUM_TABLES_H

#include "album_record.h"

/* Where the tracks lie in the album. */
typedef struct AlbumTimes {
    double *start;   /* [n] seconds */
    int64_t *frames; /* [n] 1/75 s: the start, rounded down */
} AlbumTimes;

/* A row a track, the first record names the columns. */
void album_write_manifest(const AlbumPlan *p, const AlbumRecord *r, const AlbumTimes *times,
                          Str *out);
/* audio: the file's name. INDEX in minutes, seconds and frames of 1/75 s. */
void album_write_cue(const AlbumPlan *p, const AlbumTimes *times, const char *audio, Str *out);
/* Extended M3U in UTF-8. */
void album_write_m3u8(const AlbumPlan *p, const AlbumRecord *r, Str *out);

#endif
