/* space_fit.c: principal components of every layer over a corpus that is never held in memory.
 *
 * First the sums: for each layer of a group the number of points, their sum and X'X [d, d], in f64,
 * blocks of 512 points at a time (math/gram.h); the covariance is (X'X - n m m') / (n - 1), its
 * leading eigenvectors are the components, exactly as by an SVD of the centred points. Groups of
 * layers are as large as the budget allows, and each is a pass over the corpus. Blocks and tiles
 * are added in one order, so that neither threads nor groups change a bit.
 *
 * Then one more pass for what needs the components: the sentences' projections, and histograms for
 * the percentiles. By Cantelli's inequality no more than 1/101 of any distribution lies beyond ten
 * standard deviations on one side, so bins over +-10 are enough for the 1st and the 99th; 8192 of
 * them are 1/409 of a deviation wide. For distances between words the bins run to 20 times the
 * root of the variances' sum: at most 4/400 of them are longer, by Markov's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/gram.h"
#include "math/pca.h"
#include "space_points.h"

enum { BINS = 8192 };
static const double REACH = 10, STEP_REACH = 20; /* deviations */
static const int64_t BUDGET = INT64_C(256) << 20; /* bytes */

/* The sums of one layer. */
typedef struct LayerSum {
    int64_t n;
    double *sum;  /* [d] */
    double *gram; /* [d, d], lower triangle */
    float *wait;  /* [GRAM_ROWS, d] points not yet multiplied */
    int nwait;
} LayerSum;

typedef struct Fit {
    Space *s;
    Lm *lm;
    const SpaceCorpus *corpus;
    const Run *run;
    int first, end;  /* layers of this pass */
    LayerSum *layer; /* [end - first] */
    GramBlock block;
    double *gram;    /* what the tiles are added to now */
    int64_t words;   /* in this pass */
    int64_t done, total; /* sentences, all passes together */
    bool finite;
    int sentence;
    uint32_t *bins;      /* [layers, k, BINS] */
    uint32_t *step_bins; /* [layers, BINS] */
    double *at, *last;   /* [k] */
} Fit;

/* ---- sums ----------------------------------------------------------------------------------- */

static void add_tile(void *ud, int64_t tile, int worker)
{
    Fit *f = ud;
    (void)worker;
    gram_add_tile(&f->block, (int)tile, f->gram);
}

static void flush(Fit *f, LayerSum *l)
{
    if (l->nwait == 0) return;
    gram_block_begin(&f->block);
    for (int r = 0; r < l->nwait; r += GRAM_WINDOW) {
        int k = l->nwait - r < GRAM_WINDOW ? l->nwait - r : GRAM_WINDOW;
        gram_block_put(&f->block, l->wait + (int64_t)r * f->s->d, k, false);
    }
    f->gram = l->gram;
    Run quiet = {.threads = run_threads(f->run)};
    parallel_for(&quiet, NULL, gram_tiles(GRAM_F64, f->s->d), add_tile, f);
    l->nwait = 0;
}

static void add_points(void *ud, const SpacePoints *p)
{
    Fit *f = ud;
    LayerSum *l = &f->layer[p->layer - f->first];
    int d = f->s->d;
    for (int i = 0; i < p->nwords; i++) {
        const float *x = p->x + (int64_t)i * d;
        if (!p->real[i]) continue;
        for (int j = 0; j < d; j++) {
            l->sum[j] += (double)x[j];
            if (!isfinite(x[j])) f->finite = false;
        }
        memcpy(l->wait + (int64_t)l->nwait * d, x, (size_t)d * sizeof *x);
        l->n++;
        if (++l->nwait == GRAM_ROWS) flush(f, l);
    }
}

/* All sentences through the model. */
static bool pass(Fit *f, void (*visit)(void *ud, const SpacePoints *p), Err *err)
{
    bool ok = true;
    f->words = 0;
    for (int i = 0; ok && i < f->corpus->n; i++) {
        SpaceText text;
        f->sentence = i;
        ok = f->corpus->text(f->corpus->ud, i, &text, err) &&
             space_points(f->lm, &text, f->first, f->end, visit, f, f->run, err);
        if (ok) f->words += text.nwords;
        if (ok && run_stopped(f->run)) ok = err_set(err, "interrupted");
        run_progress(f->run, "fitting", ++f->done, f->total);
    }
    if (ok && !f->finite)
        ok = err_set(err, "%s: its activations are not finite", lm_model(f->lm)->path);
    return ok;
}

/* l->gram becomes the covariance. */
static void centre(LayerSum *l, int d)
{
    double n = (double)l->n;
    for (int i = 0; i < d; i++)
        for (int j = 0; j <= i; j++) {
            double *g = &l->gram[(int64_t)i * d + j];
            *g = (*g - l->sum[i] * (l->sum[j] / n)) / (n - 1);
        }
}

