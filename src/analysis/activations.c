/* activations.c: see analysis/activations.h. A visitor of the forward pass that measures each layer
 * as it passes; all tokens of a layer come together (Hooks.whole). */
#include "analysis/activations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "head.h"
#include "infer/surprisal.h"
#include "key.h"
#include "math/blas.h"
#include "stream.h"

enum { MAX_LAYERS = 32000, MAX_PROMPT = 32000 }; /* of a RowKey */

typedef struct Listener {
    const Lm *lm;
    const ActivationPrompt *p;
    FeatureSet *fs;
    Stream s;
    bool *sink;             /* [nt] of the stream before the block */
    double *nats, *entropy; /* [nt] */
    int first;              /* row of token 0 in layer -1 */
    double tension;         /* sum over the layers that have one */
    int ntension;
    bool failed;
} Listener;

static void take_heads(Listener *l, const HookData *h)
{
    const LayerSpec *layer = &lm_hparams(l->lm)->layer[h->layer];
    for (int t = 0; t < h->nt; t++) {
        int seen = layer_sees(layer, t);
        for (int k = 0; k < h->heads; k++) {
            float x = h->v[t * h->ld_token + k * h->ld_head];
            int64_t at = (int64_t)k * h->nt + t;
            if (h->point == HOOK_DISTANCE)
                l->s.distance[at] = x;
            else
                l->s.entropy[at] = seen > 1 ? (float)(x / log(seen)) : 0;
        }
    }
}

static void take_state(Listener *l, const HookData *h, int layer)
{
    int first;
    l->s.layer = layer;
    bool bos = l->p->ids[0] == l->p->bos;
    if (!stream_state(&l->s, h->v, h->width, h->ld_token, bos)) l->failed = true;
    stream_project(&l->s, h->v, h->ld_token, l->p->direction);
    double tension = stream_tension(&l->s);
    if (!isnan(tension)) {
        l->tension += tension;
        l->ntension++;
    }
    stream_rows(&l->s, l->p, l->fs, &first);
    if (layer < 0) l->first = first;
    memcpy(l->sink, l->s.sink, (size_t)h->nt * sizeof *l->sink);
}

static void take_logits(Listener *l, const HookData *h)
{
    for (int t = 0; t < h->nt; t++) {
        int next = h->pos + t + 1;
        const float *row = h->v + t * h->ld_token;
        LogitStats s = logit_stats(l->lm, row);
        l->entropy[next - 1] = s.entropy;
        if (next < l->p->n) l->nats[next] = s.log_z - (double)row[l->p->ids[next]];
    }
}

static void listen(void *ud, const HookData *h)
{
    Listener *l = ud;
    if (h->point == HOOK_RESID_PRE && h->layer == 0) take_state(l, h, -1);
    if (h->point == HOOK_ENTROPY || h->point == HOOK_DISTANCE) take_heads(l, h);
    if (h->point == HOOK_ATTN_OUT)
        stream_norms(h->v, h->nt, h->width, h->ld_token, l->s.delta_attn);
    if (h->point == HOOK_MLP_OUT)
        stream_norms(h->v, h->nt, h->width, h->ld_token, l->s.delta_mlp);
    if (h->point == HOOK_MLP_POST) stream_sparsity(&l->s, h->v, h->width, h->ld_token, l->sink);
    if (h->point == HOOK_RESID_POST) take_state(l, h, h->layer);
    if (h->point == HOOK_LOGITS) take_logits(l, h);
}

static bool check(const Lm *lm, const ActivationPrompt *p, Err *err)
{
    if (p->n < 1) return err_set(err, "there are no tokens");
    if (p->n > lm_context(lm))
        return err_set(err, "a prompt of %d tokens does not fit the context of %d", p->n,
                       lm_context(lm));
    if (p->prompt < 0 || p->prompt > MAX_PROMPT || lm_hparams(lm)->nl > MAX_LAYERS)
        return err_set(err, "prompt %d: a table holds %d prompts", p->prompt, MAX_PROMPT);
    return !p->direction || direction_fits(p->direction, lm, err);
}

bool analyse_activations(Lm *lm, const ActivationPrompt *p, FeatureSet *fs, const Run *run,
                         Err *err)
{
    Listener l = {.lm = lm, .p = p, .fs = fs};
    if (!check(lm, p, err)) return false;
    blas_one_thread();
    head_of_lm(fs, lm);
    key_fill_norms(fs, lm_model(lm));
    stream_columns(fs);
    stream_init(&l.s, p->n, lm_hparams(lm)->nh);
    l.sink = mem_alloc(p->n, sizeof *l.sink);
    l.nats = mem_alloc(p->n, sizeof *l.nats);
    l.entropy = mem_alloc(p->n, sizeof *l.entropy);
    l.nats[0] = NAN;
    Hooks hooks = {.whole = true, .visit = listen, .ud = &l};
    static const HookPoint points[] = {HOOK_RESID_PRE, HOOK_ENTROPY, HOOK_DISTANCE,   HOOK_ATTN_OUT,
                                       HOOK_MLP_POST,  HOOK_MLP_OUT, HOOK_RESID_POST, HOOK_LOGITS};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) hooks.mask |= HOOK_BIT(points[i]);
    lm_rewind(lm, 0);
    bool ok = lm_eval(lm, p->ids, p->n, &hooks, run, err);
    if (ok && l.failed)
        ok = err_set(err,
                     "%s: the principal components of a layer cannot be found: its activations "
                     "are not finite",
                     lm_model(lm)->path);
    double tension = l.ntension ? l.tension / l.ntension : NAN;
    if (ok) stream_outcome(p, l.nats, l.entropy, tension, l.first, fs);
    stream_free(&l.s);
    free(l.sink);
    free(l.nats);
    free(l.entropy);
    return ok;
}
