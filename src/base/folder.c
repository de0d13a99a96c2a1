/* folder.c: see base/folder.h. Folders wait in a list, so that depth costs no stack. */
#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"

typedef struct Walk {
    OptList *out, folder; /* folder: relative to the top, "" = the top itself */
    const char *top;
    const char *const *ending;
    int nendings;
} Walk;

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool wanted(const Walk *w, const char *name)
{
    size_t len = strlen(name);
    for (int i = 0; i < w->nendings; i++) {
        size_t n = strlen(w->ending[i]);
        if (len > n && strcasecmp(name + len - n, w->ending[i]) == 0) return true;
    }
    return false;
}

static bool is_own_folder(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void visit(Walk *w, const char *folder, const char *name)
{
    char *below = folder[0] ? path_join(folder, name) : mem_strdup(name);
    char *path = path_join(w->top, below);
    if (is_own_folder(path)) optlist_add(&w->folder, below, strlen(below));
    else if (wanted(w, name) && file_exists(path)) optlist_add(w->out, below, strlen(below));
    free(path);
    free(below);
}

static bool list(Walk *w, const char *folder, Err *err)
{
    char *path = folder[0] ? path_join(w->top, folder) : mem_strdup(w->top);
    DIR *d = opendir(path);
    bool ok = d || err_set(err, "%s: cannot read the folder: %s", path, strerror(errno));
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (e->d_name[0] != '.') visit(w, folder, e->d_name);
    if (d) closedir(d);
    free(path);
    return ok;
}

bool folder_files(OptList *out, const char *dir, const char *const *endings, int n, Err *err)
{
    Walk w = {.out = out, .top = dir, .ending = endings, .nendings = n};
    int before = out->n;
    bool ok = true;
    optlist_add(&w.folder, "", 0);
    for (int i = 0; ok && i < w.folder.n; i++) {
        char *folder = mem_strdup(w.folder.item[i]); /* the list grows meanwhile */
        ok = list(&w, folder, err);
        free(folder);
    }
    optlist_free(&w.folder);
    if (out->n - before > 1)
        qsort(out->item + before, (size_t)(out->n - before), sizeof *out->item, compare);
    return ok;
}
