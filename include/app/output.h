/* output.h: the files of one job: their names, and their appearing together.
 *
 * Every file is written beside its place under a staging name (song.wav: song.part.wav) and all are
 * renamed when the job has succeeded. "-" and devices are written directly. */
#ifndef APP_OUTPUT_H
#define APP_OUTPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

typedef enum OutKind { OUT_MIDI, OUT_AUDIO, OUT_JSON, OUT_KINDS } OutKind;

/* What one piece is written to; NULL = not wanted. */
typedef struct OutNames {
    char *path[OUT_KINDS];
    const char *format; /* of an audio path "-": "wav" ...; otherwise NULL */
} OutNames;

typedef struct OutRequest {
    const char *output; /* as given with -o; NULL = default name in the current directory */
    const char *stem;   /* default name: "wren-acid" */
    const char *format; /* "mid", "wav", "flac", ...; NULL = mid, wav and json */
    const char *usual;  /* the format when neither this nor the name says one; NULL = all three */
    const char *suffix; /* of several pieces: appended to -o, "acid"; NULL = the only one */
    bool audio;         /* false: no audio; a name that asks for it contradicts */
} OutRequest;

/* Names by the rules of the command line: a known ending means just that file; "-" standard output
 * (MIDI unless format says otherwise); "DIR/" the default name in DIR; else NAME.mid, NAME.wav and
 * NAME.json. False when the request contradicts itself (a usage error). */
bool outnames_make(OutNames *n, const OutRequest *r, Err *err);
/* False when a name cannot be written, or exists and clobber is false. */
bool outnames_check(const OutNames *n, bool clobber, Err *err);
void outnames_free(OutNames *n);
bool out_check_path(const char *path, bool clobber, Err *err);

typedef struct OutStage {
    char *path, *stage; /* stage NULL: written directly */
    Str bytes;          /* of a set that holds */
} OutStage;

/* Zero is empty. */
typedef struct OutSet {
    OutStage *item;
    int n, cap;
    bool hold; /* outset_put() keeps the bytes in the set: no file is touched */
} OutSet;

/* The name to write to now. Owned by the set. */
const char *outset_add(OutSet *set, const char *path);
/* Stages a whole file; *bytes may be empty afterwards. */
bool outset_put(OutSet *set, const char *path, Str *bytes, Err *err);
/* What a set that holds has under this name, NULL when nothing. */
Str *outset_held(const OutSet *set, const char *path);
/* Renames all and empties the set. */
bool outset_commit(OutSet *set, Err *err);
/* Removes what was staged and empties the set. */
void outset_abort(OutSet *set);
/* The end of a job: commits when ok and not interrupted, else removes. Whether all is written. */
bool outset_finish(OutSet *set, bool ok, const Run *run, Err *err);

#endif
