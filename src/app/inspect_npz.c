/* inspect_npz.c: features as NumPy arrays; see app/inspect.h. */
#include <math.h>
#include <stdlib.h>

#include "app/inspect.h"
#include "base/mem.h"
#include "tensor/npz.h"

/* The arrays' archive, with the name of the one being added. */
typedef struct Archive {
    Npz *z;
    const FeatureSet *fs;
    int table;
    Err *err;
} Archive;

static bool add_array(Archive *a, const char *name, const char *suffix, NpType type,
                      const void *data, int ndim, int64_t n0, int64_t n1)
{
    Str full = {0};
    int64_t shape[2] = {n0, n1};
    str_addf(&full, "%s.%s%s", feat_table_name(a->table), name, suffix);
    bool ok = npz_add(a->z, full.s, type, data, ndim, shape, a->err);
    str_free(&full);
    return ok;
}

static bool add_strings(Archive *a, const char *name, const char *const *s, int n)
{
    Str full = {0};
    str_addf(&full, "%s.%s", feat_table_name(a->table), name);
    bool ok = npz_add_strings(a->z, full.s, s, n, a->err);
    str_free(&full);
    return ok;
}

/* The token or the head of each row, in tables of tokens and heads. */
static bool add_place(Archive *a)
{
    const Table *t = &a->fs->table[a->table];
    if (a->table != FT_TOKENS && a->table != FT_HEADS) return true;
    int32_t *place = mem_alloc(t->nrows, sizeof *place);
    for (int i = 0; i < t->nrows; i++)
        place[i] = a->table == FT_TOKENS ? t->key[i].token : t->key[i].head;
    bool ok = add_array(a, a->table == FT_TOKENS ? "token" : "head", "", NP_I4, place, 1, t->nrows,
                        0);
    free(place);
    return ok;
}

/* Which row each index stands for: layer, role, tensor name. */
static bool add_keys(Archive *a)
{
    const Table *t = &a->fs->table[a->table];
    int32_t *layer = mem_alloc(t->nrows, sizeof *layer);
    const char **role = mem_alloc(t->nrows, sizeof *role);
    const char **label = mem_alloc(t->nrows, sizeof *label);
    for (int i = 0; i < t->nrows; i++) {
        layer[i] = t->key[i].layer;
        role[i] = role_name(t->key[i].role);
        label[i] = t->label[i] ? t->label[i] : "";
    }
    bool ok = add_array(a, "layer", "", NP_I4, layer, 1, t->nrows, 0) &&
              add_strings(a, "role", role, t->nrows) && add_strings(a, "name", label, t->nrows) &&
              add_place(a);
    free(layer);
    free(role);
    free(label);
    return ok;
}

/* All entries that exist have `len` numbers: [nrows] or [nrows, len]. */
static bool add_square(Archive *a, const Column *c, int nrows, int len)
{
    float *v = mem_alloc((int64_t)nrows * len, sizeof *v);
    for (int i = 0; i < nrows; i++)
        for (int k = 0; k < len; k++)
            v[(int64_t)i * len + k] = c->len[i] ? c->v[c->start[i] + k] : NAN;
    bool ok = add_array(a, c->name, "", NP_F4, v, len == 1 ? 1 : 2, nrows, len);
    free(v);
    return ok;
}

static bool add_ragged(Archive *a, const Column *c, int nrows)
{
    int64_t *start = mem_alloc(nrows, sizeof *start); /* where there is nothing: 0 */
    for (int i = 0; i < nrows; i++)
        if (c->len[i]) start[i] = c->start[i];
    bool ok = add_array(a, c->name, "", NP_F4, c->v, 1, c->nv, 0) &&
              add_array(a, c->name, ".start", NP_I8, start, 1, nrows, 0) &&
              add_array(a, c->name, ".len", NP_I4, c->len, 1, nrows, 0);
    free(start);
    return ok;
}

static bool add_column(Archive *a, const Column *c, int nrows)
{
    int len = 0;
    bool same = true;
    for (int i = 0; i < nrows; i++) {
        if (c->len[i] && len && c->len[i] != len) same = false;
        if (c->len[i]) len = c->len[i];
    }
    return same && len ? add_square(a, c, nrows, len) : add_ragged(a, c, nrows);
}

bool inspect_write_npz(const FeatureSet *fs, const char *path, Err *err)
{
    Archive a = {.z = npz_new(true), .fs = fs, .err = err};
    bool ok = npz_add_strings(a.z, "model", (const char *const *)&fs->model, -1, err) &&
              npz_add_strings(a.z, "family", (const char *const *)&fs->family, -1, err);
    for (a.table = 0; ok && a.table < FT_COUNT; a.table++) {
        const Table *t = &fs->table[a.table];
        if (t->nrows == 0) continue;
        ok = add_keys(&a);
        for (int c = 0; ok && c < t->ncols; c++) ok = add_column(&a, &t->col[c], t->nrows);
    }
    if (ok) return npz_write(a.z, path, err);
    npz_free(a.z);
    return false;
}
