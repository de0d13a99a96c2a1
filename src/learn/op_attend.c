/* op_attend.c: rotary positions and softmax attention on the tape.
 *
 * Scores are made for a few queries at a time, over the keys that any of them sees: a causal
 * pattern then costs a little over half of the square, a window its width. The weights P are kept
 * for the way back (seq x seq for every head). With O = P V, P = softmax(S), S = s Q K^T:
 *   dV = P^T dO;  dP = dO V^T;  dS = P (dP - rowsum(dP P));  dQ = s dS K;  dK = s dS^T Q. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "tape_parts.h"

enum { ROWS = 64 }; /* queries at a time */

void rotary_init(Rotary *r, int seq, int dh, double base)
{
    *r = (Rotary){.seq = seq, .half = dh / 2};
    r->cos = mem_alloc((int64_t)seq * r->half, sizeof *r->cos);
    r->sin = mem_alloc((int64_t)seq * r->half, sizeof *r->sin);
    for (int p = 0; p < seq; p++)
        for (int i = 0; i < r->half; i++) {
            double angle = p * pow(base, -2.0 * i / dh);
            r->cos[p * r->half + i] = (float)cos(angle);
            r->sin[p * r->half + i] = (float)sin(angle);
        }
}

void rotary_free(Rotary *r)
{
    free(r->cos);
    free(r->sin);
    *r = (Rotary){0};
}

typedef struct Turn {
    const Rotary *r;
    int seq;
} Turn;

/* The way back is the turn by the opposite angle. */
static void rope_back(Tape *t, Var *y)
{
    const Turn *k = y->extra;
    int half = k->r->half;
    float *dx = tape_grad(t, y->in[0]);
    for (int64_t i = 0; i < y->rows; i++) {
        const float *c = k->r->cos + i % k->seq * half, *s = k->r->sin + i % k->seq * half;
        for (int64_t at = i * y->cols; at < (i + 1) * y->cols; at += 2 * half)
            for (int j = 0; j < half; j++) {
                float a = y->g[at + j], b = y->g[at + half + j];
                dx[at + j] += a * c[j] + b * s[j];
                dx[at + half + j] += b * c[j] - a * s[j];
            }
    }
}

Var *tape_rope(Tape *t, Var *x, const Rotary *r, int seq)
{
    assert(seq <= r->seq && x->rows % seq == 0 && x->cols % (2 * r->half) == 0);
    Var *y = tape_node(t, x->rows, x->cols, (Var *[4]){x}, rope_back);
    Turn *k = y->extra = tape_take(t, 1, sizeof *k);
    *k = (Turn){r, seq};
    memcpy(y->v, x->v, (size_t)((int64_t)x->rows * x->cols) * sizeof *y->v);
    for (int64_t i = 0; i < x->rows; i++)
        for (int64_t at = i * x->cols; at < (i + 1) * x->cols; at += 2 * r->half)
            tape_vm(t)->rope(y->v + at, r->cos + i % seq * r->half, r->sin + i % seq * r->half,
                             r->half);
    return y;
}

/* Some queries of one head: rows first..end-1 of the sequence, which see keys from..to-1. */
typedef struct Tile {
    int first, end, from, to;
} Tile;

static Tile tile_of(const Attend *a, int first)
{
    int end = first + ROWS < a->seq ? first + ROWS : a->seq;
    int from = a->window && first + 1 > a->window ? first + 1 - a->window : 0;
    return (Tile){first, end, from, a->causal ? end : a->seq};
}

/* The keys that query i sees: *from..*to-1. */
static void sees(const Attend *a, int i, int *from, int *to)
{
    *from = a->window && i + 1 > a->window ? i + 1 - a->window : 0;
    *to = a->causal ? i + 1 : a->seq;
}

/* Scores p [tile, seq] to weights; 0 where nothing is seen. */
static void weigh(const VecMath *vm, const Attend *a, const Tile *tile, float *p)
{
    for (int i = tile->first; i < tile->end; i++, p += a->seq) {
        int from, to;
        sees(a, i, &from, &to);
        for (int j = tile->from; j < from; j++) p[j] = 0;
        for (int j = to; j < tile->to; j++) p[j] = 0;
        vm->scale(a->scale, p + from, to - from);
        double sum = vm->exp_sum(p + from, vm->max(p + from, to - from), p + from, to - from);
        vm->scale((float)(1 / sum), p + from, to - from);
    }
}

/* Where one head of one sequence lies. */
typedef struct Head {
    const float *q, *k, *v;
    float *p; /* [seq, seq] */
    int ldq, ldk;
    int64_t at_q, at_k; /* offsets in q and in k */
} Head;

static Head head_of(const Var *y, const Attend *a, float *p, int seq, int h)
{
    Head x = {.ldq = a->nh * a->dh, .ldk = a->nkv * a->dh};
    x.at_q = (int64_t)seq * a->seq * x.ldq + (int64_t)h * a->dh;
    x.at_k = (int64_t)seq * a->seq * x.ldk + (int64_t)(h / (a->nh / a->nkv)) * a->dh;
    x.q = y->in[0]->v + x.at_q;
    x.k = y->in[1]->v + x.at_k;
    x.v = y->in[2]->v + x.at_k;
    x.p = p + ((int64_t)seq * a->nh + h) * a->seq * a->seq;
    return x;
}

