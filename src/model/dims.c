/* dims.c: a model's dimensions, from config.json and from the shapes, and whether they agree.
 *
 * What config.json gives is believed first; what it leaves out (older multimodal files leave out
 * the number of heads, for example) is read off the first tensor that shows it. Then every part is
 * held against the result. */
#include "model/plan.h"

#include <stdio.h>

typedef enum Dim { DIM_ANY, DIM_VOCAB, DIM_D, DIM_Q, DIM_KV, DIM_FF, DIM_DH } Dim;

/* What a role's shape must be: [rows, cols]; vectors have one row. */
static const struct {
    Dim rows, cols;
} SHAPE[ROLE_COUNT] = {
    [ROLE_EMBED] = {DIM_VOCAB, DIM_D},
    [ROLE_POSITIONS] = {DIM_ANY, DIM_D},
    [ROLE_Q] = {DIM_Q, DIM_D},
    [ROLE_K] = {DIM_KV, DIM_D},
    [ROLE_V] = {DIM_KV, DIM_D},
    [ROLE_O] = {DIM_D, DIM_Q},
    [ROLE_GATE] = {DIM_FF, DIM_D},
    [ROLE_UP] = {DIM_FF, DIM_D},
    [ROLE_DOWN] = {DIM_D, DIM_FF},
    [ROLE_NORM_ATTN] = {DIM_ANY, DIM_D},
    [ROLE_NORM_ATTN_POST] = {DIM_ANY, DIM_D},
    [ROLE_NORM_MLP] = {DIM_ANY, DIM_D},
    [ROLE_NORM_MLP_POST] = {DIM_ANY, DIM_D},
    [ROLE_NORM_Q] = {DIM_ANY, DIM_DH},
    [ROLE_NORM_K] = {DIM_ANY, DIM_DH},
    [ROLE_FINAL_NORM] = {DIM_ANY, DIM_D},
    [ROLE_HEAD] = {DIM_VOCAB, DIM_D},
};

static bool is_conv1d(const Plan *p, int i)
{
    return p->conv1d && (p->match[i].flags & RULE_CONV1D);
}

int64_t plan_rows(const Plan *p, int i)
{
    const Tensor *t = checkpoint_tensor(p->ck, i);
    return is_conv1d(p, i) ? tensor_cols(t) : tensor_rows(t);
}

int64_t plan_cols(const Plan *p, int i)
{
    const Tensor *t = checkpoint_tensor(p->ck, i);
    return is_conv1d(p, i) ? tensor_rows(t) : tensor_cols(t);
}

/* The first tensor of that role and cut, -1 when there is none. */
static int plan_first(const Plan *p, Role role, Cut cut)
{
    for (int i = 0; i < checkpoint_count(p->ck); i++) {
        const Tensor *t = checkpoint_tensor(p->ck, i);
        int ndim = role >= ROLE_NORM_ATTN && role <= ROLE_FINAL_NORM ? 1 : 2;
        if (p->match[i].role == role && p->match[i].cut == cut && t->ndim == ndim) return i;
    }
    return -1;
}

static int64_t first_rows(const Plan *p, Role role)
{
    int i = plan_first(p, role, CUT_NONE);
    return i < 0 ? 0 : plan_rows(p, i);
}

static int64_t first_cols(const Plan *p, Role role)
{
    int i = plan_first(p, role, CUT_NONE);
    return i < 0 ? 0 : plan_cols(p, i);
}

/* c_attn is wider than tall when it is stored [in, out]; so is c_fc. */
static bool find_conv1d(const Plan *p)
{
    for (int i = 0; i < checkpoint_count(p->ck); i++) {
        const Tensor *t = checkpoint_tensor(p->ck, i);
        const Match *m = &p->match[i];
        if ((m->flags & RULE_CONV1D) && t->ndim == 2 && (m->cut == CUT_QKV || m->role == ROLE_UP))
            return t->shape[1] > t->shape[0];
    }
    return false;
}

static int64_t count_layers(const Plan *p)
{
    int top = -1;
    for (int i = 0; i < checkpoint_count(p->ck); i++)
        if (role_is_block_matrix(p->match[i].role) && p->match[i].layer > top)
            top = p->match[i].layer;
    return top + 1;
}

static int64_t known_or(int64_t given, int64_t seen)
{
    return given ? given : seen;
}

/* Rows of k (and of v) by the shapes alone. */
static int64_t shape_kv_rows(const Plan *p)
{
    int fused = plan_first(p, ROLE_Q, CUT_QKV);
    if (first_rows(p, ROLE_K)) return first_rows(p, ROLE_K);
    if (fused >= 0 && plan_rows(p, fused) > p->q_rows) return (plan_rows(p, fused) - p->q_rows) / 2;
    return plan_first(p, ROLE_Q, CUT_QKV_HEADS) >= 0 ? p->q_rows : 0;
}

