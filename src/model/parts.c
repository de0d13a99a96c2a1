/* parts.c: the tensors of a checkpoint, cut into parts with one role each.
 *
 * A part of a fused matrix is a view: rows of [out, in]; columns of GPT-2's [in, out], seen
 * transposed; for GPT-NeoX every head's run of rows (Tensor.group_rows). */
#include "model/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* What was left out, for the notes. */
typedef struct Tally {
    int unnamed, buffers, empty, doubles, uncut, scales;
    char example[3][96]; /* of the unnamed */
} Tally;

static int *first_slot(const Model *m, int layer, Role role)
{
    return &m->first[(layer + 1) * ROLE_COUNT + (int)role];
}

/* name is taken over. */
static void add_part(Model *m, Tensor t, char *name, int layer, Role role)
{
    ModelPart *part = mem_push(&m->part, &m->nparts, &m->cap_parts, sizeof *m->part);
    *part = (ModelPart){.t = t, .layer = layer, .role = role};
    part->t.name = name;
    int *slot = first_slot(m, layer, role);
    if (*slot == 0) *slot = m->nparts;
}

/* Rows [at, at + n) of a matrix seen as [out, in]. */
static void add_rows(Model *m, const Tensor *t, int layer, Role role, int64_t at, int64_t n)
{
    Str name = {0};
    Tensor s = *t;
    int64_t skip = t->transposed ? at : at * t->ld;
    s.shape[0] = n;
    s.data = (const char *)t->data + skip * dtype_size(t->dtype);
    str_addf(&name, t->transposed ? "%s[:, %lld:%lld]" : "%s[%lld:%lld]", t->name, (long long)at,
             (long long)(at + n));
    add_part(m, s, name.s, layer, role);
}

/* Rows [at, at + dh) of every run of 3*dh rows: one of q, k, v of each head. */
static void add_head_rows(Model *m, const Tensor *t, int layer, Role role, int64_t at, int64_t dh)
{
    Str name = {0};
    Tensor s = *t;
    s.shape[0] = t->shape[0] / 3;
    s.group_rows = dh;
    s.group_stride = 3 * dh;
    s.data = (const char *)t->data + at * t->ld * dtype_size(t->dtype);
    str_addf(&name, "%s[%lld:%lld of every %lld]", t->name, (long long)at, (long long)(at + dh),
             (long long)(3 * dh));
    add_part(m, s, name.s, layer, role);
}

/* False when the matrix cannot be cut that way; nothing is added then. */
static bool cut_part(const Plan *p, Model *m, const Tensor *t, const Match *match, Err *err)
{
    int64_t rows = t->shape[0], q = p->q_rows, kv = p->kv_rows;
    if (match->cut == CUT_GATE_UP) {
        if (rows % 2 != 0)
            return err_set(err, "%lld rows are no two equal halves, gate and up", (long long)rows);
        add_rows(m, t, match->layer, ROLE_GATE, 0, rows / 2);
        add_rows(m, t, match->layer, ROLE_UP, rows / 2, rows / 2);
    } else if (match->cut == CUT_QKV) {
        if (q <= 0 || kv <= 0 || rows != q + 2 * kv)
            return err_set(err, "%lld rows are not %lld of q and twice %lld of k and v",
                           (long long)rows, (long long)q, (long long)kv);
        add_rows(m, t, match->layer, ROLE_Q, 0, q);
        add_rows(m, t, match->layer, ROLE_K, q, kv);
        add_rows(m, t, match->layer, ROLE_V, q + kv, kv);
    } else {
        if (!p->nh) return err_set(err, "the number of heads is not known");
        if (rows != 3 * p->nh * p->dh)
            return err_set(err, "%lld rows are not q, k, v of %lld heads of %lld", (long long)rows,
                           (long long)p->nh, (long long)p->dh);
        for (int i = 0; i < 3; i++)
            add_head_rows(m, t, match->layer, (Role)(ROLE_Q + i), i * p->dh, p->dh);
    }
    return true;
}

static bool same_bytes(const Tensor *a, const Tensor *b)
{
    int64_t n = tensor_numel(a);
    if (a->dtype != b->dtype || a->ndim != 2 || b->ndim != 2) return false;
    if (a->shape[0] != b->shape[0] || a->shape[1] != b->shape[1]) return false;
    return memcmp(a->data, b->data, (size_t)n * (size_t)dtype_size(a->dtype)) == 0;
}

/* A stored head that repeats the embedding, or that config.json says to be the embedding. */
static bool head_is_tied(const Plan *p, const Tensor *head)
{
    if (p->cfg->tie_given && p->cfg->c.tied) return true;
    for (int i = 0; i < checkpoint_count(p->ck); i++)
        if (p->match[i].role == ROLE_EMBED) return same_bytes(checkpoint_tensor(p->ck, i), head);
    return false;
}

static int role_ndim(Role role)
{
    return role >= ROLE_NORM_ATTN && role <= ROLE_FINAL_NORM ? 1 : 2;
}

