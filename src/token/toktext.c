/* toktext.c: see toktext.h. */
#include "token/toktext.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void toktext_free(TokText *t)
{
    free(t->s);
    free(t->from);
    free(t->to);
    *t = (TokText){0};
}

void toktext_clear(TokText *t)
{
    t->n = 0;
    t->full = false;
}

/* Room for n more bytes; false when that is beyond the limit. */
static bool reserve(TokText *t, int n)
{
    if (n > TOKTEXT_MAX - t->n) t->full = true;
    if (t->full) return false;
    if (t->n + n <= t->cap) return true;
    t->cap = t->n + n > 2 * t->cap ? t->n + n : 2 * t->cap;
    if (t->cap < 64) t->cap = 64;
    t->s = mem_resize(t->s, t->cap, 1);
    t->from = mem_resize(t->from, t->cap, sizeof *t->from);
    t->to = mem_resize(t->to, t->cap, sizeof *t->to);
    return true;
}

void toktext_add_source(TokText *t, const char *source, int at, int n)
{
    if (n == 0 || !reserve(t, n)) return;
    memcpy(t->s + t->n, source + at, (size_t)n);
    for (int i = 0; i < n; i++) t->from[t->n + i] = at + i;
    for (int i = 0; i < n; i++) t->to[t->n + i] = at + i + 1;
    t->n += n;
}

void toktext_put(TokText *t, const char *s, int n, int32_t from, int32_t to)
{
    if (n == 0 || !reserve(t, n)) return;
    for (int i = 0; i < n; i++, t->n++) {
        t->s[t->n] = s[i];
        t->from[t->n] = from;
        t->to[t->n] = to;
    }
}

void toktext_copy(TokText *t, const TokText *other, int at, int n)
{
    if (n == 0 || !reserve(t, n)) return;
    memcpy(t->s + t->n, other->s + at, (size_t)n);
    memcpy(t->from + t->n, other->from + at, (size_t)n * sizeof *t->from);
    memcpy(t->to + t->n, other->to + at, (size_t)n * sizeof *t->to);
    t->n += n;
}

bool toktext_check(const TokText *t, Err *err)
{
    return !t->full || err_set(err, "the text grows beyond 256 MB when it is normalised; split it");
}

void tokouts_add(TokOuts *list, int32_t id, int from, int to)
{
    TokOut *o = mem_push(&list->out, &list->n, &list->cap, sizeof *list->out);
    *o = (TokOut){id, from, to};
}

void tokouts_free(TokOuts *list)
{
    free(list->out);
    *list = (TokOuts){0};
}
