/* block.c: one transformer block over a run of tokens, and what is shared with its ends.
 *
 *   x += norm'(attention(norm(x)));  x += norm'(mlp(norm(x)))
 * with norm' in families with sandwich norms only. Parallel blocks (NeoX) feed both from one x.
 * Products of matrices are cut by outputs, all else by tokens: nothing depends on the threads. */
#include <math.h>
#include <string.h>

#include "lm_parts.h"

enum { TOKENS_A_TASK = 16 };

typedef struct TokenJob {
    const Pass *pass;
    void (*fn)(const Pass *p, int t0, int t1);
} TokenJob;

static void run_tokens(void *ud, int task, int worker)
{
    const TokenJob *j = ud;
    int t0 = task * TOKENS_A_TASK, t1 = t0 + TOKENS_A_TASK;
    (void)worker;
    j->fn(j->pass, t0, t1 < j->pass->nt ? t1 : j->pass->nt);
}

void pass_tokens(const Pass *p, void (*fn)(const Pass *p, int t0, int t1))
{
    TokenJob j = {p, fn};
    if (p->nt <= TOKENS_A_TASK)
        fn(p, 0, p->nt);
    else
        pool_run(p->lm->pool, (p->nt + TOKENS_A_TASK - 1) / TOKENS_A_TASK, run_tokens, &j);
}

void pass_show(const Pass *p, HookPoint point, const float *v, int heads, int width, int64_t ld)
{
    int layer = hook_in_block(point) ? p->layer : -1;
    if (!hook_wanted(p->hooks, point, layer)) return;
    HookData h = {.point = point,
                  .layer = layer,
                  .pos = p->pos,
                  .nt = p->nt,
                  .heads = heads,
                  .width = width,
                  .ld_token = ld,
                  .ld_head = width,
                  .v = v};
    p->hooks->visit(p->hooks->ud, &h);
}

static void show_wide(const Pass *p, HookPoint point, const float *v)
{
    pass_show(p, point, v, 1, p->lm->hp.d, p->lm->hp.d);
}

static void show_heads(const Pass *p, HookPoint point, const float *v, int heads)
{
    int dh = p->lm->hp.dh;
    pass_show(p, point, v, heads, dh, (int64_t)heads * dh);
}

void pass_norm(const Lm *lm, const LmNorm *norm, const float *x, int n, int len, int64_t ld,
               float *y)
{
    const VecMath *m = lm->math;
    bool layer = lm->hp.norm == NORM_LAYER;
    float offset = lm->hp.norm == NORM_RMS_ONE ? 1 : 0;
    for (int i = 0; i < n; i++, x += ld, y += ld) {
        double mean = layer ? m->sum(x, len) / len : 0;
        double var = m->sum_squares(x, mean, len) / len;
        m->norm(x, (float)mean, (float)(1 / sqrt(var + lm->hp.eps)), norm->w, offset, norm->b, y,
                len);
    }
}

static const LmLayer *weights(const Pass *p)
{
    return &p->lm->w.layer[p->layer];
}

static void norm_first(const Pass *p, int t0, int t1)
{
    int64_t d = p->lm->hp.d;
    LmState *s = &p->lm->s;
    pass_norm(p->lm, &weights(p)->norm_attn, s->x + t0 * d, t1 - t0, (int)d, d, s->xn + t0 * d);
}

static void apply(const Pass *p, const LmMatrix *const *m, const float *x, int64_t ldx,
                  float *const *y, int n)
{
    LinearCall call[3];
    for (int i = 0; i < n; i++)
        call[i] = (LinearCall){.l = &m[i]->l,
                               .bias = m[i]->bias,
                               .x = x,
                               .ldx = ldx,
                               .y = y[i],
                               .ldy = m[i]->l.out,
                               .nt = p->nt};
    linear_apply_all(call, n, p->lm->pool);
}

/* ---- attention ------------------------------------------------------------------------------ */

/* Norms on queries and keys, and their rotation by position. */
static void turn_heads(const Pass *p, const LmNorm *norm, float *x, int t, int heads)
{
    const Lm *lm = p->lm;
    const Hparams *hp = &lm->hp;
    int rope = hp->layer[p->layer].rope, half = rope < 0 ? 0 : hp->rope[rope].dim / 2;
    if (hp->qk_norm) pass_norm(lm, norm, x, heads, hp->dh, hp->dh, x);
    for (int h = 0; h < heads && rope >= 0; h++)
        lm->math->rope(x + (int64_t)h * hp->dh, lm->s.cosine[rope] + (int64_t)t * half,
                       lm->s.sine[rope] + (int64_t)t * half, half);
}

static void store(const Lm *lm, float *slots, int cap, const float *x, int pos)
{
    int64_t dh = lm->hp.dh;
    for (int g = 0; g < lm->hp.nkv; g++)
        memcpy(slots + ((int64_t)g * cap + pos % cap) * dh, x + g * dh, (size_t)dh * sizeof *x);
}

static void turn_and_store(const Pass *p, int t0, int t1)
{
    Lm *lm = p->lm;
    const Hparams *hp = &lm->hp;
    const KvLayer *kv = &lm->kv.layer[p->layer];
    for (int t = t0; t < t1; t++) {
        float *q = lm->s.q + (int64_t)t * hp->nh * hp->dh;
        float *k = lm->s.k + (int64_t)t * hp->nkv * hp->dh;
        turn_heads(p, &weights(p)->norm_q, q, t, hp->nh);
        turn_heads(p, &weights(p)->norm_k, k, t, hp->nkv);
        store(lm, kv->k, kv->cap, k, p->pos + t);
        store(lm, kv->v, kv->cap, lm->s.v + (int64_t)t * hp->nkv * hp->dh, p->pos + t);
    }
}

