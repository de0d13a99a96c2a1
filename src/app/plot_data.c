/* plot_data.c: see app/plot_data.h. */
#include "app/plot_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "math/stats.h"
#include "plot_data_parts.h"

static const double ROBUST = 0.99;

PlotColour plot_colour(const PlotNumbers *p)
{
    if (p->job->colour != COLOUR_AUTO) return p->job->colour;
    return p->group && p->ngroups > 1 ? COLOUR_CATEGORY : COLOUR_NORM;
}

Points plot_points(const PlotNumbers *p)
{
    PlotKind map = p->job->kind == PLOT_DENSITY ? p->job->plane : p->job->kind;
    PlotColour colour = plot_colour(p);
    Points v = {.n = p->t.n, .dims = p->dims, .at = p->at, .title = p->title,
                .subtitle = p->subtitle, .axis = map == PLOT_PCA ? "PC" : plot_kind_name(map)};
    if (colour == COLOUR_CATEGORY) {
        v.group = p->group;
        v.ngroups = p->ngroups;
        v.group_name = p->groups;
    } else if (colour == COLOUR_NORM) {
        v.value = p->norm;
        v.value_name = "norm";
    }
    return v;
}

static void draw_points(Canvas *c, const PlotNumbers *p)
{
    Points v = plot_points(p);
    double *index = mem_alloc(p->t.n, sizeof *index);
    for (int i = 0; i < p->t.n; i++) index[i] = i;
    if (plot_colour(p) == COLOUR_INDEX) {
        v.value = index;
        v.value_name = "row";
    }
    points_draw(c, &v);
    free(index);
}

static void draw_table(Canvas *c, const PlotNumbers *p)
{
    const DataTable *t = &p->t;
    int64_t count = (int64_t)t->n * t->d, step = count / 1000000 + 1, m = 0;
    double *size = mem_alloc(count / step + 1, sizeof *size);
    for (int64_t e = 0; e < count; e += step) size[m++] = -fabs(t->v[e]);
    stats_sort_descending(size, (int)m);
    for (int64_t e = 0; e < m; e++) size[e] = -size[e]; /* rising */
    Matrix v = {.v = t->v, .rows = t->n, .cols = t->d, .most = stats_quantile(size, (int)m, ROBUST),
                .title = p->title, .subtitle = p->subtitle, .x_name = "dimension", .y_name = "row",
                .unit = "value"};
    matrix_draw(c, &v);
    free(size);
}

void plot_draw(Canvas *c, const PlotNumbers *p)
{
    switch (p->job->kind) {
    case PLOT_HEATMAP: draw_table(c, p); return;
    case PLOT_VARIANCE:
        variances_draw(c, &(Variances){p->variance, p->order, p->t.d, p->title, p->subtitle});
        return;
    case PLOT_SCREE:
        scree_draw(c, &(Scree){p->share, p->nshare, p->title, p->subtitle});
        return;
    case PLOT_CORRELATION:
        matrix_draw(c, &(Matrix){.v = p->matrix, .rows = p->nmatrix, .cols = p->nmatrix, .most = 1,
                                 .title = p->title, .subtitle = p->subtitle,
                                 .x_name = "dimensions, alike ones side by side", .y_name = "",
                                 .unit = "correlation"});
        return;
    case PLOT_DENSITY:
        density_draw(c, &(DensityMap){.points = plot_points(p), .density = p->density,
                                      .rows = p->rows, .cols = p->cols, .x_lo = p->x_lo,
                                      .x_hi = p->x_hi, .y_lo = p->y_lo, .y_hi = p->y_hi});
        return;
    default: draw_points(c, p);
    }
}

static void json_row(JsonOut *j, const char *key, const double *v, int64_t n)
{
    jout_begin(j, key, '[', true);
    for (int64_t k = 0; k < n; k++) jout_number(j, NULL, v[k], 7);
    jout_end(j, ']');
}

static void json_rows(JsonOut *j, const char *key, const double *v, int rows, int cols)
{
    jout_begin(j, key, '[', false);
    for (int r = 0; r < rows; r++) json_row(j, NULL, v + (int64_t)r * cols, cols);
    jout_end(j, ']');
}

static void json_texts(JsonOut *j, const char *key, char *const *text, int n)
{
    jout_begin(j, key, '[', false);
    for (int i = 0; i < n; i++) jout_string(j, NULL, text[i]);
    jout_end(j, ']');
}

