/* data_table.c: see app/data_table.h. */
#include "app/data_table.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tensor/checkpoint.h"
#include "tensor/np_read.h"

static const char STATES[] = "states";

/* Numbers of two or three dimensions, wherever they come from. */
typedef struct Numbers {
    int ndim;
    const int64_t *shape;
    const double *v;
} Numbers;

static bool check_finite(const DataTable *t, Err *err)
{
    for (int64_t e = 0; e < (int64_t)t->n * t->d; e++)
        if (!isfinite(t->v[e]))
            return err_set(err, "row %lld, column %lld is not a finite number",
                           (long long)(e / t->d), (long long)(e % t->d));
    return true;
}

/* Which slice of [n, slices, d] is the layer's: the embedding is the first. */
static bool find_slice(int64_t slices, int layer, int64_t *slice, Err *err)
{
    if (layer == STATES_ALL) return err_set(err, "--layer all: a picture shows one layer");
    *slice = layer == STATES_LAST ? slices - 1 : layer + 1;
    return *slice < slices || err_set(err, "--layer: there are layers -1 to %lld, not %d",
                                      (long long)slices - 2, layer);
}

/* "states.npz" to "states.npz, layer 3". */
static void name_slice(DataTable *t, int64_t slice)
{
    Str name = {0};
    if (slice > 0)
        str_addf(&name, "%s, layer %lld", t->name, (long long)slice - 1);
    else
        str_addf(&name, "%s, embedding", t->name);
    free(t->name);
    t->name = name.s;
}

static bool take_numbers(DataTable *t, const Numbers *a, int layer, Err *err)
{
    int64_t slices = 1, slice = 0;
    if (a->ndim != 2 && a->ndim != 3)
        return err_set(err, "an array of %d dimensions; rows and columns are needed", a->ndim);
    if (a->ndim == 2 && layer != STATES_LAST)
        return err_set(err, "--layer: the array has no layers");
    int64_t n = a->shape[0], d = a->shape[a->ndim - 1];
    if (a->ndim == 3) slices = a->shape[1];
    if (n < 1 || d < 1 || slices < 1) return err_set(err, "the array is empty");
    if (n > INT_MAX / 2 || d > INT_MAX / 2) return err_set(err, "the array is too large");
    if (a->ndim == 3 && !find_slice(slices, layer, &slice, err)) return false;
    if (a->ndim == 3) name_slice(t, slice);
    t->n = (int)n;
    t->d = (int)d;
    t->v = mem_alloc(n * d, sizeof *t->v);
    for (int64_t i = 0; i < n; i++)
        memcpy(t->v + i * d, a->v + (i * slices + slice) * d, (size_t)d * sizeof *t->v);
    return check_finite(t, err);
}

static bool any_text(char *const *text, int n)
{
    for (int i = 0; text && i < n; i++)
        if (*text[i]) return true;
    return false;
}

static char **copy_texts(char *const *text, int n)
{
    if (!any_text(text, n)) return NULL;
    char **copy = mem_alloc(n, sizeof *copy);
    for (int i = 0; i < n; i++) copy[i] = mem_strdup(text[i]);
    return copy;
}

static char **texts_of(const NpSet *set, const char *name, int n)
{
    const NpArray *a = np_find(set, name);
    return a && a->text && a->count == n ? copy_texts(a->text, n) : NULL;
}

static const NpArray *choose_np(const NpSet *set, const char *name)
{
    if (name) return np_find(set, name);
    const NpArray *a = np_find(set, STATES);
    for (int i = 0; !a && i < set->n; i++)
        if (set->item[i].v && set->item[i].ndim == 2) a = &set->item[i];
    return a ? a : set->n == 1 ? &set->item[0] : NULL;
}

static bool read_numpy(DataTable *t, const DataJob *job, Err *err)
{
    NpSet set;
    bool ok = np_read(&set, job->path, err);
    if (ok) {
        const NpArray *a = choose_np(&set, job->array);
        ok = (a && a->v) || err_set(err, job->array ? "%s: no array of numbers '%s'"
                                                    : "%s: no array of rows and columns; name it "
                                                      "with --array%s",
                                    job->path, job->array ? job->array : "");
        if (ok) {
            Numbers v = {.ndim = a->ndim, .shape = a->shape, .v = a->v};
            ok = take_numbers(t, &v, job->layer, err) || err_wrap(err, "%s", job->path);
        }
        if (ok) {
            t->text = texts_of(&set, "prompts", t->n);
            t->category = texts_of(&set, "categories", t->n);
        }
    }
    np_free(&set);
    return ok;
}