static void norm_attn_post(const Pass *p, int t0, int t1)
{
    int64_t d = p->lm->hp.d;
    float *out = p->lm->s.out + t0 * d;
    pass_norm(p->lm, &weights(p)->norm_attn_post, out, t1 - t0, (int)d, d, out);
}

/* s.out = what attention adds. */
static void attention_part(const Pass *p)
{
    Lm *lm = p->lm;
    const Hparams *hp = &lm->hp;
    LmState *s = &lm->s;
    const LmLayer *w = weights(p);
    const LmMatrix *qkv[] = {&w->q, &w->k, &w->v}, *o = &w->o;
    float *out[] = {s->q, s->k, s->v};
    apply(p, qkv, s->xn, hp->d, out, 3);
    show_heads(p, HOOK_Q, s->q, hp->nh);
    show_heads(p, HOOK_K, s->k, hp->nkv);
    show_heads(p, HOOK_V, s->v, hp->nkv);
    kv_reserve(&lm->kv, p->layer, hp->layer[p->layer].window, p->pos, p->nt);
    pass_tokens(p, turn_and_store);
    show_heads(p, HOOK_ROT_Q, s->q, hp->nh);
    show_heads(p, HOOK_ROT_K, s->k, hp->nkv);
    attention(p);
    show_heads(p, HOOK_Z, s->z, hp->nh);
    apply(p, &o, s->z, (int64_t)hp->nh * hp->dh, &s->out, 1);
    if (hp->sandwich) pass_tokens(p, norm_attn_post);
    show_wide(p, HOOK_ATTN_OUT, s->out);
}

/* ---- MLP ------------------------------------------------------------------------------------ */

/* The sum, and the MLP's input. */
static void join_attention(const Pass *p, int t0, int t1)
{
    const Lm *lm = p->lm;
    const LmNorm *norm = &weights(p)->norm_mlp;
    int64_t d = lm->hp.d, at = t0 * d;
    const LmState *s = &lm->s;
    if (lm->hp.parallel) pass_norm(lm, norm, s->x + at, t1 - t0, (int)d, d, s->xn + at);
    lm->math->axpy(1, s->out + at, s->x + at, (t1 - t0) * d);
    if (!lm->hp.parallel) pass_norm(lm, norm, s->x + at, t1 - t0, (int)d, d, s->xn + at);
}

static void relu(const float *x, const float *up, float *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) y[i] = (x[i] > 0 ? x[i] : 0) * (up ? up[i] : 1);
}

static void activate(const Pass *p, int t0, int t1)
{
    const Lm *lm = p->lm;
    const LmState *s = &lm->s;
    int64_t at = (int64_t)t0 * lm->hp.ff, n = (int64_t)(t1 - t0) * lm->hp.ff;
    float *y = (lm->hp.gated ? s->gate : s->up) + at;
    const float *up = lm->hp.gated ? s->up + at : NULL;
    switch (lm->hp.act) {
    case ACT_SILU: lm->math->silu(y, up, y, n); break;
    case ACT_GELU: lm->math->gelu(y, up, y, n); break;
    case ACT_GELU_TANH: lm->math->gelu_tanh(y, up, y, n); break;
    case ACT_RELU: relu(y, up, y, n); break;
    }
}

static void norm_mlp_post(const Pass *p, int t0, int t1)
{
    int64_t d = p->lm->hp.d;
    float *out = p->lm->s.out + t0 * d;
    pass_norm(p->lm, &weights(p)->norm_mlp_post, out, t1 - t0, (int)d, d, out);
}

static void join_mlp(const Pass *p, int t0, int t1)
{
    int64_t d = p->lm->hp.d;
    p->lm->math->axpy(1, p->lm->s.out + t0 * d, p->lm->s.x + t0 * d, (t1 - t0) * d);
}

/* s.out = what the MLP adds. */
static void mlp_part(const Pass *p)
{
    Lm *lm = p->lm;
    const Hparams *hp = &lm->hp;
    LmState *s = &lm->s;
    const LmLayer *w = weights(p);
    const LmMatrix *both[] = {&w->up, &w->gate}, *down = &w->down;
    float *out[] = {s->up, s->gate}, *post = hp->gated ? s->gate : s->up;
    apply(p, both, s->xn, hp->d, out, hp->gated ? 2 : 1);
    pass_show(p, HOOK_MLP_PRE, post, 1, hp->ff, hp->ff);
    if (hp->gated) pass_show(p, HOOK_MLP_PRE_LINEAR, s->up, 1, hp->ff, hp->ff);
    pass_tokens(p, activate);
    pass_show(p, HOOK_MLP_POST, post, 1, hp->ff, hp->ff);
    apply(p, &down, post, hp->ff, &s->out, 1);
    if (hp->sandwich) pass_tokens(p, norm_mlp_post);
    show_wide(p, HOOK_MLP_OUT, s->out);
}

void block_forward(const Pass *p)
{
    LmState *s = &p->lm->s;
    show_wide(p, HOOK_RESID_PRE, s->x);
    pass_tokens(p, norm_first);
    show_wide(p, HOOK_LN1, s->xn);
    attention_part(p);
    pass_tokens(p, join_attention);
    if (!p->lm->hp.parallel) show_wide(p, HOOK_RESID_MID, s->x);
    show_wide(p, HOOK_LN2, s->xn);
    mlp_part(p);
    pass_tokens(p, join_mlp);
    show_wide(p, HOOK_RESID_POST, s->x);
}
