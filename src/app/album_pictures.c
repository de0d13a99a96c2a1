/* album_pictures.c: see album_pictures.h. The cover is drawn from the model's own spectra: the
 * norms of the blocks of the residual stream, layer by layer, sorted, the mean over all tracks. */
#include "album_pictures.h"

#include <stdlib.h>

#include "app/plot.h"
#include "base/mem.h"
#include "view/heatmap.h"

typedef struct Cover {
    const char *title, *subtitle;
    float *spectra; /* [nl, k] */
    int nl, k;
} Cover;

static void draw_arc(Canvas *c, const void *ud)
{
    arc_draw(c, ud);
}

static void draw_cover(Canvas *c, const void *ud)
{
    const Cover *v = ud;
    cover_draw(c, v->title, v->subtitle, v->spectra, v->nl, v->k);
}

static bool put_arc(const AlbumPlan *p, const AlbumRecord *r, const char *dir, OutSet *set,
                    Err *err)
{
    double *tension = mem_alloc(p->n, sizeof *tension), *tempo = mem_alloc(p->n, sizeof *tempo);
    const char **name = mem_alloc(p->n, sizeof *name), **section = mem_alloc(p->n, sizeof *section);
    for (int i = 0; i < p->n; i++) {
        tension[i] = r[i].tension;
        tempo[i] = r[i].tempo;
        name[i] = p->track[i].title;
        section[i] = p->track[i].category;
    }
    const Arc arc = {.n = p->n, .tension = tension, .tempo = tempo, .name = name,
                     .section = section, .title = p->title};
    char *path = album_path(dir, "album", "png");
    bool ok = plot_to(path, HEATMAP_WIDTH, HEATMAP_HEIGHT, draw_arc, &arc, set, err);
    free(path);
    free(tension);
    free(tempo);
    free(name);
    free(section);
    return ok;
}

static bool put_cover(const AlbumPlan *p, const AlbumRecord *r, const char *dir, OutSet *set,
                      Err *err)
{
    Cover v = {.title = p->title, .subtitle = p->artist, .nl = r[0].nl, .k = r[0].k};
    int size = v.nl * v.k, n = 0;
    v.spectra = mem_alloc(size, sizeof *v.spectra);
    for (int i = 0; i < p->n; i++) {
        if (r[i].nl != v.nl || r[i].k != v.k) continue;
        for (int j = 0; j < size; j++) v.spectra[j] += r[i].spectra[j];
        n++;
    }
    for (int j = 0; j < size; j++) v.spectra[j] /= (float)n;
    char *path = album_path(dir, "cover", "png");
    bool ok = size == 0 || plot_to(path, COVER_SIZE, COVER_SIZE, draw_cover, &v, set, err);
    free(path);
    free(v.spectra);
    return ok;
}

bool album_pictures(const AlbumPlan *p, const AlbumRecord *r, const char *dir, OutSet *set,
                    Err *err)
{
    return put_arc(p, r, dir, set, err) && put_cover(p, r, dir, set, err);
}
