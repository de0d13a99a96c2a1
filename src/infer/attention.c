/* attention.c: softmax(q k' scale) v over the cache, a few queries at a time.
 *
 * A task is a head and a run of ROWS queries, or (few tokens) a token and the heads that share a
 * key: scores of its rows against all keys that they may see, softmax, sum of the values. So memory
 * is rows times keys for each thread, never tokens times tokens. A row's sums run over its own keys
 * in the order of their positions, whatever the other rows of the task are: the same bytes however
 * a text is cut. Entropy of p = e / Z, e = exp(s - max): ln Z - sum(e (s - max)) / Z. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lm_parts.h"

enum {
    ROWS = 32,      /* queries of one head in a task */
    FEW_TOKENS = 8, /* up to here a task is a token and a group of heads */
    SHOWN = 32      /* queries in one visit of scores or patterns */
};

/* Queries t0..t0+nt-1 of the pass, all heads. */
typedef struct Attn {
    const Pass *pass;
    const LayerSpec *spec;
    const KvLayer *kv;
    int t0, nt;
    int64_t keys; /* room for so many in a row of scores */
    bool few;
} Attn;

/* Rows of a task: tokens of one head, or heads of one token. */
typedef struct Rows {
    int t, h; /* of the first row */
    int n;
    int dt, dh; /* from one row to the next: 1 and 0, or 0 and 1 */
    int group;  /* key-value head */
    int lo, hi; /* positions lo..hi-1: what any of the rows sees */
} Rows;

static int row_from(const Attn *a, int pos)
{
    int w = a->spec->window;
    return w && pos - w + 1 > 0 ? pos - w + 1 : 0;
}

static Rows task_rows(const Attn *a, int task)
{
    const Hparams *hp = &a->pass->lm->hp;
    int share = hp->nh / hp->nkv;
    Rows r = {0};
    if (a->few) {
        r = (Rows){.t = a->t0 + task / hp->nkv, .n = share, .dh = 1, .group = task % hp->nkv};
        r.h = r.group * share;
    } else {
        int block = task / hp->nh, left = a->nt - block * ROWS;
        r = (Rows){
            .t = a->t0 + block * ROWS, .h = task % hp->nh, .n = left < ROWS ? left : ROWS, .dt = 1};
        r.group = r.h / share;
    }
    r.lo = row_from(a, a->pass->pos + r.t);
    r.hi = a->pass->pos + r.t + (r.n - 1) * r.dt + 1;
    return r;
}

/* Slots of positions from..to-1 that lie in one piece, beginning at `from`. */
static int piece_end(const KvLayer *kv, int from, int to)
{
    int end = from + (kv->cap - from % kv->cap);
    return end < to ? end : to;
}

/* scores [n, keys]: every row against every key from lo to hi. */
static void all_scores(const Attn *a, const Rows *r, float *scores)
{
    const Lm *lm = a->pass->lm;
    int dh = lm->hp.dh;
    int64_t width = (int64_t)lm->hp.nh * dh;
    const float *q = lm->s.q + r->t * width + (int64_t)r->h * dh;
    const float *k = a->kv->k + (int64_t)r->group * a->kv->cap * dh;
    for (int from = r->lo, end; from < r->hi; from = end) {
        end = piece_end(a->kv, from, r->hi);
        lm->math->mul_nt(q, r->dt ? width : dh, k + (int64_t)(from % a->kv->cap) * dh, dh,
                         scores + (from - r->lo), a->keys, r->n, end - from, dh);
    }
}

