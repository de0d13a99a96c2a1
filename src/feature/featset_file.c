/* featset_file.c: a FeatureSet as JSON (which reads back to an equal set) and as CSV.
 *
 * {"llmsonify": "features", "model": ..., "layers": 8, ..., "tables": {"weights": {
 *   "columns": [{"name": "sv", "unit": "", "doc": "..."}],
 *   "rows": [{"layer": 0, "role": "q", "label": "...", "values": {"sv": [3.1, ...], "mean":
 * 0.1}}]}}} Keys that are -1 are left out; absent entries too; NaN is null. */
#include "feature/featset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static void write_values(JsonOut *j, const Table *t, int row)
{
    jout_begin(j, "values", '{', false);
    for (int i = 0; i < t->ncols; i++) {
        const Column *c = &t->col[i];
        if (c->len[row] == 0) continue; /* its start means nothing */
        const float *v = c->v + c->start[row];
        if (c->len[row] == 1) {
            jout_number(j, c->name, (double)v[0], 6);
            continue;
        }
        jout_begin(j, c->name, '[', true);
        for (int k = 0; k < c->len[row]; k++) jout_number(j, NULL, (double)v[k], 6);
        jout_end(j, ']');
    }
    jout_end(j, '}');
}

static void write_row(JsonOut *j, const Table *t, int row)
{
    RowKey k = t->key[row];
    jout_begin(j, NULL, '{', false);
    if (k.prompt >= 0) jout_int(j, "prompt", k.prompt);
    if (k.layer >= 0) jout_int(j, "layer", k.layer);
    if (k.role >= 0) jout_string(j, "role", role_name(k.role));
    if (k.head >= 0) jout_int(j, "head", k.head);
    if (k.token >= 0) jout_int(j, "token", k.token);
    if (t->label[row]) jout_string(j, "label", t->label[row]);
    write_values(j, t, row);
    jout_end(j, '}');
}

static void write_table(JsonOut *j, const Table *t, const char *name)
{
    jout_begin(j, name, '{', false);
    jout_begin(j, "columns", '[', false);
    for (int i = 0; i < t->ncols; i++) {
        jout_begin(j, NULL, '{', true);
        jout_string(j, "name", t->col[i].name);
        jout_string(j, "unit", t->col[i].unit);
        jout_string(j, "doc", t->col[i].doc);
        jout_end(j, '}');
    }
    jout_end(j, ']');
    jout_begin(j, "rows", '[', false);
    for (int r = 0; r < t->nrows; r++) write_row(j, t, r);
    jout_end(j, ']');
    jout_end(j, '}');
}

void feat_write_json(const FeatureSet *fs, Str *out)
{
    JsonOut j;
    char fingerprint[17];
    feat_fingerprint(fs, fingerprint);
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "llmsonify", "features");
    jout_string(&j, "model", fs->model);
    jout_string(&j, "family", fs->family);
    jout_string(&j, "fingerprint", fingerprint);
    jout_int(&j, "layers", fs->nl);
    jout_int(&j, "width", fs->d);
    jout_int(&j, "heads", fs->nh);
    jout_int(&j, "kv_heads", fs->nkv);
    jout_int(&j, "feed_forward", fs->ff);
    jout_int(&j, "vocabulary", fs->vocab);
    jout_int(&j, "parameters", fs->nparams);
    jout_begin(&j, "notes", '[', false);
    for (int i = 0; i < fs->nnotes; i++) jout_string(&j, NULL, fs->note[i]);
    jout_end(&j, ']');
    jout_begin(&j, "tables", '{', false);
    for (int t = 0; t < FT_COUNT; t++)
        if (fs->table[t].nrows) write_table(&j, &fs->table[t], feat_table_name(t));
    jout_end(&j, '}');
    jout_end(&j, '}');
}

static bool read_columns(FeatureSet *fs, int table, const Json *columns, Err *err)
{
    for (const Json *c = json_child(columns); c; c = json_next(c)) {
        const char *name = json_string(json_get(c, "name"));
        const char *unit = json_string(json_get(c, "unit")), *doc = json_string(json_get(c, "doc"));
        if (!name || feat_find_column(fs, table, name) >= 0)
            return err_set(err, "table %s: a column has no name or a name twice",
                           feat_table_name(table));
        if (fs->table[table].ncols >= 120)
            return err_set(err, "table %s: more than 120 columns", feat_table_name(table));
        feat_add_column(fs, table, name, unit ? unit : "", doc ? doc : "");
    }
    return true;
}

static bool read_entry(FeatureSet *fs, int table, int row, const Json *entry, Err *err)
{
    int col = feat_find_column(fs, table, json_key(entry));
    int n = json_is_array(entry) ? json_count(entry) : 1, i = 0;
    if (col < 0)
        return err_set(err, "table %s: no column \"%s\"", feat_table_name(table), json_key(entry));
    if (n == 0 || n >= 0xffffff || feat_len(fs, table, col, row))
        return err_set(err, "table %s, row %d: \"%s\" is empty, too long, or there twice",
                       feat_table_name(table), row, json_key(entry));
    double *v = mem_alloc(n, sizeof *v);
    if (!json_is_array(entry)) v[0] = json_number(entry, NAN);
    for (const Json *e = json_child(entry); e; e = json_next(e)) v[i++] = json_number(e, NAN);
    feat_set(fs, table, col, row, v, n);
    free(v);
    return true;
}

