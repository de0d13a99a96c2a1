/* album_plan.h: which prompts become which tracks of an album, and what each is to be made with. */
#ifndef APP_ALBUM_PLAN_H
#define APP_ALBUM_PLAN_H

#include "app/prompt_file.h"
#include "base/str.h"

enum { ALBUM_KEY = 65 }; /* 64 hex digits and the end */

#define ALBUM_JOURNAL "journal" /* the folder of plans and records inside an album's */

typedef struct AlbumTrack {
    int number;     /* from 1, in the order of the album */
    int section;    /* index of the category in the order of first appearance in the list */
    int line;       /* of the prompts' file */
    char *stem;     /* "01-a-walk-in-the-rain": its files' names without their endings */
    char *title, *category, *prompt;
    char key[ALBUM_KEY]; /* SHA-256 of everything that its bytes depend on */
} AlbumTrack;

/* Zero is empty. */
typedef struct AlbumPlan {
    char *title, *artist;
    char *format;      /* of the tracks' sound: "flac"; "" = none */
    int bits;          /* AudioBits of the album's file */
    bool pictures;     /* a heat map of each track, the album's overview, a cover */
    bool midi_only;    /* nothing but MIDI and the tables */
    int shard, shards; /* 1 of 1 = the whole album */
    AlbumTrack *track; /* [n] */
    int n, cap;
} AlbumPlan;

/* Adds the tracks: the prompts by category, categories in the order of first appearance. only: one
 * category, NULL = all; limit: at most so many tracks, 0 = all. False when no prompt is left. */
bool album_plan_tracks(AlbumPlan *p, const PromptList *list, const char *only, int limit, Err *err);
/* Puts into the track's key what its bytes depend on. */
void album_plan_key(const AlbumPlan *p, AlbumTrack *t, const char *common);
void album_plan_free(AlbumPlan *p);
/* True when track i is made by this shard. */
bool album_plan_mine(const AlbumPlan *p, int i);

/* "DIR/journal/album.json", of a shard "DIR/journal/shard-2-of-3.json": a new string. */
char *album_plan_path(const AlbumPlan *p, const char *dir);
/* Writes the plan into that folder, made when it is not there. */
bool album_plan_write(const AlbumPlan *p, const char *dir, Err *err);
bool album_plan_read(AlbumPlan *p, const char *path, Err *err);
/* Replaces *out by what two plans must share to be one album. */
void album_plan_identity(const AlbumPlan *p, char out[ALBUM_KEY]);

/* SHA-256 as 64 hex digits. */
void album_hash(const void *bytes, size_t n, char out[ALBUM_KEY]);
/* "DIR/NAME.ENDING" as a new string. */
char *album_path(const char *dir, const char *name, const char *ending);

#endif
