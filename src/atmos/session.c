/* session.c: see atmos/session.h. */
#include "atmos/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "tensor/np_read.h"
#include "tensor/npz.h"

static const char *const DRIVE[] = {"velocity", "loudness"};

/* The columns of a token, by their keys in the file. */
enum { COLUMNS = 7 };
static const struct {
    const char *key;
    size_t at;
} COLUMN[COLUMNS] = {
    {"timestamps", offsetof(SessionToken, time)},    {"temp", offsetof(SessionToken, temp)},
    {"lufs_raw", offsetof(SessionToken, lufs_raw)},  {"lufs", offsetof(SessionToken, lufs)},
    {"v_lufs", offsetof(SessionToken, velocity)},    {"entropy", offsetof(SessionToken, entropy)},
    {"surprisal", offsetof(SessionToken, surprisal)},
};

static double *cell(SessionToken *t, int column)
{
    return (double *)(void *)((char *)t + COLUMN[column].at);
}

void session_add(Session *ses, const SessionToken *t)
{
    SessionToken *to = mem_push(&ses->token, &ses->n, &ses->cap, sizeof *to);
    *to = *t;
    to->text = mem_strdup(t->text ? t->text : "");
}

void session_free(Session *ses)
{
    for (int i = 0; i < ses->n; i++) free(ses->token[i].text);
    free(ses->token);
    free(ses->prompt);
    free(ses->song);
    free(ses->model);
    free(ses->end);
    *ses = (Session){0};
}

char *session_text(const Session *ses)
{
    Str s = {0};
    str_puts(&s, "");
    for (int i = 0; i < ses->n; i++) str_puts(&s, ses->token[i].text);
    return s.s;
}

static void put_settings(const Session *ses, Str *out)
{
    const ContourOpts *o = &ses->contour;
    JsonOut j;
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_number(&j, "tps", o->tps, 17);
    jout_number(&j, "gate", o->gate, 17);
    jout_number(&j, "smooth", o->smooth, 17);
    jout_number(&j, "midpoint", o->midpoint, 17);
    jout_number(&j, "steepness", o->steepness, 17);
    jout_number(&j, "t_min", o->t_min, 17);
    jout_number(&j, "t_max", o->t_max, 17);
    jout_string(&j, "drive", DRIVE[o->drive]);
    jout_int(&j, "seed", (int64_t)ses->sampler.seed);
    jout_int(&j, "top_k", ses->sampler.top_k);
    jout_number(&j, "top_p", ses->sampler.top_p, 17);
    jout_number(&j, "min_p", ses->sampler.min_p, 17);
    jout_string(&j, "end", ses->end);
    jout_end(&j, '}');
}

static bool add_string(Npz *z, const char *key, const char *text, Err *err)
{
    const char *s = text ? text : "";
    return npz_add_strings(z, key, &s, -1, err);
}

static bool add_columns(Npz *z, const Session *ses, Err *err)
{
    int64_t n = ses->n;
    double *v = mem_alloc(n, sizeof *v);
    int32_t *id = mem_alloc(n, sizeof *id);
    bool ok = true;
    for (int i = 0; i < ses->n; i++) id[i] = ses->token[i].id;
    ok = npz_add(z, "token_ids", NP_I4, id, 1, &n, err);
    for (int k = 0; ok && k < COLUMNS; k++) {
        for (int i = 0; i < ses->n; i++) v[i] = *cell(&ses->token[i], k);
        ok = npz_add(z, COLUMN[k].key, NP_F8, v, 1, &n, err);
    }
    free(id);
    free(v);
    return ok;
}

bool session_write(const Session *ses, const char *path, Err *err)
{
    Npz *z = npz_new(true);
    Str settings = {0};
    const char **text = mem_alloc(ses->n, sizeof *text);
    for (int i = 0; i < ses->n; i++) text[i] = ses->token[i].text;
    put_settings(ses, &settings);
    bool ok = add_string(z, "prompt", ses->prompt, err) &&
              add_string(z, "song_path", ses->song, err) &&
              add_string(z, "model", ses->model, err) &&
              add_string(z, "settings", settings.s, err) &&
              npz_add_strings(z, "tokens", text, ses->n, err) && add_columns(z, ses, err);
    free(text);
    str_free(&settings);
    if (ok) return npz_write(z, path, err);
    npz_free(z);
    return false;
}

