/* album_join.c: shards to one album, see app/album.h. Nothing is computed that a shard has not: the
 * records say what is there, and the plans, which every shard writes, what must be. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "album_finish.h"
#include "app/album.h"
#include "base/file.h"
#include "base/mem.h"

typedef struct Joining {
    const AlbumJoin *job;
    AlbumPlan plan;
    char identity[ALBUM_KEY];
    char *from;          /* the file that the plan was read from */
    AlbumRecord *record; /* [plan.n] */
    int *where;          /* [plan.n] index of the folder, -1 = missing */
    const char *output;
    OptList old;         /* plans of shards in the output folder */
} Joining;

/* Takes the plan when it is the first, compares it otherwise. */
static bool take_plan(Joining *j, const char *path, Err *err)
{
    AlbumPlan p = {0};
    char identity[ALBUM_KEY];
    if (!album_plan_read(&p, path, err)) return false;
    album_plan_identity(&p, identity);
    bool first = j->plan.n == 0, same = first || strcmp(identity, j->identity) == 0;
    if (first) {
        j->plan = p;
        j->from = mem_strdup(path);
        memcpy(j->identity, identity, sizeof identity);
        return true;
    }
    if (!same)
        err_set(err, "%s: not of the same album as %s: another model, list, option or version",
                path, j->from);
    album_plan_free(&p);
    return same;
}

static bool is_plan(const char *name)
{
    return strcmp(name, "album.json") == 0 ||
           (str_starts(name, "shard-") && strstr(name, "-of-") && str_ends(name, ".json"));
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Reads every plan of a folder, in the order of their names. */
static bool read_plans(Joining *j, const char *dir, Err *err)
{
    char *folder = album_path(dir, ALBUM_JOURNAL, "");
    OptList name = {0};
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (is_plan(e->d_name)) optlist_add(&name, e->d_name, strlen(e->d_name));
    if (d) closedir(d);
    if (name.n > 1) qsort(name.item, (size_t)name.n, sizeof *name.item, compare_names);
    bool ok = name.n > 0 || err_set(err, "%s: no album and no shard of one in it", dir);
    for (int i = 0; ok && i < name.n; i++) {
        char *path = path_join(folder, name.item[i]);
        ok = take_plan(j, path, err);
        bool shard = str_starts(name.item[i], "shard-");
        if (shard && strcmp(dir, j->output) == 0) optlist_add(&j->old, path, strlen(path));
        free(path);
    }
    optlist_free(&name);
    free(folder);
    return ok;
}

/* Where each finished track is; false with the names of those that are nowhere. */
static bool find_tracks(Joining *j, Err *err)
{
    AlbumPlan *p = &j->plan;
    Str missing = {0};
    int n = 0;
    j->record = mem_alloc(p->n, sizeof *j->record);
    j->where = mem_alloc(p->n, sizeof *j->where);
    for (int i = 0; i < p->n; i++) {
        j->where[i] = -1;
        for (int d = 0; d < j->job->dirs->n && j->where[i] < 0; d++)
            if (album_record_read(&j->record[i], j->job->dirs->item[d], &p->track[i]))
                j->where[i] = d;
        if (j->where[i] >= 0) continue;
        if (n++ < 10) str_addf(&missing, "%s%s", n > 1 ? ", " : "", p->track[i].stem);
    }
    if (n > 10) str_addf(&missing, " and %d more", n - 10);
    bool ok = n == 0 || err_set(err, "%d of %d tracks are missing: %s", n, p->n, missing.s);
    str_free(&missing);
    return ok;
}

static bool copy_file(const char *from, const char *to, const char *name, Err *err)
{
    char *in = album_path(from, name, ""), *out = album_path(to, name, "");
    bool ok = out_copy(out, in, err);
    free(in);
    free(out);
    return ok;
}

static bool same_folder(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool copy_tracks(Joining *j, const Run *run, Err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < j->plan.n; i++) {
        const char *from = j->job->dirs->item[j->where[i]];
        const AlbumRecord *r = &j->record[i];
        run_progress(run, "gathering the tracks", i + 1, j->plan.n);
        if (same_folder(from, j->output)) continue;
        for (int k = 0; ok && k < r->nfiles; k++)
            ok = copy_file(from, j->output, r->file[k].name, err);
        ok = ok && album_record_write(r, j->output, &j->plan.track[i], err);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    return ok;
}

static bool open_output(const Joining *j, Err *err)
{
    if (mkdir(j->output, 0777) == 0 || (errno == EEXIST && dir_exists(j->output))) return true;
    return err_set(err, "%s: cannot make the album's folder: %s", j->output, strerror(errno));
}

bool album_join(const AlbumJoin *job, const Run *run, Err *err)
{
    Joining j = {.job = job, .output = job->output ? job->output : job->dirs->item[0]};
    bool ok = true;
    for (int i = 0; ok && i < job->dirs->n; i++) ok = read_plans(&j, job->dirs->item[i], err);
    j.plan.shard = j.plan.shards = 1;
    ok = ok && find_tracks(&j, err) && open_output(&j, err) &&
         album_plan_write(&j.plan, j.output, err) && copy_tracks(&j, run, err) &&
         album_finish(&j.plan, j.record, j.output, &job->say, run, err);
    for (int i = 0; ok && i < j.old.n; i++) unlink(j.old.item[i]);
    if (j.record) album_records_free(j.record, j.plan.n);
    free(j.where);
    free(j.from);
    optlist_free(&j.old);
    album_plan_free(&j.plan);
    return ok;
}
