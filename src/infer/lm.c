/* lm.c: see infer/lm.h. The tokens taken in are kept, so that what the cache has lost (a window
 * that has moved on, the other factors of longrope) can be computed anew from them. */
#include "infer/lm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/cpu.h"
#include "lm_parts.h"
#include "rope.h"

enum { LOGIT_ROWS = 16 }; /* tokens in one visit of logits */

/* ---- memory of a run ------------------------------------------------------------------------ */

static void state_free(LmState *s)
{
    float *all[] = {s->x, s->xn, s->q, s->k, s->v, s->z, s->out, s->gate, s->up};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    for (int r = 0; r < HPARAMS_ROPES; r++) {
        free(s->cosine[r]);
        free(s->sine[r]);
    }
    *s = (LmState){0};
}

/* Floats for each token of a run. */
static int64_t state_width(const Hparams *hp)
{
    int64_t n = 3 * (int64_t)hp->d + 2 * (int64_t)(hp->nh + hp->nkv) * hp->dh;
    n += (hp->gated ? 2 : 1) * (int64_t)hp->ff;
    for (int r = 0; r < HPARAMS_ROPES; r++) n += hp->rope[r].dim;
    return n;
}

static void state_reserve(LmState *s, const Hparams *hp, int nt)
{
    if (nt <= s->cap) return;
    int64_t n = nt, q = n * hp->nh * hp->dh, kv = n * hp->nkv * hp->dh;
    state_free(s);
    s->cap = nt;
    s->x = mem_alloc(n * hp->d, sizeof *s->x);
    s->xn = mem_alloc(n * hp->d, sizeof *s->xn);
    s->out = mem_alloc(n * hp->d, sizeof *s->out);
    s->q = mem_alloc(q, sizeof *s->q);
    s->z = mem_alloc(q, sizeof *s->z);
    s->k = mem_alloc(kv, sizeof *s->k);
    s->v = mem_alloc(kv, sizeof *s->v);
    s->up = mem_alloc(n * hp->ff, sizeof *s->up);
    if (hp->gated) s->gate = mem_alloc(n * hp->ff, sizeof *s->gate);
    for (int r = 0; r < HPARAMS_ROPES; r++) {
        s->cosine[r] = mem_alloc(n * (hp->rope[r].dim / 2), sizeof *s->cosine[r]);
        s->sine[r] = mem_alloc(n * (hp->rope[r].dim / 2), sizeof *s->sine[r]);
    }
}

/* ---- one run of tokens ---------------------------------------------------------------------- */

static void embed(const Pass *p)
{
    Lm *lm = p->lm;
    int64_t d = lm->hp.d;
    LmState *s = &lm->s;
    for (int t = 0; t < p->nt; t++)
        tensor_read_f32(&lm->w.embed, lm->ids[p->pos + t], 1, s->x + t * d);
    if (lm->hp.embed_scale != 1) lm->math->scale(lm->hp.embed_scale, s->x, p->nt * d);
    pass_show(p, HOOK_EMBED, s->x, 1, (int)d, d);
    if (!lm->hp.positions) return;
    tensor_read_f32(&lm->w.positions, p->pos, p->nt, s->xn);
    pass_show(p, HOOK_POS_EMBED, s->xn, 1, (int)d, d);
    lm->math->axpy(1, s->xn, s->x, p->nt * d);
}

static void final_norm(const Pass *p, int t0, int t1)
{
    int64_t d = p->lm->hp.d;
    LmState *s = &p->lm->s;
    pass_norm(p->lm, &p->lm->w.norm_final, s->x + t0 * d, t1 - t0, (int)d, d, s->xn + t0 * d);
}

/* y [nt, vocab] of xn [nt, d]. */
static void head(Lm *lm, const float *xn, int nt, float *y)
{
    int64_t n = nt * lm->hp.vocab;
    float cap = lm->hp.final_cap;
    linear_apply(&lm->w.head.l, NULL, xn, lm->hp.d, nt, y, lm->hp.vocab, lm->pool);
    if (cap <= 0) return;
    lm->math->scale(1 / cap, y, n);
    lm->math->tanh(y, y, n);
    lm->math->scale(cap, y, n);
}

