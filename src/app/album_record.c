/* album_record.c: see album_record.h. */
#include "album_record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"

enum { DIGITS = 9, LAYERS_MAX = 100000, SPECTRA_MAX = 4096 };

void album_record_free(AlbumRecord *r)
{
    for (int i = 0; i < r->nfiles; i++) free(r->file[i].name);
    free(r->file);
    free(r->spectra);
    *r = (AlbumRecord){.tokens = 0};
}

static bool hash_file(const char *dir, const char *name, char out[ALBUM_KEY], Err *err)
{
    FileMap map = {0};
    char *path = album_path(dir, name, "");
    bool ok = file_map_open(&map, path, err);
    if (ok) album_hash(map.data, (size_t)map.size, out);
    file_map_close(&map);
    free(path);
    return ok;
}

bool album_record_add(AlbumRecord *r, const char *dir, const char *name, Err *err)
{
    char sha[ALBUM_KEY];
    if (!hash_file(dir, name, sha, err)) return false;
    AlbumFile *f = mem_push(&r->file, &r->nfiles, &r->cap_files, sizeof *r->file);
    f->name = mem_strdup(name);
    memcpy(f->sha, sha, sizeof sha);
    return true;
}

const char *album_record_find(const AlbumRecord *r, const char *ending)
{
    for (int i = 0; i < r->nfiles; i++)
        if (str_ends(r->file[i].name, ending)) return r->file[i].name;
    return NULL;
}

static void write_json(const AlbumRecord *r, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "key", r->key);
    jout_int(&j, "tokens", r->tokens);
    jout_number(&j, "tension", r->tension, DIGITS);
    jout_number(&j, "tempo", r->tempo, DIGITS);
    jout_number(&j, "seconds", r->seconds, DIGITS);
    jout_number(&j, "lufs", r->lufs, DIGITS);
    jout_string(&j, "tonic", r->tonic);
    jout_string(&j, "mode", r->mode);
    jout_begin(&j, "files", '[', false);
    for (int i = 0; i < r->nfiles; i++) {
        jout_begin(&j, NULL, '{', true);
        jout_string(&j, "name", r->file[i].name);
        jout_string(&j, "sha256", r->file[i].sha);
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_begin(&j, "spectra", '[', false);
    for (int l = 0; l < r->nl; l++) {
        jout_begin(&j, NULL, '[', true);
        for (int i = 0; i < r->k; i++) jout_number(&j, NULL, (double)r->spectra[l * r->k + i], 6);
        jout_end(&j, ']');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
}

static char *record_path(const char *dir, const AlbumTrack *t)
{
    Str s = {0};
    str_addf(&s, ALBUM_JOURNAL "/%s", t->stem);
    char *path = album_path(dir, s.s, "json");
    str_free(&s);
    return path;
}

bool album_record_write(const AlbumRecord *r, const char *dir, const AlbumTrack *t, Err *err)
{
    Str out = {0};
    char *path = record_path(dir, t);
    write_json(r, &out);
    bool ok = out_file(path, out.s, out.len, err);
    str_free(&out);
    free(path);
    return ok;
}

static void copy_member(char *out, size_t size, const Json *root, const char *key)
{
    const char *s = json_string(json_get(root, key));
    snprintf(out, size, "%s", s ? s : "");
}

static bool read_files(AlbumRecord *r, const Json *files, const char *dir)
{
    Err none;
    for (const Json *f = json_child(files); f; f = json_next(f)) {
        const char *name = json_string(json_get(f, "name"));
        const char *sha = json_string(json_get(f, "sha256"));
        if (!name || !sha || strchr(name, '/') || !album_record_add(r, dir, name, &none))
            return false;
        if (strcmp(r->file[r->nfiles - 1].sha, sha) != 0) return false;
    }
    return r->nfiles > 0;
}

static bool read_spectra(AlbumRecord *r, const Json *rows)
{
    int nl = json_count(rows), k = json_count(json_child(rows)), l = 0;
    if (nl > LAYERS_MAX || k > SPECTRA_MAX) return false;
    r->spectra = mem_alloc((int64_t)nl * k, sizeof *r->spectra);
    r->nl = nl;
    r->k = k;
    for (const Json *row = json_child(rows); row; row = json_next(row), l++) {
        int i = 0;
        if (json_count(row) != k) return false;
        for (const Json *x = json_child(row); x; x = json_next(x))
            r->spectra[l * k + i++] = (float)json_number(x, 0);
    }
    return true;
}

static bool read_json(AlbumRecord *r, const Json *root, const char *dir, const AlbumTrack *t)
{
    copy_member(r->key, sizeof r->key, root, "key");
    copy_member(r->tonic, sizeof r->tonic, root, "tonic");
    copy_member(r->mode, sizeof r->mode, root, "mode");
    r->tokens = (int)json_number(json_get(root, "tokens"), 0);
    r->tension = json_number(json_get(root, "tension"), NAN);
    r->tempo = json_number(json_get(root, "tempo"), NAN);
    r->seconds = json_number(json_get(root, "seconds"), NAN);
    r->lufs = json_number(json_get(root, "lufs"), NAN);
    return strcmp(r->key, t->key) == 0 && isfinite(r->seconds) &&
           read_files(r, json_get(root, "files"), dir) &&
           read_spectra(r, json_get(root, "spectra"));
}

bool album_record_read(AlbumRecord *r, const char *dir, const AlbumTrack *t)
{
    Err none;
    char *path = record_path(dir, t);
    *r = (AlbumRecord){.tokens = 0};
    Json *root = file_exists(path) ? json_read(path, &none) : NULL;
    bool ok = root && read_json(r, root, dir, t);
    if (!ok) album_record_free(r);
    json_free(root);
    free(path);
    return ok;
}
