/* file.h: files read by mapping, and outputs that appear whole or not at all.
 *
 * An output is written to NAME.part beside its final name; out_commit() flushes it to disk and
 * renames it. "-" means standard output. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* A file mapped for reading. Zero is closed; an empty file has data NULL and size 0. */
typedef struct FileMap {
    const uint8_t *data;
    int64_t size; /* bytes */
} FileMap;

bool file_map_open(FileMap *map, const char *path, Err *err);
void file_map_close(FileMap *map);

typedef struct OutFile {
    FILE *f;    /* NULL when closed */
    char *path; /* final name, "-" for standard output */
    char *part; /* name while writing; NULL for standard output and for devices */
} OutFile;

/* Opens NAME.part for writing. Existing files are replaced on commit only. A name that exists and
 * is no regular file (a device, a pipe) is written directly. */
bool out_open(OutFile *out, const char *path, Err *err);
bool out_write(OutFile *out, const void *bytes, size_t n, Err *err);
/* Flushes, syncs, renames. On failure the part file is removed. The OutFile is closed either way.
 */
bool out_commit(OutFile *out, Err *err);
/* Closes and removes the part file. Safe on a closed OutFile. */
void out_abort(OutFile *out);
/* All of the above for bytes already in memory. */
bool out_file(const char *path, const void *bytes, size_t n, Err *err);
/* The same for the bytes of the file `from`. */
bool out_copy(const char *path, const char *from, Err *err);

bool file_exists(const char *path);
bool dir_exists(const char *path);
/* The directory of the running binary, as a new string; NULL when it cannot be found. */
char *exe_dir(void);

#endif
