/* cascade_states.c: see cascade_states.h: from the tables to the numbers of tokens and layers; the
 * chains themselves are in cascade_chain.c. */
#include "cascade_states.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"
#include "music/mapping.h"

/* Rows of one prompt: of every token in every layer, of every layer; -1 for none. */
typedef struct Rows {
    int nl, nt;
    int *token; /* [nl, nt] */
    int *layer; /* [nl] */
    int *first; /* [nt] of the embedding */
} Rows;

static int prompt_of(const Table *t)
{
    for (int r = 0; r < t->nrows; r++)
        if (t->key[r].prompt >= 0 && t->key[r].token >= 0) return t->key[r].prompt;
    return -1;
}

static void find_rows(const FeatureSet *fs, Rows *rows)
{
    const Table *tokens = &fs->table[FT_TOKENS], *layers = &fs->table[FT_LAYERS];
    int prompt = prompt_of(tokens);
    *rows = (Rows){0};
    for (int r = 0; r < tokens->nrows; r++) {
        RowKey k = tokens->key[r];
        if (k.prompt != prompt) continue;
        if (k.layer + 1 > rows->nl) rows->nl = k.layer + 1;
        if (k.token + 1 > rows->nt) rows->nt = k.token + 1;
    }
    int64_t n = (int64_t)rows->nl * rows->nt;
    rows->token = mem_alloc(n, sizeof *rows->token);
    rows->layer = mem_alloc(rows->nl, sizeof *rows->layer);
    rows->first = mem_alloc(rows->nt, sizeof *rows->first);
    for (int64_t i = 0; i < n; i++) rows->token[i] = -1;
    for (int l = 0; l < rows->nl; l++) rows->layer[l] = -1;
    for (int t = 0; t < rows->nt; t++) rows->first[t] = -1;
    for (int r = 0; r < tokens->nrows; r++) {
        RowKey k = tokens->key[r];
        if (k.prompt != prompt || k.token < 0 || k.layer < -1) continue;
        if (k.layer < 0)
            rows->first[k.token] = r;
        else
            rows->token[(int64_t)k.layer * rows->nt + k.token] = r;
    }
    for (int r = 0; r < layers->nrows; r++) {
        RowKey k = layers->key[r];
        if (k.prompt == prompt && k.layer >= 0 && k.layer < rows->nl) rows->layer[k.layer] = r;
    }
}

static void rows_free(Rows *rows)
{
    free(rows->token);
    free(rows->layer);
    free(rows->first);
}

static Value value_at(const FeatureSet *fs, int table, const char *col, int row)
{
    return feat_value(fs, table, feat_find_column(fs, table, col), row, 0);
}

static int token_row(const Rows *rows, int layer, int token)
{
    return rows->token[(int64_t)layer * rows->nt + token];
}

/* BOS does not sound when it is a sink, unless there is nothing else. */
static void choose_tokens(Cascade *c, const Rows *rows, int limit)
{
    int mid = rows->nl / 2;
    c->token = mem_alloc(rows->nt, sizeof *c->token);
    c->surprisal = mem_alloc(rows->nt, sizeof *c->surprisal);
    for (int t = 0; t < rows->nt && (limit <= 0 || c->nt < limit); t++) {
        Value sink = value_at(c->fs, FT_TOKENS, "sink", token_row(rows, mid, t));
        if (t == 0 && rows->nt > 1 && sink.x > 0.5f) continue;
        c->surprisal[c->nt] = value_at(c->fs, FT_TOKENS, "surprisal", rows->first[t]);
        c->token[c->nt++] = t;
    }
}

/* A column over the layer's tokens, healed; empty when no token has it. */
static Series load(const Cascade *c, const Rows *rows, int layer, const char *col)
{
    Series s;
    series_alloc(&s, c->nt);
    for (int i = 0; i < c->nt; i++)
        s.v[i] = value_at(c->fs, FT_TOKENS, col, token_row(rows, layer, c->token[i]));
    series_finish(&s, false);
    return s;
}