/* Heads and their size: whatever two of (heads, size, rows) are known give the third. */
static bool plan_heads(Plan *p, Err *err)
{
    const ModelConfig *c = &p->cfg->c;
    p->nh = c->nh;
    p->nkv = c->nkv;
    p->dh = known_or(c->dh, p->known ? first_cols(p, ROLE_NORM_Q) : 0);
    p->q_rows = first_rows(p, ROLE_Q) ? first_rows(p, ROLE_Q) : first_cols(p, ROLE_O);
    if (p->nh && p->dh) p->q_rows = p->nh * p->dh;
    if (p->nh && !p->dh) {
        if (p->q_rows % p->nh != 0)
            return p->known ? err_set(err,
                                      "%lld query rows cannot be cut into num_attention_heads "
                                      "%lld of %s",
                                      (long long)p->q_rows, (long long)p->nh, p->cfg->path)
                            : true;
        p->dh = p->q_rows / p->nh;
    }
    if (!p->nh && p->dh && p->q_rows % p->dh == 0) p->nh = p->q_rows / p->dh;
    p->kv_rows = p->nkv && p->dh ? p->nkv * p->dh : shape_kv_rows(p);
    if (!p->nkv && p->dh && p->kv_rows % p->dh == 0) p->nkv = p->kv_rows / p->dh;
    return true;
}

bool plan_dims(Plan *p, Err *err)
{
    const ModelConfig *c = &p->cfg->c;
    int64_t seen = count_layers(p);
    p->conv1d = find_conv1d(p);
    if (seen == 0)
        return err_set(err,
                       "no matrix of a transformer block is recognised among %d tensors (the "
                       "first is \"%.120s\")",
                       checkpoint_count(p->ck),
                       checkpoint_count(p->ck) ? checkpoint_tensor(p->ck, 0)->name : "");
    if (c->nl && c->nl != seen && p->known)
        return err_set(err,
                       "%s says num_hidden_layers %d, but the tensors have %lld layers; if "
                       "this is one shard of several, give their directory",
                       p->cfg->path, c->nl, (long long)seen);
    p->nl = seen;
    p->d = known_or(c->d, first_cols(p, ROLE_EMBED));
    p->d = known_or(p->d, first_cols(p, ROLE_NORM_ATTN));
    p->d = known_or(p->d, first_rows(p, ROLE_O));
    p->ff = known_or(c->ff, first_cols(p, ROLE_DOWN));
    p->vocab = known_or(c->vocab, first_rows(p, ROLE_EMBED));
    return plan_heads(p, err);
}

static int64_t dim_value(const Plan *p, Dim dim)
{
    switch (dim) {
    case DIM_VOCAB: return p->vocab;
    case DIM_D: return p->d;
    case DIM_Q: return p->q_rows;
    case DIM_KV: return p->kv_rows;
    case DIM_FF: return p->ff;
    case DIM_DH: return p->dh;
    case DIM_ANY: break;
    }
    return 0;
}

/* Where a dimension's value was taken from, in words. */
static void dim_source(const Plan *p, Dim dim, char *out, size_t size)
{
    const ModelConfig *c = &p->cfg->c;
    const char *path = p->cfg->path;
    int64_t v = dim_value(p, dim);
    const char *key = dim == DIM_VOCAB && c->vocab ? "vocab_size"
                      : dim == DIM_D && c->d       ? "hidden_size"
                      : dim == DIM_FF && c->ff     ? "intermediate_size"
                      : dim == DIM_DH && c->dh     ? "head_dim"
                                                   : NULL;
    if (key)
        snprintf(out, size, "%s says %s %lld", path, key, (long long)v);
    else if (dim == DIM_Q && c->nh)
        snprintf(out, size, "%s says num_attention_heads %d, of %lld each", path, c->nh,
                 (long long)p->dh);
    else if (dim == DIM_KV && c->nkv)
        snprintf(out, size, "%s says num_key_value_heads %d, of %lld each", path, c->nkv,
                 (long long)p->dh);
    else
        snprintf(out, size, "other tensors say %lld", (long long)v);
}

/* 0 when the part agrees, else the dimension that does not. */
static Dim part_mismatch(const Plan *p, const ModelPart *part)
{
    Dim rows = SHAPE[part->role].rows, cols = SHAPE[part->role].cols;
    int64_t want_rows = dim_value(p, rows), want_cols = dim_value(p, cols);
    if (want_rows && tensor_rows(&part->t) != want_rows) return rows;
    if (want_cols && tensor_cols(&part->t) != want_cols) return cols;
    return DIM_ANY;
}

static bool check_part(const Plan *p, const ModelPart *part, Err *err)
{
    char source[320];
    Dim dim = part_mismatch(p, part);
    if (dim == DIM_ANY) return true;
    dim_source(p, dim, source, sizeof source);
    return err_set(err, "tensor \"%.120s\" is [%lld, %lld], but %s", part->t.name,
                   (long long)tensor_rows(&part->t), (long long)tensor_cols(&part->t), source);
}

bool plan_check(const Plan *p, Model *m, Err *err)
{
    int odd = 0;
    Err first = {""}, here;
    for (int i = 0; i < m->nparts; i++) {
        if (check_part(p, &m->part[i], &here)) continue;
        if (odd++ == 0) first = here;
    }
    if (odd == 0) return true;
    if (p->known) return err_set(err, "%s", first.msg);
    model_note(m, "%d shapes do not agree: %s", odd, first.msg);
    return true;
}