/* z += weights * values. */
static void all_values(const Attn *a, const Rows *r, const float *weights)
{
    const Lm *lm = a->pass->lm;
    int dh = lm->hp.dh;
    int64_t width = (int64_t)lm->hp.nh * dh;
    float *z = lm->s.z + r->t * width + (int64_t)r->h * dh;
    const float *v = a->kv->v + (int64_t)r->group * a->kv->cap * dh;
    for (int i = 0; i < r->n; i++) memset(z + i * (r->dt ? width : dh), 0, (size_t)dh * sizeof *z);
    for (int from = r->lo, end; from < r->hi; from = end) {
        end = piece_end(a->kv, from, r->hi);
        lm->math->mul_nn(weights + (from - r->lo), a->keys, v + (int64_t)(from % a->kv->cap) * dh,
                         dh, z, r->dt ? width : dh, r->n, dh, end - from);
    }
}

static double entropy(const float *e, const float *s, int n, float top, double z)
{
    double sum = 0;
    for (int j = 0; j < n; j++)
        if (e[j] > 0) sum += (double)e[j] * ((double)s[j] - top);
    double h = log(z) - sum / z;
    return h > 0 ? h : 0; /* rounding of a certain choice */
}

/* Mean of pos - j; key j of p is at pos - n + 1 + j. */
static double distance(const float *p, int n)
{
    double sum = 0;
    for (int j = 0; j < n; j++) sum += (double)p[j] * (n - 1 - j);
    return sum;
}

static void show_row(float *to, const Attn *a, int t, int h, const float *row, int from, int n,
                     float rest)
{
    const Lm *lm = a->pass->lm;
    int64_t keys = a->pass->pos + a->pass->nt;
    float *out = to + ((int64_t)(t - a->t0) * lm->hp.nh + h) * keys;
    for (int64_t j = 0; j < keys; j++) out[j] = rest;
    memcpy(out + from, row, (size_t)n * sizeof *out);
}

/* One row of raw products [hi - lo] becomes weights; 0 where the query may not look. */
static void softmax_row(const Attn *a, const Rows *r, int i, float *row, float *spare)
{
    const Lm *lm = a->pass->lm;
    const VecMath *m = lm->math;
    const AttnMemory *mem = &lm->attn;
    int t = r->t + i * r->dt, h = r->h + i * r->dh, pos = a->pass->pos + t;
    int from = row_from(a, pos), n = pos + 1 - from;
    float *s = row + (from - r->lo), cap = lm->hp.attn_cap;
    m->scale(a->spec->attn_scale, s, n);
    if (cap > 0) {
        m->scale(1 / cap, s, n);
        m->tanh(s, s, n);
        m->scale(cap, s, n);
    }
    if (mem->seen) show_row(mem->seen, a, t, h, s, from, n, -INFINITY);
    float top = m->max(s, n);
    double z;
    if (mem->entropy) {
        memcpy(spare, s, (size_t)n * sizeof *s);
        z = m->exp_sum(s, top, s, n);
        mem->entropy[(int64_t)t * lm->hp.nh + h] = (float)entropy(s, spare, n, top, z);
    } else {
        z = m->exp_sum(s, top, s, n);
    }
    m->scale((float)(1 / z), s, n);
    if (mem->distance) mem->distance[(int64_t)t * lm->hp.nh + h] = (float)distance(s, n);
    if (mem->pattern) show_row(mem->pattern, a, t, h, s, from, n, 0);
    memset(row, 0, (size_t)(from - r->lo) * sizeof *row);
    memset(s + n, 0, (size_t)(r->hi - pos - 1) * sizeof *s);
}

static void attend(void *ud, int task, int worker)
{
    const Attn *a = ud;
    const Lm *lm = a->pass->lm;
    Rows r = task_rows(a, task);
    int64_t room = (a->few ? lm->hp.nh / lm->hp.nkv : ROWS) + 1;
    float *scores = lm->attn.scores + worker * room * a->keys, *spare = scores + r.n * a->keys;
    all_scores(a, &r, scores);
    for (int i = 0; i < r.n; i++) softmax_row(a, &r, i, scores + i * a->keys, spare);
    all_values(a, &r, scores);
}

static void grow(float **p, int64_t *have, int64_t want)
{
    if (want <= *have) return;
    free(*p);
    *p = mem_alloc(want, sizeof **p);
    *have = want;
}

