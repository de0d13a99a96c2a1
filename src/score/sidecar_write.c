/* sidecar_write.c: a score as JSON: the format is in score/sidecar.h. Sources are written once
 * each, in order of their address: vectors first, then the numbers used out of them. */
#include "score/sidecar.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "score/place.h"

enum { LANE_BITS = 24, COL_BITS = 7, ROW_BITS = 24, TABLE_BITS = 3 };

static const char *const CTL_NAME[CTL_COUNT] = {
    [CTL_CUTOFF] = "cutoff",         [CTL_RESONANCE] = "resonance", [CTL_VOLUME] = "volume",
    [CTL_PAN] = "pan",               [CTL_EXPRESSION] = "expression",
    [CTL_REVERB] = "reverb",         [CTL_CHORUS] = "chorus",       [CTL_BEND] = "bend",
    [CTL_LOWCUT] = "lowcut",
};

typedef struct Writer {
    JsonOut j;
    const Score *s;
    const FeatureSet *const *fs; /* [nfs] */
    int nfs;
    uint64_t *address; /* [naddresses] ascending, each once: see cell_address() */
    int naddresses, cap_addresses;
} Writer;

/* The cell as one number that sorts by set, table, row, column, lane. */
static uint64_t cell_address(Cell c)
{
    uint64_t a = c.set;
    a = a << TABLE_BITS | c.table;
    a = a << ROW_BITS | c.row;
    a = a << COL_BITS | c.col;
    return a << LANE_BITS | c.lane;
}

static Cell address_cell(uint64_t a)
{
    Cell c = {0};
    c.lane = a & ((1u << LANE_BITS) - 1);
    a >>= LANE_BITS;
    c.col = a & ((1u << COL_BITS) - 1);
    a >>= COL_BITS;
    c.row = a & ((1u << ROW_BITS) - 1);
    a >>= ROW_BITS;
    c.table = a & ((1u << TABLE_BITS) - 1);
    c.set = a >> TABLE_BITS;
    return c;
}