static void show_logits(const Pass *p)
{
    Lm *lm = p->lm;
    if (!hook_wanted(p->hooks, HOOK_LOGITS, -1)) return;
    int64_t vocab = lm->hp.vocab;
    int rows = p->nt < LOGIT_ROWS ? p->nt : LOGIT_ROWS;
    float *y = mem_alloc(rows * vocab, sizeof *y);
    Pass part = *p;
    for (int t = 0; t < p->nt; t += part.nt) {
        part.pos = p->pos + t;
        part.nt = p->nt - t < rows ? p->nt - t : rows;
        head(lm, lm->s.xn + t * (int64_t)lm->hp.d, part.nt, y);
        pass_show(&part, HOOK_LOGITS, y, 1, (int)vocab, vocab);
    }
    free(y);
}

/* The norm of all tokens only when somebody wants it, of the last one always. */
static void finish(const Pass *p)
{
    Lm *lm = p->lm;
    int64_t d = lm->hp.d, last = (p->nt - 1) * d;
    bool all = hook_wanted(p->hooks, HOOK_LN_FINAL, -1) || hook_wanted(p->hooks, HOOK_LOGITS, -1);
    if (all)
        pass_tokens(p, final_norm);
    else
        final_norm(p, p->nt - 1, p->nt);
    pass_show(p, HOOK_LN_FINAL, lm->s.xn, 1, (int)d, d);
    show_logits(p);
    memcpy(lm->last, lm->s.xn + last, (size_t)d * sizeof *lm->last);
}

static bool run_pass(Pass *p, Err *err)
{
    Lm *lm = p->lm;
    embed(p);
    for (int r = 0; r < HPARAMS_ROPES; r++)
        if (lm->hp.rope[r].dim)
            rope_table(&lm->hp.rope[r], lm->freq[r], p->pos, p->nt, lm->s.cosine[r], lm->s.sine[r]);
    lm->high = p->pos + p->nt > lm->high ? p->pos + p->nt : lm->high;
    for (p->layer = 0; p->layer < lm->hp.nl; p->layer++) {
        if (run_stopped(p->run)) return err_set(err, "interrupted");
        block_forward(p);
    }
    finish(p);
    return true;
}

/* Tokens from..to-1 of lm->ids, in runs. */
static bool run_tokens(Lm *lm, int from, int to, const Hooks *hooks, const Run *run, Err *err)
{
    int chunk = hooks && hooks->whole ? to - from : lm->chunk;
    int most = to - from < chunk ? to - from : chunk;
    state_reserve(&lm->s, &lm->hp, most);
    for (int at = from; at < to;) {
        Pass p = {.lm = lm, .hooks = hooks, .run = run, .pos = at};
        p.nt = to - at < chunk ? to - at : chunk;
        if (!run_pass(&p, err)) return false;
        at += p.nt;
        lm->cached = at;
        if (most > 1) run_progress(run, "tokens", at - from, to - from);
    }
    return true;
}

/* ---- the model ------------------------------------------------------------------------------ */

static void set_frequencies(Lm *lm)
{
    for (int r = 0; r < HPARAMS_ROPES; r++)
        if (lm->hp.rope[r].dim) rope_frequencies(&lm->hp.rope[r], lm->is_long, lm->freq[r]);
}

/* Longrope: past the original context all positions turn by the long factors, so that what was
 * computed with the short ones is void. */
static void choose_factors(Lm *lm, int end)
{
    bool is_long = lm->is_long;
    for (int r = 0; r < HPARAMS_ROPES; r++)
        if (lm->hp.rope[r].kind == ROPE_LONG) is_long = end > lm->hp.rope[r].original;
    if (is_long == lm->is_long) return;
    lm->is_long = is_long;
    lm->cached = 0;
    set_frequencies(lm);
}

static bool set_context(Lm *lm, int want, Err *err)
{
    lm->context = want ? want : lm->hp.context;
    if (want < 0 || lm->context > lm->hp.context)
        return err_set(err, "%s: a context of %d was asked for, this model has %d", lm->model->path,
                       want, lm->hp.context);
    return true;
}

static bool check_tokens(const Lm *lm, const int32_t *ids, int n, Err *err)
{
    if (n < 1) return err_set(err, "there are no tokens");
    if (n > lm->context - lm->pos)
        return err_set(err, "%d tokens after %d do not fit a context of %d", n, lm->pos,
                       lm->context);
    for (int i = 0; i < n; i++)
        if (ids[i] < 0 || ids[i] >= lm->hp.vocab)
            return err_set(err, "token %d is outside the model's vocabulary of %lld", ids[i],
                           (long long)lm->hp.vocab);
    return true;
}

