/* font_find.c: soundfont_find of synth/soundfont.h; the rules are told in soundfonts/README.md. */
#include "font_find.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "synth/soundfont.h"

enum { MAX_DIRS = 8 };

/* Beginnings of file names, best first; case does not matter ("GeneralUser GS v1.471.sf2"). */
static const char *const PREFERRED[] = {"FluidR3_GM.", "GeneralUser", "default-GM.", "TimGM6mb."};

/* Our own: what plays where there is nothing else. */
static const char OWN[] = "llmsonify.";

static const char *const INSTALL =
    "install the package fluid-soundfont-gm or timgm6mb-soundfont, or name a .sf2 file with "
    "--soundfont";

static bool is_font_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcasecmp(dot, ".sf2") == 0 || strcasecmp(dot, ".sf3") == 0);
}

static bool starts(const char *name, const char *prefix)
{
    return strncasecmp(name, prefix, strlen(prefix)) == 0;
}

/* The first file by name in dir that starts with `prefix` and ends like a font; ours only when it
 * is asked for. */
static char *first_font(const char *dir, const char *prefix)
{
    char *best = NULL;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (!is_font_name(e->d_name) || !starts(e->d_name, prefix)) continue;
        if (!prefix[0] && starts(e->d_name, OWN)) continue;
        char *path = path_join(dir, e->d_name);
        if (file_exists(path) && (!best || strcmp(path, best) < 0)) {
            free(best);
            best = path;
        } else {
            free(path);
        }
    }
    if (d) closedir(d);
    return best;
}

static char *named_font(const char *dir, const char *name)
{
    static const char *const ENDINGS[] = {"", ".sf2", ".sf3"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++) {
        Str s = {0};
        str_addf(&s, "%s/%s%s", dir, name, ENDINGS[i]);
        if (file_exists(s.s)) return s.s;
        str_free(&s);
    }
    return NULL;
}

char *font_find_in(const char *const *dirs, const char *name)
{
    char *path = NULL;
    for (int i = 0; name && !path && dirs[i]; i++) path = named_font(dirs[i], name);
    if (name) return path;
    for (size_t p = 0; p < sizeof PREFERRED / sizeof PREFERRED[0]; p++)
        for (int i = 0; !path && dirs[i]; i++) path = first_font(dirs[i], PREFERRED[p]);
    for (int i = 0; !path && dirs[i]; i++) path = first_font(dirs[i], "");
    for (int i = 0; !path && dirs[i]; i++) path = first_font(dirs[i], OWN);
    return path;
}

/* The usual folders, as new strings; the list ends with NULL. */
static void usual_dirs(char *dirs[MAX_DIRS + 1])
{
    int n = 0;
    char *exe = exe_dir();
    const char *home = getenv("HOME");
    dirs[n++] = mem_strdup("soundfonts");
    if (exe) {
        dirs[n++] = path_join(exe, "../soundfonts");
        dirs[n++] = path_join(exe, "../share/llmsonify/soundfonts");
    }
    dirs[n++] = mem_strdup("/usr/share/sounds/sf2");
    dirs[n++] = mem_strdup("/usr/share/sounds/sf3");
    dirs[n++] = mem_strdup("/usr/share/soundfonts");
    if (home) dirs[n++] = path_join(home, ".local/share/soundfonts");
    dirs[n] = NULL;
    free(exe);
}

static char *find_usual(const char *name)
{
    char *dirs[MAX_DIRS + 1];
    usual_dirs(dirs);
    char *path = font_find_in((const char *const *)dirs, name);
    for (int i = 0; dirs[i]; i++) free(dirs[i]);
    return path;
}

/* A file, a folder of fonts, or a name in the usual folders; `from` tells who asked. */
static char *find_asked(const char *asked, const char *from, Err *err)
{
    char *path = NULL;
    if (file_exists(asked)) return mem_strdup(asked);
    if (dir_exists(asked))
        path = font_find_in((const char *const[]){asked, NULL}, NULL);
    else if (!strchr(asked, '/'))
        path = find_usual(asked);
    if (!path) err_set(err, "%s%s: no such SoundFont; %s", from, asked, INSTALL);
    return path;
}

char *soundfont_find(const char *asked, Err *err)
{
    const char *env = getenv("LLMSONIFY_SOUNDFONT");
    if (asked && asked[0]) return find_asked(asked, "", err);
    if (env && env[0]) return find_asked(env, "LLMSONIFY_SOUNDFONT=", err);
    char *path = find_usual(NULL);
    if (!path) err_set(err, "no SoundFont found; %s", INSTALL);
    return path;
}

bool soundfont_named(const char *asked)
{
    const char *env = getenv("LLMSONIFY_SOUNDFONT");
    return (asked && asked[0]) || (env && env[0]);
}
