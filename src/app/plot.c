/* plot.c: see app/plot.h. */
#include "app/plot.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "view/heatmap.h"
#include "view/overview.h"
#include "view/spectra.h"

char *plot_name(const OutNames *n, const PlotJob *job, const char *suffix, Err *err)
{
    const char *path = NULL;
    for (int k = OUT_KINDS - 1; k >= 0; k--)
        if (n->path[k] && strcmp(n->path[k], "-") != 0 && !str_starts(n->path[k], "/dev/"))
            path = n->path[k];
    if (!path) {
        err_set(err, "--plot: standard output has no name to put a picture beside; give -o NAME");
        return NULL;
    }
    const char *base = path_base(path), *dot = strrchr(base, '.');
    Str s = {0};
    str_add(&s, path, dot && dot > base ? (size_t)(dot - path) : strlen(path));
    str_puts(&s, suffix);
    str_puts(&s, job->format == CANVAS_SVG ? ".svg" : ".png");
    return s.s;
}

char *plot_path(const OutNames *n, const PlotJob *job, int spectra, Err *err)
{
    Str suffix = {0};
    if (spectra > 0) str_puts(&suffix, "-spectra");
    if (spectra > 1) str_addf(&suffix, "%d", spectra);
    char *path = plot_name(n, job, str_text(&suffix), err);
    str_free(&suffix);
    return path;
}

static bool check_path(char *path, bool clobber, Err *err)
{
    bool ok = path && out_check_path(path, clobber, err);
    free(path);
    return ok;
}

bool plot_check(const OutNames *n, const PlotJob *job, int nmodels, bool clobber, Err *err)
{
    bool ok = true;
    for (int i = 0; ok && job->wanted && i <= nmodels; i++)
        ok = check_path(plot_path(n, job, i, err), clobber, err);
    return ok;
}

/* The pictures of a prompt. */
static const struct {
    const char *suffix;
    void (*draw)(Canvas *c, const FeatureSet *fs);
} PROMPT[] = {{"-heat", heatmap_draw}, {"-phases", phases_draw}};
enum { PROMPTS = sizeof PROMPT / sizeof PROMPT[0] };

bool plot_check_activations(const OutNames *n, const PlotJob *job, bool clobber, Err *err)
{
    bool ok = plot_check(n, job, 0, clobber, err);
    for (int i = 0; ok && job->wanted && i < PROMPTS; i++)
        ok = check_path(plot_name(n, job, PROMPT[i].suffix, err), clobber, err);
    return ok;
}

/* Finishes and stages the page, and closes it. */
static bool put_page(Canvas *c, const char *path, OutSet *set, Err *err)
{
    Str bytes = {0};
    bool ok = path && canvas_finish(c, &bytes, err) &&
              out_file(outset_add(set, path), str_text(&bytes), bytes.len, err);
    str_free(&bytes);
    canvas_close(c);
    return ok;
}

bool plot_piece(const OutNames *n, const PlotJob *job, const Score *s, const AudioBuf *a,
                const char *caption, OutSet *set, const Run *run, Err *err)
{
    Canvas *c = canvas_open(OVERVIEW_WIDTH, OVERVIEW_HEIGHT, (CanvasFormat)job->format);
    char *path = plot_path(n, job, 0, err);
    overview_draw(c, s, a, caption, run);
    bool ok = put_page(c, path, set, err);
    free(path);
    return ok;
}

bool plot_spectra(const OutNames *n, const PlotJob *job, const FeatureSet *const *fs, int nfs,
                  OutSet *set, Err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < nfs; i++) {
        Canvas *c = canvas_open(SPECTRA_WIDTH, SPECTRA_HEIGHT, (CanvasFormat)job->format);
        char *path = plot_path(n, job, 1 + i, err);
        spectra_draw(c, fs[i]);
        ok = put_page(c, path, set, err);
        free(path);
    }
    return ok;
}

bool plot_activations(const OutNames *n, const PlotJob *job, const FeatureSet *fs, OutSet *set,
                      Err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < PROMPTS; i++) {
        Canvas *c = canvas_open(HEATMAP_WIDTH, HEATMAP_HEIGHT, (CanvasFormat)job->format);
        char *path = plot_name(n, job, PROMPT[i].suffix, err);
        PROMPT[i].draw(c, fs);
        ok = put_page(c, path, set, err);
        free(path);
    }
    return ok;
}

bool plot_to(const char *path, int width, int height, void (*draw)(Canvas *c, const void *ud),
             const void *ud, OutSet *set, Err *err)
{
    CanvasFormat format = str_ends(path, ".svg") ? CANVAS_SVG : CANVAS_PNG;
    Canvas *c = canvas_open(width, height, format);
    draw(c, ud);
    return put_page(c, path, set, err);
}
