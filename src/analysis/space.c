/* space.c: see analysis/space.h: owning a map, and finding the words of a text on it. */
#include "analysis/space.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "head.h"
#include "key.h"
#include "math/blas.h"
#include "space_points.h"

void space_free(Space *s)
{
    free(s->model);
    free(s->corpus);
    free(s->points);
    free(s->mean);
    free(s->comp);
    free(s->var);
    free(s->ratio);
    free(s->range);
    free(s->step);
    free(s->proj);
    *s = (Space){0};
}

bool space_fits(const Space *s, const Lm *lm, Err *err)
{
    const Hparams *hp = lm_hparams(lm);
    if (s->layers == hp->nl + 1 && s->d == hp->d) return true;
    return err_set(err,
                   "the space is of %d hidden states of width %d (model %s); %s has %d of width "
                   "%d: fit one for it with llmsonify space fit",
                   s->layers, s->d, s->model && *s->model ? s->model : "unknown",
                   lm_model(lm)->name, hp->nl + 1, hp->d);
}

void space_project(const Space *s, int layer, const float *x, double *out)
{
    const float *mean = s->mean + (int64_t)layer * s->d;
    for (int c = 0; c < s->k; c++) {
        const float *v = s->comp + ((int64_t)layer * s->k + c) * s->d;
        double sum = 0;
        for (int j = 0; j < s->d; j++) sum += (double)v[j] * ((double)x[j] - (double)mean[j]);
        out[c] = sum;
    }
}

static double place(const float *range, double x)
{
    double lo = (double)range[0], hi = (double)range[1];
    if (!(hi > lo)) return 0.5;
    return fmin(1, fmax(0, (x - lo) / (hi - lo)));
}

double space_place(const Space *s, int layer, int component, double c)
{
    return place(s->range + 2 * ((int64_t)layer * s->k + component), c);
}

/* ---- the table of words --------------------------------------------------------------------- */

typedef struct WordTable {
    const Space *s;
    FeatureSet *fs;
    const char *const *label;
    int pc, pc01, step, step01, sink; /* columns */
    bool finite;
} WordTable;

static void add_columns(WordTable *w)
{
    FeatureSet *fs = w->fs;
    w->pc = feat_add_column(fs, FT_WORDS, "pc", "", "coordinates on the layer's components");
    w->pc01 = feat_add_column(fs, FT_WORDS, "pc01", "",
                              "the same between the corpus's percentiles 1 and 99, clipped");
    w->step = feat_add_column(fs, FT_WORDS, "step", "", "distance from the word before");
    w->step01 = feat_add_column(fs, FT_WORDS, "step01", "",
                                "the same between the corpus's percentiles 1 and 99, clipped");
    w->sink = feat_add_column(fs, FT_WORDS, "sink", "", "1 where the word is attention sinks only");
}

static double distance(const double *a, const double *b, int k)
{
    double sum = 0;
    for (int c = 0; c < k; c++) sum += (a[c] - b[c]) * (a[c] - b[c]);
    return sqrt(sum);
}

static void add_words(void *ud, const SpacePoints *p)
{
    WordTable *w = ud;
    const Space *s = w->s;
    double *now = mem_alloc(s->k, sizeof *now), *last = mem_alloc(s->k, sizeof *last);
    double *at = mem_alloc(s->k, sizeof *at);
    for (int i = 0; i < p->nwords; i++) {
        RowKey key = {.layer = (int16_t)p->layer, .role = -1, .head = -1, .token = i};
        int row = feat_add_row(w->fs, FT_WORDS, key, w->label[i]);
        space_project(s, p->layer, p->x + (int64_t)i * s->d, now);
        double step = distance(now, last, s->k);
        if (!isfinite(step)) w->finite = false;
        for (int c = 0; c < s->k; c++) {
            at[c] = space_place(s, p->layer, c, now[c]);
            last[c] = now[c];
        }
        feat_set(w->fs, FT_WORDS, w->pc, row, now, s->k);
        feat_set(w->fs, FT_WORDS, w->pc01, row, at, s->k);
        feat_set1(w->fs, FT_WORDS, w->step, row, step);
        feat_set1(w->fs, FT_WORDS, w->step01, row, place(s->step + 2 * p->layer, step));
        feat_set1(w->fs, FT_WORDS, w->sink, row, !p->real[i]);
    }
    free(now);
    free(last);
    free(at);
}

bool space_features(const Space *s, Lm *lm, const SpaceText *text, const char *const *label,
                    FeatureSet *fs, const Run *run, Err *err)
{
    WordTable w = {.s = s, .fs = fs, .label = label, .finite = true};
    if (!space_fits(s, lm, err)) return false;
    if (text->nwords < 1) return err_set(err, "there are no words");
    if (text->n > lm_context(lm))
        return err_set(err, "a text of %d tokens does not fit the context of %d", text->n,
                       lm_context(lm));
    blas_one_thread();
    head_of_lm(fs, lm);
    key_fill_norms(fs, lm_model(lm));
    add_columns(&w);
    if (!space_points(lm, text, 0, s->layers, add_words, &w, run, err)) return false;
    return w.finite || err_set(err, "%s: its activations are not finite", lm_model(lm)->path);
}
