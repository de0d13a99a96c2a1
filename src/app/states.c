/* states.c: see app/states.h. Every thread has a reader of its own over the one mapping of the
 * weights: a reader works through a prompt alone, which for many short prompts is much quicker than
 * many threads on each. */
#include "app/states.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/sinks.h"
#include "base/mem.h"
#include "model/find.h"

/* One thread's reader, and what it has seen go wrong. */
typedef struct Reader {
    Lm *lm;
    int failed; /* the first prompt that did, -1 = none */
    Err err;
} Reader;

typedef struct Reading {
    States *s;
    const StatesJob *job;
    const char *prompts; /* file */
    const Model *model;
    TokenIds *ids;  /* [n] */
    int32_t bos;    /* -1 = none */
    bool *layers;   /* [nl] that are visited */
    Reader *reader; /* [threads] */
    const Run *run;
} Reading;

/* What a visit needs. */
typedef struct Visit {
    const Reading *r;
    int prompt;
} Visit;

static double norm_of(const float *v, int d)
{
    double sum = 0;
    for (int k = 0; k < d; k++) sum += (double)v[k] * (double)v[k];
    return sqrt(sum);
}

/* sink [nt]; how many are none. */
static int find_sinks(bool *sink, const HookData *h, bool bos)
{
    double *norm = mem_alloc(h->nt, sizeof *norm);
    int kept = 0;
    for (int t = 0; t < h->nt; t++) norm[t] = norm_of(h->v + t * h->ld_token, h->width);
    sinks_find(norm, h->nt, bos, sink);
    for (int t = 0; t < h->nt; t++) kept += !sink[t];
    free(norm);
    return kept;
}

static void mean_of_tokens(float *out, const HookData *h, bool bos, bool sinks)
{
    bool *sink = mem_alloc(h->nt, sizeof *sink);
    double *sum = mem_alloc(h->width, sizeof *sum);
    int kept = sinks ? 0 : find_sinks(sink, h, bos);
    bool all = kept == 0;
    for (int t = 0; t < h->nt; t++)
        for (int k = 0; (all || !sink[t]) && k < h->width; k++)
            sum[k] += (double)h->v[t * h->ld_token + k];
    for (int k = 0; k < h->width; k++) out[k] = (float)(sum[k] / (all ? h->nt : kept));
    free(sink);
    free(sum);
}

static void visit(void *ud, const HookData *h)
{
    const Visit *v = ud;
    const Reading *r = v->r;
    const States *s = r->s;
    int layer = h->point == HOOK_RESID_PRE ? -1 : h->layer, at = layer - s->first;
    if ((h->point == HOOK_RESID_PRE && h->layer != 0) || at < 0 || at >= s->layers) return;
    float *out = s->v + ((int64_t)v->prompt * s->layers + at) * s->d;
    if (r->job->last)
        memcpy(out, h->v + (h->nt - 1) * h->ld_token, (size_t)s->d * sizeof *out);
    else
        mean_of_tokens(out, h, r->ids[v->prompt].id[0] == r->bos, r->job->sinks);
}

static bool read_prompt(const Reading *r, Reader *reader, int i, Err *err)
{
    Visit v = {.r = r, .prompt = i};
    Hooks hooks = {.layers = r->layers, .whole = true, .visit = visit, .ud = &v};
    LmOpts one = {.threads = 1};
    if (r->s->first < 0) hooks.mask |= HOOK_BIT(HOOK_RESID_PRE);
    if (r->s->first + r->s->layers > 0) hooks.mask |= HOOK_BIT(HOOK_RESID_POST);
    if (!reader->lm && !lm_open(&reader->lm, r->model, &one, err)) return false;
    lm_rewind(reader->lm, 0);
    Run quiet = {.stop = r->run ? r->run->stop : NULL, .threads = 1};
    return lm_eval(reader->lm, r->ids[i].id, r->s->tokens[i], &hooks, &quiet, err);
}

static void read_one(void *ud, int64_t i, int worker)
{
    Reading *r = ud;
    Reader *reader = &r->reader[worker];
    if (reader->failed >= 0) return;
    if (!read_prompt(r, reader, (int)i, &reader->err)) reader->failed = (int)i;
}