/* u = norm01 over the tokens that are no sinks, sinks clipped into their range. */
static void leave_out_sinks(Series *s, const bool *sink)
{
    double lo = INFINITY, hi = -INFINITY;
    for (int i = 0; i < s->n; i++) {
        if (sink[i]) continue;
        lo = fmin(lo, (double)s->v[i].x);
        hi = fmax(hi, (double)s->v[i].x);
    }
    for (int i = 0; i < s->n && lo <= hi; i++)
        s->u[i] = hi > lo ? (float)clamp(((double)s->v[i].x - lo) / (hi - lo), 0, 1) : 0.5f;
}

static void set_spark(CascadeToken *tok, int n)
{
    double *x = mem_alloc(n, sizeof *x), most = 0;
    for (int i = 0; i < n; i++) x[n - 1 - i] = (double)tok[i].sparsity.x;
    stats_sort_descending(x, n);
    double median = n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
    for (int i = 0; i < n; i++) most = fmax(most, (double)tok[i].sparsity.x - median);
    for (int i = 0; i < n; i++)
        tok[i].spark = most > 0 ? clamp(((double)tok[i].sparsity.x - median) / most, 0, 1) : 0;
    free(x);
}

typedef struct Loaded {
    Series norm, phase, entropy, sparsity, tension;
} Loaded;

static void loaded_free(Loaded *x)
{
    series_free(&x->norm);
    series_free(&x->phase);
    series_free(&x->entropy);
    series_free(&x->sparsity);
    series_free(&x->tension);
}

static Value at_or_none(const Series *s, int i)
{
    return s->n > 0 ? s->v[i] : (Value){NAN, CELL_NONE};
}

static double u_or_middle(const Series *s, int i)
{
    return s->n > 0 ? (double)s->u[i] : 0.5;
}

double cascade_soften(double tension)
{
    if (isnan(tension)) return 0.5;
    double z = clamp(2 * tension - 1, -1e6, 1e6);
    return 0.5 + 0.5 * z / (1 + fabs(z));
}

static void set_token(CascadeToken *k, const Loaded *x, int i)
{
    k->norm = x->norm.v[i];
    k->phase = x->phase.n > 0 ? x->phase.v[i] : k->norm;
    k->entropy = at_or_none(&x->entropy, i);
    k->sparsity = at_or_none(&x->sparsity, i);
    k->tension = at_or_none(&x->tension, i);
    k->loud = u_or_middle(&x->norm, i);
    k->legato = 1 - u_or_middle(&x->entropy, i);
    k->tense = cascade_soften((double)k->tension.x);
    k->strain = (k->tense + u_or_middle(&x->tension, i)) / 2;
}

/* False when the layer has no norms: it does not take part. */
static bool load_layer(const Cascade *c, const Rows *rows, int layer, CascadeLayer *out)
{
    Loaded x = {.norm = load(c, rows, layer, "norm")};
    if (x.norm.n == 0) return false;
    x.phase = load(c, rows, layer, "phase");
    x.entropy = load(c, rows, layer, "attn_entropy");
    x.sparsity = load(c, rows, layer, "sparsity");
    x.tension = load(c, rows, layer, "tension");
    bool *sink = mem_alloc(c->nt, sizeof *sink);
    for (int i = 0; i < c->nt; i++) {
        int row = token_row(rows, layer, c->token[i]);
        sink[i] = value_at(c->fs, FT_TOKENS, "sink", row).x > 0.5f;
    }
    leave_out_sinks(&x.norm, sink);
    if (x.entropy.n) leave_out_sinks(&x.entropy, sink);
    if (x.tension.n) leave_out_sinks(&x.tension, sink);
    *out = (CascadeLayer){.layer = layer, .directed = x.tension.n > 0};
    out->tok = mem_alloc(c->nt, sizeof *out->tok);
    for (int i = 0; i < c->nt; i++) set_token(&out->tok[i], &x, i);
    if (x.sparsity.n) set_spark(out->tok, c->nt);
    free(sink);
    loaded_free(&x);
    return true;
}

/* The layer's mean, or the mean of its tokens under the address of the first that has one. */
static Value mean_of(const Cascade *c, const Rows *rows, const CascadeLayer *l, const char *col,
                     size_t member)
{
    Value v = value_at(c->fs, FT_LAYERS, col, rows->layer[l->layer]);
    double sum = 0;
    int n = 0;
    if (isfinite(v.x)) return v;
    v = (Value){NAN, CELL_NONE};
    for (int i = 0; i < c->nt; i++) {
        const Value *x = (const Value *)(const void *)((const char *)&l->tok[i] + member);
        if (!isfinite(x->x)) continue;
        if (n++ == 0) v.from = x->from;
        sum += (double)x->x;
    }
    if (n > 0) v.x = (float)(sum / n);
    return v;
}

