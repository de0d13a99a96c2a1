/* find.c: see model/find.h.
 *
 * A Hugging Face cache holds models--ORG--NAME/refs/main, a file with the name of the current
 * snapshot, and models--ORG--NAME/snapshots/REVISION/, links to the files. Source: the guide
 * "Understand caching" of huggingface_hub. */
#include "model/find.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

enum { FIND_MAX_NAME = 200 };

typedef struct Names {
    char **s; /* [n] */
    int n, cap;
} Names;

static void names_add(Names *names, const char *s)
{
    *(char **)mem_push(&names->s, &names->n, &names->cap, sizeof *names->s) = mem_strdup(s);
}

static void names_free(Names *names)
{
    for (int i = 0; i < names->n; i++) free(names->s[i]);
    free(names->s);
    *names = (Names){0};
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The directories in dir, sorted, hidden ones left out. */
static Names list_dirs(const char *dir)
{
    Names names = {0};
    DIR *d = opendir(dir);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        if (e->d_name[0] == '.') continue;
        char *path = path_join(dir, e->d_name);
        if (dir_exists(path)) names_add(&names, e->d_name);
        free(path);
    }
    if (d) closedir(d);
    if (names.n > 1) qsort(names.s, (size_t)names.n, sizeof *names.s, compare_names);
    return names;
}

static bool has_file(const char *dir, const char *name)
{
    char *path = path_join(dir, name);
    bool yes = file_exists(path);
    free(path);
    return yes;
}

static bool is_model_dir(const char *dir)
{
    return has_file(dir, "model.safetensors") || has_file(dir, "model.safetensors.index.json");
}

/* Adds an existing directory that is not in the list under another name. */
static void places_add(Names *places, const char *dir)
{
    char *real = realpath(dir, NULL);
    bool known = !real || !dir_exists(real);
    for (int i = 0; i < places->n && !known; i++) {
        char *other = realpath(places->s[i], NULL);
        known = other && strcmp(other, real) == 0;
        free(other);
    }
    if (!known) names_add(places, dir);
    free(real);
}

static void places_join(Names *places, const char *dir, const char *name)
{
    if (!dir || !*dir) return;
    char *path = path_join(dir, name);
    names_add(places, path);
    free(path);
}

/* Where models directories may be, whether they exist or not. */
static Names models_places(void)
{
    Names p = {0};
    const char *env = getenv("LLMSONIFY_MODELS");
    while (env && *env) {
        size_t n = strcspn(env, ":");
        char *dir = mem_strndup(env, n);
        if (n) names_add(&p, dir);
        free(dir);
        env += n + (env[n] == ':');
    }
    names_add(&p, "models");
    char *exe = exe_dir();
    places_join(&p, exe, "../models");
    places_join(&p, exe, "../share/llmsonify/models");
    free(exe);
    return p;
}

static Names cache_places(void)
{
    Names p = {0};
    const char *hub = getenv("HF_HUB_CACHE");
    if (hub && *hub) names_add(&p, hub);
    places_join(&p, getenv("HF_HOME"), "hub");
    places_join(&p, getenv("XDG_CACHE_HOME"), "huggingface/hub");
    places_join(&p, getenv("HOME"), ".cache/huggingface/hub");
    return p;
}

/* Those of the places that exist, each once. */
static Names existing(Names places)
{
    Names there = {0};
    for (int i = 0; i < places.n; i++) places_add(&there, places.s[i]);
    names_free(&places);
    return there;
}

/* ORG/NAME or NAME, in the characters that a Hugging Face id may have. */
static bool is_model_id(const char *s)
{
    int slashes = 0;
    for (const char *p = s; *p; p++) {
        bool start = p == s || p[-1] == '/';
        if (*p == '/') slashes++;
        if (start && !isalnum((unsigned char)*p) && *p != '_') return false;
        if (!isalnum((unsigned char)*p) && !strchr("._-/", *p)) return false;
    }
    return *s && slashes <= 1 && strlen(s) < FIND_MAX_NAME && !strstr(s, "--");
}

