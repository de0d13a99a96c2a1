/* album_record.h: what is known of a finished track, in DIR/journal/STEM.json: written last and in
 * one piece, so that a track is finished when, and only when, its record is there and agrees with
 * the files. */
#ifndef APP_ALBUM_RECORD_H
#define APP_ALBUM_RECORD_H

#include "album_plan.h"

typedef struct AlbumFile {
    char *name;          /* inside the album's folder */
    char sha[ALBUM_KEY]; /* of its bytes */
} AlbumFile;

/* Zero is empty. */
typedef struct AlbumRecord {
    char key[ALBUM_KEY];
    int tokens;
    double tension, tempo;  /* 0..1, quarter notes a minute */
    double seconds, lufs;   /* of the sound; of the score and NaN when there is none */
    char tonic[8], mode[24]; /* "F#", "dorian" */
    AlbumFile *file;        /* [nfiles] */
    int nfiles, cap_files;
    float *spectra;         /* [nl, k] of the stream's layers, falling along k: for the cover */
    int nl, k;
} AlbumRecord;

void album_record_free(AlbumRecord *r);
/* Adds a file of the folder by its bytes. */
bool album_record_add(AlbumRecord *r, const char *dir, const char *name, Err *err);
/* The name of the file that ends so, NULL when there is none. */
const char *album_record_find(const AlbumRecord *r, const char *ending);
bool album_record_write(const AlbumRecord *r, const char *dir, const AlbumTrack *t, Err *err);
/* True when the track is finished: its record is there, made with this key, and every file is what
 * the record says. Nothing in *r otherwise. */
bool album_record_read(AlbumRecord *r, const char *dir, const AlbumTrack *t);

#endif
