/* prompt_file.c: see app/prompt_file.h. */
#include "app/prompt_file.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"

static const char *const COLUMNS[] = {"prompt", "Goal", "goal", "instruction", "text"};
enum { NCOLUMNS = sizeof COLUMNS / sizeof *COLUMNS, FIELDS_MAX = 256 };

/* Text in memory, read from the front. */
typedef struct Reader {
    const char *at, *end;
    const char *path, *column;
    int line; /* from 1 */
    OptList *out;
} Reader;

static bool blank(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\n", s[i])) return false;
    return true;
}

static void keep(Reader *r, const char *s, size_t n)
{
    if (!blank(s, n)) optlist_add(r->out, s, n);
}

/* The next line without its end; false after the last. */
static bool next_line(Reader *r, const char **line, size_t *n)
{
    if (r->at >= r->end) return false;
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    *line = r->at;
    *n = (size_t)((stop ? stop : r->end) - r->at);
    r->at = stop ? stop + 1 : r->end;
    r->line++;
    if (*n && (*line)[*n - 1] == '\r') --*n;
    return true;
}

static bool read_lines(Reader *r, Err *err)
{
    const char *line;
    size_t n;
    (void)err;
    while (next_line(r, &line, &n)) keep(r, line, n);
    return true;
}

static const Json *member(const Json *j, const char *column)
{
    if (column) return json_get(j, column);
    for (int i = 0; i < NCOLUMNS; i++)
        if (json_get(j, COLUMNS[i])) return json_get(j, COLUMNS[i]);
    return NULL;
}

static bool read_jsonl(Reader *r, Err *err)
{
    const char *line;
    size_t n;
    while (next_line(r, &line, &n)) {
        if (blank(line, n)) continue;
        Json *j = json_parse(line, n, err);
        if (!j) return err_wrap(err, "line %d", r->line);
        const char *text = json_string(json_is_string(j) ? j : member(j, r->column));
        if (text) keep(r, text, strlen(text));
        json_free(j);
        if (!text)
            return err_set(err, "line %d: no text under '%s'; name the member with --column",
                           r->line, r->column ? r->column : COLUMNS[0]);
    }
    return true;
}

/* One field into *f; true when another follows in this record. */
static bool next_field(Reader *r, Str *f)
{
    bool quoted = r->at < r->end && *r->at == '"';
    f->len = 0;
    str_puts(f, "");
    if (quoted) r->at++;
    for (; r->at < r->end; r->at++) {
        char c = *r->at;
        if (quoted && c == '"') {
            if (r->at + 1 < r->end && r->at[1] == '"') {
                r->at++;
            } else {
                quoted = false;
                continue;
            }
        } else if (!quoted && (c == ',' || c == '\n')) {
            r->at++;
            if (c == '\n') r->line++;
            return c == ',';
        } else if (!quoted && c == '\r') {
            continue;
        }
        str_putc(f, c);
    }
    return false;
}

/* The index of the column that holds the prompts, -1 when there is none. */
static int find_column(Reader *r)
{
    Str f = {0};
    int found = -1, rank = NCOLUMNS;
    bool more = true;
    for (int i = 0; more && i < FIELDS_MAX; i++) {
        more = next_field(r, &f);
        for (int k = 0; k < rank; k++) {
            const char *name = r->column ? r->column : COLUMNS[k];
            if (strcmp(str_text(&f), name) != 0) continue;
            found = i;
            rank = r->column ? 0 : k;
        }
    }
    str_free(&f);
    return found;
}

static bool read_csv(Reader *r, Err *err)
{
    Str f = {0};
    int column = find_column(r);
    if (column < 0)
        return err_set(err, "no column '%s'; name the one with the prompts with --column",
                       r->column ? r->column : COLUMNS[0]);
    while (r->at < r->end) {
        bool more = true;
        for (int i = 0; more; i++) {
            more = next_field(r, &f);
            if (i == column) keep(r, str_text(&f), f.len);
        }
    }
    str_free(&f);
    return true;
}

bool prompt_file_read(OptList *out, const char *path, const char *column, Err *err)
{
    FileMap map = {0};
    if (!file_map_open(&map, path, err)) return false;
    Reader r = {.at = (const char *)map.data, .path = path, .column = column, .out = out};
    r.end = r.at + map.size;
    bool lines = str_ends(path, ".jsonl") || str_ends(path, ".ndjson"), ok = true;
    if (map.size > 0)
        ok = lines                    ? read_jsonl(&r, err)
             : str_ends(path, ".csv") ? read_csv(&r, err)
                                      : read_lines(&r, err);
    file_map_close(&map);
    if (ok && out->n == 0) ok = err_set(err, "no prompt in it");
    return ok || err_wrap(err, "%s", path);
}
