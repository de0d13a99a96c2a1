/* train_course.h: the table of a training's course: a head, then rows that begin with a step.
 * Private to app/. */
#ifndef APP_TRAIN_COURSE_H
#define APP_TRAIN_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

/* Appends to out the rows of path up to step `done`; *told: the last of their steps, left as it was
 * when there is none. No file is no row. */
bool train_course_read(const char *path, int64_t done, Str *out, int64_t *told, Err *err);

#endif