static bool solve(Fit *f, int layer, Err *err)
{
    Space *s = f->s;
    LayerSum *l = &f->layer[layer - f->first];
    int d = s->d, k = s->k;
    double total = 0, *comp = mem_alloc((int64_t)k * d, sizeof *comp);
    flush(f, l);
    s->points[layer] = l->n;
    if (l->n < 2) {
        free(comp);
        return err_set(err, "%s: %lld words that are no attention sinks in layer %d; a map needs "
                            "two or more", f->corpus->name, (long long)l->n, layer);
    }
    centre(l, d);
    for (int j = 0; j < d; j++) {
        s->mean[(int64_t)layer * d + j] = (float)(l->sum[j] / (double)l->n);
        total += l->gram[(int64_t)j * d + j];
    }
    bool ok = pca_of_covariance(l->gram, d, k, comp, s->var + (int64_t)layer * k);
    for (int64_t i = 0; ok && i < (int64_t)k * d; i++)
        s->comp[(int64_t)layer * k * d + i] = (float)comp[i];
    for (int c = 0; ok && c < k; c++)
        s->ratio[layer * k + c] = total > 0 ? s->var[layer * k + c] / total : 0;
    free(comp);
    return ok || err_set(err, "the principal components of layer %d cannot be found", layer);
}

static void sums_free(Fit *f)
{
    for (int i = 0; i < f->end - f->first; i++) {
        free(f->layer[i].sum);
        free(f->layer[i].gram);
        free(f->layer[i].wait);
    }
    free(f->layer);
    f->layer = NULL;
}

static bool fit_group(Fit *f, Err *err)
{
    int d = f->s->d;
    f->layer = mem_alloc(f->end - f->first, sizeof *f->layer);
    for (int i = 0; i < f->end - f->first; i++) {
        f->layer[i].sum = mem_alloc(d, sizeof(double));
        f->layer[i].gram = mem_alloc((int64_t)d * d, sizeof(double));
        f->layer[i].wait = mem_alloc((int64_t)GRAM_ROWS * d, sizeof(float));
    }
    bool ok = pass(f, add_points, err);
    for (int l = f->first; ok && l < f->end; l++) ok = solve(f, l, err);
    sums_free(f);
    return ok;
}

static int group_size(const Fit *f, int64_t budget)
{
    int64_t d = f->s->d;
    int64_t each = d * d * 8 + GRAM_ROWS * d * 4 + d * 8, block = GRAM_ROWS * d * 8;
    int64_t n = ((budget > 0 ? budget : BUDGET) - block) / each;
    return n < 1 ? 1 : n < f->s->layers ? (int)n : f->s->layers;
}

/* ---- percentiles and projections ------------------------------------------------------------ */

/* The bin of x among BINS from lo to hi; what lies outside is in the outermost. */
static int bin_of(double x, double lo, double hi)
{
    double u = hi > lo ? (x - lo) / (hi - lo) * BINS : 0;
    return u < 0 ? 0 : u < BINS ? (int)u : BINS - 1;
}

static double step_reach(const Space *s, int layer)
{
    double sum = 0;
    for (int c = 0; c < s->k; c++) sum += s->var[layer * s->k + c];
    return STEP_REACH * sqrt(sum);
}

static void count_step(Fit *f, int layer)
{
    const Space *s = f->s;
    double sum = 0;
    for (int c = 0; c < s->k; c++) sum += pow(f->at[c] - f->last[c], 2);
    f->step_bins[(int64_t)layer * BINS + bin_of(sqrt(sum), 0, step_reach(s, layer))]++;
}

static void count_points(void *ud, const SpacePoints *p)
{
    Fit *f = ud;
    Space *s = f->s;
    int n = 0, k = s->k;
    float *proj = s->proj + ((int64_t)f->sentence * s->layers + p->layer) * k;
    double *sum = mem_alloc(k, sizeof *sum);
    for (int i = 0; i < p->nwords; i++) {
        if (!p->real[i]) continue;
        space_project(s, p->layer, p->x + (int64_t)i * s->d, f->at);
        for (int c = 0; c < k; c++) {
            double reach = REACH * sqrt(s->var[p->layer * k + c]);
            f->bins[((int64_t)p->layer * k + c) * BINS + bin_of(f->at[c], -reach, reach)]++;
            sum[c] += f->at[c];
        }
        if (i > 0 && p->real[i - 1]) count_step(f, p->layer);
        memcpy(f->last, f->at, (size_t)k * sizeof *f->at);
        n++;
    }
    for (int c = 0; c < k; c++) proj[c] = (float)(n ? sum[c] / n : 0);
    free(sum);
}