/* Strings that extract.c wrote as NAME.utf8 and NAME.start. */
static char **texts_of_st(const Checkpoint *c, const char *name, int n)
{
    Str key = {0};
    str_addf(&key, "%s.start", name);
    const Tensor *start = checkpoint_find(c, key.s);
    key.len = 0;
    str_addf(&key, "%s.utf8", name);
    const Tensor *bytes = checkpoint_find(c, key.s);
    str_free(&key);
    if (!start || !bytes || start->dtype != DT_I64 || bytes->dtype != DT_U8 ||
        tensor_numel(start) != (int64_t)n + 1)
        return NULL;
    const char *at = start->data, *text = bytes->data;
    uint64_t size = (uint64_t)tensor_numel(bytes), last = 0;
    char **out = mem_alloc(n, sizeof *out);
    bool any = false;
    for (int i = 0; i < n; i++) {
        uint64_t a = load_le64(at + 8 * (size_t)i), b = load_le64(at + 8 * (size_t)i + 8);
        bool sound = a >= last && a <= b && b <= size;
        out[i] = sound ? mem_strndup(text + a, b - a) : mem_strdup("");
        if (sound) last = b;
        any = any || *out[i];
    }
    if (any) return out;
    for (int i = 0; i < n; i++) free(out[i]);
    free(out);
    return NULL;
}

static const Tensor *choose_st(const Checkpoint *c, const char *name)
{
    if (name) return checkpoint_find(c, name);
    const Tensor *t = checkpoint_find(c, STATES);
    for (int i = 0; !t && i < checkpoint_count(c); i++)
        if (checkpoint_tensor(c, i)->ndim == 2) t = checkpoint_tensor(c, i);
    return t;
}

static bool read_st(DataTable *t, const DataJob *job, Err *err)
{
    Checkpoint *c = NULL;
    if (!checkpoint_open(&c, job->path, err)) return false;
    const Tensor *a = choose_st(c, job->array);
    bool ok = a || err_set(err, "%s: no tensor %s", job->path,
                           job->array ? job->array : "of two dimensions; name it with --array");
    if (ok) {
        int64_t count = tensor_numel(a);
        float *f = mem_alloc(count, sizeof *f);
        double *v = mem_alloc(count, sizeof *v);
        if (count > 0) tensor_read_f32(a, 0, tensor_rows(a), f);
        for (int64_t e = 0; e < count; e++) v[e] = (double)f[e];
        Numbers numbers = {.ndim = a->ndim, .shape = a->shape, .v = v};
        ok = take_numbers(t, &numbers, job->layer, err) || err_wrap(err, "%s", job->path);
        free(f);
        free(v);
    }
    if (ok) {
        t->text = texts_of_st(c, "prompts", t->n);
        t->category = texts_of_st(c, "categories", t->n);
    }
    checkpoint_close(c);
    return ok;
}

bool data_table_read(DataTable *t, const DataJob *job, Err *err)
{
    *t = (DataTable){.name = mem_strdup(path_base(job->path))};
    if (str_ends(job->path, ".safetensors")) return read_st(t, job, err);
    if (str_ends(job->path, ".npy") || str_ends(job->path, ".npz"))
        return read_numpy(t, job, err);
    return err_set(err, "%s: no data: .npy, .npz and .safetensors are read", job->path);
}

bool data_table_of_states(DataTable *t, const States *s, Err *err)
{
    Str name = {0};
    char **category = mem_alloc(s->n, sizeof *category);
    if (s->first < 0)
        str_addf(&name, "%s, embedding", s->model);
    else
        str_addf(&name, "%s, layer %d", s->model, s->first);
    *t = (DataTable){.name = name.s, .n = s->n, .d = s->d};
    t->v = mem_alloc((int64_t)t->n * t->d, sizeof *t->v);
    t->text = mem_alloc(t->n, sizeof *t->text);
    for (int i = 0; i < t->n; i++) {
        const float *from = s->v + (int64_t)i * s->layers * s->d;
        for (int k = 0; k < t->d; k++) t->v[(int64_t)i * t->d + k] = (double)from[k];
        t->text[i] = mem_strdup(s->prompts.row[i].text);
        category[i] = s->prompts.row[i].category;
    }
    t->category = copy_texts(category, t->n);
    free(category);
    return check_finite(t, err);
}

void data_table_free(DataTable *t)
{
    for (int i = 0; i < t->n; i++) {
        if (t->text) free(t->text[i]);
        if (t->category) free(t->category[i]);
    }
    free(t->text);
    free(t->category);
    free(t->v);
    free(t->name);
    *t = (DataTable){0};
}
