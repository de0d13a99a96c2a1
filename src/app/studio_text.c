/* studio_text.c: see app/studio_text.h. */
#include "app/studio_text.h"

#include <string.h>

#include "infer/generate.h"
#include "studio_models.h"

static bool write_on(Lm *lm, const StudioShared *h, const TokenIds *ids, const StudioText *ask,
                     StudioTextEnd *end, const Run *run, Err *err)
{
    GenStats stats = {0};
    const GenOpts opts = {.n = ask->tokens, .sampler = ask->sampler, .stop = ask->stop,
                          .nstop = ask->nstop, .on_text = ask->put, .ud = ask->ud,
                          .decode = DECODE_REPLACE | DECODE_INSIDE};
    int n = ids->n;
    while (n > 1 && ids->len[n - 1] == 0 && tokenizer_is_end(h->tok, ids->id[n - 1])) n--;
    end->refused = n >= lm_context(lm);
    if (end->refused)
        return err_set(err, "the prompt has %d tokens, the context of %s has room for %d", n,
                       h->m.name, lm_context(lm) - 1);
    bool ok = generate(lm, h->tok, ids->id, n, &opts, &stats, run, err);
    *end = (StudioTextEnd){.prompt = n, .tokens = stats.tokens,
                           .by_model = stats.end == GEN_FINISH || stats.end == GEN_STOP};
    return ok;
}

bool studio_text(Studio *s, const StudioText *ask, StudioTextEnd *end, const Run *run, Err *err)
{
    const StudioShared *h = studio_shared(s, ask->model, run, err);
    const LmOpts opts = {.threads = ask->threads};
    TokenIds ids = {0};
    Lm *lm = NULL;
    *end = (StudioTextEnd){0};
    if (!h) return false;
    end->refused = !h->tok;
    if (!h->tok) return err_set(err, "%s has no tokenizer: it cannot write", h->m.name);
    bool ok = lm_open(&lm, &h->m, &opts, err) &&
              tokenizer_encode(h->tok, ask->prompt, strlen(ask->prompt), TOKENIZE_EDGES, &ids,
                               err);
    for (int i = 0; ok && i < ids.n; i++)
        if (ids.id[i] >= lm_hparams(lm)->vocab)
            ok = err_set(err, "the tokenizer gives id %d, which %s does not know", ids.id[i],
                         h->m.name);
    ok = ok && write_on(lm, h, &ids, ask, end, run, err);
    lm_close(lm);
    token_ids_free(&ids);
    return ok;
}