static bool read_row(FeatureSet *fs, int table, const Json *row, Err *err)
{
    int64_t prompt, layer, head, token;
    const char *role = json_string(json_get(row, "role"));
    if (!json_get_int(row, "prompt", 0, 32767, -1, &prompt, err) ||
        !json_get_int(row, "layer", 0, 32767, -1, &layer, err) ||
        !json_get_int(row, "head", 0, 32767, -1, &head, err) ||
        !json_get_int(row, "token", 0, INT32_MAX, -1, &token, err))
        return err_wrap(err, "table %s", feat_table_name(table));
    if (role && role_parse(role) < 0)
        return err_set(err, "table %s: unknown role \"%s\"", feat_table_name(table), role);
    if (fs->table[table].nrows >= 0xfffffe)
        return err_set(err, "table %s: too many rows", feat_table_name(table));
    RowKey key = {(int16_t)prompt, (int16_t)layer, (int16_t)(role ? role_parse(role) : -1),
                  (int16_t)head, (int32_t)token};
    int r = feat_add_row(fs, table, key, json_string(json_get(row, "label")));
    const Json *values = json_get(row, "values");
    for (const Json *e = json_child(values); e; e = json_next(e))
        if (!read_entry(fs, table, r, e, err)) return false;
    return true;
}

static bool read_head(FeatureSet *fs, const Json *root, Err *err)
{
    int64_t nl, d, nh, nkv, ff;
    const char *magic = json_string(json_get(root, "llmsonify"));
    if (!magic || strcmp(magic, "features") != 0)
        return err_set(err, "not a features file (make one with: llmsonify inspect --json)");
    if (!json_get_int(root, "layers", 0, 4096, 0, &nl, err) ||
        !json_get_int(root, "width", 0, INT32_MAX, 0, &d, err) ||
        !json_get_int(root, "heads", 0, INT32_MAX, 0, &nh, err) ||
        !json_get_int(root, "kv_heads", 0, INT32_MAX, 0, &nkv, err) ||
        !json_get_int(root, "feed_forward", 0, INT32_MAX, 0, &ff, err) ||
        !json_get_int(root, "vocabulary", 0, INT32_MAX, 0, &fs->vocab, err) ||
        !json_get_int(root, "parameters", 0, (int64_t)1 << 53, 0, &fs->nparams, err))
        return false;
    fs->nl = (int)nl, fs->d = (int)d, fs->nh = (int)nh, fs->nkv = (int)nkv, fs->ff = (int)ff;
    const char *model = json_string(json_get(root, "model"));
    const char *family = json_string(json_get(root, "family"));
    fs->model = mem_strdup(model ? model : "model");
    fs->family = mem_strdup(family ? family : "unknown");
    for (const Json *n = json_child(json_get(root, "notes")); n; n = json_next(n))
        if (json_string(n)) feat_note(fs, "%s", json_string(n));
    return true;
}

static bool read_tables(FeatureSet *fs, const Json *tables, Err *err)
{
    for (int t = 0; t < FT_COUNT; t++) {
        const Json *table = json_get(tables, feat_table_name(t));
        if (!read_columns(fs, t, json_get(table, "columns"), err)) return false;
        for (const Json *r = json_child(json_get(table, "rows")); r; r = json_next(r))
            if (!read_row(fs, t, r, err)) return false;
    }
    return true;
}

bool feat_read_json(FeatureSet *fs, const char *path, Err *err)
{
    *fs = (FeatureSet){0};
    Json *root = json_read(path, err);
    if (!root) return false;
    bool ok = read_head(fs, root, err) && read_tables(fs, json_get(root, "tables"), err);
    json_free(root);
    if (ok) return true;
    feat_free(fs);
    return err_wrap(err, "%s", path);
}

static void csv_text(Str *out, const char *s)
{
    bool quote = strpbrk(s, ",\"\n\r") != NULL;
    if (quote) str_putc(out, '"');
    for (; *s; s++) {
        if (*s == '"') str_putc(out, '"');
        str_putc(out, *s);
    }
    if (quote) str_putc(out, '"');
}

static void csv_row(const Table *t, int r, Str *out)
{
    RowKey k = t->key[r];
    if (k.layer >= 0) str_addf(out, "%d", k.layer);
    str_addf(out, ",%s,", role_name(k.role));
    if (k.head >= 0) str_addf(out, "%d", k.head);
    str_putc(out, ',');
    if (k.token >= 0) str_addf(out, "%d", k.token);
    str_putc(out, ',');
    csv_text(out, t->label[r] ? t->label[r] : "");
    for (int i = 0; i < t->ncols; i++) {
        const Column *c = &t->col[i];
        str_putc(out, ',');
        for (int n = 0; n < c->len[r]; n++)
            str_addf(out, "%s%.6g", n ? " " : "", (double)c->v[c->start[r] + n]);
    }
    str_putc(out, '\n');
}

void feat_write_csv(const FeatureSet *fs, int table, Str *out)
{
    const Table *t = &fs->table[table];
    str_puts(out, "layer,role,head,token,label");
    for (int i = 0; i < t->ncols; i++) {
        str_putc(out, ',');
        csv_text(out, t->col[i].name);
    }
    str_putc(out, '\n');
    for (int r = 0; r < t->nrows; r++) csv_row(t, r, out);
}
