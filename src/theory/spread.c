/* spread.c: see theory/spread.h. */
#include "theory/spread.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "infer/generate.h"

const double SPREAD_TEMP[SPREAD_TEMPS] = {0.25, 0.5, 1, 2};

typedef struct Listener {
    float *to; /* [SPREAD_TOKENS, d] */
    int first; /* position of the first token that was added */
} Listener;

static void listen(void *ud, const HookData *h)
{
    const Listener *l = ud;
    for (int t = 0; t < h->nt; t++) {
        int i = h->pos + t - l->first;
        if (i < 0 || i >= SPREAD_TOKENS) continue;
        memcpy(l->to + (int64_t)i * h->width, h->v + t * h->ld_token,
               (size_t)h->width * sizeof *l->to);
    }
}

/* All tokens may be drawn: cutting the tail would hide what a temperature does. */
static bool go_on(const Listener *l, Lm *lm, const Tokenizer *tok, int32_t last, double temp,
                  int seed, const Run *run, Err *err)
{
    int nl = lm_hparams(lm)->nl;
    bool *layers = mem_alloc(nl, sizeof *layers);
    layers[nl - 1] = true;
    const Hooks hooks = {
        .mask = HOOK_BIT(HOOK_RESID_POST), .layers = layers, .visit = listen, .ud = (void *)l};
    const GenOpts opts = {
        .n = SPREAD_TOKENS + 1,
        .ignore_end = true,
        .hooks = &hooks,
        .sampler = {.temp = temp, .top_p = 1, .repeat_penalty = 1, .seed = (uint64_t)seed}};
    lm_rewind(lm, l->first - 1);
    bool ok = generate(lm, tok, &last, 1, &opts, NULL, run, err);
    free(layers);
    return ok;
}

bool spread_record(Spread *s, Lm *lm, const Tokenizer *tok, const int32_t *ids, int n,
                   const Run *run, Err *err)
{
    int d = lm_hparams(lm)->d;
    if (n + SPREAD_TOKENS + 1 > lm_context(lm)) return true;
    const Run quiet = {.stop = run ? run->stop : NULL, .threads = run_threads(run)};
    s->d = d;
    s->state = mem_alloc((int64_t)SPREAD_TEMPS * SPREAD_TEXTS * SPREAD_TOKENS * d, sizeof(float));
    for (int i = 0; i < SPREAD_TEMPS * SPREAD_TEXTS; i++) {
        Listener l = {s->state + (int64_t)i * SPREAD_TOKENS * d, n};
        double temp = SPREAD_TEMP[i / SPREAD_TEXTS];
        if (!go_on(&l, lm, tok, ids[n - 1], temp, 1 + i % SPREAD_TEXTS, &quiet, err)) return false;
    }
    return true;
}

void spread_free(Spread *s)
{
    free(s->state);
    *s = (Spread){0};
}