static void keep_ids(Lm *lm, const int32_t *ids, int n)
{
    int64_t need = (int64_t)lm->pos + n;
    if (need > lm->cap_ids) {
        int64_t cap = 2 * need < lm->context ? 2 * need : lm->context;
        lm->ids = mem_resize(lm->ids, cap, sizeof *lm->ids);
        lm->cap_ids = (int)cap;
    }
    memcpy(lm->ids + lm->pos, ids, (size_t)n * sizeof *ids);
}

bool lm_open(Lm **out, const Model *m, const LmOpts *opts, Err *err)
{
    const LmOpts none = {0};
    CpuLevel level;
    if (!opts) opts = &none;
    *out = NULL;
    Lm *lm = mem_alloc(1, sizeof *lm);
    lm->model = m;
    bool ok = hparams_read(&lm->hp, m, err) && set_context(lm, opts->context, err) &&
              lm_weights_find(&lm->w, m, &lm->hp, err) && cpu_level_choose(&level, err);
    if (!ok) {
        lm_close(lm);
        return false;
    }
    lm->math = vecmath_at(level);
    lm->chunk = opts->chunk > 0 ? opts->chunk : LM_CHUNK;
    lm->own_pool = opts->pool == NULL;
    lm->pool = opts->pool ? opts->pool : pool_open(opts->threads);
    kv_init(&lm->kv, &lm->hp, lm->context);
    for (int r = 0; r < HPARAMS_ROPES; r++)
        lm->freq[r] = mem_alloc(lm->hp.rope[r].dim / 2, sizeof *lm->freq[r]);
    set_frequencies(lm);
    lm->last = mem_alloc(lm->hp.d, sizeof *lm->last);
    *out = lm;
    return true;
}

void lm_close(Lm *lm)
{
    if (!lm) return;
    if (lm->own_pool) pool_close(lm->pool);
    state_free(&lm->s);
    kv_free(&lm->kv);
    lm_weights_free(&lm->w);
    hparams_free(&lm->hp);
    for (int r = 0; r < HPARAMS_ROPES; r++) free(lm->freq[r]);
    free(lm->attn.scores);
    free(lm->attn.entropy);
    free(lm->attn.distance);
    free(lm->attn.seen);
    free(lm->attn.pattern);
    free(lm->ids);
    free(lm->last);
    free(lm->logits);
    free(lm);
}

const Hparams *lm_hparams(const Lm *lm)
{
    return &lm->hp;
}

const Model *lm_model(const Lm *lm)
{
    return lm->model;
}

int lm_context(const Lm *lm)
{
    return lm->context;
}

int lm_pos(const Lm *lm)
{
    return lm->pos;
}

int64_t lm_bytes(const Lm *lm)
{
    const AttnMemory *a = &lm->attn;
    int64_t n = lm->s.cap * state_width(&lm->hp) + a->nscores + a->nseen + a->npattern;
    n += lm->hp.d + (lm->logits ? lm->hp.vocab : 0);
    return kv_bytes(&lm->kv) + n * (int64_t)sizeof(float);
}

bool lm_eval(Lm *lm, const int32_t *ids, int n, const Hooks *hooks, const Run *run, Err *err)
{
    if (!check_tokens(lm, ids, n, err)) return false;
    keep_ids(lm, ids, n);
    choose_factors(lm, lm->pos + n);
    lm->has_last = lm->has_logits = false;
    bool ok = (lm->cached >= lm->pos || run_tokens(lm, lm->cached, lm->pos, NULL, run, err)) &&
              run_tokens(lm, lm->pos, lm->pos + n, hooks, run, err);
    if (ok) lm->pos += n;
    if (lm->cached > lm->pos) lm->cached = lm->pos;
    lm->has_last = ok;
    return ok;
}

const float *lm_logits(Lm *lm)
{
    if (!lm->has_last) return NULL;
    if (!lm->logits) lm->logits = mem_alloc(lm->hp.vocab, sizeof *lm->logits);
    if (!lm->has_logits) head(lm, lm->last, 1, lm->logits);
    lm->has_logits = true;
    return lm->logits;
}

void lm_rewind(Lm *lm, int pos)
{
    if (pos < 0 || pos >= lm->pos) return;
    lm->pos = pos;
    lm->has_last = lm->has_logits = false;
    if (lm->cached > pos) lm->cached = pos;
    for (int l = 0; l < lm->hp.nl; l++) {
        int window = lm->hp.layer[l].window, cap = lm->kv.layer[l].cap;
        int lost = lm->high > cap ? lm->high - cap : 0; /* positions below this are overwritten */
        if (window && pos > 0 && lost > 0 && pos - (window - 1) < lost) lm->cached = 0;
    }
    if (lm->cached == 0) lm->high = 0;
}
