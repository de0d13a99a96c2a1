/* direction_pairs.c: see direction_pairs.h. */
#include "direction_pairs.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "record_reader.h"
#include "base/utf8.h"

enum { PAIRS_MOST = 100000 };

static bool blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r') return false;
    return true;
}

static bool add_line(PairList *list, const char *s, size_t n, int line, Err *err)
{
    const char *tab = memchr(s, '\t', n);
    size_t first = tab ? (size_t)(tab - s) : n, second = tab ? n - first - 1 : 0;
    if (!tab || blank(s, first) || blank(tab + 1, second) || memchr(tab + 1, '\t', second))
        return err_set(err, "expected two prompts with one TAB between them");
    if (!utf8_valid(s, (int64_t)n) || memchr(s, '\0', n))
        return err_set(err, "not UTF-8 text (convert it with iconv)");
    if (list->n == PAIRS_MOST) return err_set(err, "more than %d pairs", PAIRS_MOST);
    PromptPair *p = mem_push(&list->pair, &list->n, &list->cap, sizeof *list->pair);
    *p = (PromptPair){mem_strndup(s, first), mem_strndup(tab + 1, second), line};
    return true;
}

static bool add_lines(PairList *list, const FileMap *map, Err *err)
{
    RecordReader r;
    const char *s;
    size_t n;
    record_open(&r, (const char *)map->data, map->size, '\t', false);
    while (record_line(&r, &s, &n)) {
        if (blank(s, n) || *s == '#') continue;
        if (!add_line(list, s, n, r.line, err)) return err_wrap(err, "line %d", r.line);
    }
    if (list->n >= 2) return true;
    return err_set(err, "%d pairs of prompts; a direction needs two or more", list->n);
}

bool pairs_read(PairList *out, const char *path, Err *err)
{
    FileMap map = {0};
    *out = (PairList){0};
    if (!file_map_open(&map, path, err)) return false;
    bool ok = add_lines(out, &map, err) || err_wrap(err, "%s", path);
    file_map_close(&map);
    if (!ok) pairs_free(out);
    return ok;
}

void pairs_free(PairList *list)
{
    for (int i = 0; i < list->n; i++) {
        free(list->pair[i].high);
        free(list->pair[i].low);
    }
    free(list->pair);
    *list = (PairList){0};
}