static void attend_tokens(Attn *a)
{
    Lm *lm = a->pass->lm;
    const Hparams *hp = &lm->hp;
    int last = a->pass->pos + a->t0 + a->nt;
    a->few = a->nt <= FEW_TOKENS;
    a->keys = last - row_from(a, a->pass->pos + a->t0);
    if (a->spec->window && a->spec->window + ROWS < a->keys) a->keys = a->spec->window + ROWS;
    int64_t rows = (a->few ? hp->nh / hp->nkv : ROWS) + 1;
    grow(&lm->attn.scores, &lm->attn.nscores, pool_threads(lm->pool) * rows * a->keys);
    int tasks = a->few ? a->nt * hp->nkv : (a->nt + ROWS - 1) / ROWS * hp->nh;
    pool_run(lm->pool, tasks, attend, a);
}

/* Scores or patterns of a run of queries: [nt, nh, keys]. */
static void show_block(const Attn *a, HookPoint point, const float *v)
{
    const Pass *p = a->pass;
    Pass part = *p;
    int keys = p->pos + p->nt;
    part.pos += a->t0;
    part.nt = a->nt;
    pass_show(&part, point, v, p->lm->hp.nh, keys, (int64_t)p->lm->hp.nh * keys);
}

/* Whoever wants to see whole rows gets them a few queries at a time. */
static void attend_shown(Attn *a, bool scores, bool pattern)
{
    const Pass *p = a->pass;
    AttnMemory *mem = &p->lm->attn;
    int64_t size = (int64_t)(p->nt < SHOWN ? p->nt : SHOWN) * p->lm->hp.nh * (p->pos + p->nt);
    if (scores) grow(&mem->seen, &mem->nseen, size);
    if (pattern) grow(&mem->pattern, &mem->npattern, size);
    for (int t = 0; t < p->nt; t += SHOWN) {
        a->t0 = t;
        a->nt = p->nt - t < SHOWN ? p->nt - t : SHOWN;
        attend_tokens(a);
        if (scores) show_block(a, HOOK_SCORES, mem->seen);
        if (pattern) show_block(a, HOOK_PATTERN, mem->pattern);
    }
}

/* What nobody wants is not computed: attend() looks for a place to put it. */
static void forget(float **p, int64_t *have, bool wanted)
{
    if (wanted) return;
    free(*p);
    *p = NULL;
    *have = 0;
}

void attention(const Pass *p)
{
    Lm *lm = p->lm;
    AttnMemory *mem = &lm->attn;
    int nh = lm->hp.nh;
    bool want_entropy = hook_wanted(p->hooks, HOOK_ENTROPY, p->layer);
    bool want_distance = hook_wanted(p->hooks, HOOK_DISTANCE, p->layer);
    bool scores = hook_wanted(p->hooks, HOOK_SCORES, p->layer);
    bool pattern = hook_wanted(p->hooks, HOOK_PATTERN, p->layer);
    free(mem->entropy);
    free(mem->distance);
    mem->entropy = want_entropy ? mem_alloc((int64_t)p->nt * nh, sizeof *mem->entropy) : NULL;
    mem->distance = want_distance ? mem_alloc((int64_t)p->nt * nh, sizeof *mem->distance) : NULL;
    forget(&mem->seen, &mem->nseen, scores);
    forget(&mem->pattern, &mem->npattern, pattern);
    Attn a = {
        .pass = p, .spec = &lm->hp.layer[p->layer], .kv = &lm->kv.layer[p->layer], .nt = p->nt};
    if (scores || pattern)
        attend_shown(&a, scores, pattern);
    else
        attend_tokens(&a);
    pass_show(p, HOOK_ENTROPY, mem->entropy, nh, 1, nh);
    pass_show(p, HOOK_DISTANCE, mem->distance, nh, 1, nh);
}