static void add_other(const Plan *p, Model *m, int i, Tally *tally)
{
    const Tensor *t = checkpoint_tensor(p->ck, i);
    const Match *match = &p->match[i];
    bool strange = !match->named && !str_ends(t->name, ".bias");
    if (strange && tally->unnamed < 3)
        snprintf(tally->example[tally->unnamed], sizeof tally->example[0], "%s", t->name);
    if (strange) tally->unnamed++;
    if (strstr(t->name, "weight_scale")) tally->scales++;
    add_part(m, *t, mem_strdup(t->name), match->layer, ROLE_OTHER);
}

/* A tensor with a role of its own, or one to be cut. */
static bool add_named(const Plan *p, Model *m, int i, Tally *tally, Err *err)
{
    const Match *match = &p->match[i];
    Tensor t = *checkpoint_tensor(p->ck, i);
    if (t.ndim != role_ndim(match->role)) {
        if (p->known)
            return err_set(err, "has %d dimensions, expected %d", t.ndim, role_ndim(match->role));
        add_other(p, m, i, tally);
        return true;
    }
    if (*first_slot(m, match->layer, match->role)) {
        tally->doubles++;
        add_other(p, m, i, tally);
        return true;
    }
    if (p->conv1d && (match->flags & RULE_CONV1D)) {
        t.transposed = true;
        t.shape[0] = plan_rows(p, i);
        t.shape[1] = plan_cols(p, i);
    }
    if (match->cut == CUT_NONE) {
        add_part(m, t, mem_strdup(t.name), match->layer, match->role);
        return true;
    }
    if (cut_part(p, m, &t, match, err)) return true;
    if (p->known && match->cut != CUT_QKV_HEADS) return false;
    if (p->known && p->nh) return false;
    tally->uncut++;
    add_other(p, m, i, tally);
    return true;
}

static bool add_tensor(const Plan *p, Model *m, int i, Tally *tally, Err *err)
{
    const Tensor *t = checkpoint_tensor(p->ck, i);
    const Match *match = &p->match[i];
    if (match->flags & RULE_BUFFER) {
        tally->buffers++;
    } else if (tensor_numel(t) == 0) {
        tally->empty++;
    } else if (match->role == ROLE_OTHER) {
        add_other(p, m, i, tally);
    } else if (match->role == ROLE_HEAD && head_is_tied(p, t)) {
        model_note(m, "%s left out: the output embedding is the input's", t->name);
    } else if (!add_named(p, m, i, tally, err)) {
        return err_wrap(err, "tensor \"%.120s\"", t->name);
    }
    return true;
}

static void note_tally(Model *m, const Tally *t)
{
    if (t->unnamed) {
        int n = t->unnamed < 3 ? t->unnamed : 3;
        Str list = {0};
        for (int i = 0; i < n; i++) str_addf(&list, "%s%s", i ? ", " : "", t->example[i]);
        model_note(m, "%d tensors not recognised: %s%s", t->unnamed, str_text(&list),
                   t->unnamed > n ? ", ..." : "");
        str_free(&list);
    }
    if (t->doubles) model_note(m, "%d tensors repeat a role of their layer", t->doubles);
    if (t->uncut) model_note(m, "%d fused matrices could not be cut into q, k, v", t->uncut);
    if (t->buffers) model_note(m, "%d buffers (masks, rotary frequencies) left out", t->buffers);
    if (t->empty) model_note(m, "%d empty tensors left out", t->empty);
    if (t->scales) model_note(m, "%d scales of quantised weights are not applied", t->scales);
}

static bool has_role(const Model *m, Role role)
{
    for (int i = 0; i < m->nparts; i++)
        if (m->part[i].role == role) return true;
    return false;
}

/* Layers without a single matrix are an error; missing roles are noted. */
static bool check_layers(const Plan *p, Model *m, Err *err)
{
    int lacking = 0;
    for (int l = 0; l < p->nl; l++) {
        int have = 0;
        for (Role r = ROLE_Q; r <= ROLE_DOWN; r++)
            have += r != ROLE_GATE && *first_slot(m, l, r) != 0;
        if (have == 0 && p->known)
            return err_set(err, "layer %d of %lld has no matrices; is a shard missing?", l,
                           (long long)p->nl);
        lacking += have < 6;
    }
    if (lacking)
        model_note(m, "%d of %lld layers lack one of q k v o up down", lacking, (long long)p->nl);
    if (!has_role(m, ROLE_GATE) && has_role(m, ROLE_UP)) model_note(m, "no gate: up is used");
    return true;
}

void model_note(Model *m, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    *(char **)mem_push(&m->note, &m->nnotes, &m->cap_notes, sizeof *m->note) = mem_strdup(text);
}

bool plan_parts(const Plan *p, Model *m, Err *err)
{
    Tally tally = {0};
    int top = -1;
    for (int i = 0; i < checkpoint_count(p->ck); i++)
        if (p->match[i].layer > top) top = p->match[i].layer;
    m->first_layers = top + 1;
    m->first = mem_alloc((int64_t)(top + 2) * ROLE_COUNT, sizeof *m->first);
    for (int i = 0; i < checkpoint_count(p->ck); i++)
        if (!add_tensor(p, m, i, &tally, err)) return false;
    note_tally(m, &tally);
    if (!check_layers(p, m, err)) return false;
    for (int i = 0; i < m->nparts; i++)
        if (m->part[i].layer >= 0 && role_is_block_matrix(m->part[i].role)) return true;
    return err_set(err, "no matrix of a transformer block could be used");
}
