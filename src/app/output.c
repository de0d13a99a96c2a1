/* output.c: see app/output.h. */
#include "app/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/sndfile_io.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

static bool kind_of_name(const char *path, OutKind *kind)
{
    if (str_ends(path, ".mid") || str_ends(path, ".midi"))
        *kind = OUT_MIDI;
    else if (str_ends(path, ".json"))
        *kind = OUT_JSON;
    else if (audio_can_write(path))
        *kind = OUT_AUDIO;
    else
        return false;
    return true;
}

static OutKind kind_of_format(const char *format)
{
    if (strcmp(format, "mid") == 0) return OUT_MIDI;
    return strcmp(format, "json") == 0 ? OUT_JSON : OUT_AUDIO;
}

static bool name_stdout(OutNames *n, const OutRequest *r, Err *err)
{
    OutKind kind = r->format ? kind_of_format(r->format) : OUT_MIDI;
    if (r->suffix) return err_set(err, "-o -: standard output takes one piece; ask for one genre");
    n->path[kind] = mem_strdup("-");
    if (kind == OUT_AUDIO) n->format = r->format;
    return true;
}

static char *with_ending(const char *stem, const char *ending)
{
    Str s = {0};
    str_addf(&s, "%s.%s", stem, ending);
    return s.s;
}

static void name_all(OutNames *n, const char *stem, const OutRequest *r)
{
    OutKind kind = r->format ? kind_of_format(r->format) : OUT_AUDIO;
    if (kind != OUT_AUDIO) {
        n->path[kind] = with_ending(stem, r->format);
        return;
    }
    n->path[OUT_MIDI] = with_ending(stem, "mid");
    if (r->audio) n->path[OUT_AUDIO] = with_ending(stem, r->format ? r->format : "wav");
    n->path[OUT_JSON] = with_ending(stem, "json");
}

/* False when the options ask for something else than the name's ending does. */
static bool check_ending(const OutRequest *r, OutKind kind, Err *err)
{
    if (kind == OUT_AUDIO && !r->audio)
        return err_set(err, "--no-audio: -o %s is an audio file; leave out one of the two",
                       r->output);
    if (!r->format || (kind == kind_of_format(r->format) &&
                       (kind != OUT_AUDIO || str_ends(r->output, r->format))))
        return true;
    return err_set(err, "--format %s: -o %s has another ending; leave out one of the two",
                   r->format, r->output);
}

bool outnames_make(OutNames *n, const OutRequest *asked, Err *err)
{
    OutKind kind;
    OutRequest full = *asked, *r = &full;
    if (!r->format) r->format = r->usual;
    *n = (OutNames){.format = NULL};
    if (r->output && strcmp(r->output, "-") == 0) return name_stdout(n, r, err);
    if (r->output && !dir_exists(r->output) && !str_ends(r->output, "/")) {
        struct stat st;
        bool device = stat(r->output, &st) == 0 && !S_ISREG(st.st_mode);
        bool named = kind_of_name(r->output, &kind);
        if (named && !device && !check_ending(asked, kind, err)) return false;
        if (named || device) {
            if (r->suffix)
                return err_set(err, "%s: one file for several pieces; give a name without ending",
                               r->output);
            if (device) kind = r->format ? kind_of_format(r->format) : OUT_MIDI;
            if (device && kind == OUT_AUDIO) n->format = r->format;
            n->path[kind] = mem_strdup(r->output);
            return true;
        }
    }
    Str stem = {0};
    bool folder = r->output && (dir_exists(r->output) || str_ends(r->output, "/"));
    if (r->output) str_puts(&stem, r->output);
    if (folder && !str_ends(r->output, "/")) str_putc(&stem, '/');
    if (!r->output || folder)
        str_puts(&stem, r->stem);
    else if (r->suffix)
        str_addf(&stem, "-%s", r->suffix);
    name_all(n, str_text(&stem), r);
    str_free(&stem);
    return true;
}

