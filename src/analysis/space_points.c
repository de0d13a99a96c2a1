/* space_points.c: see space_points.h. */
#include "space_points.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/sinks.h"
#include "base/mem.h"
#include "stream.h"

typedef struct Gatherer {
    const SpaceText *text;
    int n, nwords;     /* of them within the context */
    int first, end, d; /* layers */
    double *norm;      /* [n] */
    bool *sink;        /* [n] */
    bool *real;        /* [nwords] */
    float *x;          /* [nwords, d] */
    void (*visit)(void *ud, const SpacePoints *p);
    void *ud;
} Gatherer;

static void mean_word(const Gatherer *g, const HookData *h, int word, float *out)
{
    SpaceSpan w = g->text->word[word];
    int end = w.end < g->n ? w.end : g->n, n = 0;
    double *sum = mem_alloc(g->d, sizeof *sum);
    for (int t = w.from; t < end; t++) {
        if (g->real[word] && g->sink[t]) continue;
        for (int j = 0; j < g->d; j++) sum[j] += (double)h->v[t * h->ld_token + j];
        n++;
    }
    for (int j = 0; j < g->d; j++) out[j] = (float)(n ? sum[j] / n : 0);
    free(sum);
}

static void take_layer(Gatherer *g, const HookData *h, int layer)
{
    bool bos = g->text->ids[0] == g->text->bos;
    if (layer < g->first || layer >= g->end) return;
    stream_norms(h->v, h->nt, h->width, h->ld_token, g->norm);
    sinks_find(g->norm, h->nt, bos, g->sink);
    for (int w = 0; w < g->nwords; w++) {
        SpaceSpan s = g->text->word[w];
        g->real[w] = false;
        for (int t = s.from; t < s.end && t < g->n; t++) g->real[w] |= !g->sink[t];
        mean_word(g, h, w, g->x + (int64_t)w * g->d);
    }
    g->visit(g->ud, &(SpacePoints){layer, g->nwords, g->x, g->real});
}

static void take(void *ud, const HookData *h)
{
    if (h->point == HOOK_RESID_PRE && h->layer == 0) take_layer(ud, h, 0);
    if (h->point == HOOK_RESID_POST) take_layer(ud, h, h->layer + 1);
}

bool space_points(Lm *lm, const SpaceText *text, int first, int end,
                  void (*visit)(void *ud, const SpacePoints *p), void *ud, const Run *run,
                  Err *err)
{
    int d = lm_hparams(lm)->d, context = lm_context(lm);
    Run quiet = run ? *run : (Run){0};
    Gatherer g = {.text = text, .n = text->n < context ? text->n : context,
                  .nwords = text->nwords, .first = first, .end = end, .d = d, .visit = visit,
                  .ud = ud};
    quiet.progress = NULL;
    if (g.n < 1) return err_set(err, "there are no tokens");
    while (g.nwords > 0 && text->word[g.nwords - 1].from >= g.n) g.nwords--;
    g.norm = mem_alloc(g.n, sizeof *g.norm);
    g.sink = mem_alloc(g.n, sizeof *g.sink);
    g.real = mem_alloc(g.nwords, sizeof *g.real);
    g.x = mem_alloc((int64_t)g.nwords * d, sizeof *g.x);
    Hooks hooks = {.mask = HOOK_BIT(HOOK_RESID_PRE) | HOOK_BIT(HOOK_RESID_POST), .whole = true,
                   .visit = take, .ud = &g};
    lm_rewind(lm, 0);
    bool ok = lm_eval(lm, text->ids, g.n, &hooks, &quiet, err);
    free(g.norm);
    free(g.sink);
    free(g.real);
    free(g.x);
    return ok;
}
