/* record_reader.c: see record_reader.h. */
#include "record_reader.h"

#include <string.h>

#include "base/str.h"

void record_open(RecordReader *r, const char *text, int64_t size, char separator, bool quotes)
{
    *r = (RecordReader){.at = text, .separator = separator, .quotes = quotes};
    r->end = size > 0 ? text + size : text;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) r->at += 3;
}

/* From behind the opening quote to behind the closing one. False when there is none. */
static bool quoted_part(RecordReader *r, Str *f)
{
    for (; r->at < r->end; r->at++) {
        if (*r->at == '"') {
            r->at++;
            if (r->at == r->end || *r->at != '"') return true;
        }
        r->newlines += *r->at == '\n';
        str_putc(f, *r->at);
    }
    return false;
}

/* One field into *f; *last when it ends the record. False for an open quote. */
static bool next_field(RecordReader *r, Str *f, bool *last)
{
    f->len = 0;
    str_puts(f, "");
    *last = true;
    if (r->quotes && r->at < r->end && *r->at == '"') {
        r->at++;
        if (!quoted_part(r, f)) return false;
    }
    for (; r->at < r->end; r->at++) {
        char c = *r->at;
        if (c == r->separator || c == '\n') {
            r->at++;
            r->newlines += c == '\n';
            *last = c == '\n';
            return true;
        }
        if (c != '\r') str_putc(f, c);
    }
    return true;
}

bool record_next(RecordReader *r, OptList *fields, bool *more, Err *err)
{
    Str f = {0};
    bool last = false, ok = true;
    optlist_free(fields);
    *more = r->at < r->end;
    r->line = r->newlines + 1;
    while (*more && ok && !last) {
        ok = next_field(r, &f, &last);
        if (ok) optlist_add(fields, str_text(&f), f.len);
    }
    str_free(&f);
    return ok || err_set(err, "line %d: a quote opens and never closes", r->line);
}

bool record_line(RecordReader *r, const char **line, size_t *n)
{
    if (r->at >= r->end) return false;
    const char *stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
    *line = r->at;
    *n = (size_t)((stop ? stop : r->end) - r->at);
    r->at = stop ? stop + 1 : r->end;
    r->line = ++r->newlines;
    if (*n && (*line)[*n - 1] == '\r') --*n;
    return true;
}
