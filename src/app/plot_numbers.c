/* plot_numbers.c: see plot_data_parts.h. What is computed for each kind of picture. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/density.h"
#include "math/neighbours.h"
#include "math/order.h"
#include "math/pca.h"
#include "math/stats.h"
#include "math/tsne.h"
#include "math/umap.h"
#include "plot_data_parts.h"

enum { GRID = 200, SHARES = 64 };

const char *plot_kind_name(PlotKind kind)
{
    static const char *const NAME[PLOT_KINDS] = {
        [PLOT_PCA] = "PCA", [PLOT_TSNE] = "t-SNE", [PLOT_UMAP] = "UMAP",
        [PLOT_HEATMAP] = "heat map", [PLOT_VARIANCE] = "variance", [PLOT_SCREE] = "scree",
        [PLOT_CORRELATION] = "correlation", [PLOT_DENSITY] = "density"};
    return NAME[kind];
}

/* Numbers the categories in the order they appear in. */
static void fill_groups(PlotNumbers *p)
{
    const DataTable *t = &p->t;
    if (!t->category) return;
    p->group = mem_alloc(t->n, sizeof *p->group);
    p->groups = mem_alloc(t->n, sizeof *p->groups);
    for (int i = 0; i < t->n; i++) {
        int g = 0;
        while (g < p->ngroups && strcmp(p->groups[g], t->category[i]) != 0) g++;
        if (g == p->ngroups) p->groups[p->ngroups++] = t->category[i];
        p->group[i] = g;
    }
}

static void fill_norms(PlotNumbers *p)
{
    p->norm = mem_alloc(p->t.n, sizeof *p->norm);
    for (int i = 0; i < p->t.n; i++)
        p->norm[i] = stats_norm(p->t.v + (int64_t)i * p->t.d, p->t.d);
}

static bool constant(const DataTable *t)
{
    for (int64_t e = 0; e < (int64_t)t->n * t->d; e++)
        if (t->v[e] != t->v[e % t->d]) return false;
    return true;
}

/* Coordinates and shares of the first `count` components; at may stay NULL. */
static bool components(PlotNumbers *p, int count, bool keep, Err *err)
{
    Pca pca;
    double total = 0;
    const DataTable *t = &p->t;
    if (t->n < 2) return err_set(err, "components need at least 2 rows, not %d", t->n);
    if (constant(t)) return err_set(err, "all %d rows are the same: there is nothing to map", t->n);
    bool ok = pca_fit(&pca, t->v, t->n, t->d, count) ||
              err_set(err, "the principal components do not converge");
    for (int k = 0; ok && k < t->d; k++) {
        Moments m = {.n = 0};
        for (int i = 0; i < t->n; i++) {
            Moments one = {.n = 1, .mean = t->v[(int64_t)i * t->d + k]};
            moments_merge(&m, &one);
        }
        total += m.m2 / t->n;
    }
    p->nshare = count;
    p->share = mem_alloc(count, sizeof *p->share);
    for (int k = 0; ok && k < count; k++) p->share[k] = pca.var[k] / total;
    if (ok && keep) {
        p->at = mem_alloc((int64_t)t->n * count, sizeof *p->at);
        memcpy(p->at, pca.coord, (size_t)t->n * (size_t)count * sizeof *p->at);
    }
    pca_free(&pca);
    return ok;
}

static bool project(PlotNumbers *p, PlotKind how, int dims, const Run *run, Err *err)
{
    const PlotDataJob *job = p->job;
    const DataTable *t = &p->t;
    p->dims = dims;
    if (how == PLOT_PCA) {
        if (!components(p, dims, true, err)) return false;
    } else {
        TsneOpts tsne = TSNE_DEFAULTS;
        UmapOpts umap = UMAP_DEFAULTS;
        tsne.dims = umap.dims = dims;
        tsne.perplexity = job->perplexity;
        umap.neighbours = job->neighbours;
        umap.min_dist = job->min_dist;
        p->at = mem_alloc((int64_t)t->n * dims, sizeof *p->at);
        if (how == PLOT_TSNE ? !tsne_fit(p->at, t->v, t->n, t->d, &tsne, run, err)
                             : !umap_fit(p->at, t->v, t->n, t->d, &umap, run, err))
            return false;
    }
    p->trust = t->n > 2 * PLOT_TRUST_K
                   ? neighbours_trust(t->v, t->d, p->at, dims, t->n, PLOT_TRUST_K, run)
                   : (double)NAN;
    return true;
}