/* The revision in refs/main as a path under snapshots/, NULL when it says nothing usable. */
static char *main_snapshot(const char *repo, const char *snapshots)
{
    char *ref = path_join(repo, "refs/main"), *path = NULL;
    FileMap map;
    Err err;
    if (file_map_open(&map, ref, &err)) {
        size_t n = 0;
        while ((int64_t)n < map.size && n < FIND_MAX_NAME && isalnum(map.data[n])) n++;
        char *rev = mem_strndup((const char *)(map.data ? map.data : (const uint8_t *)""), n);
        if (n) path = path_join(snapshots, rev);
        free(rev);
        file_map_close(&map);
    }
    free(ref);
    return path;
}

/* The snapshot of a cached repository that has weights: main's, else the newest; NULL if none. */
static char *repo_snapshot(const char *repo)
{
    char *snapshots = path_join(repo, "snapshots");
    char *best = main_snapshot(repo, snapshots);
    if (best && !is_model_dir(best)) {
        free(best);
        best = NULL;
    }
    Names revs = best ? (Names){0} : list_dirs(snapshots);
    struct timespec newest = {0};
    for (int i = 0; i < revs.n; i++) {
        struct stat st;
        char *path = path_join(snapshots, revs.s[i]);
        bool later = is_model_dir(path) && stat(path, &st) == 0 &&
                     (!best || st.st_mtim.tv_sec > newest.tv_sec ||
                      (st.st_mtim.tv_sec == newest.tv_sec && st.st_mtim.tv_nsec > newest.tv_nsec));
        if (later) {
            free(best);
            best = path;
            newest = st.st_mtim;
        } else {
            free(path);
        }
    }
    names_free(&revs);
    free(snapshots);
    return best;
}

/* models--ORG--NAME under the cache, or NULL. */
static char *locate_cached(const char *id, const char *hub)
{
    Str repo = {0};
    str_addf(&repo, "%s/models--", hub);
    for (const char *p = id; *p; p++) {
        if (*p == '/')
            str_puts(&repo, "--");
        else
            str_putc(&repo, *p);
    }
    char *path = repo_snapshot(repo.s);
    str_free(&repo);
    return path;
}

static char *locate_named(const char *name)
{
    Names dirs = existing(models_places());
    char *found = NULL;
    for (int i = 0; i < dirs.n && !found; i++) {
        char *path = path_join(dirs.s[i], name);
        if (is_model_dir(path))
            found = path;
        else
            free(path);
    }
    names_free(&dirs);
    return found;
}

static char *locate_id(const char *id)
{
    Names hubs = existing(cache_places());
    char *found = NULL;
    for (int i = 0; i < hubs.n && !found; i++) found = locate_cached(id, hubs.s[i]);
    names_free(&hubs);
    return found;
}

static void list_add(FoundList *list, const char *name, const char *path, const char *where)
{
    FoundModel *m = mem_push(&list->m, &list->n, &list->cap, sizeof *list->m);
    *m = (FoundModel){mem_strdup(name), mem_strdup(path), mem_strdup(where)};
}

/* The models inside a model: checkpoints on the way to it. */
static void list_checkpoints(FoundList *list, const char *model, const char *at, const char *dir)
{
    Names names = list_dirs(at);
    for (int i = 0; i < names.n; i++) {
        char *path = path_join(at, names.s[i]), *name = path_join(model, names.s[i]);
        if (is_model_dir(path)) list_add(list, name, path, dir);
        free(path);
        free(name);
    }
    names_free(&names);
}

static void list_models_dir(FoundList *list, const char *dir)
{
    Names names = list_dirs(dir);
    for (int i = 0; i < names.n; i++) {
        char *path = path_join(dir, names.s[i]);
        if (is_model_dir(path)) {
            list_add(list, names.s[i], path, dir);
            list_checkpoints(list, names.s[i], path, dir);
        }
        free(path);
    }
    names_free(&names);
}

