/* space_file.c: fitted spaces in .safetensors files, L layers, k components, S sentences:
 *
 *   mean        F32 [L, d]       components  F32 [L, k, d]    projections F32 [S, L, k]
 *   variance    F64 [L, k]       ratio       F64 [L, k]       range       F32 [L, k, 2]
 *   step        F32 [L, 2]       points      I64 [L]
 *
 * and under "__metadata__" kind, model, corpus, words. Layer 0 is the embedding. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/space.h"
#include "base/mem.h"
#include "tensor/checkpoint.h"
#include "tensor/st_meta.h"
#include "tensor/st_write.h"

enum { MOST_LAYERS = 32000, MOST_WIDTH = 1 << 20, MOST_SENTENCES = 1 << 26 };

/* How far from 1 a component's length may be: f32, maybe written by others. */
static const double LENGTH = 1e-3;

bool space_write(const Space *s, const char *path, Err *err)
{
    char words[24];
    int64_t l = s->layers, k = s->k, d = s->d;
    snprintf(words, sizeof words, "%lld", (long long)s->words);
    const StMeta meta[] = {{"kind", "llmsonify space"},
                           {"model", s->model ? s->model : ""},
                           {"corpus", s->corpus ? s->corpus : ""},
                           {"words", words}};
    const StArray array[] = {
        {.name = "mean", .dtype = DT_F32, .ndim = 2, .shape = {l, d}, .data = s->mean},
        {.name = "components", .dtype = DT_F32, .ndim = 3, .shape = {l, k, d}, .data = s->comp},
        {.name = "variance", .dtype = DT_F64, .ndim = 2, .shape = {l, k}, .data = s->var},
        {.name = "ratio", .dtype = DT_F64, .ndim = 2, .shape = {l, k}, .data = s->ratio},
        {.name = "range", .dtype = DT_F32, .ndim = 3, .shape = {l, k, 2}, .data = s->range},
        {.name = "step", .dtype = DT_F32, .ndim = 2, .shape = {l, 2}, .data = s->step},
        {.name = "points", .dtype = DT_I64, .ndim = 1, .shape = {l}, .data = s->points},
        {.name = "projections", .dtype = DT_F32, .ndim = 3, .shape = {s->sentences, l, k},
         .data = s->proj},
    };
    return st_write(path, array, sizeof array / sizeof *array, meta, sizeof meta / sizeof *meta,
                    err);
}

/* A copy of an array that must have this shape; -1 = any size. */
static void *take(const Checkpoint *ck, const char *name, DType dtype, int ndim,
                  const int64_t *shape, Err *err)
{
    const Tensor *t = checkpoint_find(ck, name);
    bool ok = t && t->dtype == dtype && t->ndim == ndim;
    for (int i = 0; ok && i < ndim; i++) ok = t->shape[i] == shape[i];
    if (!ok) {
        Str want = {0};
        for (int i = 0; i < ndim; i++)
            str_addf(&want, "%s%lld", i ? ", " : "", (long long)shape[i]);
        err_set(err, "no array %s [%s] of %s", name, str_text(&want), dtype_name(dtype));
        str_free(&want);
        return NULL;
    }
    size_t bytes = (size_t)tensor_numel(t) * (size_t)dtype_size(dtype);
    void *copy = mem_alloc(tensor_numel(t), (size_t)dtype_size(dtype));
    if (bytes) memcpy(copy, t->data, bytes);
    return copy;
}

/* L, k, d and the number of sentences, by the two arrays that have them. */
static bool read_sizes(Space *s, const Checkpoint *ck, Err *err)
{
    const Tensor *c = checkpoint_find(ck, "components"), *p = checkpoint_find(ck, "projections");
    bool ok = c && p && c->ndim == 3 && p->ndim == 3 && c->shape[0] > 1 && c->shape[1] > 0 &&
              c->shape[2] > 0 && c->shape[0] <= MOST_LAYERS &&
              c->shape[1] <= SPACE_MAX_COMPONENTS && c->shape[1] <= c->shape[2] &&
              c->shape[2] <= MOST_WIDTH && p->shape[0] <= MOST_SENTENCES;
    if (!ok)
        return err_set(err, "no arrays components [layers, k, width] and projections [sentences, "
                            "layers, k]: is this a space that llmsonify space fit wrote?");
    s->layers = (int)c->shape[0];
    s->k = (int)c->shape[1];
    s->d = (int)c->shape[2];
    s->sentences = (int)p->shape[0];
    return true;
}

