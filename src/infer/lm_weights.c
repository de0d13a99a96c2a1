/* lm_weights.c: see lm_weights.h. A matrix's bias has its name, with "bias" for "weight"; of a cut
 * matrix it is cut as the matrix is. What is left over in a block (other norms, experts, sinks)
 * means that the model computes something that we would leave out: it is refused by name. */
#include "lm_weights.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

typedef struct Finder {
    const Model *m;
    const Hparams *hp;
    StrMap used; /* names of biases that have a place */
    Err *err;
} Finder;

static const ModelPart *find_part(const Finder *f, int layer, Role role)
{
    const ModelPart *p = model_find(f->m, layer, role);
    if (p) return p;
    if (layer >= 0)
        err_set(f->err, "%s: layer %d has no %s", f->m->path, layer, role_name(role));
    else
        err_set(f->err, "%s has no %s", f->m->path, role_name(role));
    return NULL;
}

/* The name of the stored tensor that a part is or was cut from, with "bias" for "weight". */
static char *bias_name(const char *part)
{
    Str name = {0};
    const char *weight = strstr(part, ".weight");
    str_add(&name, part, weight ? (size_t)(weight - part) : strlen(part));
    str_puts(&name, ".bias");
    return name.s;
}

/* Where logical row `row` of the part is in the tensor that it was cut from. */
static int64_t source_row(const Tensor *part, const Tensor *whole, int64_t row)
{
    int64_t at = ((const char *)part->data - (const char *)whole->data) / dtype_size(part->dtype);
    if (!part->transposed) at /= part->ld;
    if (part->group_rows <= 0) return at + row;
    return at + row / part->group_rows * part->group_stride + row % part->group_rows;
}

/* The bias of a matrix or norm, as f32 [n]. */
static float *read_bias(Finder *f, const ModelPart *part, int64_t n)
{
    char *name = bias_name(part->t.name);
    Str stem = {0};
    str_add(&stem, name, strlen(name) - strlen("bias"));
    str_puts(&stem, "weight");
    const Tensor *b = checkpoint_find(f->m->ck, name), *whole = checkpoint_find(f->m->ck, stem.s);
    int64_t rows = !whole               ? 0
                   : whole->ndim == 1   ? whole->shape[0]
                   : part->t.transposed ? whole->shape[1]
                                        : whole->shape[0];
    float *all = NULL, *out = NULL;
    if (!b || !whole) {
        err_set(f->err, "%s: tensor \"%s\" is missing", f->m->path, name);
    } else if (b->ndim != 1 || b->shape[0] != rows) {
        err_set(f->err, "%s: tensor \"%s\" has %lld numbers, expected %lld", f->m->path, name,
                (long long)tensor_numel(b), (long long)rows);
    } else {
        all = mem_alloc(rows, sizeof *all);
        out = mem_alloc(n, sizeof *out);
        tensor_read_f32(b, 0, 1, all);
        for (int64_t i = 0; i < n; i++)
            out[i] = all[whole->ndim == 1 ? i : source_row(&part->t, whole, i)];
        strmap_add(&f->used, name, 1);
    }
    free(all);
    free(name);
    str_free(&stem);
    return out;
}

static bool find_matrix(Finder *f, LmMatrix *out, int layer, Role role, int64_t rows, int64_t cols,
                        bool bias)
{
    const ModelPart *p = find_part(f, layer, role);
    if (!p) return false;
    if (tensor_rows(&p->t) != rows || tensor_cols(&p->t) != cols)
        return err_set(f->err, "%s: tensor \"%s\" is [%lld, %lld], expected [%lld, %lld]",
                       f->m->path, p->t.name, (long long)tensor_rows(&p->t),
                       (long long)tensor_cols(&p->t), (long long)rows, (long long)cols);
    if (!linear_init(&out->l, &p->t, f->err)) return err_wrap(f->err, "%s", f->m->path);
    return !bias || (out->bias = read_bias(f, p, rows)) != NULL;
}

static bool find_norm(Finder *f, LmNorm *out, int layer, Role role, int n)
{
    const ModelPart *p = find_part(f, layer, role);
    if (!p) return false;
    if (tensor_numel(&p->t) != n)
        return err_set(f->err, "%s: tensor \"%s\" has %lld numbers, expected %d", f->m->path,
                       p->t.name, (long long)tensor_numel(&p->t), n);
    out->w = mem_alloc(n, sizeof *out->w);
    tensor_read_f32(&p->t, 0, 1, out->w);
    return f->hp->norm != NORM_LAYER || (out->b = read_bias(f, p, n)) != NULL;
}