static void json_variance(JsonOut *j, const PlotNumbers *p)
{
    int n = p->matrix ? p->nmatrix : p->t.d;
    jout_begin(j, "dimensions", '[', true);
    for (int k = 0; k < n; k++) jout_int(j, NULL, p->order[k]);
    jout_end(j, ']');
    if (p->matrix)
        json_rows(j, "correlation", p->matrix, n, n);
    else
        json_row(j, "variance", p->variance, n);
}

void plot_json(const PlotNumbers *p, Str *out)
{
    JsonOut j;
    out->len = 0;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "data", p->t.name);
    jout_string(&j, "kind", plot_kind_name(p->job->kind));
    jout_int(&j, "rows", p->t.n);
    jout_int(&j, "dims", p->t.d);
    if (p->share) json_row(&j, "share", p->share, p->nshare);
    if (p->at && isfinite(p->trust)) jout_number(&j, "trustworthiness", p->trust, 6);
    if (p->order) json_variance(&j, p);
    if (p->at) json_rows(&j, "at", p->at, p->t.n, p->dims);
    if (p->at && p->t.text) json_texts(&j, "prompts", p->t.text, p->t.n);
    if (p->at && p->t.category) json_texts(&j, "categories", p->t.category, p->t.n);
    if (p->at) json_row(&j, "norm", p->norm, p->t.n);
    if (p->density) {
        json_row(&j, "x", (double[]){p->x_lo, p->x_hi}, 2);
        json_row(&j, "y", (double[]){p->y_lo, p->y_hi}, 2);
        json_rows(&j, "density", p->density, p->rows, p->cols);
    }
    if (p->job->kind == PLOT_HEATMAP) json_rows(&j, "values", p->t.v, p->t.n, p->t.d);
    jout_end(&j, '}');
    str_putc(out, '\n');
}

static bool is_map(PlotKind kind)
{
    return kind == PLOT_PCA || kind == PLOT_TSNE || kind == PLOT_UMAP;
}

bool plot_data_check(const PlotDataJob *job, Err *err)
{
    const char *out = job->output;
    if (job->data.path && job->states.prompts)
        return err_set(err, "a file of data and --prompts FILE: one of the two");
    if (job->states.model->n > 1) return err_set(err, "--model: one at a time");
    if (!job->data.path && job->states.layer == STATES_ALL)
        return err_set(err, "--layer all: a picture shows one layer");
    if (!out && !job->json) return err_set(err, "needs -o FILE.png, .svg or .html, or --json");
    if (out && strcmp(out, "-") == 0 && job->json)
        return err_set(err, "-o - and --json both want standard output");
    if (job->dims == 3 && !is_map(job->kind))
        return err_set(err, "--dims 3 belongs to the kinds pca, tsne and umap");
    return !out || strcmp(out, "-") == 0 || str_ends(out, ".png") || str_ends(out, ".svg") ||
           str_ends(out, ".html") ||
           err_set(err, "--output: '%s' must end in .png, .svg or .html", out);
}

static bool write_picture(const PlotNumbers *p, Err *err)
{
    const char *path = p->job->output;
    bool html = str_ends(path, ".html"), ok = true;
    Str bytes = {0}, page = {0};
    if (html && is_map(p->job->kind)) {
        plot_html(p, &page);
    } else {
        Canvas *c = canvas_open(DATAMAP_WIDTH, DATAMAP_HEIGHT,
                                html || str_ends(path, ".svg") ? CANVAS_SVG : CANVAS_PNG);
        plot_draw(c, p);
        ok = canvas_finish(c, &bytes, err);
        canvas_close(c);
        if (ok && html) plot_html_picture(p, str_text(&bytes), &page);
    }
    const Str *out = html ? &page : &bytes;
    ok = ok && out_file(path, str_text(out), out->len, err);
    str_free(&bytes);
    str_free(&page);
    return ok;
}

bool plot_data_run(const PlotDataJob *job, Str *json, const Run *run, Err *err)
{
    PlotNumbers p = {.job = job};
    bool ok = (!job->output || out_check_path(job->output, job->clobber, err)) &&
              plot_numbers(&p, job, run, err);
    if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    if (ok && job->json) plot_json(&p, json);
    if (ok && job->output) ok = write_picture(&p, err);
    if (ok && job->output) say(&job->say, SAY_INFO, "%s: %s", p.title, p.subtitle);
    plot_numbers_free(&p);
    return ok;
}