static bool encode_all(Reading *r, const Tokenizer *tok, int context, int64_t vocab, Err *err)
{
    States *s = r->s;
    int cut = 0;
    for (int i = 0; i < s->n; i++) {
        const PromptRow *row = &s->prompts.row[i];
        TokenIds *ids = &r->ids[i];
        if (!tokenizer_encode(tok, row->text, strlen(row->text), TOKENIZE_EDGES, ids, err))
            return err_wrap(err, "%s: line %d", r->prompts, row->line);
        if (ids->n == 0)
            return err_set(err, "%s: line %d: no token stands for it", r->prompts, row->line);
        for (int t = 0; t < ids->n; t++)
            if (ids->id[t] >= vocab)
                return err_set(err, "the tokenizer gives id %d, the model knows %lld tokens",
                               ids->id[t], (long long)vocab);
        cut += ids->n > context;
        s->tokens[i] = ids->n < context ? ids->n : context;
    }
    if (cut > 0)
        say(&r->job->say, SAY_WARN, "%d of %d prompts are cut to the model's context of %d tokens",
            cut, s->n, context);
    return true;
}

/* Which layers, from the job and the model. */
static bool choose_layers(Reading *r, int nl, Err *err)
{
    States *s = r->s;
    int layer = r->job->layer;
    if (layer == STATES_LAST) layer = nl - 1;
    if (layer != STATES_ALL && (layer < -1 || layer >= nl))
        return err_set(err, "--layer: %s has layers 0 to %d, and -1 for the embedding; not %d",
                       s->model, nl - 1, layer);
    s->first = layer == STATES_ALL ? -1 : layer;
    s->layers = layer == STATES_ALL ? nl + 1 : 1;
    r->layers = mem_alloc(nl, sizeof *r->layers);
    for (int l = 0; l < s->layers; l++) r->layers[s->first + l < 0 ? 0 : s->first + l] = true;
    return true;
}

static bool read_all(Reading *r, const Run *run, Err *err)
{
    int threads = run_threads(run), first = -1;
    r->reader = mem_alloc(threads, sizeof *r->reader);
    for (int k = 0; k < threads; k++) r->reader[k].failed = -1;
    parallel_for(run, "prompts", r->s->n, read_one, r);
    for (int k = 0; k < threads; k++) {
        const Reader *reader = &r->reader[k];
        if (reader->failed < 0 || (first >= 0 && first < reader->failed)) continue;
        first = reader->failed;
        *err = reader->err;
    }
    for (int k = 0; k < threads; k++) lm_close(r->reader[k].lm);
    if (run_stopped(run)) return err_set(err, "interrupted");
    return first < 0 || err_wrap(err, "%s: line %d", r->prompts, r->s->prompts.row[first].line);
}

static bool prepare(Reading *r, TextModel *t, const Run *run, Err *err)
{
    States *s = r->s;
    TextJob text = {.model = r->job->model, .say = r->job->say};
    if (!prompt_list_read(&s->prompts, r->prompts, &r->job->columns, err)) return false;
    s->n = r->job->limit > 0 && r->job->limit < s->prompts.n ? r->job->limit : s->prompts.n;
    s->tokens = mem_alloc(s->n, sizeof *s->tokens);
    r->ids = mem_alloc(s->n, sizeof *r->ids);
    if (!text_model_open_mute(t, &text, run, err) || !tokenizer_open(&t->tok, t->m.dir, err))
        return false;
    const Hparams *hp = lm_hparams(t->lm);
    s->model = mem_strdup(t->m.name);
    s->d = hp->d;
    r->bos = tokenizer_bos(t->tok);
    r->model = &t->m;
    if (!choose_layers(r, hp->nl, err)) return false;
    s->v = mem_alloc((int64_t)s->n * s->layers * s->d, sizeof *s->v);
    return encode_all(r, t->tok, lm_context(t->lm), hp->vocab, err);
}

bool states_read(States *s, const StatesJob *job, const Run *run, Err *err)
{
    *s = (States){0};
    TextModel t = {0};
    char *ours = job->prompts ? NULL : model_locate_file(STATES_PROMPTS, err);
    Reading r = {.s = s, .job = job, .run = run, .prompts = job->prompts ? job->prompts : ours};
    bool ok = r.prompts && prepare(&r, &t, run, err) && read_all(&r, run, err);
    for (int i = 0; r.ids && i < s->n; i++) token_ids_free(&r.ids[i]);
    free(r.ids);
    free(r.layers);
    free(r.reader);
    text_model_close(&t);
    free(ours);
    return ok;
}

void states_free(States *s)
{
    prompt_list_free(&s->prompts);
    free(s->model);
    free(s->v);
    free(s->tokens);
    *s = (States){0};
}