static void widen(const double *v, int n, double *lo, double *hi)
{
    *lo = *hi = v[0];
    for (int i = 1; i < n; i++) {
        *lo = fmin(*lo, v[2 * (int64_t)i]);
        *hi = fmax(*hi, v[2 * (int64_t)i]);
    }
    double pad = 0.12 * (*hi - *lo);
    *lo -= pad;
    *hi += pad;
}

static bool fill_density(PlotNumbers *p, const Run *run, Err *err)
{
    if (!project(p, p->job->plane, 2, run, err)) return false;
    widen(p->at, p->t.n, &p->x_lo, &p->x_hi);
    widen(p->at + 1, p->t.n, &p->y_lo, &p->y_hi);
    p->rows = p->cols = GRID;
    p->density = mem_alloc(GRID * GRID, sizeof *p->density);
    DensityGrid g = {.x_lo = p->x_lo, .x_hi = p->x_hi, .y_lo = p->y_lo, .y_hi = p->y_hi,
                     .rows = GRID, .cols = GRID};
    return density_fill(p->density, &g, p->at, p->t.n, run) ||
           err_set(err, "the %d points lie on a line: they have no density in a plane", p->t.n);
}

typedef struct Ranked {
    double v;
    int dim;
} Ranked;

static int falling(const void *a, const void *b)
{
    const Ranked *p = a, *q = b;
    if (p->v != q->v) return p->v > q->v ? -1 : 1;
    return (p->dim > q->dim) - (p->dim < q->dim);
}

static void fill_variance(PlotNumbers *p)
{
    const DataTable *t = &p->t;
    Ranked *r = mem_alloc(t->d, sizeof *r);
    p->variance = mem_alloc(t->d, sizeof *p->variance);
    p->order = mem_alloc(t->d, sizeof *p->order);
    for (int k = 0; k < t->d; k++) {
        double mean = 0;
        r[k].dim = k;
        for (int i = 0; i < t->n; i++) mean += t->v[(int64_t)i * t->d + k] / t->n;
        for (int i = 0; i < t->n; i++) {
            double x = t->v[(int64_t)i * t->d + k] - mean;
            r[k].v += x * x / t->n;
        }
    }
    qsort(r, (size_t)t->d, sizeof *r, falling);
    for (int k = 0; k < t->d; k++) {
        p->variance[k] = r[k].v;
        p->order[k] = r[k].dim;
    }
    free(r);
}

/* Columns of the table as rows, in the present order. */
static double *columns(const PlotNumbers *p, int m)
{
    const DataTable *t = &p->t;
    double *x = mem_alloc((int64_t)m * t->n, sizeof *x);
    for (int k = 0; k < m; k++)
        for (int i = 0; i < t->n; i++)
            x[(int64_t)k * t->n + i] = t->v[(int64_t)i * t->d + p->order[k]];
    return x;
}

static bool fill_correlation(PlotNumbers *p, Err *err)
{
    fill_variance(p);
    int m = p->t.d < PLOT_CORRELATION_MAX ? p->t.d : PLOT_CORRELATION_MAX, n = p->t.n;
    if (n < 3) return err_set(err, "correlations need at least 3 rows, not %d", n);
    double *x = columns(p, m), *r = mem_alloc((int64_t)m * m, sizeof *r);
    int *order = mem_alloc(m, sizeof *order), *dim = mem_alloc(m, sizeof *dim);
    for (int a = 0; a < m; a++)
        for (int b = 0; b <= a; b++)
            r[(int64_t)a * m + b] = r[(int64_t)b * m + a] =
                a == b ? 1 : stats_correlation(x + (int64_t)a * n, x + (int64_t)b * n, n);
    bool ok = order_by_angle(order, r, m) || err_set(err, "the correlations do not converge");
    p->matrix = mem_alloc((int64_t)m * m, sizeof *p->matrix);
    p->nmatrix = m;
    for (int a = 0; a < m; a++) {
        dim[a] = p->order[order[a]];
        for (int b = 0; b < m; b++)
            p->matrix[(int64_t)a * m + b] = r[(int64_t)order[a] * m + order[b]];
    }
    memcpy(p->order, dim, (size_t)m * sizeof *dim);
    free(x);
    free(r);
    free(order);
    free(dim);
    return ok;
}

