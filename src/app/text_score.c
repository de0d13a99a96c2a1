/* text_score.c: see app/text_score.h.
 *
 * Surprisal of a token is -ln of the probability that the model gave it, entropy the mean surprisal
 * that the model expected there; both in nats (divide by ln 2 for bits). Perplexity is exp of the
 * mean surprisal. The first token has neither: nothing came before it. */
#include "app/text_score.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "infer/surprisal.h"

/* A text with its numbers. */
typedef struct Scored {
    TextModel model;
    double *nats, *entropy; /* [model.ids.n] */
    double total;           /* nats of all that have a number */
    int counted;            /* tokens that have one */
    int64_t bytes;          /* of text that they stand for */
} Scored;

static void sum_up(Scored *s)
{
    for (int i = 0; i < s->model.ids.n; i++) {
        if (isnan(s->nats[i])) continue;
        s->total += s->nats[i];
        s->bytes += s->model.ids.len[i];
        s->counted++;
    }
}

static void add_number(Str *out, double x, const char *form)
{
    if (isnan(x))
        str_puts(out, "         -");
    else
        str_addf(out, form, x);
}

static void print_table(const Scored *s, Str *out)
{
    const TokenIds *ids = &s->model.ids;
    Str text = {0};
    str_puts(out, " index      id      bits      nats   entropy  text\n");
    for (int i = 0; i < ids->n; i++) {
        str_addf(out, "%6d %7d", i, ids->id[i]);
        add_number(out, s->nats[i] / SURPRISAL_LN2, "%10.4f");
        add_number(out, s->nats[i], "%10.4f");
        add_number(out, s->entropy[i], "%10.4f");
        text_token_name(s->model.tok, ids->id[i], &text);
        str_puts(out, "  ");
        json_quote(out, str_text(&text));
        str_putc(out, '\n');
    }
    str_free(&text);
    str_putc(out, '\n');
}

static void print_text(const Scored *s, bool summary, Str *out)
{
    double mean = s->total / s->counted;
    if (!summary) print_table(s, out);
    str_addf(out, "%d tokens, %d scored: ", s->model.ids.n, s->counted);
    str_addf(out, "%.4f bits (%.4f nats) a token, perplexity %.4f", mean / SURPRISAL_LN2, mean,
             exp(mean));
    if (s->bytes)
        str_addf(out, ", %.4f bits a byte", s->total / SURPRISAL_LN2 / (double)s->bytes);
    str_putc(out, '\n');
}

static void json_tokens(const Scored *s, JsonOut *j)
{
    const TokenIds *ids = &s->model.ids;
    Str text = {0};
    jout_begin(j, "tokens", '[', false);
    for (int i = 0; i < ids->n; i++) {
        text_token_name(s->model.tok, ids->id[i], &text);
        jout_begin(j, NULL, '{', true);
        jout_int(j, "id", ids->id[i]);
        jout_int(j, "start", ids->start[i]);
        jout_int(j, "length", ids->len[i]);
        jout_string(j, "text", str_text(&text));
        jout_number(j, "bits", s->nats[i] / SURPRISAL_LN2, 8);
        jout_number(j, "nats", s->nats[i], 8);
        jout_number(j, "entropy", s->entropy[i], 8);
        jout_end(j, '}');
    }
    jout_end(j, ']');
    str_free(&text);
}

static void print_json(const Scored *s, bool summary, Str *out)
{
    JsonOut j;
    double mean = s->total / s->counted;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "model", s->model.m.name);
    jout_int(&j, "count", s->model.ids.n);
    jout_int(&j, "scored", s->counted);
    jout_number(&j, "total_nats", s->total, 10);
    jout_number(&j, "mean_bits", mean / SURPRISAL_LN2, 8);
    jout_number(&j, "mean_nats", mean, 8);
    jout_number(&j, "perplexity", exp(mean), 8);
    jout_number(&j, "bits_per_byte", s->total / SURPRISAL_LN2 / (double)s->bytes, 8);
    if (!summary) json_tokens(s, &j);
    jout_end(&j, '}');
}

static void csv_number(Str *out, double x)
{
    if (isnan(x))
        str_putc(out, ',');
    else
        str_addf(out, ",%.8g", x);
}

static void print_csv(const Scored *s, Str *out)
{
    const TokenIds *ids = &s->model.ids;
    str_puts(out, "index,id,start,length,bits,nats,entropy\n");
    for (int i = 0; i < ids->n; i++) {
        str_addf(out, "%d,%d,%d,%d", i, ids->id[i], ids->start[i], ids->len[i]);
        csv_number(out, s->nats[i] / SURPRISAL_LN2);
        csv_number(out, s->nats[i]);
        csv_number(out, s->entropy[i]);
        str_putc(out, '\n');
    }
}

static void print(const Scored *s, const ScoreJob *job, Str *out)
{
    if (job->form == SCORE_JSON)
        print_json(s, job->summary, out);
    else if (job->form == SCORE_CSV)
        print_csv(s, out);
    else
        print_text(s, job->summary, out);
}

bool text_score_check(const ScoreJob *job, Err *err)
{
    if (job->form == SCORE_CSV && job->summary)
        return err_set(err, "--csv and --summary exclude each other");
    if (job->overlap && job->window && job->overlap >= job->window)
        return err_set(err, "--overlap: %d must be less than the window of %d", job->overlap,
                       job->window);
    return text_model_check(&job->text, err);
}

static bool measure(Scored *s, const ScoreJob *job, const Run *run, Err *err)
{
    TextModel *t = &s->model;
    SurprisalOpts opts = {.window = job->window, .overlap = job->overlap};
    int32_t bos = tokenizer_adds_bos(t->tok) ? tokenizer_bos(t->tok) : -1;
    s->nats = mem_alloc(t->ids.n, sizeof *s->nats);
    s->entropy = mem_alloc(t->ids.n, sizeof *s->entropy);
    if (t->ids.n < 2)
        return err_set(err, "%s: one token alone has nothing before it to be scored by",
                       text_input_name(&job->text.in));
    if (!surprisal(t->lm, t->ids.id, t->ids.n, bos, &opts, s->nats, s->entropy, run, err))
        return false;
    sum_up(s);
    return true;
}

bool text_score(const ScoreJob *job, Str *out, const Run *run, Err *err)
{
    Scored s = {0};
    bool ok = text_model_open(&s.model, &job->text, run, err) && measure(&s, job, run, err);
    if (ok) print(&s, job, out);
    text_model_close(&s.model);
    free(s.nats);
    free(s.entropy);
    return ok;
}
