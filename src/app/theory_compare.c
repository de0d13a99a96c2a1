/* theory_compare.c: texts against each other: see app/theory_job.h and theory/compare.h. */
#include <stdlib.h>
#include <string.h>

#include "app/output.h"
#include "app/space_job.h"
#include "base/mem.h"
#include "infer/generate.h"
#include "model/find.h"
#include "space_corpus.h"
#include "theory/compare.h"
#include "theory_desk.h"

enum { SENTENCES = 48, POOL = 512 }; /* other texts; tokens of them */

/* ---- the desk ------------------------------------------------------------------------------- */

int32_t desk_prefix(const Tokenizer *tok)
{
    return tokenizer_bos(tok) >= 0 ? tokenizer_bos(tok) : tokenizer_eos(tok);
}

int desk_layers(const Desk *d)
{
    return lm_hparams(d->model.lm)->nl + 1;
}

bool desk_open(Desk *d, const TheoryJob *job, const Run *run, Err *err)
{
    *d = (Desk){.job = job, .fs = {.run = run}};
    bool ok = (!job->plot || out_check_path(job->plot, job->clobber, err)) &&
              text_model_open_mute(&d->model, &job->text, run, err) &&
              tokenizer_open(&d->model.tok, d->model.m.dir, err);
    if (ok) d->fs.model = mem_strdup(d->model.m.name);
    return ok;
}

void desk_close(Desk *d)
{
    findings_free(&d->fs);
    chordset_free(&d->other);
    text_model_close(&d->model);
}

bool desk_others(Desk *d, const Run *run, Err *err)
{
    const Tokenizer *tok = d->model.tok;
    int64_t vocab = lm_hparams(d->model.lm)->vocab;
    if (tokenizer_vocab(tok) < vocab) vocab = tokenizer_vocab(tok);
    return chordset_others(&d->other, d->model.lm, vocab, desk_prefix(tok), run, err);
}

bool desk_encode(Desk *d, const char *text, TokenIds *ids, Err *err)
{
    TokenIds plain = {0};
    int32_t prefix = desk_prefix(d->model.tok);
    ids->n = 0;
    if (!tokenizer_encode(d->model.tok, text, strlen(text), 0, &plain, err)) return false;
    if (prefix >= 0) token_ids_add(ids, prefix, 0, 0);
    for (int i = 0; i < plain.n; i++)
        token_ids_add(ids, plain.id[i], plain.start[i], plain.len[i]);
    bool ok = plain.n > 0 || err_set(err, "'%s' has no tokens", text);
    for (int i = 0; ok && i < plain.n; i++)
        if (plain.id[i] >= lm_hparams(d->model.lm)->vocab)
            ok = err_set(err, "%s: the tokenizer gives id %d, the model has no such token",
                         d->model.m.dir, plain.id[i]);
    token_ids_free(&plain);
    return ok;
}

float *desk_last(Desk *d, const char *text, const Run *run, Err *err)
{
    TokenIds ids = {0};
    float *v = mem_alloc((int64_t)desk_layers(d) * lm_hparams(d->model.lm)->d, sizeof *v);
    bool ok = desk_encode(d, text, &ids, err) &&
              chordset_tail(d->model.lm, ids.id, ids.n, 1, v, run, err);
    token_ids_free(&ids);
    if (ok) return v;
    free(v);
    return NULL;
}

static void title(Desk *d, const OptList *item, const char *between)
{
    Str s = {0};
    for (int i = 0; i < item->n; i++) str_addf(&s, "%s%s", i ? between : "", item->item[i]);
    d->fs.text = s.s;
}

/* ---- intervals and chords ------------------------------------------------------------------- */

bool theory_interval(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    Desk d;
    float *a = NULL, *b = NULL;
    bool ok = desk_open(&d, job, run, err) && desk_others(&d, run, err) &&
              (a = desk_last(&d, job->item->item[0], run, err)) &&
              (b = desk_last(&d, job->item->item[1], run, err));
    if (ok) {
        title(&d, job->item, " / ");
        compare_interval(a, b, &d.other, &d.fs);
        ok = theory_put(&d.fs, job, out, err);
    }
    free(a);
    free(b);
    desk_close(&d);
    return ok;
}

/* The streams of two texts in a row, [layers, d] each: the first alone, the second as it is written
 * after the first but read alone, and both. What was allocated is in v also after a failure. */
static bool read_chord(Desk *d, const char *a, const char *b, float *v[3], const Run *run, Err *err)
{
    Str text = {0};
    TokenIds ids = {0};
    str_addf(&text, "%s %s", a, b);
    bool ok = desk_encode(d, str_text(&text), &ids, err);
    int skip = desk_prefix(d->model.tok) >= 0, from = skip;
    while (ok && from < ids.n && ids.start[from] < (int)strlen(a)) from++;
    if (ok && (from == skip || from == ids.n))
        ok = err_set(err, "'%s' is one token: there is no chord", str_text(&text));
    for (int i = 0; i < 3; i++)
        v[i] = mem_alloc((int64_t)desk_layers(d) * lm_hparams(d->model.lm)->d, sizeof *v[i]);
    ok = ok && chordset_tail(d->model.lm, ids.id, from, 1, v[0], run, err) &&
         chordset_tail(d->model.lm, ids.id, ids.n, 1, v[2], run, err);
    if (ok && skip) ids.id[from - 1] = ids.id[0];
    ok = ok && chordset_tail(d->model.lm, ids.id + from - skip, ids.n - from + skip, 1, v[1], run,
                             err);
    token_ids_free(&ids);
    str_free(&text);
    return ok;
}