static bool compute(PlotNumbers *p, const Run *run, Err *err)
{
    const DataTable *t = &p->t;
    int most = t->n < t->d ? t->n : t->d;
    fill_groups(p);
    fill_norms(p);
    if (p->job->colour == COLOUR_CATEGORY && !p->group)
        return err_set(err, "--colour-by category: the data have no categories");
    switch (p->job->kind) {
    case PLOT_PCA:
    case PLOT_TSNE:
    case PLOT_UMAP: return project(p, p->job->kind, p->job->dims, run, err);
    case PLOT_DENSITY: return fill_density(p, run, err);
    case PLOT_VARIANCE: fill_variance(p); return true;
    case PLOT_SCREE: return components(p, most < SHARES ? most : SHARES, false, err);
    case PLOT_CORRELATION: return fill_correlation(p, err);
    default: return true;
    }
}

static void name_it(PlotNumbers *p)
{
    Str title = {0}, sub = {0};
    const PlotDataJob *job = p->job;
    bool density = job->kind == PLOT_DENSITY;
    PlotKind map = density ? job->plane : job->kind;
    str_addf(&title, "%s: %s%s%s", p->t.name, plot_kind_name(job->kind), density ? " in " : "",
             density ? plot_kind_name(map) : "");
    str_addf(&sub, "%d rows, %d dimensions", p->t.n, p->t.d);
    if (p->share && map == PLOT_PCA) {
        double sum = 0;
        for (int k = 0; k < p->dims; k++) sum += p->share[k];
        str_addf(&sub, ", %.3g %% of the variance", 100 * sum);
    }
    if (p->at && map == PLOT_TSNE)
        str_addf(&sub, ", perplexity %.4g", tsne_perplexity(job->perplexity, p->t.n));
    if (p->at && map == PLOT_UMAP)
        str_addf(&sub, ", %d neighbours, distance %.3g",
                 job->neighbours < p->t.n ? job->neighbours : p->t.n, job->min_dist);
    if (p->at && isfinite(p->trust))
        str_addf(&sub, ", trustworthiness %.3f (k = %d)", p->trust, PLOT_TRUST_K);
    if (p->nmatrix > 0 && p->nmatrix < p->t.d)
        str_addf(&sub, ", the %d of largest variance", p->nmatrix);
    p->title = title.s;
    p->subtitle = sub.s;
}

static bool load(PlotNumbers *p, const Run *run, Err *err)
{
    const PlotDataJob *job = p->job;
    States s = {0};
    if (job->data.path) return data_table_read(&p->t, &job->data, err);
    bool ok = states_read(&s, &job->states, run, err) && data_table_of_states(&p->t, &s, err);
    states_free(&s);
    return ok;
}

bool plot_numbers(PlotNumbers *p, const PlotDataJob *job, const Run *run, Err *err)
{
    *p = (PlotNumbers){.job = job};
    blas_one_thread();
    if (!load(p, run, err)) return false;
    if (!compute(p, run, err)) return err_wrap(err, "%s", p->t.name);
    name_it(p);
    return true;
}

void plot_numbers_free(PlotNumbers *p)
{
    data_table_free(&p->t);
    free(p->title);
    free(p->subtitle);
    free(p->at);
    free(p->norm);
    free(p->group);
    free(p->groups);
    free(p->share);
    free(p->density);
    free(p->variance);
    free(p->order);
    free(p->matrix);
    *p = (PlotNumbers){0};
}
