/* inspect.c: features as tables to read; see app/inspect.h. */
#include "app/inspect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "music/scale.h"

/* One column of the table that people read. */
typedef struct Shown {
    const char *name, *head;
    int width, digits; /* significant digits */
} Shown;

static const Shown MATRIX[] = {
    {"std", "std", 9, 4},           {"kurt", "kurt", 8, 3},
    {"fro", "fro", 8, 4},           {"spectral_norm", "sp.norm", 8, 4},
    {"stable_rank", "st.rank", 8, 4}, {"effective_rank", "eff.rank", 8, 4},
    {"spectral_entropy", "entropy", 8, 4}, {"alpha", "alpha", 7, 3},
    {"mp_softrank", "mp.soft", 8, 3}, {"num_spikes", "spikes", 6, 4},
};
static const Shown VECTOR[] = {
    {"gamma_mean", "mean", 9, 4}, {"gamma_std", "std", 9, 4}, {"gamma_asym", "asym", 9, 3},
    {"kurt", "kurt", 8, 3},       {"fro", "fro", 8, 4},
};

bool inspect_form_of(const char *path, InspectForm *form)
{
    if (str_ends(path, ".json"))
        *form = INSPECT_JSON;
    else if (str_ends(path, ".csv"))
        *form = INSPECT_CSV;
    else if (str_ends(path, ".npz"))
        *form = INSPECT_NPZ;
    else if (str_ends(path, ".txt"))
        *form = INSPECT_TEXT;
    else
        return false;
    return true;
}

static void add_number(Str *out, double x, int width, int digits)
{
    char text[40] = "-";
    if (!isnan(x)) snprintf(text, sizeof text, "%.*g", digits, x);
    str_addf(out, " %*s", width, text);
}

static double scalar(const FeatureSet *fs, int table, const char *col, int row)
{
    return feat_value(fs, table, feat_find_column(fs, table, col), row, 0).x;
}

static void print_head(const FeatureSet *fs, Str *out)
{
    char print[17];
    feat_fingerprint(fs, print);
    str_addf(out, "%s  %s, %d layers, width %d, %d heads (%d key-value), feed-forward %d, "
                  "vocabulary %lld, %lld parameters\n",
             fs->model, fs->family, fs->nl, fs->d, fs->nh, fs->nkv, fs->ff, (long long)fs->vocab,
             (long long)fs->nparams);
    double root = scalar(fs, FT_MODEL, "key_root", 0), mode = scalar(fs, FT_MODEL, "key_mode", 0);
    if (!isnan(root) && !isnan(mode))
        str_addf(out, "key %s %s, ", pitch_class_name((int)root % 12), mode_name((int)mode));
    str_addf(out, "features %s\n", print);
    for (int i = 0; i < fs->nnotes; i++) str_addf(out, "note: %s\n", fs->note[i]);
}

static void print_rows(const FeatureSet *fs, const Shown *shown, int n, bool matrices, Str *out)
{
    const Table *t = &fs->table[FT_WEIGHTS];
    int sv = feat_find_column(fs, FT_WEIGHTS, "sv");
    str_addf(out, "\n%5s %-14s %14s", "layer", "role", "shape");
    for (int k = 0; k < n; k++) str_addf(out, " %*s", shown[k].width, shown[k].head);
    str_putc(out, '\n');
    for (int row = 0; row < t->nrows; row++) {
        char shape[48];
        if ((feat_len(fs, FT_WEIGHTS, sv, row) > 0) != matrices) continue;
        snprintf(shape, sizeof shape, "%.0fx%.0f", scalar(fs, FT_WEIGHTS, "rows", row),
                 scalar(fs, FT_WEIGHTS, "cols", row));
        if (t->key[row].layer >= 0)
            str_addf(out, "%5d", t->key[row].layer);
        else
            str_addf(out, "%5s", "-");
        str_addf(out, " %-14s %14s", role_name(t->key[row].role), shape);
        for (int k = 0; k < n; k++)
            add_number(out, scalar(fs, FT_WEIGHTS, shown[k].name, row), shown[k].width,
                       shown[k].digits);
        str_putc(out, '\n');
    }
}

/* True when every entry of the column is one number, and there is one at all. */
static bool is_scalar(const Column *c, int nrows)
{
    bool any = false;
    for (int i = 0; i < nrows; i++) {
        if (c->len[i] > 1) return false;
        any |= c->len[i] == 1;
    }
    return any;
}

static int column_width(const Column *c)
{
    int n = (int)strlen(c->name);
    return n > 11 ? n : 11;
}

/* What the rows of a table stand for besides their layer. */
static const struct {
    const char *head;
    bool layer, label;
} KEYS[FT_COUNT] = {
    [FT_LAYERS] = {.layer = true},
    [FT_TOKENS] = {.head = "token", .layer = true, .label = true},
    [FT_HEADS] = {.head = "head", .layer = true},
};

static void print_key(const Table *t, int table, int row, Str *out)
{
    if (KEYS[table].layer) str_addf(out, "%5d", t->key[row].layer);
    if (KEYS[table].head)
        str_addf(out, " %5d", table == FT_HEADS ? t->key[row].head : t->key[row].token);
}

/* A line a row: its key, the columns whose entries are single numbers, its label. */
static void print_table(const FeatureSet *fs, int table, Str *out)
{
    const Table *t = &fs->table[table];
    str_putc(out, '\n');
    if (KEYS[table].layer) str_addf(out, "%5s", "layer");
    if (KEYS[table].head) str_addf(out, " %5s", KEYS[table].head);
    for (int c = 0; c < t->ncols; c++)
        if (is_scalar(&t->col[c], t->nrows))
            str_addf(out, " %*s", column_width(&t->col[c]), t->col[c].name);
    str_puts(out, KEYS[table].label ? "  text\n" : "\n");
    for (int row = 0; row < t->nrows; row++) {
        print_key(t, table, row, out);
        for (int c = 0; c < t->ncols; c++)
            if (is_scalar(&t->col[c], t->nrows))
                add_number(out, feat_value(fs, table, c, row, 0).x, column_width(&t->col[c]), 5);
        if (KEYS[table].label && t->label[row]) {
            str_puts(out, "  ");
            json_quote(out, t->label[row]);
        }
        str_putc(out, '\n');
    }
}

static void print_model(const FeatureSet *fs, Str *out)
{
    const Table *t = &fs->table[FT_MODEL];
    str_putc(out, '\n');
    for (int c = 0; c < t->ncols; c++) {
        str_addf(out, "%-12s", t->col[c].name);
        add_number(out, feat_value(fs, FT_MODEL, c, 0, 0).x, 12, 6);
        str_addf(out, "  %s\n", t->col[c].doc);
    }
}

void inspect_print(const FeatureSet *fs, int table, InspectForm form, Str *out)
{
    if (form == INSPECT_JSON) {
        feat_write_json(fs, out);
    } else if (form == INSPECT_CSV) {
        feat_write_csv(fs, table, out);
    } else {
        print_head(fs, out);
        if (table == FT_MODEL) print_model(fs, out);
        if (table != FT_WEIGHTS && table != FT_MODEL) print_table(fs, table, out);
        if (table != FT_WEIGHTS) return;
        print_rows(fs, MATRIX, sizeof MATRIX / sizeof *MATRIX, true, out);
        print_rows(fs, VECTOR, sizeof VECTOR / sizeof *VECTOR, false, out);
    }
}
