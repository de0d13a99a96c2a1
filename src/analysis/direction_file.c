/* direction_file.c: directions in .safetensors files: r [nl, d] F32, stats [nl, 4] F64 (high, low,
 * explained, auc; NaN where a layer has no vector), and under "__metadata__" name, model, method,
 * pairs and moved. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "direction_fit.h"
#include "tensor/checkpoint.h"
#include "tensor/st_meta.h"
#include "tensor/st_write.h"

enum { STATS = 4, MOST_PAIRS = 1000000, MOST_SIDE = 1 << 24 };

/* How far from 1 a vector's length may be: f32, maybe written by others. */
static const double LENGTH = 1e-3;

bool direction_write(const Direction *r, const char *path, Err *err)
{
    char pairs[16], moved[16];
    double *stats = mem_alloc((int64_t)STATS * r->nl, sizeof *stats);
    for (int l = 0; l < r->nl; l++) {
        const DirectionLayer *x = &r->layer[l];
        const double row[STATS] = {x->high, x->low, x->explained, x->auc};
        memcpy(stats + STATS * l, row, sizeof row);
    }
    snprintf(pairs, sizeof pairs, "%d", r->npairs);
    snprintf(moved, sizeof moved, "%d", r->moved);
    const StMeta meta[] = {{"kind", "llmsonify direction"},
                           {"name", r->name ? r->name : ""},
                           {"model", r->model ? r->model : ""},
                           {"method", direction_method_name(r->method)},
                           {"pairs", pairs},
                           {"moved", moved}};
    const StArray array[] = {
        {.name = "stats", .dtype = DT_F64, .ndim = 2, .shape = {r->nl, STATS}, .data = stats},
        {.name = "r", .dtype = DT_F32, .ndim = 2, .shape = {r->nl, r->d}, .data = r->r},
    };
    bool ok = st_write(path, array, 2, meta, sizeof meta / sizeof *meta, err);
    free(stats);
    return ok;
}

static bool read_meta(Direction *r, const Json *meta, Err *err)
{
    const char *name = json_string(json_get(meta, "name"));
    const char *model = json_string(json_get(meta, "model"));
    const char *method = json_string(json_get(meta, "method"));
    const char *pairs = json_string(json_get(meta, "pairs"));
    const char *moved = json_string(json_get(meta, "moved"));
    int64_t n = 0, m = 0;
    if (!method || !pairs)
        return err_set(err, "no method and pairs in its metadata: is this a direction that "
                            "llmsonify direction fit wrote?");
    while (direction_method_name(r->method) && strcmp(direction_method_name(r->method), method))
        r->method++;
    if (!direction_method_name(r->method))
        return err_set(err, "method \"%.40s\" is not known: means or pca", method);
    if (!parse_int(pairs, 0, MOST_PAIRS, &n) || (moved && !parse_int(moved, 0, 2 * MOST_PAIRS, &m)))
        return err_set(err, "pairs \"%.20s\", moved \"%.20s\" in its metadata: not numbers of "
                            "prompts", pairs, moved ? moved : "");
    r->name = mem_strdup(name ? name : "");
    r->model = mem_strdup(model ? model : "");
    r->npairs = (int)n;
    r->moved = (int)m;
    return true;
}

/* A layer has all of its numbers and a unit vector, or nothing. */
static bool check_layer(const Direction *r, int l, Err *err)
{
    const DirectionLayer *x = &r->layer[l];
    const float *v = r->r + (int64_t)l * r->d;
    double square = 0;
    for (int j = 0; j < r->d; j++) square += (double)v[j] * v[j];
    bool none = isnan(x->high) && isnan(x->low) && isnan(x->explained) && isnan(x->auc);
    if (none && square == 0) return true;
    if (none || !(fabs(sqrt(square) - 1) <= LENGTH))
        return err_set(err, "r: the vector of layer %d has length %g, expected %d", l, sqrt(square),
                       none ? 0 : 1);
    if (!isfinite(x->high) || !isfinite(x->low) || !(x->explained >= 0 && x->explained <= 1) ||
        !(x->auc >= 0 && x->auc <= 1))
        return err_set(err, "stats: layer %d has %g %g %g %g, expected two means and two numbers "
                            "in 0..1", l, x->high, x->low, x->explained, x->auc);
    return true;
}

static bool is_matrix(const Tensor *t, DType dtype, int64_t cols)
{
    return t && t->dtype == dtype && t->ndim == 2 && t->shape[0] > 0 && t->shape[1] > 0 &&
           t->shape[0] <= MOST_SIDE && t->shape[1] <= MOST_SIDE && (!cols || t->shape[1] == cols);
}

static bool read_arrays(Direction *r, const Checkpoint *ck, Err *err)
{
    const Tensor *v = checkpoint_find(ck, "r"), *stats = checkpoint_find(ck, "stats");
    if (!is_matrix(v, DT_F32, 0)) return err_set(err, "no array r [layers, width] of F32");
    if (!is_matrix(stats, DT_F64, STATS) || stats->shape[0] != v->shape[0])
        return err_set(err, "no array stats [%lld, %d] of F64 beside r", (long long)v->shape[0],
                       STATS);
    direction_init(r, (int)v->shape[0], (int)v->shape[1]);
    memcpy(r->r, v->data, (size_t)tensor_numel(v) * sizeof *r->r);
    r->first = r->nl;
    for (int l = r->nl - 1; l >= 0; l--) {
        double row[STATS];
        memcpy(row, (const char *)stats->data + (size_t)l * sizeof row, sizeof row);
        r->layer[l] = (DirectionLayer){row[0], row[1], row[2], row[3]};
        if (!check_layer(r, l, err)) return false;
        if (direction_has(r, l)) r->first = l;
    }
    return r->first < r->nl || err_set(err, "no layer has a vector");
}

bool direction_read(Direction *r, const char *path, Err *err)
{
    Checkpoint *ck = NULL;
    *r = (Direction){0};
    if (!checkpoint_open(&ck, path, err)) return false;
    bool ok = read_arrays(r, ck, err) || err_wrap(err, "%s", path);
    checkpoint_close(ck);
    Json *header = ok ? st_header_read(path, err) : NULL;
    ok = header && (read_meta(r, json_get(header, "__metadata__"), err) ||
                    err_wrap(err, "%s", path));
    json_free(header);
    if (!ok) direction_free(r);
    return ok;
}
