/* explain.c: see app/explain.h. */
#include "app/explain.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

bool explain_parse_bars(const char *text, ExplainFilter *filter, Err *err)
{
    int64_t first, last;
    const char *dash = strchr(text, '-');
    char *left = mem_strndup(text, dash ? (size_t)(dash - text) : strlen(text));
    bool ok = parse_int(left, 1, 1000000, &first);
    last = first;
    if (ok && dash) ok = parse_int(dash + 1, first, 1000000, &last);
    free(left);
    if (!ok) return err_set(err, "--bar: '%s' is not a bar or a range of bars like 5-8", text);
    filter->first_bar = (int)first;
    filter->last_bar = (int)last;
    return true;
}

/* The sidecar that belongs to path, as a new string. */
static char *sidecar_path(const char *path)
{
    if (str_ends(path, ".json")) return mem_strdup(path);
    const char *base = path_base(path), *dot = strrchr(base, '.');
    Str s = {0};
    str_add(&s, path, dot && dot > base && file_exists(path) ? (size_t)(dot - path) : strlen(path));
    str_puts(&s, ".json");
    return s.s;
}

static bool read_beside(Sidecar *sc, const char *path, Err *err)
{
    char *json = sidecar_path(path);
    bool ok = false;
    if (file_exists(json))
        ok = sidecar_read(sc, json, err);
    else if (file_exists(path) && !str_ends(path, ".json"))
        err_set(err, "%s: not there, so the sources of %s are not known; make the piece anew with "
                     "-o NAME, or explain it with -m MODEL --genre GENRE", json, path);
    else
        err_set(err, "%s: no such file", path);
    free(json);
    return ok;
}

bool explain_piece(const char *path, const PieceJob *job, const ExplainFilter *filter, bool json,
                   Str *out, const Run *run, Err *err)
{
    Sidecar sc = {0};
    Str text = {0};
    bool ok = path ? read_beside(&sc, path, err)
                   : piece_sidecar(job, &text, run, err) &&
                         sidecar_parse(&sc, str_text(&text), text.len, err);
    ok = ok && score_explain(&sc, filter, json, out, err);
    sidecar_free(&sc);
    str_free(&text);
    return ok;
}
