/* plot.c: see app/plot.h. */
#include "app/plot.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "view/overview.h"
#include "view/spectra.h"

char *plot_path(const OutNames *n, const PlotJob *job, int spectra, Err *err)
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
    if (spectra > 0) str_puts(&s, "-spectra");
    if (spectra > 1) str_addf(&s, "%d", spectra);
    str_puts(&s, job->format == CANVAS_SVG ? ".svg" : ".png");
    return s.s;
}

bool plot_check(const OutNames *n, const PlotJob *job, int nmodels, bool clobber, Err *err)
{
    bool ok = true;
    for (int i = 0; ok && job->wanted && i <= nmodels; i++) {
        char *path = plot_path(n, job, i, err);
        ok = path && out_check_path(path, clobber, err);
        free(path);
    }
    return ok;
}

/* Finishes and stages the page, and closes it. */
static bool put_page(Canvas *c, const OutNames *n, const PlotJob *job, int spectra, OutSet *set,
                     Err *err)
{
    Str bytes = {0};
    char *path = plot_path(n, job, spectra, err);
    bool ok = path && canvas_finish(c, &bytes, err) &&
              out_file(outset_add(set, path), str_text(&bytes), bytes.len, err);
    free(path);
    str_free(&bytes);
    canvas_close(c);
    return ok;
}

bool plot_piece(const OutNames *n, const PlotJob *job, const Score *s, const AudioBuf *a,
                OutSet *set, const Run *run, Err *err)
{
    Canvas *c = canvas_open(OVERVIEW_WIDTH, OVERVIEW_HEIGHT, (CanvasFormat)job->format);
    overview_draw(c, s, a, run);
    return put_page(c, n, job, 0, set, err);
}

bool plot_spectra(const OutNames *n, const PlotJob *job, const FeatureSet *const *fs, int nfs,
                  OutSet *set, Err *err)
{
    for (int i = 0; i < nfs; i++) {
        Canvas *c = canvas_open(SPECTRA_WIDTH, SPECTRA_HEIGHT, (CanvasFormat)job->format);
        spectra_draw(c, fs[i]);
        if (!put_page(c, n, job, 1 + i, set, err)) return false;
    }
    return true;
}
