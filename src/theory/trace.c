/* trace.c: see theory/trace.h. A visitor of the forward pass; all tokens of a layer come together,
 * attention patterns in several runs of queries. */
#include "theory/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/sinks.h"
#include "base/mem.h"
#include "infer/surprisal.h"
#include "math/blas.h"
#include "math/stats.h"


const double TRACE_TEMP[TRACE_TEMPS] = {0.25, 0.5, 0.75, 1, 1.5, 2};

typedef struct Recorder {
    const Lm *lm;
    Trace *t;
    float *scaled; /* [vocab] */
} Recorder;

/* rows of h into out [nt, width], and their norms into norm [nt]; each may be NULL. */
static void take_rows(const HookData *h, float *out, double *norm)
{
    for (int t = 0; t < h->nt; t++) {
        const float *row = h->v + t * h->ld_token;
        if (out) memcpy(out + (int64_t)t * h->width, row, (size_t)h->width * sizeof *row);
        if (!norm) continue;
        Moments m = moments_of_f32(row, h->width);
        norm[t] = moments_norm(&m);
    }
}

static void take_stream(Recorder *r, const HookData *h, int layer)
{
    Trace *t = r->t;
    take_rows(h, t->h + (int64_t)layer * t->nt * t->d, t->norm + (int64_t)layer * t->nt);
}

static void take_update(Recorder *r, const HookData *h, double *norms)
{
    take_rows(h, NULL, norms + (int64_t)h->layer * r->t->nt);
}

static void take_head_numbers(Recorder *r, const HookData *h)
{
    Trace *t = r->t;
    const LayerSpec *layer = &lm_hparams(r->lm)->layer[h->layer];
    for (int i = 0; i < h->nt; i++) {
        int seen = layer_sees(layer, i);
        for (int k = 0; k < h->heads; k++) {
            float x = h->v[i * h->ld_token + k * h->ld_head];
            int64_t at = ((int64_t)h->layer * t->nh + k) * t->nt + i;
            if (h->point == HOOK_DISTANCE)
                t->head_distance[at] = x;
            else
                t->head_entropy[at] = seen > 1 ? (float)(x / log(seen)) : 0;
        }
    }
}

/* A run of queries, all heads of a layer: sums over heads, to be divided at the end. */
static void take_pattern(Recorder *r, const HookData *h)
{
    Trace *t = r->t;
    int window = lm_hparams(r->lm)->layer[h->layer].window;
    float *received = t->received + (int64_t)h->layer * t->nt;
    for (int i = 0; i < h->nt; i++) {
        int query = h->pos + i;
        float *row = t->pattern + (int64_t)query * t->nt;
        for (int k = 0; k < h->heads; k++) {
            const float *w = h->v + i * h->ld_token + k * h->ld_head;
            for (int key = 0; key <= query && key < h->width; key++) {
                if (window && query - key >= window) continue;
                row[key] += w[key];
                received[key] += w[key];
            }
        }
    }
}

static void take_logits(Recorder *r, const HookData *h)
{
    Trace *t = r->t;
    for (int i = 0; i < h->nt; i++) {
        int token = h->pos + i;
        const float *row = h->v + i * h->ld_token;
        LogitStats s = logit_stats(r->lm, row);
        t->entropy[token] = s.entropy;
        for (int k = 0; k < TRACE_TEMPS; k++) {
            for (int j = 0; j < h->width; j++) r->scaled[j] = (float)(row[j] / TRACE_TEMP[k]);
            t->entropy_at[(int64_t)k * t->nt + token] = logit_stats(r->lm, r->scaled).entropy;
        }
        if (token + 1 < t->nt)
            t->surprisal[token + 1] = s.log_z - (double)row[t->ids[token + 1]];
    }
}

static void listen(void *ud, const HookData *h)
{
    Recorder *r = ud;
    switch (h->point) {
    case HOOK_RESID_PRE:
        if (h->layer == 0) take_stream(r, h, 0);
        break;
    case HOOK_ENTROPY:
    case HOOK_DISTANCE:
        take_head_numbers(r, h);
        break;
    case HOOK_PATTERN:
        take_pattern(r, h);
        break;
    case HOOK_ATTN_OUT:
        take_update(r, h, r->t->attn_norm);
        break;
    case HOOK_MLP_OUT:
        take_update(r, h, r->t->mlp_norm);
        break;
    case HOOK_RESID_POST:
        take_stream(r, h, h->layer + 1);
        break;
    case HOOK_LOGITS:
        take_logits(r, h);
        break;
    default:
        break;
    }
}

