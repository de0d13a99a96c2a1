/* job_name.c: see job_name.h. A part of a name begins after ", " with a letter, so that "steps 2, 3
 * and 4" is one. */
#include "job_name.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

enum { FEW = 3 }; /* parts that a message can hold */

static size_t part_length(const char *s)
{
    const char *end = s;
    while (*end && !(end[0] == ',' && end[1] == ' ' && isalpha((unsigned char)end[2]))) end++;
    return (size_t)(end - s);
}

static const char *next_part(const char *s, size_t length)
{
    return s + length + (s[length] ? strlen(", ") : 0);
}

static void add_part(Str *list, const char *part, size_t length)
{
    if (list->len) str_puts(list, ", ");
    str_add(list, part, length);
}

/* The parts of each that the other has not, in their order; false when they do not go together. */
static bool compare(const char *its, const char *own, Str *of_its, Str *of_own)
{
    int n = 0;
    while (*its && *own) {
        size_t a = part_length(its), b = part_length(own);
        if (a != b || memcmp(its, own, a) != 0) {
            add_part(of_its, its, a);
            add_part(of_own, own, b);
            n++;
        }
        its = next_part(its, a);
        own = next_part(own, b);
    }
    return !*its && !*own && n <= FEW;
}

bool job_name_differs(const char *path, const char *its, const char *own, Err *err)
{
    Str a = {0}, b = {0};
    if (compare(its, own, &a, &b))
        err_set(err, "%s: is of another training (%s); this one is %s", path, str_text(&a),
                str_text(&b));
    else
        err_set(err, "%s: is of another training, with other options or of other data", path);
    str_free(&a);
    str_free(&b);
    return false;
}
