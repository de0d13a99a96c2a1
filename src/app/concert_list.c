/* concert_list.c: the runs in a directory; see app/concert.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "app/concert.h"
#include "base/mem.h"
#include "base/utf8.h"

enum { PROMPT_SHOWN = 40, NAME_SHOWN = 60 };

static int is_npz(const struct dirent *e)
{
    return str_ends(e->d_name, ".npz") && e->d_name[0] != '.';
}

/* The first characters of s, on one line, without what a terminal would obey; then spaces up to
 * `width` characters. */
static void put_start(Str *out, const char *s, int most, int width)
{
    int64_t n = (int64_t)strlen(s), at = 0;
    int shown = 0;
    for (; shown < most && at < n; shown++) {
        bool good;
        int step = utf8_step(s + at, n - at, &good);
        int32_t c = good ? utf8_code(s + at, step) : 0;
        if (c < ' ' || (c >= 0x7f && c < 0xa0))
            str_putc(out, good ? ' ' : '?');
        else
            str_add(out, s + at, (size_t)step);
        at += step;
    }
    if (at < n) str_puts(out, "...");
    for (; shown < width; shown++) str_putc(out, ' ');
}

static void put_session(Str *out, const char *name, const Session *t)
{
    double seconds = t->n > 0 ? t->token[t->n - 1].time : 0, temp = 0;
    for (int i = 0; i < t->n; i++) temp += t->token[i].temp / t->n;
    put_start(out, name, NAME_SHOWN, 24);
    str_addf(out, " %6d %8.1f %7.3f  ", t->n, seconds, temp);
    put_start(out, t->model ? t->model : "-", NAME_SHOWN, 12);
    str_putc(out, ' ');
    put_start(out, t->song ? path_base(t->song) : "silence", NAME_SHOWN, 20);
    str_putc(out, ' ');
    put_start(out, t->prompt ? t->prompt : "", PROMPT_SHOWN, 0);
    str_putc(out, '\n');
}

bool atmos_list(const char *dir, Str *out, Err *err)
{
    struct dirent **e;
    int n = scandir(dir, &e, is_npz, alphasort), runs = 0;
    if (n < 0) return err_set(err, "%s: cannot list: %s", dir, strerror(errno));
    str_addf(out, "%-24s %6s %8s %7s  %-12s %-20s %s\n", "run", "tokens", "seconds", "mean T",
             "model", "song", "prompt");
    for (int i = 0; i < n; i++) {
        char *path = path_join(dir, e[i]->d_name);
        Session t;
        Err ignored;
        if (session_read(&t, path, &ignored)) {
            put_session(out, e[i]->d_name, &t);
            session_free(&t);
            runs++;
        }
        free(path);
        free(e[i]);
    }
    free(e);
    return runs > 0 || err_set(err, "%s: no runs here; atmos SONG --save RUN.npz makes one", dir);
}
