/* train_course.c: see train_course.h. */
#include "train_course.h"

#include <string.h>

#include "base/file.h"

/* The number that a line [at, end) begins with. */
static int64_t step_of(const char *at, const char *end)
{
    int64_t step = 0;
    for (; at < end && *at >= '0' && *at <= '9' && step < INT32_MAX; at++)
        step = 10 * step + (*at - '0');
    return step;
}

bool train_course_read(const char *path, int64_t done, Str *out, int64_t *told, Err *err)
{
    FileMap map;
    if (!file_exists(path)) return true;
    if (!file_map_open(&map, path, err)) return false;
    const char *at = (const char *)map.data, *end = at + map.size;
    for (bool head = true; at < end; head = false) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        line = line ? line + 1 : end;
        int64_t step = step_of(at, line);
        if (!head && step <= done) {
            str_add(out, at, (size_t)(line - at));
            *told = step;
        }
        at = line;
    }
    file_map_close(&map);
    return true;
}