bool out_check_path(const char *path, bool clobber, Err *err)
{
    if (strcmp(path, "-") == 0) return true;
    if (dir_exists(path)) return err_set(err, "%s: is a directory; give a file name", path);
    if (file_exists(path)) {
        struct stat st;
        bool device = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
        if (!clobber && !device)
            return err_set(err, "%s: exists; remove it or leave out --no-clobber", path);
        if (access(path, W_OK) != 0)
            return err_set(err, "%s: cannot write: %s", path, strerror(errno));
        if (device) return true;
    }
    const char *base = path_base(path);
    char *dir = base == path ? mem_strdup(".") : mem_strndup(path, (size_t)(base - path));
    bool ok = dir_exists(dir) && access(dir, W_OK | X_OK) == 0;
    if (!ok)
        err_set(err, "%s: cannot write: %s", path,
                dir_exists(dir) ? strerror(errno) : "no such directory; make it first");
    free(dir);
    return ok;
}

bool outnames_check(const OutNames *n, bool clobber, Err *err)
{
    for (int k = 0; k < OUT_KINDS; k++)
        if (n->path[k] && !out_check_path(n->path[k], clobber, err)) return false;
    return true;
}

void outnames_free(OutNames *n)
{
    for (int k = 0; k < OUT_KINDS; k++) free(n->path[k]);
    *n = (OutNames){.format = NULL};
}

/* song.wav -> song.part.wav: the ending stays, because it names the format. */
static char *stage_name(const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0 || (stat(path, &st) == 0 && !S_ISREG(st.st_mode))) return NULL;
    const char *base = path_base(path), *dot = strrchr(base, '.');
    size_t stem = dot && dot > base ? (size_t)(dot - path) : strlen(path);
    Str s = {0};
    str_add(&s, path, stem);
    str_addf(&s, ".part%s", path + stem);
    return s.s;
}

const char *outset_add(OutSet *set, const char *path)
{
    OutStage *o = mem_push(&set->item, &set->n, &set->cap, sizeof *set->item);
    *o = (OutStage){.path = mem_strdup(path), .stage = stage_name(path)};
    return o->stage ? o->stage : o->path;
}

bool outset_put(OutSet *set, const char *path, Str *bytes, Err *err)
{
    if (!set->hold) return out_file(outset_add(set, path), str_text(bytes), bytes->len, err);
    OutStage *o = mem_push(&set->item, &set->n, &set->cap, sizeof *set->item);
    *o = (OutStage){.path = mem_strdup(path), .bytes = *bytes};
    *bytes = (Str){0};
    return true;
}

Str *outset_held(const OutSet *set, const char *path)
{
    for (int i = 0; i < set->n; i++)
        if (strcmp(set->item[i].path, path) == 0) return &set->item[i].bytes;
    return NULL;
}

static void outset_clear(OutSet *set)
{
    for (int i = 0; i < set->n; i++) {
        free(set->item[i].path);
        free(set->item[i].stage);
        str_free(&set->item[i].bytes);
    }
    free(set->item);
    *set = (OutSet){.hold = set->hold};
}

bool outset_commit(OutSet *set, Err *err)
{
    for (int i = 0; i < set->n; i++) {
        OutStage *o = &set->item[i];
        if (!o->stage || rename(o->stage, o->path) == 0) continue;
        err_set(err, "%s: cannot write: %s", o->path, strerror(errno));
        outset_abort(set);
        return false;
    }
    outset_clear(set);
    return true;
}

void outset_abort(OutSet *set)
{
    for (int i = 0; i < set->n; i++)
        if (set->item[i].stage) unlink(set->item[i].stage);
    outset_clear(set);
}

bool outset_finish(OutSet *set, bool ok, const Run *run, Err *err)
{
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    if (ok) return outset_commit(set, err);
    outset_abort(set);
    return false;
}
