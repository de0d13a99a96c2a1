/* folder.h: the files below a folder, in an order that is not the file system's. */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include "base/err.h"
#include "base/opt.h"

/* Adds every file below dir whose name ends in one of endings [n] (ASCII letters in any case) to
 * *out: paths relative to dir, sorted by their bytes. Hidden files and folders are left out, and
 * symbolic links to folders below dir are not followed (they may lead in a circle). False when a
 * folder cannot be read. */
bool folder_files(OptList *out, const char *dir, const char *const *endings, int n, Err *err);

#endif
