/* text_model.c: see app/text_model.h. */
#include "app/text_model.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/find.h"
#include "base/utf8.h"

static const char *asked_name(const OptList *asked)
{
    return asked->n ? asked->item[0] : MODEL_DEFAULT;
}

bool text_model_check(const TextJob *job, Err *err)
{
    if (job->model->n > 1) return err_set(err, "--model: one at a time");
    return text_input_check(&job->in, err);
}

static bool open_lm(TextModel *t, const char *path, int context, const Run *run, Err *err)
{
    LmOpts opts = {.context = context, .threads = run_threads(run)};
    return model_open(&t->m, path, err) && lm_open(&t->lm, &t->m, &opts, err);
}

bool text_model_open_mute(TextModel *t, const TextJob *job, const Run *run, Err *err)
{
    char *path = model_locate(asked_name(job->model), err);
    bool ok = path && open_lm(t, path, job->context, run, err);
    if (ok)
        say(&job->say, SAY_MORE, "model %s: %s, %s, %d layers, context %d", t->m.name, path,
            lm_hparams(t->lm)->family, t->m.cfg.nl, lm_context(t->lm));
    free(path);
    return ok;
}

static bool check_vocabulary(const TextModel *t, Err *err)
{
    int64_t vocab = lm_hparams(t->lm)->vocab;
    for (int i = 0; i < t->ids.n; i++)
        if (t->ids.id[i] >= vocab)
            return err_set(err, "%s: the tokenizer gives id %d, the model knows %lld tokens",
                           t->m.dir, t->ids.id[i], (long long)vocab);
    return true;
}

bool text_model_open(TextModel *t, const TextJob *job, const Run *run, Err *err)
{
    Str text = {0};
    bool ok = text_input_read(&job->in, &text, err) && text_model_open_mute(t, job, run, err) &&
              tokenizer_open(&t->tok, t->m.dir, err) &&
              text_input_encode(&job->in, t->tok, &text, &t->ids, err) &&
              check_vocabulary(t, err);
    str_free(&text);
    return ok;
}

void text_model_close(TextModel *t)
{
    lm_close(t->lm);
    tokenizer_close(t->tok);
    model_close(&t->m);
    token_ids_free(&t->ids);
    *t = (TextModel){0};
}

/* What tokenizer_open takes; NULL and a message when there is nothing of that name. */
static char *locate_tokenizer(const char *asked, Err *err)
{
    if (file_exists(asked) && (str_ends(asked, ".json") || str_ends(asked, ".model")))
        return mem_strdup(asked);
    char *path = model_locate(asked, err);
    if (!path) return dir_exists(asked) ? mem_strdup(asked) : NULL;
    if (dir_exists(path)) return path;
    const char *base = path_base(path);
    char *dir = base > path ? mem_strndup(path, (size_t)(base - path)) : mem_strdup(".");
    free(path);
    return dir;
}

bool text_tokenizer_open(Tokenizer **tok, const OptList *asked, Err *err)
{
    char *path = locate_tokenizer(asked_name(asked), err);
    bool ok = path && tokenizer_open(tok, path, err);
    free(path);
    return ok;
}

void text_model_drop_end(TextModel *t)
{
    TokenIds *ids = &t->ids;
    while (ids->n > 1 && ids->len[ids->n - 1] == 0 &&
           tokenizer_is_end(t->tok, ids->id[ids->n - 1]))
        ids->n--;
}

bool text_model_fits(const TextModel *t, int room, Err *err)
{
    int most = lm_context(t->lm) - room;
    return t->ids.n <= most ||
           err_set(err, "the text has %d tokens, the context of %s has room for %d: shorten it",
                   t->ids.n, t->m.name, most);
}

void text_token_name(const Tokenizer *tok, int32_t id, Str *out)
{
    out->len = 0;
    tokenizer_decode(tok, &id, 1, DECODE_SPECIAL | DECODE_INSIDE | DECODE_REPLACE, out);
}

/* Bytes that are no whole character by themselves stand as "<E5>". */
static void byte_name(const Tokenizer *tok, int32_t id, Str *name)
{
    size_t n = 0;
    const unsigned char *piece = (const unsigned char *)tokenizer_piece(tok, id, &n);
    if (!piece || n == 0 || utf8_valid((const char *)piece, (int64_t)n)) return;
    name->len = 0;
    str_putc(name, '<');
    for (size_t i = 0; i < n; i++) str_addf(name, "%02X", piece[i]);
    str_putc(name, '>');
}

char **text_model_labels(const TextModel *t)
{
    char **label = mem_alloc(t->ids.n, sizeof *label);
    Str name = {0};
    for (int i = 0; i < t->ids.n; i++) {
        text_token_name(t->tok, t->ids.id[i], &name);
        byte_name(t->tok, t->ids.id[i], &name);
        label[i] = mem_strdup(str_text(&name));
    }
    str_free(&name);
    return label;
}

void text_model_labels_free(const TextModel *t, char **label)
{
    for (int i = 0; i < t->ids.n; i++) free(label[i]);
    free(label);
}
