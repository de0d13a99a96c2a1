/* plot.h: pictures beside a piece: NAME.png, NAME-spectra.png, NAME-heat.png, NAME-phases.png. */
#ifndef APP_PLOT_H
#define APP_PLOT_H

#include "app/output.h"
#include "audio/buf.h"
#include "base/run.h"
#include "feature/featset.h"
#include "score/score.h"
#include "view/canvas.h"

typedef struct PlotJob {
    bool wanted;
    int format; /* CanvasFormat: 0 PNG, 1 SVG */
} PlotJob;

/* The picture's name beside the files of n, as a new string: spectra 0 = the overview, 1.. = the
 * spectra of that model. NULL when the files have no name (standard output, devices). */
char *plot_path(const OutNames *n, const PlotJob *job, int spectra, Err *err);
/* NAME, suffix and ending as above: "-heat" is NAME-heat.png. */
char *plot_name(const OutNames *n, const PlotJob *job, const char *suffix, Err *err);
/* False when a picture cannot be written, or exists and clobber is false. */
bool plot_check(const OutNames *n, const PlotJob *job, int nmodels, bool clobber, Err *err);
/* The same of a piece of activations: the overview and what plot_activations stages. */
bool plot_check_activations(const OutNames *n, const PlotJob *job, bool clobber, Err *err);
/* Stages the overview of a piece. a may be empty: no sound was made; so may the caption. */
bool plot_piece(const OutNames *n, const PlotJob *job, const Score *s, const AudioBuf *a,
                const char *caption, OutSet *set, const Run *run, Err *err);
/* Stages the spectra of every model. */
bool plot_spectra(const OutNames *n, const PlotJob *job, const FeatureSet *const *fs, int nfs,
                  OutSet *set, Err *err);

/* Stages NAME-heat.png and NAME-phases.png of the set's prompt. */
bool plot_activations(const OutNames *n, const PlotJob *job, const FeatureSet *fs, OutSet *set,
                      Err *err);
/* Stages one picture at `path` (.png or .svg by its ending), drawn by draw(canvas, ud). */
bool plot_to(const char *path, int width, int height, void (*draw)(Canvas *c, const void *ud),
             const void *ud, OutSet *set, Err *err);

#endif