/* The value of rank r, from 0; the counts of a bin are spread evenly over it. */
static double ranked(const uint32_t *bin, int64_t r, double lo, double hi)
{
    int64_t below = 0;
    int b = 0;
    while (b < BINS - 1 && below + bin[b] <= r) below += bin[b++];
    double inside = bin[b] ? ((double)(r - below) + 0.5) / bin[b] : 0;
    return lo + (b + inside) / BINS * (hi - lo);
}

/* Quantile q of what was counted: between the ranks on both sides of (n - 1) q, as numpy's. */
static double quantile(const uint32_t *bin, double q, double lo, double hi)
{
    int64_t n = 0;
    for (int b = 0; b < BINS; b++) n += bin[b];
    if (n == 0) return 0;
    double at = q * (double)(n - 1), r = floor(at);
    double x = ranked(bin, (int64_t)r, lo, hi);
    double y = r + 1 < (double)n ? ranked(bin, (int64_t)r + 1, lo, hi) : x;
    return x + (at - r) * (y - x);
}

static void read_ranges(const Fit *f, int layer)
{
    Space *s = f->s;
    double step = step_reach(s, layer);
    const uint32_t *steps = f->step_bins + (int64_t)layer * BINS;
    for (int e = 0; e < 2; e++) {
        double q = e ? 0.99 : 0.01;
        s->step[2 * layer + e] = (float)quantile(steps, q, 0, step);
        for (int c = 0; c < s->k; c++) {
            int64_t i = (int64_t)layer * s->k + c;
            double reach = REACH * sqrt(s->var[i]);
            s->range[2 * i + e] = (float)quantile(f->bins + i * BINS, q, -reach, reach);
        }
    }
}

static bool find_ranges(Fit *f, Err *err)
{
    Space *s = f->s;
    f->first = 0;
    f->end = s->layers;
    f->bins = mem_alloc((int64_t)s->layers * s->k * BINS, sizeof *f->bins);
    f->step_bins = mem_alloc((int64_t)s->layers * BINS, sizeof *f->step_bins);
    f->at = mem_alloc(s->k, sizeof *f->at);
    f->last = mem_alloc(s->k, sizeof *f->last);
    bool ok = pass(f, count_points, err);
    for (int l = 0; ok && l < s->layers; l++) read_ranges(f, l);
    s->words = f->words;
    free(f->bins);
    free(f->step_bins);
    free(f->at);
    free(f->last);
    return ok;
}

/* ---- all ------------------------------------------------------------------------------------ */

static void allocate(Space *s, const Fit *f, int components)
{
    const Hparams *hp = lm_hparams(f->lm);
    int most = components > 0 ? components : SPACE_COMPONENTS;
    s->model = mem_strdup(lm_model(f->lm)->name);
    s->corpus = mem_strdup(f->corpus->name);
    s->layers = hp->nl + 1;
    s->d = hp->d;
    s->k = most < s->d ? most : s->d;
    s->sentences = f->corpus->n;
    int64_t lk = (int64_t)s->layers * s->k;
    s->points = mem_alloc(s->layers, sizeof *s->points);
    s->mean = mem_alloc((int64_t)s->layers * s->d, sizeof *s->mean);
    s->comp = mem_alloc(lk * s->d, sizeof *s->comp);
    s->var = mem_alloc(lk, sizeof *s->var);
    s->ratio = mem_alloc(lk, sizeof *s->ratio);
    s->range = mem_alloc(2 * lk, sizeof *s->range);
    s->step = mem_alloc(2 * s->layers, sizeof *s->step);
    s->proj = mem_alloc(s->sentences * lk, sizeof *s->proj);
}

bool space_fit(Space *s, Lm *lm, const SpaceCorpus *corpus, const SpaceOpts *opts, const Run *run,
               Err *err)
{
    Fit f = {.s = s, .lm = lm, .corpus = corpus, .run = run, .finite = true};
    if (corpus->n < 1) return err_set(err, "%s: no sentences", corpus->name);
    if (opts->components > SPACE_MAX_COMPONENTS)
        return err_set(err, "%d components: at most %d", opts->components, SPACE_MAX_COMPONENTS);
    blas_one_thread();
    allocate(s, &f, opts->components);
    gram_block_init(&f.block, GRAM_F64, s->d);
    int size = group_size(&f, opts->budget);
    f.total = (int64_t)corpus->n * ((s->layers + size - 1) / size + 1);
    bool ok = true;
    for (int l = 0; ok && l < s->layers; l += size) {
        f.first = l;
        f.end = l + size < s->layers ? l + size : s->layers;
        ok = fit_group(&f, err);
    }
    ok = ok && find_ranges(&f, err);
    gram_block_free(&f.block);
    if (!ok) space_free(s);
    return ok;
}