static bool read_arrays(Space *s, const Checkpoint *ck, Err *err)
{
    const int64_t l = s->layers, k = s->k, d = s->d, n = s->sentences;
    return (s->mean = take(ck, "mean", DT_F32, 2, (int64_t[]){l, d}, err)) &&
           (s->comp = take(ck, "components", DT_F32, 3, (int64_t[]){l, k, d}, err)) &&
           (s->var = take(ck, "variance", DT_F64, 2, (int64_t[]){l, k}, err)) &&
           (s->ratio = take(ck, "ratio", DT_F64, 2, (int64_t[]){l, k}, err)) &&
           (s->range = take(ck, "range", DT_F32, 3, (int64_t[]){l, k, 2}, err)) &&
           (s->step = take(ck, "step", DT_F32, 2, (int64_t[]){l, 2}, err)) &&
           (s->points = take(ck, "points", DT_I64, 1, (int64_t[]){l}, err)) &&
           (s->proj = take(ck, "projections", DT_F32, 3, (int64_t[]){n, l, k}, err));
}

static bool all_finite(const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

static bool check_component(const Space *s, int layer, int c, Err *err)
{
    int64_t i = (int64_t)layer * s->k + c;
    const float *v = s->comp + i * s->d, *range = s->range + 2 * i;
    double square = 0;
    for (int j = 0; j < s->d; j++) square += (double)v[j] * (double)v[j];
    bool none = s->var[i] == 0 && square == 0;
    if (!none && !(fabs(sqrt(square) - 1) <= LENGTH))
        return err_set(err, "components: number %d of layer %d has length %g, expected 1", c, layer,
                       sqrt(square));
    if (!(s->var[i] >= 0 && s->var[i] < INFINITY) || !(s->ratio[i] >= 0 && s->ratio[i] <= 1.001))
        return err_set(err, "variance: component %d of layer %d has %g, ratio %g", c, layer,
                       s->var[i], s->ratio[i]);
    if (!isfinite(range[0]) || !isfinite(range[1]) || range[0] > range[1])
        return err_set(err, "range: component %d of layer %d has %g to %g", c, layer,
                       (double)range[0], (double)range[1]);
    return true;
}

static bool check_numbers(const Space *s, Err *err)
{
    if (!all_finite(s->mean, (int64_t)s->layers * s->d) ||
        !all_finite(s->proj, (int64_t)s->sentences * s->layers * s->k))
        return err_set(err, "mean or projections: a number is not finite");
    for (int l = 0; l < s->layers; l++) {
        const float *step = s->step + 2 * l;
        if (!isfinite(step[0]) || !isfinite(step[1]) || step[0] < 0 || step[0] > step[1])
            return err_set(err, "step: layer %d has %g to %g", l, (double)step[0],
                           (double)step[1]);
        if (s->points[l] < 2)
            return err_set(err, "points: layer %d has %lld", l, (long long)s->points[l]);
        for (int c = 0; c < s->k; c++)
            if (!check_component(s, l, c, err)) return false;
    }
    return true;
}

static bool read_meta(Space *s, const Json *meta, Err *err)
{
    const char *kind = json_string(json_get(meta, "kind"));
    const char *model = json_string(json_get(meta, "model"));
    const char *corpus = json_string(json_get(meta, "corpus"));
    const char *words = json_string(json_get(meta, "words"));
    if (!kind || strcmp(kind, "llmsonify space") != 0)
        return err_set(err, "its metadata do not say \"llmsonify space\": fit one with llmsonify "
                            "space fit");
    if (!words || !parse_int(words, 0, INT64_MAX / 2, &s->words))
        return err_set(err, "words \"%.20s\" in its metadata: not a number", words ? words : "");
    s->model = mem_strdup(model ? model : "");
    s->corpus = mem_strdup(corpus ? corpus : "");
    return true;
}

bool space_read(Space *s, const char *path, Err *err)
{
    Checkpoint *ck = NULL;
    *s = (Space){0};
    if (!checkpoint_open(&ck, path, err)) return false;
    bool ok = (read_sizes(s, ck, err) && read_arrays(s, ck, err) && check_numbers(s, err)) ||
              err_wrap(err, "%s", path);
    checkpoint_close(ck);
    Json *header = ok ? st_header_read(path, err) : NULL;
    ok = header && (read_meta(s, json_get(header, "__metadata__"), err) ||
                    err_wrap(err, "%s", path));
    json_free(header);
    if (!ok) space_free(s);
    return ok;
}