static void allocate(Trace *t, const Hparams *hp, const int32_t *ids, int n)
{
    *t = (Trace){.nl = hp->nl, .nt = n, .d = hp->d, .nh = hp->nh};
    int64_t cells = (int64_t)t->nl * n;
    t->h = mem_alloc((cells + n) * t->d, sizeof *t->h);
    t->norm = mem_alloc(cells + n, sizeof *t->norm);
    t->attn_norm = mem_alloc(cells, sizeof *t->attn_norm);
    t->mlp_norm = mem_alloc(cells, sizeof *t->mlp_norm);
    t->head_entropy = mem_alloc(cells * t->nh, sizeof *t->head_entropy);
    t->head_distance = mem_alloc(cells * t->nh, sizeof *t->head_distance);
    t->received = mem_alloc(cells, sizeof *t->received);
    t->pattern = mem_alloc((int64_t)n * n, sizeof *t->pattern);
    t->surprisal = mem_alloc(n, sizeof *t->surprisal);
    t->entropy = mem_alloc(n, sizeof *t->entropy);
    t->entropy_at = mem_alloc((int64_t)TRACE_TEMPS * n, sizeof *t->entropy_at);
    t->sink = mem_alloc(n, sizeof *t->sink);
    t->ids = mem_alloc(n, sizeof *t->ids);
    memcpy(t->ids, ids, (size_t)n * sizeof *ids);
    t->surprisal[0] = NAN;
}

/* From sums to means. */
static void finish_patterns(Trace *t, const Hparams *hp)
{
    double all = (double)t->nl * t->nh;
    for (int64_t i = 0; i < (int64_t)t->nt * t->nt; i++)
        t->pattern[i] = (float)(t->pattern[i] / all);
    for (int l = 0; l < t->nl; l++)
        for (int i = 0; i < t->nt; i++) {
            int seen_by = layer_sees(&hp->layer[l], t->nt - 1 - i);
            t->received[(int64_t)l * t->nt + i] /= (float)((double)t->nh * seen_by);
        }
}

static void find_sinks(Trace *t, int32_t bos)
{
    bool *sink = mem_alloc(t->nt, sizeof *sink);
    int *votes = mem_alloc(t->nt, sizeof *votes);
    for (int l = 0; l <= t->nl; l++) {
        sinks_find(t->norm + (int64_t)l * t->nt, t->nt, false, sink);
        for (int i = 0; i < t->nt; i++) votes[i] += sink[i];
    }
    for (int i = 0; i < t->nt; i++) t->sink[i] = 2 * votes[i] > t->nl + 1;
    if (t->ids[0] == bos && t->nt > 1) t->sink[0] = true;
    free(sink);
    free(votes);
}

bool trace_record(Trace *t, Lm *lm, const int32_t *ids, int n, int32_t bos, const Run *run,
                  Err *err)
{
    static const HookPoint points[] = {HOOK_RESID_PRE, HOOK_ENTROPY, HOOK_DISTANCE,
                                       HOOK_PATTERN,   HOOK_ATTN_OUT, HOOK_MLP_OUT,
                                       HOOK_RESID_POST, HOOK_LOGITS};
    const Hparams *hp = lm_hparams(lm);
    if (n < 1) return err_set(err, "there are no tokens");
    if (n > lm_context(lm))
        return err_set(err, "a prompt of %d tokens does not fit the context of %d", n,
                       lm_context(lm));
    blas_one_thread();
    allocate(t, hp, ids, n);
    Recorder r = {.lm = lm, .t = t, .scaled = mem_alloc(hp->vocab, sizeof *r.scaled)};
    Hooks hooks = {.whole = true, .visit = listen, .ud = &r};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) hooks.mask |= HOOK_BIT(points[i]);
    lm_rewind(lm, 0);
    bool ok = lm_eval(lm, ids, n, &hooks, run, err);
    free(r.scaled);
    if (!ok) {
        trace_free(t);
        return false;
    }
    finish_patterns(t, hp);
    find_sinks(t, bos);
    return true;
}

void trace_free(Trace *t)
{
    void *all[] = {t->h, t->norm, t->attn_norm, t->mlp_norm,
                   t->head_entropy, t->head_distance, t->received, t->pattern, t->surprisal,
                   t->entropy, t->entropy_at, t->sink, t->ids};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    *t = (Trace){.nl = 0};
}

const float *trace_at(const Trace *t, int layer, int token)
{
    return t->h + ((int64_t)layer * t->nt + token) * t->d;
}

int trace_tokens(const Trace *t, int *index)
{
    int n = 0;
    for (int i = 0; i < t->nt; i++)
        if (!t->sink[i]) {
            if (index) index[n] = i;
            n++;
        }
    return n;
}