static void set_layers(Cascade *c, const Rows *rows)
{
    float *loud = mem_alloc(c->nl, sizeof *loud), *tense = mem_alloc(c->nl, sizeof *tense);
    float *swell = mem_alloc(c->nl, sizeof *swell), *strain = mem_alloc(c->nl, sizeof *strain);
    for (int i = 0; i < c->nl; i++) {
        CascadeLayer *l = &c->layer[i];
        l->entropy = mean_of(c, rows, l, "attn_entropy_mean", offsetof(CascadeToken, entropy));
        l->loud = mean_of(c, rows, l, "log_norm_mean", offsetof(CascadeToken, norm));
        l->tension = (Value){NAN, CELL_NONE};
        if (l->directed)
            l->tension = mean_of(c, rows, l, "tension_mean", offsetof(CascadeToken, tension));
        double e = isfinite(l->entropy.x) ? clamp((double)l->entropy.x, 0, 1) : 0.5;
        l->beats = 0.25 + 3.75 * (1 - e);
        if (cell_is_none(l->entropy.from)) l->entropy.from = l->tok[0].norm.from;
        loud[i] = l->loud.x;
        tense[i] = l->tension.x;
    }
    map_norm01(loud, c->nl, swell);
    map_norm01(tense, c->nl, strain);
    for (int i = 0; i < c->nl; i++) {
        CascadeLayer *l = &c->layer[i];
        l->swell = (double)swell[i];
        l->strain = (cascade_soften((double)l->tension.x) + (double)strain[i]) / 2;
    }
    free(loud);
    free(tense);
    free(swell);
    free(strain);
}

static void set_degrees(Cascade *c)
{
    CascadeStep *step = mem_alloc(c->nt, sizeof *step);
    double *sorted = mem_alloc(c->nt, sizeof *sorted);
    for (int i = 0; i < c->nl; i++) {
        CascadeLayer *l = &c->layer[i];
        cascade_retell(c, i, 0, step);
        for (int t = 0; t < c->nt; t++) sorted[t] = l->tok[t].degree = step[t].degree;
        Moments m = moments_of_f64(sorted, c->nt);
        stats_sort_descending(sorted, c->nt);
        l->median = sorted[c->nt / 2];
        l->spread = moments_std(&m);
    }
    free(step);
    free(sorted);
}

bool cascade_init(Cascade *c, const FeatureSet *fs, const Generator *gen, int limit, Err *err)
{
    Rows rows;
    *c = (Cascade){.fs = fs, .gen = *gen, .size = scale_size(gen->scale)};
    if (!generator_check(gen, fs, err)) return false;
    find_rows(fs, &rows);
    c->layer = mem_alloc(rows.nl, sizeof *c->layer);
    if (rows.nl > 0) choose_tokens(c, &rows, limit);
    for (int l = 0; l < rows.nl && c->nt > 0; l++)
        if (load_layer(c, &rows, l, &c->layer[c->nl])) c->nl++;
    for (int l = 0; l < c->nl; l++) c->directed = c->directed || c->layer[l].directed;
    if (c->nl > 0) {
        set_layers(c, &rows);
        set_degrees(c);
    }
    rows_free(&rows);
    if (c->nl > 0) return true;
    cascade_free(c);
    return err_set(err, "no prompt was run through %s", fs->model ? fs->model : "the model");
}

void cascade_free(Cascade *c)
{
    for (int l = 0; l < c->nl; l++) free(c->layer[l].tok);
    free(c->layer);
    free(c->token);
    free(c->surprisal);
    *c = (Cascade){0};
}

const CascadeLayer *cascade_directed(const Cascade *c, int layer)
{
    if (c->layer[layer].directed) return &c->layer[layer];
    for (int l = 0; l < c->nl; l++)
        if (c->layer[l].directed) return &c->layer[l];
    return NULL;
}
