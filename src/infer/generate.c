/* generate.c: see infer/generate.h. */
#include "infer/generate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A text being generated. */
typedef struct Gen {
    Lm *lm;
    const Tokenizer *tok;
    const GenOpts *o;
    Sampler *sampler;
    TokenDecoder dec;
    Str piece; /* what the last token completed */
    Str held;  /* text that may be the start of a stop string */
    GenStats stats;
} Gen;

static double seconds_since(const struct timespec *t0)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - t0->tv_sec) + 1e-9 * (double)(t.tv_nsec - t0->tv_nsec);
}

/* Lets out the first n bytes that are held. */
static bool let_out(Gen *g, size_t n)
{
    if (n == 0) return true;
    bool go_on = !g->o->on_text || g->o->on_text(g->o->ud, g->held.s, n);
    memmove(g->held.s, g->held.s + n, g->held.len - n + 1);
    g->held.len -= n;
    return go_on;
}

/* Where the first stop string begins in what is held; held.len when there is none. *start: where a
 * stop string may have begun. */
static size_t find_stop(const Gen *g, size_t *start)
{
    *start = g->held.len;
    for (size_t at = 0; at < g->held.len; at++) {
        size_t left = g->held.len - at;
        for (int i = 0; i < g->o->nstop; i++) {
            size_t n = strlen(g->o->stop[i]), m = n < left ? n : left;
            if (n == 0 || memcmp(g->held.s + at, g->o->stop[i], m) != 0) continue;
            if (m == n) return at;
            if (at < *start) *start = at;
        }
    }
    return g->held.len;
}

/* False when the text ends here. */
static bool add_text(Gen *g, const char *text, size_t n)
{
    size_t start, stop;
    str_add(&g->held, text, n);
    stop = find_stop(g, &start);
    if (stop < g->held.len) {
        let_out(g, stop);
        g->held.len = 0;
        g->stats.end = GEN_STOP;
        return false;
    }
    if (let_out(g, start)) return true;
    g->stats.end = GEN_CALLER;
    return false;
}

/* Chooses one token and lets it out. False at the text's end, or on failure (*failed). */
static bool step(Gen *g, int index, int32_t *id, bool *failed, Err *err)
{
    const float *logits = lm_logits(g->lm);
    double temp = g->o->temp_at ? g->o->temp_at(g->o->ud, index) : g->o->sampler.temp;
    sampler_set_temp(g->sampler, temp);
    *id = logits ? sampler_pick(g->sampler, logits) : -1;
    *failed = *id < 0;
    if (*failed)
        return err_set(err, "%s: the model gives no token a probability", lm_model(g->lm)->path);
    g->stats.end = GEN_FINISH;
    if (!g->o->ignore_end && tokenizer_is_end(g->tok, *id)) return false;
    g->stats.tokens++;
    sampler_accept(g->sampler, *id);
    g->piece.len = 0;
    token_decoder_add(&g->dec, *id, &g->piece);
    GenToken t = {.index = index,
                  .id = *id,
                  .logits = logits,
                  .temp = temp,
                  .text = str_text(&g->piece),
                  .len = g->piece.len};
    g->stats.end = GEN_CALLER;
    if (g->o->on_token && !g->o->on_token(g->o->ud, &t)) return false;
    return add_text(g, str_text(&g->piece), g->piece.len);
}

static bool run_text(Gen *g, const Run *run, Err *err)
{
    int32_t id;
    bool failed = false;
    for (int i = 0; g->o->n < 0 || i < g->o->n; i++) {
        if (run_stopped(run)) return err_set(err, "interrupted");
        if (!step(g, i, &id, &failed, err)) return !failed;
        g->stats.end = GEN_LENGTH;
        if (i + 1 == g->o->n) return true;
        g->stats.end = GEN_CONTEXT;
        if (lm_pos(g->lm) == lm_context(g->lm)) return true;
        if (!lm_eval(g->lm, &id, 1, g->o->hooks, run, err)) return false;
    }
    g->stats.end = GEN_LENGTH;
    return true;
}

/* What was held back in vain. */
static void finish_text(Gen *g)
{
    if (g->stats.end == GEN_STOP) return;
    token_decoder_end(&g->dec, &g->held);
    let_out(g, g->held.len);
}

const char *gen_end_name(GenEnd end)
{
    static const char *const names[] = {"length", "end of text", "stop string", "context is full",
                                        "stopped"};
    return names[end];
}

bool generate(Lm *lm, const Tokenizer *tok, const int32_t *ids, int n, const GenOpts *opts,
              GenStats *stats, const Run *run, Err *err)
{
    struct timespec t0;
    Gen g = {.lm = lm, .tok = tok, .o = opts, .dec = {.tok = tok, .flags = opts->decode}};
    g.stats.prompt = n;
    clock_gettime(CLOCK_MONOTONIC, &t0);
    if (n > 0 && !lm_eval(lm, ids, n, opts->hooks, run, err)) return false;
    if (n == 0 && !lm_logits(lm)) return err_set(err, "there is no prompt to go on from");
    g.stats.prompt_seconds = seconds_since(&t0);
    g.sampler = sampler_open(&opts->sampler, lm_hparams(lm)->vocab);
    for (int i = 0; i < n; i++) sampler_accept(g.sampler, ids[i]);
    clock_gettime(CLOCK_MONOTONIC, &t0);
    bool ok = run_text(&g, run, err);
    finish_text(&g);
    g.stats.seconds = seconds_since(&t0);
    if (stats) *stats = g.stats;
    sampler_close(g.sampler);
    str_free(&g.piece);
    str_free(&g.held);
    return ok;
}
