/* featset.c: tables of features: building, reading, addresses. See feature/featset.h.
 *
 * An entry's vector is appended to its column's pool, so that a table with one column of 262144
 * values in a single row costs that much and no more. */
#include "feature/featset.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

const Cell CELL_NONE = {63, 7, 127, 0xffffff, 0xffffff};

static const char *const TABLE_NAMES[FT_COUNT] = {"weights", "layers",  "model", "tokens",
                                                  "heads",   "prompts", "words"};

const char *feat_table_name(int table)
{
    return table >= 0 && table < FT_COUNT ? TABLE_NAMES[table] : "";
}

static void table_free(Table *t)
{
    for (int i = 0; i < t->ncols; i++) {
        Column *c = &t->col[i];
        free(c->name);
        free(c->unit);
        free(c->doc);
        free(c->start);
        free(c->len);
        free(c->v);
    }
    for (int i = 0; i < t->nrows; i++) free(t->label[i]);
    free(t->col);
    free(t->key);
    free(t->label);
}

void feat_free(FeatureSet *fs)
{
    for (int t = 0; t < FT_COUNT; t++) table_free(&fs->table[t]);
    for (int i = 0; i < fs->nnotes; i++) free(fs->note[i]);
    free(fs->note);
    free(fs->model);
    free(fs->family);
    *fs = (FeatureSet){0};
}

int feat_add_column(FeatureSet *fs, int table, const char *name, const char *unit, const char *doc)
{
    Table *t = &fs->table[table];
    Column *c = mem_push(&t->col, &t->ncols, &t->cap_cols, sizeof *c);
    assert(t->ncols < 127);
    c->name = mem_strdup(name);
    c->unit = mem_strdup(unit);
    c->doc = mem_strdup(doc);
    c->start = mem_alloc(t->cap_rows, sizeof *c->start);
    c->len = mem_alloc(t->cap_rows, sizeof *c->len);
    return t->ncols - 1;
}

static void table_grow(Table *t)
{
    int cap = t->cap_rows ? 2 * t->cap_rows : 64;
    t->key = mem_resize(t->key, cap, sizeof *t->key);
    t->label = mem_resize(t->label, cap, sizeof *t->label);
    for (int i = 0; i < t->ncols; i++) {
        Column *c = &t->col[i];
        c->start = mem_resize(c->start, cap, sizeof *c->start);
        c->len = mem_resize(c->len, cap, sizeof *c->len);
        memset(c->len + t->cap_rows, 0, (size_t)(cap - t->cap_rows) * sizeof *c->len);
    }
    t->cap_rows = cap;
}

int feat_add_row(FeatureSet *fs, int table, RowKey key, const char *label)
{
    Table *t = &fs->table[table];
    if (t->nrows == t->cap_rows) table_grow(t);
    t->key[t->nrows] = key;
    t->label[t->nrows] = mem_strdup(label);
    return t->nrows++;
}

/* The f32 nearest to x with six significant digits: what JSON prints with %.6g reads back equal. By
 * arithmetic where the power of ten is exact in f64, so that the quotient is correctly rounded (an
 * embedding has 262144 row norms); through text elsewhere. */
static float round_six(double x)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    char text[32];
    if (x == 0 || !isfinite(x)) return (float)x;
    int k = 5 - (int)floor(log10(fabs(x)));
    if (k >= 0 && k <= 22) return (float)(rint(x * power[k]) / power[k]);
    snprintf(text, sizeof text, "%.6g", x);
    return (float)strtod(text, NULL);
}

static float *column_extend(Column *c, int row, int n)
{
    c->start[row] = c->nv;
    c->len[row] = n;
    if (c->nv + n > c->cap) {
        c->cap = c->nv + n > 2 * c->cap ? c->nv + n : 2 * c->cap;
        c->v = mem_resize(c->v, c->cap, sizeof *c->v);
    }
    c->nv += n;
    return c->v + c->start[row];
}

void feat_set(FeatureSet *fs, int table, int col, int row, const double *v, int n)
{
    float *out = column_extend(&fs->table[table].col[col], row, n);
    for (int i = 0; i < n; i++) out[i] = round_six(v[i]);
}

void feat_set_f32(FeatureSet *fs, int table, int col, int row, const float *v, int n)
{
    float *out = column_extend(&fs->table[table].col[col], row, n);
    for (int i = 0; i < n; i++) out[i] = round_six((double)v[i]);
}