static void list_cache(FoundList *list, const char *hub)
{
    Names names = list_dirs(hub);
    for (int i = 0; i < names.n; i++) {
        if (!str_starts(names.s[i], "models--")) continue;
        char *repo = path_join(hub, names.s[i]);
        char *path = repo_snapshot(repo);
        char *id = mem_strdup(names.s[i] + strlen("models--"));
        char *cut = strstr(id, "--");
        if (cut) {
            *cut = '/';
            memmove(cut + 1, cut + 2, strlen(cut + 2) + 1);
        }
        if (path) list_add(list, id, path, hub);
        free(id);
        free(path);
        free(repo);
    }
    names_free(&names);
}

/* The found name most like the one asked for, NULL when none is close; also by the part after the
 * organisation. */
static const char *closest(const FoundList *list, const char *asked)
{
    const char *best = NULL;
    int least = 2 + (int)strlen(asked) / 5;
    for (int i = 0; i < list->n; i++) {
        int whole = str_distance(asked, list->m[i].name);
        int last = str_distance(path_base(asked), path_base(list->m[i].name));
        int d = whole < last ? whole : last;
        if (d > least || (best && d == least)) continue;
        least = d;
        best = list->m[i].name;
    }
    return best;
}

static void say_missing(const char *asked, Err *err)
{
    FoundList list = {0};
    Str hint = {0}, looked = {0};
    model_list(&list);
    const char *like = closest(&list, asked);
    if (like) str_addf(&hint, "did you mean \"%s\"? ", like);
    if (is_model_id(asked) && strchr(asked, '/'))
        str_addf(&hint, "get it with: huggingface-cli download %s", asked);
    else
        str_puts(&hint, "give a name that \"llmsonify models\" lists, a directory, a .safetensors "
                        "file, or a Hugging Face id after huggingface-cli download ID");
    Names places[2] = {models_places(), cache_places()};
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < places[k].n; i++)
            str_addf(&looked, "%s%s", looked.len ? ", " : "", places[k].s[i]);
    err_set(err, "no model \"%.120s\"; %s; looked in %s", asked, str_text(&hint),
            str_text(&looked));
    names_free(&places[0]);
    names_free(&places[1]);
    str_free(&hint);
    str_free(&looked);
    model_list_free(&list);
}

/* A directory that exists: a model, or a cached repository with snapshots of one. */
static char *locate_dir(const char *path, Err *err)
{
    if (is_model_dir(path)) return mem_strdup(path);
    char *snapshot = repo_snapshot(path);
    if (!snapshot)
        err_set(err, "%s: no model.safetensors and no model.safetensors.index.json in it", path);
    return snapshot;
}

char *model_locate(const char *asked, Err *err)
{
    if (!asked) asked = MODEL_DEFAULT;
    bool plain = *asked && !strchr(asked, '/') && asked[0] != '.';
    char *found = plain ? locate_named(asked) : NULL;
    if (found) return found;
    if (dir_exists(asked)) return locate_dir(asked, err);
    if (file_exists(asked)) return mem_strdup(asked);
    if (is_model_id(asked)) found = locate_named(asked);
    if (!found && is_model_id(asked)) found = locate_id(asked);
    if (!found) say_missing(asked, err);
    return found;
}

char *model_locate_file(const char *name, Err *err)
{
    Names dirs = existing(models_places());
    char *found = NULL;
    for (int i = 0; i < dirs.n && !found; i++) {
        char *path = path_join(dirs.s[i], name);
        if (file_exists(path))
            found = path;
        else
            free(path);
    }
    names_free(&dirs);
    if (!found) err_set(err, "models/%s: not found; set LLMSONIFY_MODELS to its directory", name);
    return found;
}

void model_list(FoundList *out)
{
    Names dirs = existing(models_places()), hubs = existing(cache_places());
    *out = (FoundList){0};
    for (int i = 0; i < dirs.n; i++) list_models_dir(out, dirs.s[i]);
    for (int i = 0; i < hubs.n; i++) list_cache(out, hubs.s[i]);
    names_free(&dirs);
    names_free(&hubs);
}

void model_list_free(FoundList *list)
{
    for (int i = 0; i < list->n; i++) {
        free(list->m[i].name);
        free(list->m[i].path);
        free(list->m[i].where);
    }
    free(list->m);
    *list = (FoundList){0};
}
