/* text_model.c: see app/text_model.h. */
#include "app/text_model.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "model/find.h"

static const char *asked_name(const OptList *asked)
{
    return asked->n ? asked->item[0] : MODEL_DEFAULT;
}

bool text_model_check(const OptList *asked, Err *err)
{
    return asked->n <= 1 || err_set(err, "--model: one at a time");
}

static bool open_parts(TextModel *t, const char *path, int context, const Run *run, Err *err)
{
    LmOpts opts = {.context = context, .threads = run_threads(run)};
    return model_open(&t->m, path, err) && lm_open(&t->lm, &t->m, &opts, err) &&
           tokenizer_open(&t->tok, t->m.dir, err);
}

bool text_model_open(TextModel *t, const OptList *asked, int context, const Say *report,
                     const Run *run, Err *err)
{
    *t = (TextModel){0};
    char *path = model_locate(asked_name(asked), err);
    if (!path) return false;
    bool ok = open_parts(t, path, context, run, err);
    if (ok)
        say(report, SAY_MORE, "model %s: %s, %s, %d layers, context %d, %s tokenizer", t->m.name,
            path, lm_hparams(t->lm)->family, t->m.cfg.nl, lm_context(t->lm),
            tokenizer_kind(t->tok));
    else
        text_model_close(t);
    free(path);
    return ok;
}

void text_model_close(TextModel *t)
{
    lm_close(t->lm);
    tokenizer_close(t->tok);
    model_close(&t->m);
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

bool text_model_knows(const TextModel *t, const TokenIds *ids, Err *err)
{
    int64_t vocab = lm_hparams(t->lm)->vocab;
    for (int i = 0; i < ids->n; i++)
        if (ids->id[i] >= vocab)
            return err_set(err, "%s: the tokenizer gives id %d, the model knows %lld tokens",
                           t->m.dir, ids->id[i], (long long)vocab);
    return true;
}

bool text_model_fits(const TextModel *t, const TokenIds *ids, int room, Err *err)
{
    int most = lm_context(t->lm) - room;
    if (ids->n > most)
        return err_set(err, "the text has %d tokens, the context of %s has room for %d: shorten it",
                       ids->n, t->m.name, most);
    return text_model_knows(t, ids, err);
}

void text_token_name(const Tokenizer *tok, int32_t id, Str *out)
{
    out->len = 0;
    tokenizer_decode(tok, &id, 1, DECODE_SPECIAL | DECODE_INSIDE | DECODE_REPLACE, out);
}
