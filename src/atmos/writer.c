/* writer.c: see atmos/writer.h. */
#include "atmos/writer.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "infer/surprisal.h"

/* What the model has read and written, for the turning of pages. */
typedef struct Text {
    int32_t *id; /* [n] */
    int n, cap;
} Text;

static void text_add(Text *t, int32_t id)
{
    *(int32_t *)mem_push(&t->id, &t->n, &t->cap, sizeof *t->id) = id;
}

SessionToken writer_frame(const Contour *c, int i)
{
    return (SessionToken){.id = -1, .time = i / c->tps, .temp = c->temp[i],
                       .lufs_raw = c->lufs_raw[i], .lufs = c->lufs[i], .velocity = c->velocity[i],
                       .entropy = (double)NAN, .surprisal = (double)NAN};
}

/* Takes in the last token of the text; in a full context its later half, behind its first token. */
static bool read_on(Lm *lm, const Text *t, const Hooks *hooks, const Run *run, Err *err)
{
    if (lm_pos(lm) < lm_context(lm)) return lm_eval(lm, t->id + t->n - 1, 1, hooks, run, err);
    int keep = lm_context(lm) / 2;
    lm_rewind(lm, 0);
    return lm_eval(lm, t->id, 1, NULL, run, err) &&
           lm_eval(lm, t->id + t->n - keep, keep, hooks, run, err);
}

typedef struct Pen {
    Lm *lm;
    const Tokenizer *tok;
    const WriterJob *job;
    Sampler *sampler;
    TokenDecoder dec;
    Text text;
    Str piece;
} Pen;

/* Draws token i and lets it out; false when the text ends there (*end) or on failure (NULL). */
static bool write_token(Pen *p, int i, const char **end, Err *err)
{
    const float *logits = lm_logits(p->lm);
    const WriterJob *job = p->job;
    SessionToken t = job->contour ? writer_frame(job->contour, i) : job->frame(job->ud, i);
    sampler_set_temp(p->sampler, t.temp);
    t.id = logits ? sampler_pick(p->sampler, logits) : -1;
    if (t.id < 0)
        return err_set(err, "%s: the model gives no token a probability", lm_model(p->lm)->path);
    *end = "end of text";
    if (!p->job->ignore_end && tokenizer_is_end(p->tok, t.id)) return false;
    LogitStats s = logit_stats(p->lm, logits);
    t.entropy = s.entropy;
    t.surprisal = s.log_z - logits[t.id];
    sampler_accept(p->sampler, t.id);
    text_add(&p->text, t.id);
    p->piece.len = 0;
    token_decoder_add(&p->dec, t.id, &p->piece);
    t.text = p->piece.len ? p->piece.s : "";
    *end = "stopped";
    if (!p->job->put(p->job->ud, &t)) return false;
    *end = NULL;
    return true;
}

static bool write_all(Pen *p, const char **end, const Run *run, Err *err)
{
    const Contour *c = p->job->contour;
    int n = c && c->n < p->job->n ? c->n : p->job->n;
    for (int i = 0; i < n; i++) {
        *end = "interrupted";
        if (run_stopped(run)) return err_set(err, "interrupted");
        *end = NULL;
        if (!write_token(p, i, end, err)) return *end != NULL;
        if (i + 1 < n && !read_on(p->lm, &p->text, p->job->hooks, run, err)) return false;
    }
    *end = n < p->job->n ? "end of the song" : "length";
    return true;
}

bool writer_local(Lm *lm, const Tokenizer *tok, const int32_t *ids, int nids, const WriterJob *job,
                  const char **end, const Run *run, Err *err)
{
    Pen p = {.lm = lm, .tok = tok, .job = job, .dec = {.tok = tok, .flags = job->decode}};
    *end = "failure";
    lm_rewind(lm, 0);
    if (!lm_eval(lm, ids, nids, job->hooks, run, err)) return false;
    p.sampler = sampler_open(&job->sampler, lm_hparams(lm)->vocab);
    for (int i = 0; i < nids; i++) text_add(&p.text, ids[i]);
    bool ok = write_all(&p, end, run, err);
    if (!ok && !*end) *end = run_stopped(run) ? "interrupted" : "failure";
    sampler_close(p.sampler);
    str_free(&p.piece);
    free(p.text.id);
    return ok;
}