bool theory_chord(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    Desk d;
    float *v[3] = {NULL}, *turned[3] = {NULL};
    const char *a = job->item->item[0], *b = job->item->item[1];
    bool ok = desk_open(&d, job, run, err) && desk_others(&d, run, err) &&
              read_chord(&d, a, b, v, run, err) && read_chord(&d, b, a, turned, run, err);
    if (ok) {
        title(&d, job->item, " + ");
        compare_chord(v[0], v[1], v[2], turned[2], &d.other, &d.fs);
        ok = theory_put(&d.fs, job, out, err);
    }
    for (int i = 0; i < 3; i++) {
        free(v[i]);
        free(turned[i]);
    }
    desk_close(&d);
    return ok;
}

/* ---- other sentences ------------------------------------------------------------------------ */

/* Means of the streams of the tokens after the prefix: out [layers, n, d], place `at`. */
static bool mean_stream(Desk *d, const int32_t *ids, int n, float *out, int at, int of,
                        const Run *run, Err *err)
{
    int width = lm_hparams(d->model.lm)->d, layers = desk_layers(d);
    int keep = n > 1 && ids[0] == desk_prefix(d->model.tok) ? n - 1 : n;
    float *all = mem_alloc((int64_t)layers * keep * width, sizeof *all);
    bool ok = chordset_tail(d->model.lm, ids, n, keep, all, run, err);
    for (int l = 0; ok && l < layers; l++)
        for (int k = 0; k < width; k++) {
            double sum = 0;
            for (int i = 0; i < keep; i++)
                sum += (double)all[((int64_t)l * keep + i) * width + k];
            out[((int64_t)l * of + at) * width + k] = (float)(sum / keep);
        }
    free(all);
    return ok;
}

/* The tokens of our own sentence number i, with the prefix. */
static bool corpus_ids(Desk *d, CorpusFile *c, int i, TokenIds *ids, Err *err)
{
    SpaceText text;
    int32_t prefix = desk_prefix(d->model.tok);
    if (!corpus_text(c, i, &text, err)) return false;
    ids->n = 0;
    if (prefix >= 0 && (text.n == 0 || text.ids[0] != prefix)) token_ids_add(ids, prefix, 0, 0);
    for (int k = 0; k < text.n; k++) token_ids_add(ids, text.ids[k], 0, 0);
    return true;
}

/* Calls each(ud, i, ids) for SENTENCES of our own. */
static bool each_sentence(Desk *d, bool (*each)(Desk *d, void *ud, int i, const TokenIds *ids,
                                                const Run *run, Err *err),
                          void *ud, const Run *run, Err *err)
{
    const Run quiet = {.stop = run ? run->stop : NULL, .threads = run_threads(run)};
    char *path = model_locate_file(SPACE_CORPUS, err);
    CorpusFile c = {.n = 0};
    TokenIds ids = {0};
    bool ok = path && corpus_open(&c, path, SENTENCES, d->model.tok,
                                  lm_hparams(d->model.lm)->vocab, err);
    if (ok && c.n < SENTENCES)
        ok = err_set(err, "%s: %d sentences, %d are needed to compare with", path, c.n, SENTENCES);
    for (int i = 0; ok && i < SENTENCES && i < c.n; i++) {
        ok = corpus_ids(d, &c, i, &ids, err) && each(d, ud, i, &ids, &quiet, err);
        run_progress(run, "other sentences", i + 1, SENTENCES);
        if (ok && run_stopped(run)) ok = err_set(err, "interrupted");
    }
    token_ids_free(&ids);
    corpus_close(&c);
    free(path);
    return ok;
}

static bool sentence_mean(Desk *d, void *ud, int i, const TokenIds *ids, const Run *run, Err *err)
{
    return mean_stream(d, ids->id, ids->n, ud, i, SENTENCES, run, err);
}

bool theory_variation(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    Desk d;
    TokenIds ids = {0};
    int n = job->item->n;
    float *text = NULL, *other = NULL;
    bool ok = desk_open(&d, job, run, err);
    if (ok) {
        int64_t cell = (int64_t)desk_layers(&d) * lm_hparams(d.model.lm)->d;
        text = mem_alloc(cell * n, sizeof *text);
        other = mem_alloc(cell * SENTENCES, sizeof *other);
    }
    for (int i = 0; ok && i < n; i++)
        ok = desk_encode(&d, job->item->item[i], &ids, err) &&
             mean_stream(&d, ids.id, ids.n, text, i, n, run, err);
    ok = ok && each_sentence(&d, sentence_mean, other, run, err);
    if (ok) {
        const Variations v = {.n = n, .m = SENTENCES, .layers = desk_layers(&d),
                              .d = lm_hparams(d.model.lm)->d, .text = text, .other = other,
                              .label = job->item->item};
        title(&d, job->item, " / ");
        compare_variations(&v, &d.fs);
        ok = theory_put(&d.fs, job, out, err);
    }
    token_ids_free(&ids);
    free(text);
    free(other);
    desk_close(&d);
    return ok;
}

