/* sidecar_read.c: reading what sidecar_write.c wrote. The file may have been edited or cut: every
 * index and range is checked, and a fault names its place ("tracks[2].notes[17]: ..."). */
#include "score/sidecar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { NOTE_FIELDS = 14, SOURCE_FIELDS = 4 };

typedef struct Reader {
    Sidecar *sc;
    const char **rule; /* [nrules] */
    int nrules;
    SidecarSource *vector; /* [nvectors] lane, value and norm are the source's to fill in */
    int nvectors;
} Reader;

static const char *string_or(const Json *j, const char *dflt)
{
    const char *s = json_string(j);
    return s ? s : dflt;
}

/* The n numbers of a JSON array; null counts as NaN. */
static bool read_row(const Json *row, int n, double *out, Err *err)
{
    int i = 0;
    if (!json_is_array(row) || json_count(row) != n)
        return err_set(err, "%d fields expected, %d found", n, json_count(row));
    for (const Json *j = json_child(row); j; j = json_next(j), i++) {
        if (!json_is_number(j) && !json_is_null(j))
            return err_set(err, "field %d is not a number", i);
        out[i] = json_number(j, NAN);
    }
    return true;
}

static bool to_int(double v, double lo, double hi, const char *what, int *out, Err *err)
{
    if (!(v >= lo && v <= hi) || v != floor(v))
        return err_set(err, "%s %g is not a whole number within %.0f..%.0f", what, v, lo, hi);
    *out = (int)v;
    return true;
}

/* An array of the root with `key`, its number of elements in *n. */
static const Json *list(const Reader *r, const char *key, int *n, Err *err)
{
    const Json *j = json_get(r->sc->root, key);
    *n = 0;
    if (!json_is_array(j)) {
        err_set(err, "\"%s\" is missing: not a sidecar of llmsonify", key);
        return NULL;
    }
    *n = json_count(j);
    return j;
}

static bool read_models(Reader *r, Err *err)
{
    int n;
    const Json *all = list(r, "models", &n, err);
    if (!all) return false;
    r->sc->model = mem_alloc(n, sizeof *r->sc->model);
    for (const Json *j = json_child(all); j; j = json_next(j))
        r->sc->model[r->sc->nmodels++] = (SidecarModel){string_or(json_get(j, "name"), ""),
                                                        string_or(json_get(j, "prompt"), "")};
    return true;
}

static bool read_rules(Reader *r, Err *err)
{
    int n;
    const Json *all = list(r, "rules", &n, err);
    if (!all) return false;
    r->rule = mem_alloc(n, sizeof *r->rule);
    for (const Json *j = json_child(all); j; j = json_next(j))
        r->rule[r->nrules++] = string_or(j, "");
    return true;
}

static bool read_vector(Reader *r, const Json *j, SidecarSource *v, Err *err)
{
    static const char *const NAME[] = {"layer", "prompt", "head", "token"};
    int *at[] = {&v->layer, &v->prompt, &v->head, &v->token};
    int64_t model = 0, x;
    if (!json_get_int(j, "model", 0, r->sc->nmodels - 1, -1, &model, err)) return false;
    for (int i = 0; i < 4; i++) {
        if (!json_get_int(j, NAME[i], -1, INT32_MAX, -1, &x, err)) return false;
        *at[i] = (int)x;
    }
    v->set = (int)model;
    v->model = model < 0 ? "" : r->sc->model[model].name;
    v->table = string_or(json_get(j, "table"), "");
    v->label = string_or(json_get(j, "label"), "");
    v->role = string_or(json_get(j, "role"), "");
    v->feature = string_or(json_get(j, "feature"), "");
    v->unit = string_or(json_get(j, "unit"), "");
    return true;
}

static bool read_vectors(Reader *r, Err *err)
{
    int n;
    const Json *all = list(r, "vectors", &n, err);
    if (!all) return false;
    r->vector = mem_alloc(n, sizeof *r->vector);
    for (const Json *j = json_child(all); j; j = json_next(j), r->nvectors++)
        if (!read_vector(r, j, &r->vector[r->nvectors], err))
            return err_wrap(err, "vectors[%d]", r->nvectors);
    return true;
}

static bool read_sources(Reader *r, Err *err)
{
    int n, vector = 0;
    const Json *all = list(r, "sources", &n, err);
    if (!all) return false;
    Sidecar *sc = r->sc;
    sc->source = mem_alloc(n, sizeof *sc->source);
    for (const Json *j = json_child(all); j; j = json_next(j), sc->nsources++) {
        double row[SOURCE_FIELDS];
        SidecarSource *src = &sc->source[sc->nsources];
        if (!read_row(j, SOURCE_FIELDS, row, err) ||
            !to_int(row[0], 0, r->nvectors - 1, "vector", &vector, err))
            return err_wrap(err, "sources[%d]", sc->nsources);
        *src = r->vector[vector];
        if (!to_int(row[1], 0, INT32_MAX, "lane", &src->lane, err))
            return err_wrap(err, "sources[%d]", sc->nsources);
        src->value = row[2];
        src->norm = row[3];
    }
    return true;
}