static bool find_attention(Finder *f, LmLayer *w, int l)
{
    const Hparams *hp = f->hp;
    int64_t d = hp->d, q = (int64_t)hp->nh * hp->dh, kv = (int64_t)hp->nkv * hp->dh;
    return find_norm(f, &w->norm_attn, l, ROLE_NORM_ATTN, hp->d) &&
           find_matrix(f, &w->q, l, ROLE_Q, q, d, hp->bias_qkv) &&
           find_matrix(f, &w->k, l, ROLE_K, kv, d, hp->bias_qkv) &&
           find_matrix(f, &w->v, l, ROLE_V, kv, d, hp->bias_qkv) &&
           find_matrix(f, &w->o, l, ROLE_O, d, q, hp->bias_o) &&
           (!hp->qk_norm || (find_norm(f, &w->norm_q, l, ROLE_NORM_Q, hp->dh) &&
                             find_norm(f, &w->norm_k, l, ROLE_NORM_K, hp->dh))) &&
           (!hp->sandwich || find_norm(f, &w->norm_attn_post, l, ROLE_NORM_ATTN_POST, hp->d));
}

static bool find_mlp(Finder *f, LmLayer *w, int l)
{
    const Hparams *hp = f->hp;
    return find_norm(f, &w->norm_mlp, l, ROLE_NORM_MLP, hp->d) &&
           (!hp->gated || find_matrix(f, &w->gate, l, ROLE_GATE, hp->ff, hp->d, hp->bias_mlp)) &&
           find_matrix(f, &w->up, l, ROLE_UP, hp->ff, hp->d, hp->bias_mlp) &&
           find_matrix(f, &w->down, l, ROLE_DOWN, hp->d, hp->ff, hp->bias_mlp) &&
           (!hp->sandwich || find_norm(f, &w->norm_mlp_post, l, ROLE_NORM_MLP_POST, hp->d));
}

static bool find_outer(Finder *f, LmWeights *w)
{
    const Hparams *hp = f->hp;
    Linear check;
    const ModelPart *embed = find_part(f, -1, ROLE_EMBED), *pos;
    if (!embed) return false;
    w->embed = embed->t;
    if (!linear_init(&check, &embed->t, f->err)) return err_wrap(f->err, "%s", f->m->path);
    if (hp->positions) {
        pos = find_part(f, -1, ROLE_POSITIONS);
        if (!pos) return false;
        w->positions = pos->t;
    }
    return find_norm(f, &w->norm_final, -1, ROLE_FINAL_NORM, hp->d) &&
           find_matrix(f, &w->head, -1, hp->tied ? ROLE_EMBED : ROLE_HEAD, hp->vocab, hp->d, false);
}

/* "model.layers." of "model.layers.0.self_attn.q_proj.weight". */
static char *block_prefix(const Model *m)
{
    const char *name = model_find(m, 0, ROLE_Q)->t.name;
    const char *zero = strstr(name, ".0.");
    return zero ? mem_strndup(name, (size_t)(zero + 1 - name)) : mem_strdup("0.");
}

static bool none_left(Finder *f)
{
    bool ok = true;
    char *prefix = block_prefix(f->m);
    for (int i = 0; ok && i < f->m->nparts; i++) {
        const ModelPart *p = &f->m->part[i];
        bool norm = p->role == ROLE_NORM_Q || p->role == ROLE_NORM_K;
        if (p->role != ROLE_OTHER && !(norm && !f->hp->qk_norm)) continue;
        if (!str_starts(p->t.name, prefix) || strmap_get(&f->used, p->t.name) >= 0) continue;
        ok = err_set(f->err,
                     "%s: family %s has no use for tensor \"%s\", so this model cannot be "
                     "run",
                     f->m->path, f->hp->family, p->t.name);
    }
    free(prefix);
    return ok;
}

bool lm_weights_find(LmWeights *w, const Model *m, const Hparams *hp, Err *err)
{
    Finder f = {.m = m, .hp = hp, .err = err};
    *w = (LmWeights){.nl = hp->nl};
    w->layer = mem_alloc(hp->nl, sizeof *w->layer);
    bool ok = find_outer(&f, w);
    for (int l = 0; ok && l < hp->nl; l++)
        ok = find_attention(&f, &w->layer[l], l) && find_mlp(&f, &w->layer[l], l);
    ok = ok && none_left(&f);
    strmap_free(&f.used);
    if (!ok) lm_weights_free(w);
    return ok;
}

static void free_norm(LmNorm *n)
{
    free(n->w);
    free(n->b);
}

void lm_weights_free(LmWeights *w)
{
    for (int l = 0; l < w->nl; l++) {
        LmLayer *a = &w->layer[l];
        LmNorm *norms[] = {&a->norm_attn,     &a->norm_attn_post, &a->norm_mlp,
                           &a->norm_mlp_post, &a->norm_q,         &a->norm_k};
        LmMatrix *matrices[] = {&a->q, &a->k, &a->v, &a->o, &a->gate, &a->up, &a->down};
        for (size_t i = 0; i < sizeof norms / sizeof *norms; i++) free_norm(norms[i]);
        for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++) free(matrices[i]->bias);
    }
    free_norm(&w->norm_final);
    free(w->layer);
    *w = (LmWeights){0};
}
