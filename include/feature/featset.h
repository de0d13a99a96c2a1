/* featset.h: all that is known of a model, as named tables of numbers.
 *
 * The first waist of the hourglass: analysis writes it, music reads it. A table has rows (RowKey
 * says which layer, role, head, token) and columns (name, unit, definition); an entry is a vector
 * of any length, mostly 1. Values are rounded to six significant digits when they are stored, so
 * that another CPU's last bit does not move a note. A Cell addresses one number of one set. */
#ifndef FEATURE_FEATSET_H
#define FEATURE_FEATSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "feature/role.h"

enum { FT_WEIGHTS, FT_LAYERS, FT_MODEL, FT_TOKENS, FT_HEADS, FT_PROMPTS, FT_WORDS, FT_COUNT };

/* The address of one number, 8 bytes, so that a note can carry several. All bits set = none. */
typedef struct Cell {
    uint64_t set : 6;   /* which FeatureSet of the piece (a DJ set has several) */
    uint64_t table : 3; /* FT_... */
    uint64_t col : 7;
    uint64_t row : 24;
    uint64_t lane : 24; /* index within the vector */
} Cell;

/* A number and where it came from. */
typedef struct Value {
    float x;
    Cell from;
} Value;

typedef struct RowKey {
    int16_t prompt, layer, role, head; /* -1 = not applicable */
    int32_t token;
} RowKey;

typedef struct Column {
    char *name, *unit, *doc;
    int64_t *start; /* [nrows] first value in v; */
    int *len;       /* [nrows] 0 = absent */
    float *v;       /* [nv] */
    int64_t nv, cap;
} Column;

typedef struct Table {
    int nrows, cap_rows, ncols, cap_cols;
    RowKey *key;   /* [nrows] */
    char **label;  /* [nrows] the tensor's or token's name, may be NULL */
    Column *col;   /* [ncols] */
} Table;

typedef struct FeatureSet {
    int id;            /* Cell.set of the cells that feat_* functions make */
    char *model;       /* "wren" */
    char *family;      /* "gemma3" */
    int nl, d, nh, nkv, ff; /* layers, width, heads, key-value heads, feed-forward; 0 = unknown */
    int64_t vocab, nparams;
    char **note;       /* what the reader should know ("no gate: up is used") */
    int nnotes, cap_notes;
    Table table[FT_COUNT];
} FeatureSet;

void feat_free(FeatureSet *fs);

/* Building. Columns and rows are never removed; indices stay valid. */
int feat_add_column(FeatureSet *fs, int table, const char *name, const char *unit, const char *doc);
int feat_add_row(FeatureSet *fs, int table, RowKey key, const char *label);
/* v [n], copied and rounded to six significant digits. Set each entry once. */
void feat_set(FeatureSet *fs, int table, int col, int row, const double *v, int n);
void feat_set_f32(FeatureSet *fs, int table, int col, int row, const float *v, int n);
void feat_set1(FeatureSet *fs, int table, int col, int row, double v);
void feat_note(FeatureSet *fs, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Reading. -1 when there is none. */
int feat_find_column(const FeatureSet *fs, int table, const char *name);
int feat_find_row(const FeatureSet *fs, int table, int layer, int role);
/* Length of the vector (0 when row or col is -1 or the entry is absent). */
int feat_len(const FeatureSet *fs, int table, int col, int row);
/* The vector, NULL when absent. */
const float *feat_vec(const FeatureSet *fs, int table, int col, int row);
/* One number with its address; x is NaN and from is CELL_NONE when absent. */
Value feat_value(const FeatureSet *fs, int table, int col, int row, int lane);
/* The same by names: feat_look(fs, FT_WEIGHTS, "sv", layer, ROLE_Q, lane). */
Value feat_look(const FeatureSet *fs, int table, const char *col, int layer, int role, int lane);

extern const Cell CELL_NONE;
bool cell_is_none(Cell c);
/* False when the cell does not address a number of fs. */
bool cell_valid(const FeatureSet *fs, Cell c);
/* "wren model.layers.3.self_attn.q_proj.weight sv[12] = 0.8312". */
void cell_describe(const FeatureSet *fs, Cell c, Str *out);
const char *feat_table_name(int table); /* "weights" */

/* First 16 hex digits of the SHA-256 over every name, shape and value: the identity of what the
 * music was made from. */
void feat_fingerprint(const FeatureSet *fs, char out[17]);

/* JSON that reads back to an equal set. */
void feat_write_json(const FeatureSet *fs, Str *out);
bool feat_read_json(FeatureSet *fs, const char *path, Err *err);
/* One table as CSV: key columns, then one column a feature; vectors as space-separated fields. */
void feat_write_csv(const FeatureSet *fs, int table, Str *out);

#endif
