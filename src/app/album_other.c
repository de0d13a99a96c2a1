/* album_other.c: see album_other.h. The plans in the journal say whose tracks lie in the folder; an
 * album that grows, or is made anew with other options, is still the same. */
#include "album_other.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/folder.h"

static bool has_track(const AlbumPlan *p, const char *stem)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->track[i].stem, stem) == 0) return true;
    return false;
}

/* True when the track's MIDI, which every album has, lies in the folder. */
static bool is_there(const char *dir, const char *stem)
{
    char *path = album_path(dir, stem, "mid");
    bool there = file_exists(path);
    free(path);
    return there;
}

/* True when all files of a track of `old` are written over by the same track of p. */
static bool same_files(const AlbumPlan *p, const AlbumPlan *old)
{
    bool sound = !*old->format || strcmp(old->format, p->format) == 0;
    return sound && (old->midi_only || !p->midi_only) && (!old->pictures || p->pictures);
}

/* The first track of old whose files would stay, or be another model's; NULL when there is none. */
static const AlbumTrack *first_stray(const AlbumPlan *p, const AlbumPlan *old, const char *dir)
{
    bool same = strcmp(p->artist, old->artist) == 0 && same_files(p, old);
    for (int i = 0; i < old->n; i++) {
        const AlbumTrack *t = &old->track[i];
        if ((!same || !has_track(p, t->stem)) && is_there(dir, t->stem)) return t;
    }
    return NULL;
}

static bool check_plan(const AlbumPlan *p, const char *dir, const char *name, bool force, Err *err)
{
    Err damaged;
    AlbumPlan old = {0};
    Str place = {0};
    str_addf(&place, ALBUM_JOURNAL "/%s", name);
    char *path = album_path(dir, str_text(&place), "");
    bool ok = true;
    if (album_plan_read(&old, path, &damaged)) { /* what cannot be read is nobody's */
        const AlbumTrack *t = first_stray(p, &old, dir);
        if (t && !force)
            ok = err_set(err, "%s: holds another album, \"%s\" of %s, with %s.mid; give another "
                              "folder with -o, or --force to write among its files", dir,
                         old.title, old.artist, t->stem);
        else if (t && unlink(path) != 0)
            ok = err_set(err, "%s: cannot remove", path);
        album_plan_free(&old);
    }
    free(path);
    str_free(&place);
    return ok;
}

bool album_other_check(const AlbumPlan *p, const char *dir, bool force, Err *err)
{
    static const char *const JSON[] = {".json"};
    OptList name = {0};
    char *journal = album_path(dir, ALBUM_JOURNAL, "");
    bool ok = !dir_exists(journal) || folder_files(&name, journal, JSON, 1, err);
    for (int i = 0; ok && i < name.n; i++)
        if (strcmp(name.item[i], "album.json") == 0 || str_starts(name.item[i], "shard-"))
            ok = check_plan(p, dir, name.item[i], force, err);
    optlist_free(&name);
    free(journal);
    return ok;
}
