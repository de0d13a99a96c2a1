/* direction_collect.c: the residual stream at the end of every prompt of a list of pairs; one
 * forward pass a prompt, without logits. */
#include <stdlib.h>
#include <string.h>

#include "analysis/sinks.h"
#include "base/mem.h"
#include "direction_fit.h"
#include "stream.h"

/* A visitor of the stream after the blocks of one prompt. */
typedef struct Catcher {
    const PairStates *s;
    float *to; /* [end - first, d] */
    bool bos, moved;
} Catcher;

static int last_token(const HookData *h, bool bos)
{
    double *norm = mem_alloc(h->nt, sizeof *norm);
    stream_norms(h->v, h->nt, h->width, h->ld_token, norm);
    int t = sinks_last(norm, h->nt, bos);
    free(norm);
    return t;
}

static void take_end(void *ud, const HookData *h)
{
    Catcher *c = ud;
    int t = last_token(h, c->bos);
    if (t != h->nt - 1) c->moved = true;
    memcpy(c->to + (int64_t)(h->layer - c->s->first) * h->width, h->v + t * h->ld_token,
           (size_t)h->width * sizeof *c->to);
}

static bool run_prompt(PairStates *s, Lm *lm, const int32_t *ids, int n, int32_t bos, float *to,
                       const bool *layers, const Run *run, Err *err)
{
    if (n < 1 || (n == 1 && ids[0] == bos))
        return err_set(err, "a prompt has no token of its own");
    Catcher c = {.s = s, .to = to, .bos = ids[0] == bos};
    Hooks hooks = {.mask = HOOK_BIT(HOOK_RESID_POST), .layers = layers, .whole = true,
                   .visit = take_end, .ud = &c};
    lm_rewind(lm, 0);
    if (!lm_eval(lm, ids, n, &hooks, run, err)) return false;
    s->moved += c.moved;
    return true;
}

static bool set_range(PairStates *s, const DirectionOpts *opts, Err *err)
{
    s->first = opts->first < 0 ? s->nl / 2 : opts->first;
    s->end = opts->end ? opts->end : s->nl;
    if (s->first < s->end && s->end <= s->nl && opts->end >= 0) return true;
    return err_set(err, "layers %d to %d: the model has 0 to %d", s->first, s->end - 1, s->nl - 1);
}

bool pair_states_collect(PairStates *s, Lm *lm, const DirectionPair *pair, int npairs,
                         const DirectionOpts *opts, const Run *run, Err *err)
{
    const Hparams *hp = lm_hparams(lm);
    Run quiet = run ? *run : (Run){0};
    *s = (PairStates){.npairs = npairs, .nl = hp->nl, .d = (int)hp->d};
    if (npairs < 2)
        return err_set(err, "a direction needs two pairs of prompts or more, not %d", npairs);
    if (!set_range(s, opts, err)) return false;
    quiet.progress = NULL;
    int64_t width = (int64_t)(s->end - s->first) * s->d;
    s->high = mem_alloc(npairs * width, sizeof *s->high);
    s->low = mem_alloc(npairs * width, sizeof *s->low);
    bool *layers = mem_alloc(s->nl, sizeof *layers), ok = true;
    for (int l = s->first; l < s->end; l++) layers[l] = true;
    for (int i = 0; ok && i < npairs; i++) {
        const DirectionPair *p = &pair[i];
        ok = run_prompt(s, lm, p->high, p->nhigh, opts->bos, s->high + i * width, layers, &quiet,
                        err) &&
             run_prompt(s, lm, p->low, p->nlow, opts->bos, s->low + i * width, layers, &quiet, err);
        if (!ok && !run_stopped(run)) err_wrap(err, "pair %d", i + 1);
        run_progress(run, "pairs", i + 1, npairs);
    }
    free(layers);
    return ok;
}

void pair_states_free(PairStates *s)
{
    free(s->high);
    free(s->low);
    *s = (PairStates){0};
}