static bool get_settings(Session *ses, const char *text, Err *err)
{
    ContourOpts *o = &ses->contour;
    int64_t seed = 0, top_k = 0;
    Json *j = json_parse(text, strlen(text), err);
    bool ok = j && json_get_double(j, "tps", 0.5, 200, o->tps, &o->tps, err) &&
              json_get_double(j, "gate", -200, 0, o->gate, &o->gate, err) &&
              json_get_double(j, "smooth", 0, 60, o->smooth, &o->smooth, err) &&
              json_get_double(j, "midpoint", 0, 1, o->midpoint, &o->midpoint, err) &&
              json_get_double(j, "steepness", 0.01, 100, o->steepness, &o->steepness, err) &&
              json_get_double(j, "t_min", 0, 100, o->t_min, &o->t_min, err) &&
              json_get_double(j, "t_max", 0, 100, o->t_max, &o->t_max, err) &&
              json_get_double(j, "top_p", 0, 1, 1, &ses->sampler.top_p, err) &&
              json_get_double(j, "min_p", 0, 1, 0, &ses->sampler.min_p, err) &&
              json_get_int(j, "seed", 0, INT64_MAX, 0, &seed, err) &&
              json_get_int(j, "top_k", 0, INT32_MAX, 0, &top_k, err);
    if (ok) {
        const char *drive = json_string(json_get(j, "drive"));
        o->drive = drive && strcmp(drive, DRIVE[DRIVE_LOUDNESS]) == 0;
        ses->sampler.seed = (uint64_t)seed;
        ses->sampler.top_k = (int)top_k;
        ses->end = mem_strdup(json_string(json_get(j, "end")));
    }
    json_free(j);
    return ok || err_wrap(err, "settings");
}

/* A string of the file, NULL when there is none or it is empty. */
static char *get_string(const NpSet *set, const char *key)
{
    const NpArray *a = np_find(set, key);
    return a && a->text && a->count == 1 && a->text[0][0] ? mem_strdup(a->text[0]) : NULL;
}

static bool get_column(Session *ses, const NpSet *set, int k, Err *err)
{
    const NpArray *a = np_find(set, COLUMN[k].key);
    for (int i = 0; i < ses->n && !a; i++)
        *cell(&ses->token[i], k) = k == 0 ? i / ses->contour.tps : (double)NAN;
    if (!a) return true;
    if (!a->v || a->count < ses->n)
        return err_set(err, "%s has %lld numbers for %d tokens", COLUMN[k].key,
                       a->v ? (long long)a->count : 0, ses->n);
    for (int i = 0; i < ses->n; i++) *cell(&ses->token[i], k) = a->v[i];
    return true;
}

/* -1 where there is none, or none that is a token. */
static int32_t id_at(const NpArray *id, int64_t i)
{
    bool good = id && id->v && i < id->count && id->v[i] >= 0 && id->v[i] <= INT32_MAX;
    return good ? (int32_t)id->v[i] : -1;
}

static bool get_tokens(Session *ses, const NpSet *set, Err *err)
{
    const NpArray *text = np_find(set, "tokens"), *id = np_find(set, "token_ids");
    if (!text || !text->text || text->ndim != 1)
        return err_set(err, "no run: it has no vector of strings \"tokens\"");
    for (int64_t i = 0; i < text->count; i++)
        session_add(ses, &(SessionToken){.text = text->text[i], .id = id_at(id, i)});
    return true;
}

static bool get_session(Session *ses, const NpSet *set, Err *err)
{
    char *settings = get_string(set, "settings");
    bool ok = (!settings || settings[0] != '{' || get_settings(ses, settings, err)) &&
              get_tokens(ses, set, err);
    free(settings);
    ses->prompt = get_string(set, "prompt");
    ses->song = get_string(set, "song_path");
    ses->model = get_string(set, "model");
    for (int k = 0; ok && k < COLUMNS; k++) ok = get_column(ses, set, k, err);
    return ok;
}

bool session_read(Session *ses, const char *path, Err *err)
{
    NpSet set;
    *ses = (Session){.contour = CONTOUR_DEFAULTS, .sampler = {.temp = 1, .top_p = 1}};
    bool ok = np_read(&set, path, err);
    if (ok && !get_session(ses, &set, err)) ok = err_wrap(err, "%s", path);
    np_free(&set);
    if (!ok) session_free(ses);
    return ok;
}