static bool read_note(const Reader *r, const Json *j, SidecarNote *n, Err *err)
{
    double row[NOTE_FIELDS];
    int rule = 0;
    if (!read_row(j, NOTE_FIELDS, row, err)) return false;
    if (!to_int(row[0], 0, INT32_MAX, "start", &n->start, err)) return false;
    if (!to_int(row[1], n->start, INT32_MAX, "end", &n->end, err)) return false;
    if (!(row[2] >= 0 && row[3] >= row[2])) return err_set(err, "its seconds are not in order");
    if (!to_int(row[4], 1, INT32_MAX, "bar", &n->bar, err)) return false;
    if (!to_int(row[8], 0, 255, "flags", &n->flags, err)) return false;
    if (!to_int(row[9], 0, r->nrules - 1, "rule", &rule, err)) return false;
    for (int f = 0; f < FROM_COUNT; f++)
        if (!to_int(row[10 + f], -1, r->sc->nsources - 1, "source", &n->from[f], err)) return false;
    if (!(row[6] >= 0 && row[6] <= 127)) return err_set(err, "key %g is not within 0..127", row[6]);
    n->at = row[2];
    n->to = row[3];
    n->beat = row[5];
    n->key = row[6];
    n->vel = row[7];
    n->rule = r->rule[rule];
    return true;
}

static bool read_track(Reader *r, const Json *j, int track, int *cap, Err *err)
{
    Sidecar *sc = r->sc;
    int i = 0;
    int64_t program;
    if (!json_get_int(j, "program", 0, 127, 0, &program, err)) return false;
    sc->track[track] = (SidecarTrack){.name = string_or(json_get(j, "name"), ""),
                                      .program = (int)program,
                                      .drum = json_truth(json_get(j, "drum"), false),
                                      .mono = json_truth(json_get(j, "mono"), false)};
    const Json *notes = json_get(j, "notes");
    if (!json_is_array(notes)) return err_set(err, "\"notes\" is missing");
    for (const Json *n = json_child(notes); n; n = json_next(n), i++) {
        SidecarNote *note = mem_push(&sc->note, &sc->nnotes, cap, sizeof *note);
        note->track = track;
        if (!read_note(r, n, note, err)) return err_wrap(err, "notes[%d]", i);
    }
    return true;
}

static bool read_tracks(Reader *r, Err *err)
{
    int n, cap = 0;
    const Json *all = list(r, "tracks", &n, err);
    if (!all) return false;
    Sidecar *sc = r->sc;
    sc->track = mem_alloc(n, sizeof *sc->track);
    for (const Json *j = json_child(all); j; j = json_next(j), sc->ntracks++)
        if (!read_track(r, j, sc->ntracks, &cap, err))
            return err_wrap(err, "tracks[%d]", sc->ntracks);
    return true;
}

/* Takes over root. */
static bool read_root(Sidecar *sc, Json *root, Err *err)
{
    *sc = (Sidecar){.root = root};
    Reader r = {.sc = sc};
    const char *format = string_or(json_get(root, "format"), "");
    bool ok = strcmp(format, "llmsonify score 1") == 0;
    if (!ok) err_set(err, "not a sidecar of llmsonify (\"format\" must be \"llmsonify score 1\")");
    ok = ok && read_models(&r, err) && read_rules(&r, err) && read_vectors(&r, err) &&
         read_sources(&r, err) && read_tracks(&r, err);
    sc->title = string_or(json_get(root, "title"), "");
    sc->genre = string_or(json_get(root, "genre"), "");
    sc->seconds = json_number(json_get(root, "seconds"), 0);
    free(r.rule);
    free(r.vector);
    if (!ok) sidecar_free(sc);
    return ok;
}

void sidecar_free(Sidecar *sc)
{
    json_free(sc->root);
    free(sc->model);
    free(sc->track);
    free(sc->note);
    free(sc->source);
    *sc = (Sidecar){0};
}

bool sidecar_parse(Sidecar *sc, const char *text, size_t len, Err *err)
{
    *sc = (Sidecar){0};
    Json *root = json_parse(text, len, err);
    return root && read_root(sc, root, err);
}

bool sidecar_read(Sidecar *sc, const char *path, Err *err)
{
    *sc = (Sidecar){0};
    Json *root = json_read(path, err);
    if (!root) return false;
    return read_root(sc, root, err) || err_wrap(err, "%s", path);
}