void feat_set1(FeatureSet *fs, int table, int col, int row, double v)
{
    feat_set(fs, table, col, row, &v, 1);
}

void feat_note(FeatureSet *fs, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char **note = mem_push(&fs->note, &fs->nnotes, &fs->cap_notes, sizeof *note);
    *note = mem_strdup(text);
}

int feat_find_column(const FeatureSet *fs, int table, const char *name)
{
    const Table *t = &fs->table[table];
    for (int i = 0; i < t->ncols; i++)
        if (strcmp(t->col[i].name, name) == 0) return i;
    return -1;
}

int feat_find_row(const FeatureSet *fs, int table, int layer, int role)
{
    const Table *t = &fs->table[table];
    for (int i = 0; i < t->nrows; i++)
        if (t->key[i].layer == layer && t->key[i].role == role) return i;
    return -1;
}

static bool in_table(const FeatureSet *fs, int table, int col, int row)
{
    if (table < 0 || table >= FT_COUNT) return false;
    const Table *t = &fs->table[table];
    return col >= 0 && col < t->ncols && row >= 0 && row < t->nrows;
}

int feat_len(const FeatureSet *fs, int table, int col, int row)
{
    return in_table(fs, table, col, row) ? fs->table[table].col[col].len[row] : 0;
}

const float *feat_vec(const FeatureSet *fs, int table, int col, int row)
{
    if (feat_len(fs, table, col, row) == 0) return NULL;
    const Column *c = &fs->table[table].col[col];
    return c->v + c->start[row];
}

Value feat_value(const FeatureSet *fs, int table, int col, int row, int lane)
{
    const float *v = feat_vec(fs, table, col, row);
    if (!v || lane < 0 || lane >= feat_len(fs, table, col, row)) return (Value){NAN, CELL_NONE};
    Cell from = {.set = (unsigned)fs->id & 63, .table = (unsigned)table & 7,
                 .col = (unsigned)col & 127, .row = (unsigned)row & 0xffffff,
                 .lane = (unsigned)lane & 0xffffff};
    return (Value){v[lane], from};
}

Value feat_look(const FeatureSet *fs, int table, const char *col, int layer, int role, int lane)
{
    return feat_value(fs, table, feat_find_column(fs, table, col),
                      feat_find_row(fs, table, layer, role), lane);
}

bool cell_is_none(Cell c)
{
    return c.table == CELL_NONE.table;
}

bool cell_valid(const FeatureSet *fs, Cell c)
{
    return !cell_is_none(c) && (int)c.lane < feat_len(fs, c.table, c.col, (int)c.row);
}

void cell_describe(const FeatureSet *fs, Cell c, Str *out)
{
    if (!cell_valid(fs, c)) {
        str_puts(out, "(no source)");
        return;
    }
    const Table *t = &fs->table[c.table];
    const Column *col = &t->col[c.col];
    RowKey key = t->key[c.row];
    str_puts(out, fs->model ? fs->model : "model");
    if (t->label[c.row])
        str_addf(out, " %s", t->label[c.row]);
    else if (key.layer >= 0)
        str_addf(out, " layer %d", key.layer);
    str_addf(out, " %s", col->name);
    if (col->len[c.row] > 1) str_addf(out, "[%d]", (int)c.lane);
    str_addf(out, " = %.6g", (double)col->v[col->start[c.row] + c.lane]);
}

static void hash_text(Sha256 *sha, const char *s)
{
    sha256_add(sha, s ? s : "", s ? strlen(s) + 1 : 1);
}

static void hash_table(Sha256 *sha, const Table *t)
{
    for (int r = 0; r < t->nrows; r++) hash_text(sha, t->label[r]);
    for (int i = 0; i < t->ncols; i++) {
        const Column *c = &t->col[i];
        hash_text(sha, c->name);
        for (int r = 0; r < t->nrows; r++)
            if (c->len[r]) sha256_add(sha, c->v + c->start[r], (size_t)c->len[r] * sizeof *c->v);
    }
}

void feat_fingerprint(const FeatureSet *fs, char out[17])
{
    Sha256 sha;
    uint8_t digest[32];
    sha256_init(&sha);
    hash_text(&sha, fs->family);
    for (int t = 0; t < FT_COUNT; t++) hash_table(&sha, &fs->table[t]);
    sha256_end(&sha, digest);
    for (int i = 0; i < 8; i++) snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