static int by_address(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Index into fs of the cell's set, -1 when there is no such number. */
static int set_of(const Writer *w, Cell c)
{
    if (cell_is_none(c)) return -1;
    for (int i = 0; i < w->nfs; i++)
        if (w->fs[i]->id == (int)c.set) return cell_valid(w->fs[i], c) ? i : -1;
    return -1;
}

static void collect_cell(Writer *w, Cell c)
{
    if (set_of(w, c) < 0) return;
    uint64_t *a = mem_push(&w->address, &w->naddresses, &w->cap_addresses, sizeof *a);
    *a = cell_address(c);
}

static void collect_sources(Writer *w)
{
    for (int i = 0; i < w->s->ntracks; i++) {
        const Track *t = &w->s->track[i];
        for (int k = 0; k < t->nnotes; k++)
            for (int f = 0; f < FROM_COUNT; f++) collect_cell(w, t->note[k].from[f]);
        for (int k = 0; k < t->nctls; k++) collect_cell(w, t->ctl[k].from);
    }
    if (w->naddresses == 0) return;
    qsort(w->address, (size_t)w->naddresses, sizeof *w->address, by_address);
    int kept = 1;
    for (int i = 1; i < w->naddresses; i++)
        if (w->address[i] != w->address[kept - 1]) w->address[kept++] = w->address[i];
    w->naddresses = kept;
}

/* Index into "sources", -1 = none. */
static int source_index(const Writer *w, Cell c)
{
    if (set_of(w, c) < 0) return -1;
    uint64_t a = cell_address(c);
    const uint64_t *hit = bsearch(&a, w->address, (size_t)w->naddresses, sizeof a, by_address);
    return hit ? (int)(hit - w->address) : -1;
}

/* Widens *lo..*hi to the finite numbers of v [n]. */
static void widen(const float *v, int n, double *lo, double *hi)
{
    for (int i = 0; i < n; i++) {
        if (!isfinite(v[i])) continue;
        if (v[i] < *lo) *lo = v[i];
        if (v[i] > *hi) *hi = v[i];
    }
}

/* What norm is measured against: the cell's vector, or its feature over the rows of its role. */
static void norm_range(const FeatureSet *fs, Cell c, double *lo, double *hi)
{
    const Table *t = &fs->table[c.table];
    int n = feat_len(fs, c.table, c.col, (int)c.row);
    *lo = INFINITY, *hi = -INFINITY;
    widen(feat_vec(fs, c.table, c.col, (int)c.row), n, lo, hi);
    for (int row = 0; n == 1 && row < t->nrows; row++) {
        if (t->key[row].role != t->key[c.row].role) continue;
        if (feat_len(fs, c.table, c.col, row) == 1)
            widen(feat_vec(fs, c.table, c.col, row), 1, lo, hi);
    }
}

static void write_index(JsonOut *j, const char *key, int i)
{
    if (i >= 0) jout_int(j, key, i);
}

static void write_vector(Writer *w, Cell c)
{
    int set = set_of(w, c);
    const Table *t = &w->fs[set]->table[c.table];
    const RowKey *row = &t->key[c.row];
    const Column *col = &t->col[c.col];
    jout_begin(&w->j, NULL, '{', true);
    jout_int(&w->j, "model", set);
    jout_string(&w->j, "table", feat_table_name(c.table));
    if (t->label[c.row]) jout_string(&w->j, "label", t->label[c.row]);
    write_index(&w->j, "layer", row->layer);
    if (row->role >= 0) jout_string(&w->j, "role", role_name(row->role));
    write_index(&w->j, "prompt", row->prompt);
    write_index(&w->j, "head", row->head);
    write_index(&w->j, "token", row->token);
    jout_string(&w->j, "feature", col->name);
    jout_string(&w->j, "unit", col->unit ? col->unit : "");
    jout_end(&w->j, '}');
}

static void write_names(JsonOut *j, const char *key, const char *const *name, int n)
{
    jout_begin(j, key, '[', true);
    for (int i = 0; i < n; i++) jout_string(j, NULL, name[i]);
    jout_end(j, ']');
}

/* True when source i is the first out of its vector. */
static bool starts_vector(const Writer *w, int i)
{
    return i == 0 || w->address[i] >> LANE_BITS != w->address[i - 1] >> LANE_BITS;
}

static void write_sources(Writer *w)
{
    static const char *const FIELD[] = {"vector", "lane", "value", "norm"};
    JsonOut *j = &w->j;
    double lo = 0, hi = 0;
    jout_begin(j, "vectors", '[', false);
    for (int i = 0; i < w->naddresses; i++)
        if (starts_vector(w, i)) write_vector(w, address_cell(w->address[i]));
    jout_end(j, ']');
    write_names(j, "source_fields", FIELD, 4);
    jout_begin(j, "sources", '[', false);
    for (int i = 0, vector = -1; i < w->naddresses; i++) {
        Cell c = address_cell(w->address[i]);
        const FeatureSet *fs = w->fs[set_of(w, c)];
        double value = feat_vec(fs, c.table, c.col, (int)c.row)[c.lane];
        if (starts_vector(w, i)) {
            norm_range(fs, c, &lo, &hi);
            vector++;
        }
        jout_begin(j, NULL, '[', true);
        jout_int(j, NULL, vector);
        jout_int(j, NULL, (int64_t)c.lane);
        jout_number(j, NULL, value, 6);
        jout_number(j, NULL, hi > lo ? (value - lo) / (hi - lo) : NAN, 4);
        jout_end(j, ']');
    }
    jout_end(j, ']');
}

/* The text that the model read, NULL when it read none or several. */
static const char *prompt_of(const FeatureSet *fs)
{
    const Table *t = &fs->table[FT_PROMPTS];
    return t->nrows == 1 ? t->label[0] : NULL;
}

static void write_head(Writer *w)
{
    const Score *s = w->s;
    JsonOut *j = &w->j;
    jout_string(j, "format", "llmsonify score 1");
    jout_string(j, "title", s->title);
    jout_string(j, "genre", s->genre);
    jout_int(j, "ppq", SCORE_PPQ);
    jout_int(j, "length", s->length);
    jout_number(j, "seconds", score_seconds(s, s->length), 9);
    jout_begin(j, "text", '[', false);
    for (int i = 0; i < s->ntexts; i++) jout_string(j, NULL, s->text[i]);
    jout_end(j, ']');
    jout_begin(j, "models", '[', false);
    for (int i = 0; i < w->nfs; i++) {
        char fingerprint[17];
        feat_fingerprint(w->fs[i], fingerprint);
        jout_begin(j, NULL, '{', true);
        jout_string(j, "name", w->fs[i]->model);
        jout_string(j, "family", w->fs[i]->family);
        jout_string(j, "fingerprint", fingerprint);
        if (prompt_of(w->fs[i])) jout_string(j, "prompt", prompt_of(w->fs[i]));
        jout_end(j, '}');
    }
    jout_end(j, ']');
    jout_begin(j, "rules", '[', false);
    for (int i = 0; i < s->nrules; i++) jout_string(j, NULL, s->rule[i]);
    jout_end(j, ']');
}

static void write_maps(Writer *w)
{
    const Score *s = w->s;
    JsonOut *j = &w->j;
    jout_begin(j, "tempos", '[', false);
    for (int i = 0; i < s->ntempos; i++) {
        jout_begin(j, NULL, '[', true);
        jout_int(j, NULL, s->tempo[i].at);
        jout_number(j, NULL, s->tempo[i].bpm, 9);
        jout_end(j, ']');
    }
    jout_end(j, ']');
    jout_begin(j, "meters", '[', false);
    for (int i = 0; i < s->nmeters; i++) {
        jout_begin(j, NULL, '[', true);
        jout_int(j, NULL, s->meter[i].at);
        jout_int(j, NULL, s->meter[i].num);
        jout_int(j, NULL, s->meter[i].den);
        jout_end(j, ']');
    }
    jout_end(j, ']');
    jout_begin(j, "keys", '[', false);
    for (int i = 0; i < s->nkeysigs; i++) {
        jout_begin(j, NULL, '[', true);
        jout_int(j, NULL, s->keysig[i].at);
        jout_int(j, NULL, s->keysig[i].sharps);
        jout_bool(j, NULL, s->keysig[i].minor);
        jout_end(j, ']');
    }
    jout_end(j, ']');
    jout_begin(j, "sections", '[', false);
    for (int i = 0; i < s->nsections; i++) {
        jout_begin(j, NULL, '[', true);
        jout_int(j, NULL, s->section[i].at);
        jout_string(j, NULL, s->section[i].name);
        jout_end(j, ']');
    }
    jout_end(j, ']');
}

static void write_note(Writer *w, const Note *n)
{
    JsonOut *j = &w->j;
    Place p = score_place(w->s, n->start);
    jout_begin(j, NULL, '[', true);
    jout_int(j, NULL, n->start);
    jout_int(j, NULL, n->start + n->dur);
    jout_number(j, NULL, score_seconds(w->s, n->start), 9);
    jout_number(j, NULL, score_seconds(w->s, n->start + n->dur), 9);
    jout_int(j, NULL, p.bar);
    jout_number(j, NULL, p.beat, 6);
    jout_number(j, NULL, n->key, 6);
    jout_number(j, NULL, n->vel, 4);
    jout_int(j, NULL, n->flags);
    jout_int(j, NULL, n->rule);
    for (int f = 0; f < FROM_COUNT; f++) jout_int(j, NULL, source_index(w, n->from[f]));
    jout_end(j, ']');
}

static void write_ctl(Writer *w, const Ctl *c)
{
    JsonOut *j = &w->j;
    Place p = score_place(w->s, c->at);
    jout_begin(j, NULL, '[', true);
    jout_int(j, NULL, c->at);
    jout_number(j, NULL, score_seconds(w->s, c->at), 9);
    jout_int(j, NULL, p.bar);
    jout_number(j, NULL, p.beat, 6);
    jout_string(j, NULL, CTL_NAME[c->kind]);
    jout_number(j, NULL, c->value, 4);
    jout_int(j, NULL, c->rule);
    jout_int(j, NULL, source_index(w, c->from));
    jout_end(j, ']');
}

static void write_tracks(Writer *w)
{
    static const char *const NOTE_FIELD[] = {
        "start", "end",      "at",    "to",   "bar",        "beat",          "key",
        "velocity", "flags", "rule", "pitch_from", "velocity_from", "duration_from", "timbre_from"};
    static const char *const CTL_FIELD[] = {"tick", "at",    "bar",  "beat",
                                            "kind", "value", "rule", "from"};
    JsonOut *j = &w->j;
    write_names(j, "note_fields", NOTE_FIELD, 14);
    write_names(j, "control_fields", CTL_FIELD, 8);
    jout_begin(j, "tracks", '[', false);
    for (int i = 0; i < w->s->ntracks; i++) {
        const Track *t = &w->s->track[i];
        jout_begin(j, NULL, '{', false);
        jout_string(j, "name", t->name);
        jout_int(j, "program", t->program);
        jout_bool(j, "drum", t->drum);
        jout_bool(j, "mono", t->mono);
        jout_begin(j, "notes", '[', false);
        for (int k = 0; k < t->nnotes; k++) write_note(w, &t->note[k]);
        jout_end(j, ']');
        jout_begin(j, "controls", '[', false);
        for (int k = 0; k < t->nctls; k++) write_ctl(w, &t->ctl[k]);
        jout_end(j, ']');
        jout_end(j, '}');
    }
    jout_end(j, ']');
}

void score_write_json(const Score *s, const FeatureSet *const *fs, int nfs, Str *out)
{
    Writer w = {.s = s, .fs = fs, .nfs = nfs};
    jout_init(&w.j, out);
    collect_sources(&w);
    jout_begin(&w.j, NULL, '{', false);
    write_head(&w);
    write_sources(&w);
    write_maps(&w);
    write_tracks(&w);
    jout_end(&w.j, '}');
    free(w.address);
}