/* ---- form ----------------------------------------------------------------------------------- */

/* Streams two thirds up of tokens: the form's own, and those of other texts. */
typedef struct Streams {
    int layer, n;
    float *v; /* [POOL, d] */
} Streams;

/* The last `keep` tokens' streams at a layer, [keep, d]; to be freed. */
static float *layer_streams(Desk *d, const int32_t *ids, int n, int keep, int layer,
                            const Run *run, Err *err)
{
    int64_t cells = (int64_t)keep * lm_hparams(d->model.lm)->d;
    float *all = mem_alloc(desk_layers(d) * cells, sizeof *all);
    bool ok = chordset_tail(d->model.lm, ids, n, keep, all, run, err);
    if (ok) memmove(all, all + layer * cells, (size_t)cells * sizeof *all);
    if (ok) return mem_resize(all, cells, sizeof *all);
    free(all);
    return NULL;
}

static bool sentence_streams(Desk *d, void *ud, int i, const TokenIds *ids, const Run *run,
                             Err *err)
{
    Streams *s = ud;
    int width = lm_hparams(d->model.lm)->d, keep = ids->n - 1 < POOL - s->n ? ids->n - 1
                                                                            : POOL - s->n;
    (void)i;
    if (keep < 1) return true;
    float *v = layer_streams(d, ids->id, ids->n, keep, s->layer, run, err);
    if (!v) return false;
    memcpy(s->v + (int64_t)s->n * width, v, (size_t)keep * (size_t)width * sizeof *v);
    s->n += keep;
    free(v);
    return true;
}

static bool take_token(void *ud, const GenToken *t)
{
    token_ids_add(ud, t->id, 0, 0);
    return true;
}

/* ids go on with the response: given, or generated greedily. */
static bool respond(Desk *d, TokenIds *ids, const Run *run, Err *err)
{
    const TheoryJob *job = d->job;
    TokenIds more = {0};
    bool ok;
    if (job->response) {
        ok = tokenizer_encode(d->model.tok, job->response, strlen(job->response), 0, &more, err);
    } else {
        GenOpts opts = {.n = job->tokens, .sampler = SAMPLER_DEFAULTS, .on_token = take_token,
                        .ud = &more};
        opts.sampler.temp = 0;
        lm_rewind(d->model.lm, 0);
        ok = generate(d->model.lm, d->model.tok, ids->id, ids->n, &opts, NULL, run, err);
    }
    for (int i = 0; ok && i < more.n; i++) token_ids_add(ids, more.id[i], 0, 0);
    if (ok && more.n == 0)
        ok = err_set(err, "the response has no tokens: give one with --response");
    token_ids_free(&more);
    return ok;
}

static bool measure_form(Desk *d, const TokenIds *ids, int skip, int prompt, const Run *run,
                         Err *err)
{
    int nl = lm_hparams(d->model.lm)->nl, width = lm_hparams(d->model.lm)->d, n = ids->n - skip;
    Streams pool = {.layer = (2 * nl + 1) / 3};
    Str name = {0}, whole = {0};
    char **label = mem_alloc(n, sizeof *label);
    pool.v = mem_alloc((int64_t)POOL * width, sizeof *pool.v);
    float *own = layer_streams(d, ids->id, ids->n, n, pool.layer, run, err);
    bool ok = own && each_sentence(d, sentence_streams, &pool, run, err);
    for (int i = 0; i < n; i++) {
        text_token_name(d->model.tok, ids->id[i + skip], &name);
        label[i] = mem_strdup(str_text(&name));
        str_addf(&whole, "%s%s", i == prompt ? " |" : "", label[i]);
    }
    if (ok) {
        const Form f = {.prompt = prompt, .response = n - prompt, .pool = pool.n, .d = width,
                        .stream = own, .other = pool.v, .label = label};
        d->fs.text = mem_strdup(str_text(&whole));
        compare_form(&f, &d->fs);
    }
    for (int i = 0; i < n; i++) free(label[i]);
    free(label);
    free(own);
    free(pool.v);
    str_free(&name);
    str_free(&whole);
    return ok;
}

bool theory_form(const TheoryJob *job, Str *out, const Run *run, Err *err)
{
    Desk d;
    TokenIds ids = {0};
    Str text = {0};
    bool ok = desk_open(&d, job, run, err) && text_input_read(&job->text.in, &text, err) &&
              desk_encode(&d, str_text(&text), &ids, err);
    int skip = ok && desk_prefix(d.model.tok) >= 0, prompt = ids.n - skip;
    ok = ok && respond(&d, &ids, run, err) && measure_form(&d, &ids, skip, prompt, run, err) &&
         theory_put(&d.fs, job, out, err);
    token_ids_free(&ids);
    str_free(&text);
    desk_close(&d);
    return ok;
}
