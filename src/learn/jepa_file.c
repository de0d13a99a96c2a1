/* jepa_file.c: the network of learn/jepa.h as a .safetensors file: every parameter under its name
 * and in PyTorch's shape, so that PyTorch can load it too. */
#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "jepa_parts.h"
#include "tensor/checkpoint.h"
#include "tensor/st_meta.h"
#include "tensor/st_write.h"

/* small [size], NULL: f32. */
static void add_arrays(StArray *a, const Params *ps, const uint16_t *small)
{
    for (int i = 0; i < ps->n; i++) {
        const Param *p = &ps->p[i];
        const void *data = small ? (const void *)(small + p->at) : (const void *)(ps->v + p->at);
        a[i] = (StArray){.name = p->name,
                         .dtype = small ? DT_BF16 : DT_F32,
                         .ndim = p->rows > 1 ? 2 : 1,
                         .shape = {p->rows > 1 ? p->rows : p->cols, p->cols},
                         .data = data};
    }
}

static bool write_arrays(const Jepa *j, const uint16_t *small, const char *path,
                         const char *meta_json, Err *err)
{
    int n = j->params.n + j->target.n;
    StArray *a = mem_alloc(n, sizeof *a);
    add_arrays(a, &j->params, small);
    add_arrays(a + j->params.n, &j->target, small ? small + j->params.size : NULL);
    const StMeta meta[] = {{"format", "pt"}, {"kind", "jepa"}, {"training", meta_json}};
    bool ok = st_write(path, a, n, meta, 3, err);
    free(a);
    return ok;
}

/* What a tensor of the file must be. */
static bool check(const Param *p, const Tensor *t, const char *path, Err *err)
{
    int ndim = p->rows > 1 ? 2 : 1;
    if (!t)
        return err_set(err, "%s: no tensor \"%s\": not what `llmsonify jepa train` writes", path,
                       p->name);
    if (t->dtype != DT_F32 && t->dtype != DT_BF16 && t->dtype != DT_F16)
        return err_set(err, "%s: tensor \"%s\" is %s, expected F32, F16 or BF16", path, p->name,
                       dtype_name(t->dtype));
    if (t->ndim != ndim)
        return err_set(err, "%s: tensor \"%s\" has %d dimensions, expected %d", path, p->name,
                       t->ndim, ndim);
    if (tensor_rows(t) != p->rows || tensor_cols(t) != p->cols)
        return err_set(err, "%s: tensor \"%s\" is %lld x %lld, expected %d x %d", path, p->name,
                       (long long)tensor_rows(t), (long long)tensor_cols(t), p->rows, p->cols);
    return true;
}

static bool read_params(Params *ps, const Checkpoint *ck, Err *err)
{
    for (int i = 0; i < ps->n; i++) {
        const Param *p = &ps->p[i];
        const Tensor *t = checkpoint_find(ck, p->name);
        float *v = ps->v + p->at;
        if (!check(p, t, checkpoint_path(ck), err)) return false;
        tensor_read_f32(t, 0, p->rows, v);
        for (int64_t k = 0; k < (int64_t)p->rows * p->cols; k++)
            if (!isfinite(v[k]))
                return err_set(err, "%s: tensor \"%s\" has a number that is not finite",
                               checkpoint_path(ck), p->name);
    }
    return true;
}

bool jepa_write(const Jepa *j, const char *path, const char *meta_json, Err *err)
{
    return write_arrays(j, NULL, path, meta_json, err);
}

bool jepa_write_bf16(const Jepa *j, const char *path, const char *meta_json, Err *err)
{
    int64_t n = j->params.size, more = j->target.size;
    uint16_t *small = mem_alloc(n + more, sizeof *small);
    for (int64_t i = 0; i < n; i++) small[i] = bf16_round(j->params.v[i]);
    for (int64_t i = 0; i < more; i++) small[n + i] = bf16_round(j->target.v[i]);
    bool ok = write_arrays(j, small, path, meta_json, err);
    free(small);
    return ok;
}

bool jepa_load(Jepa *j, const char *path, CpuLevel level, Err *err)
{
    Checkpoint *ck = NULL;
    *j = (Jepa){0};
    bool ok = checkpoint_open(&ck, path, err) && jepa_open(j, level, err) &&
              read_params(&j->params, ck, err) && read_params(&j->target, ck, err);
    if (!ok) jepa_free(j);
    checkpoint_close(ck);
    return ok;
}

char *jepa_meta(const char *path, Err *err)
{
    Json *header = st_header_read(path, err);
    if (!header) return NULL;
    const char *text = json_string(json_get(json_get(header, "__metadata__"), "training"));
    char *out = mem_strdup(text);
    if (!out)
        err_set(err, "%s: nothing about a training: not what `llmsonify jepa train` writes", path);
    json_free(header);
    return out;
}
