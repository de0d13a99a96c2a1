/* jepa_pictures.c: see jepa_pictures.h. */
#include "jepa_pictures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/plot.h"
#include "base/file.h"
#include "base/mem.h"
#include "jepa_course.h"
#include "math/pca.h"
#include "view/datamaps.h"
#include "view/recall.h"

/* "x.png" as "x-latents.png". */
static char *with_suffix(const char *path, const char *suffix)
{
    Str s = {0};
    size_t stem = strlen(path) - 4;
    str_add(&s, path, stem);
    str_puts(&s, suffix);
    str_puts(&s, path + stem);
    return s.s;
}

bool jepa_pictures_check(const char *path, bool clobber, Err *err)
{
    static const char *const SUFFIX[] = {"", "-latents", "-course"};
    bool ok = true;
    for (int i = 0; ok && i < 3; i++) {
        char *name = with_suffix(path, SUFFIX[i]);
        ok = out_check_path(name, clobber, err);
        free(name);
    }
    return ok;
}

static RecallPanel panel_of(const char *title, const RetrievalScore *s, const char *const *name,
                            int n)
{
    RecallPanel p = {.title = title,
                     .chance = {1.0 / s->candidates, (double)RECALL_DEEP / s->candidates},
                     .ranks = s->histogram,
                     .candidates = s->candidates};
    for (int i = 0; i < n; i++) {
        if (s[i].candidates == 0) continue;
        p.bar[0][p.nbars] = (RecallBar){name[i], s[i].recall1, s[i].cluster1.lo, s[i].cluster1.hi};
        p.bar[1][p.nbars++] =
            (RecallBar){name[i], s[i].recall5, s[i].cluster5.lo, s[i].cluster5.hi};
    }
    return p;
}

static void draw_recall(Canvas *c, const void *ud)
{
    recall_draw(c, ud);
}

static bool picture_recall(const char *path, const JepaEval *e, OutSet *set, Err *err)
{
    const char *cross[GUESS_KINDS], *next[NEXT_KINDS];
    RecallPanel panel[2];
    RecallPage page = {.title = "JEPA: recall on what was kept out",
                       .line = "95 % intervals: bootstrap over models, over files. Which window is "
                               "a layer's is a rule that was laid down",
                       .panel = panel};
    for (int i = 0; i < GUESS_KINDS; i++) cross[i] = guess_name((Guess)i);
    for (int i = 0; i < NEXT_KINDS; i++) next[i] = next_guess_name((NextGuess)i);
    if (e->has[GUESS_JEPA])
        panel[page.npanels++] =
            panel_of("from a layer to its window", e->cross, cross, GUESS_KINDS);
    if (e->has_next)
        panel[page.npanels++] =
            panel_of("from four windows to the next of the song", e->next, next, NEXT_KINDS);
    return page.npanels == 0 ||
           plot_to(path, RECALL_WIDTH, RECALL_HEIGHT, draw_recall, &page, set, err);
}

/* Rows of length 1: the network compares directions. */
static void add_rows(double *x, const float *z, int n)
{
    for (int i = 0; i < n; i++) {
        const float *row = z + (int64_t)i * JEPA_LATENT;
        double square = 0;
        for (int k = 0; k < JEPA_LATENT; k++) square += (double)row[k] * (double)row[k];
        for (int k = 0; k < JEPA_LATENT; k++)
            x[(int64_t)i * JEPA_LATENT + k] = square > 0 ? (double)row[k] / sqrt(square) : 0;
    }
}

static void draw_points(Canvas *c, const void *ud)
{
    points_draw(c, ud);
}

static bool picture_latents(const char *path, const JepaEval *e, const Corpus *c, OutSet *set,
                            Err *err)
{
    int n = e->nitems;
    double *x = mem_alloc((int64_t)n * JEPA_LATENT, sizeof *x),
           *value = mem_alloc(n, sizeof *value);
    Pca pca = {0};
    Str sub = {0};
    add_rows(x, e->latent, n);
    for (int i = 0; i < n; i++) value[i] = log2(fmax((double)c->window[e->item[i]].density, 0.25));
    bool ok = pca_fit(&pca, x, n, JEPA_LATENT, 2) || err_set(err, "%s: no components", path);
    str_addf(&sub, "%d windows of %d files kept out, by principal components of their directions",
             n, e->files);
    Points p = {.n = n,
                .dims = 2,
                .at = pca.coord,
                .axis = "PC",
                .title = "JEPA: latents of music",
                .subtitle = str_text(&sub),
                .value = value,
                .value_name = "log2 of onsets a bar"};
    ok = ok && plot_to(path, DATAMAP_WIDTH, DATAMAP_HEIGHT, draw_points, &p, set, err);
    pca_free(&pca);
    str_free(&sub);
    free(value);
    free(x);
    return ok;
}

bool jepa_pictures(const char *path, const char *jepa, const JepaEval *e, const Corpus *c,
                   OutSet *set, Err *err)
{
    char *latents = with_suffix(path, "-latents"), *course = with_suffix(path, "-course");
    bool ok = picture_recall(path, e, set, err) &&
              (e->nitems < 3 || picture_latents(latents, e, c, set, err)) &&
              jepa_course_picture(course, jepa, set, err);
    free(course);
    free(latents);
    return ok;
}