typedef struct Patterns {
    Attend a;
    float *p; /* [batch, nh, seq, seq] */
} Patterns;

static void attend_head(Tape *t, const Head *x, const Attend *a, float *out)
{
    for (int first = 0; first < a->seq; first += ROWS) {
        Tile tile = tile_of(a, first);
        int rows = tile.end - tile.first, keys = tile.to - tile.from;
        float *p = x->p + (int64_t)first * a->seq;
        blas_gemm_f32(&(BlasShape){.m = rows,
                                   .n = keys,
                                   .k = a->dh,
                                   .tb = true,
                                   .lda = x->ldq,
                                   .ldb = x->ldk,
                                   .ldc = a->seq},
                      x->q + (int64_t)first * x->ldq, x->k + (int64_t)tile.from * x->ldk,
                      p + tile.from);
        weigh(tape_vm(t), a, &tile, p);
        blas_gemm_f32(
            &(BlasShape){
                .m = rows, .n = a->dh, .k = keys, .lda = a->seq, .ldb = x->ldk, .ldc = x->ldq},
            p + tile.from, x->v + (int64_t)tile.from * x->ldk, out + (int64_t)first * x->ldq);
    }
}

/* ds [tile, seq] = p (dp - rowsum(dp p)), from dp in place. */
static void softmax_back(const VecMath *vm, const Attend *a, const Tile *tile, const float *p,
                         float *dp)
{
    for (int i = tile->first; i < tile->end; i++, p += a->seq, dp += a->seq) {
        float sum = vm->dot(p + tile->from, dp + tile->from, tile->to - tile->from);
        for (int j = tile->from; j < tile->to; j++) dp[j] = a->scale * p[j] * (dp[j] - sum);
    }
}

static void attend_head_back(Tape *t, const Head *x, const Attend *a, const float *dout,
                             float *const d[3], float *ds)
{
    for (int first = 0; first < a->seq; first += ROWS) {
        Tile tile = tile_of(a, first);
        int rows = tile.end - tile.first, keys = tile.to - tile.from;
        int64_t at_q = (int64_t)first * x->ldq, at_k = (int64_t)tile.from * x->ldk;
        const float *p = x->p + (int64_t)first * a->seq, *g = dout + x->at_q + at_q;
        BlasShape values = {.m = keys,
                            .n = a->dh,
                            .k = rows,
                            .ta = true,
                            .add = true,
                            .lda = a->seq,
                            .ldb = x->ldq,
                            .ldc = x->ldk};
        BlasShape scores = {.m = rows,
                            .n = keys,
                            .k = a->dh,
                            .tb = true,
                            .lda = x->ldq,
                            .ldb = x->ldk,
                            .ldc = a->seq};
        BlasShape queries = {.m = rows,
                             .n = a->dh,
                             .k = keys,
                             .add = true,
                             .lda = a->seq,
                             .ldb = x->ldk,
                             .ldc = x->ldq};
        if (d[2]) blas_gemm_f32(&values, p + tile.from, g, d[2] + x->at_k + at_k);
        blas_gemm_f32(&scores, g, x->v + at_k, ds + tile.from);
        softmax_back(tape_vm(t), a, &tile, p, ds);
        if (d[0]) blas_gemm_f32(&queries, ds + tile.from, x->k + at_k, d[0] + x->at_q + at_q);
        if (d[1]) blas_gemm_f32(&values, ds + tile.from, x->q + at_q, d[1] + x->at_k + at_k);
    }
}

static void attend_back(Tape *t, Var *y)
{
    const Patterns *k = y->extra;
    const Attend *a = &k->a;
    float *const d[3] = {tape_grad(t, y->in[0]), tape_grad(t, y->in[1]), tape_grad(t, y->in[2])};
    float *ds = tape_scratch(t, (int64_t)ROWS * a->seq);
    for (int s = 0; s < y->rows / a->seq; s++)
        for (int h = 0; h < a->nh; h++) {
            Head x = head_of(y, a, k->p, s, h);
            attend_head_back(t, &x, a, y->g, d, ds);
        }
}

Var *tape_attend(Tape *t, Var *q, Var *k, Var *v, const Attend *a)
{
    assert(q->cols == a->nh * a->dh && k->cols == a->nkv * a->dh && v->cols == k->cols);
    assert(q->rows % a->seq == 0 && k->rows == q->rows && v->rows == q->rows);
    assert(a->nh % a->nkv == 0 && (a->causal || a->window == 0));
    Var *y = tape_node(t, q->rows, q->cols, (Var *[4]){q, k, v}, attend_back);
    Patterns *kept = y->extra = tape_take(t, 1, sizeof *kept);
    *kept = (Patterns){.a = *a};
    kept->p = tape_take(t, (int64_t)q->rows * a->nh * a->seq, sizeof *kept->p);
    for (int s = 0; s < y->rows / a->seq; s++)
        for (int h = 0; h < a->nh; h++) {
            Head x = head_of(y, a, kept->p, s, h);
            attend_head(t, &x, a, y->v + x.at_q);
        }
    return y;
}
