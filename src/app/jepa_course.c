/* jepa_course.c: see jepa_course.h. */
#include "jepa_course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/plot.h"
#include "base/file.h"
#include "base/mem.h"
#include "view/course.h"

enum { MARKS = 8, COLUMNS = 64 };

/* A table of numbers with a column of words among them. Owner. */
typedef struct Csv {
    char **head, **word; /* [ncols], [nrows] of the column "phase" */
    double *v;           /* [ncols, cap] NaN = empty or no number */
    int ncols, nrows, cap;
} Csv;

static int count_lines(const char *s, size_t n)
{
    int lines = 0;
    for (size_t i = 0; i < n; i++) lines += s[i] == '\n';
    return lines;
}

static void read_row(Csv *t, const char *line, size_t n)
{
    for (int k = 0; k < t->ncols; k++) {
        const char *comma = memchr(line, ',', n);
        size_t len = comma ? (size_t)(comma - line) : n;
        char *field = mem_strndup(line, len);
        double x;
        t->v[(int64_t)k * t->cap + t->nrows] = parse_double(field, -1e300, 1e300, &x) ? x : NAN;
        if (strcmp(t->head[k], "phase") == 0 && !t->word[t->nrows])
            t->word[t->nrows] = field;
        else
            free(field);
        line += comma ? len + 1 : len;
        n -= comma ? len + 1 : len;
    }
    t->nrows++;
}

static void read_head(Csv *t, const char *line, size_t n)
{
    int cap = 0;
    for (size_t at = 0; at <= n && t->ncols < COLUMNS;) {
        const char *comma = memchr(line + at, ',', n - at);
        size_t len = comma ? (size_t)(comma - line) - at : n - at;
        char **name = mem_push(&t->head, &t->ncols, &cap, sizeof *name);
        *name = mem_strndup(line + at, len);
        at += len + 1;
    }
}

static void csv_read(Csv *t, const char *text, size_t n)
{
    t->cap = count_lines(text, n) + 1;
    t->word = mem_alloc(t->cap, sizeof *t->word);
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t len = end ? (size_t)(end - text) - at : n - at;
        if (!t->head) {
            read_head(t, text + at, len);
            t->v = mem_alloc((int64_t)t->ncols * t->cap, sizeof *t->v);
        } else {
            read_row(t, text + at, len);
        }
        at += len + 1;
    }
}

static void csv_free(Csv *t)
{
    for (int i = 0; i < t->ncols; i++) free(t->head[i]);
    for (int i = 0; i < t->nrows; i++) free(t->word[i]);
    free(t->head);
    free(t->word);
    free(t->v);
}

/* NULL when there is none. */
static const double *column(const Csv *t, const char *name)
{
    for (int k = 0; k < t->ncols; k++)
        if (strcmp(t->head[k], name) == 0) return t->v + (int64_t)k * t->cap;
    return NULL;
}

static void draw_course(Canvas *c, const void *ud)
{
    course_draw(c, ud);
}

/* The ends of phases. */
static int find_marks(const Csv *t, const double *step, double *mark, const char **name)
{
    int n = 0;
    for (int i = 0; i < t->nrows && n < MARKS; i++) {
        bool last = i + 1 == t->nrows || !t->word[i] || !t->word[i + 1] ||
                    strcmp(t->word[i], t->word[i + 1]) != 0;
        if (!last) continue;
        mark[n] = step[i];
        name[n++] = t->word[i] ? t->word[i] : "";
    }
    return n;
}

static bool picture(const char *path, const Csv *t, OutSet *set, Err *err)
{
    static const char *const NAMES[][COURSE_LINES] = {
        {"loss", "next", "cross"},
        {"variance", "covariance", "continuity"},
        {"heard_active", "foreseen_active", "heard_rank", "foreseen_rank"},
        {"heard_cosine", "foreseen_cosine", "alignment"},
        {"tau"},
        {"reading"}};
    static const char *const TITLES[] = {"loss, and its cosine parts",
                                         "parts that keep latents apart and steady (unweighted)",
                                         "dimensions: active ones, effective rank",
                                         "mean cosine of pairs; alignment",
                                         "what the target keeps of itself at a step",
                                         "loss of the read-outs"};
    enum { PANELS = sizeof NAMES / sizeof *NAMES };
    CoursePanel panel[PANELS] = {{.title = NULL}};
    double mark[MARKS];
    const char *name[MARKS];
    const double *step = column(t, "step");
    for (int p = 0; p < PANELS; p++) {
        panel[p].title = TITLES[p];
        for (int k = 0, n = 0; k < COURSE_LINES && NAMES[p][k]; k++) {
            const double *v = column(t, NAMES[p][k]);
            if (!v) continue;
            panel[p].name[n] = NAMES[p][k];
            panel[p].v[n++] = v;
        }
    }
    if (!step || t->nrows < 1) return err_set(err, "%s: its .csv has no steps", path);
    int nmarks = find_marks(t, step, mark, name);
    Course c = {.title = "JEPA: the course of the training",
                .line = "running means of the loss; latents of evenly spread windows of the corpus",
                .step = step,
                .n = t->nrows,
                .panel = panel,
                .npanels = PANELS,
                .mark = mark,
                .mark_name = name,
                .nmarks = nmarks};
    return plot_to(path, COURSE_WIDTH, COURSE_HEIGHT, draw_course, &c, set, err);
}

bool jepa_course_picture(const char *path, const char *jepa, OutSet *set, Err *err)
{
    Str name = {0};
    FileMap map = {0};
    Csv t = {.head = NULL};
    size_t stem = strlen(jepa);
    if (str_ends(jepa, ".safetensors")) stem -= strlen(".safetensors");
    str_add(&name, jepa, stem);
    str_puts(&name, ".csv");
    bool there = file_exists(str_text(&name));
    bool ok = !there || file_map_open(&map, str_text(&name), err);
    if (ok && there) {
        csv_read(&t, (const char *)map.data, (size_t)map.size);
        ok = picture(path, &t, set, err);
    }
    csv_free(&t);
    file_map_close(&map);
    str_free(&name);
    return ok;
}
