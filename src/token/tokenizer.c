/* tokenizer.c: see token/tokenizer.h: opening, closing, and what can be asked. */
#include "token/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "token/tokenizer_parts.h"

void idlist_add(IdList *list, int32_t id)
{
    int32_t *slot = mem_push(&list->id, &list->n, &list->cap, sizeof *list->id);
    *slot = id;
}

bool idlist_has(const IdList *list, int32_t id)
{
    for (int i = 0; i < list->n; i++)
        if (list->id[i] == id) return true;
    return false;
}

void tokenizer_close(Tokenizer *tok)
{
    if (!tok) return;
    tokvocab_free(&tok->vocab);
    bpe_free(&tok->bpe);
    unigram_free(&tok->unigram);
    added_free(&tok->added);
    normalizer_free(&tok->norm);
    splitter_free(&tok->splitter);
    for (int i = 0; i < tok->decode.nreplace; i++) {
        free(tok->decode.from[i]);
        free(tok->decode.to[i]);
    }
    free(tok->before.id);
    free(tok->after.id);
    free(tok->ends.id);
    str_free(&tok->pieces);
    free(tok->piece_at);
    free(tok->special);
    free(tok->chat_template);
    free(tok);
}

bool tokenizer_add_token(Tokenizer *tok, StrView text, int64_t id, AddedToken flags, Err *err)
{
    int32_t known = tokvocab_find(&tok->vocab, text.s, text.n);
    if (known >= 0 && known != id)
        return err_set(err, "added token \"%.*s\" has id %lld, but %d in the vocabulary",
                       text.n < 40 ? (int)text.n : 40, text.s, (long long)id, (int)known);
    if (known < 0 && !tokvocab_add(&tok->vocab, text, id, err)) return false;
    flags.id = (int32_t)id;
    return added_add(&tok->added, flags, text, err);
}

/* Ids of a template or a config must be tokens. */
static bool check_ids(const Tokenizer *tok, const IdList *list, Err *err)
{
    for (int i = 0; i < list->n; i++)
        if (!tokvocab_text(&tok->vocab, list->id[i]).s)
            return err_set(err, "the post-processor adds id %d, which is no token", list->id[i]);
    return true;
}

static bool finish(Tokenizer *tok, Err *err)
{
    if (!tokvocab_check(&tok->vocab, err)) return false;
    if (!check_ids(tok, &tok->before, err) || !check_ids(tok, &tok->after, err)) return false;
    if (!added_finish(&tok->added, &tok->vocab, &tok->norm, err)) return false;
    if (tok->kind == TOKENIZER_BPE)
        bpe_finish(&tok->bpe, &tok->vocab);
    else
        unigram_finish(&tok->unigram, &tok->vocab);
    tokenizer_build_pieces(tok);
    tokenizer_detect_chat(tok);
    return true;
}

/* The tokenizer file of a directory, or path itself; NULL when there is none. */
static char *find_file(const char *path, Err *err)
{
    static const char *const name[] = {"tokenizer.json", "tokenizer.model"};
    if (!dir_exists(path)) return mem_strdup(path);
    for (int i = 0; i < 2; i++) {
        char *file = path_join(path, name[i]);
        if (file_exists(file)) return file;
        free(file);
    }
    err_set(err, "%s: has neither tokenizer.json nor tokenizer.model", path);
    return NULL;
}

bool tokenizer_open(Tokenizer **out, const char *path, Err *err)
{
    *out = NULL;
    char *file = find_file(path, err);
    if (!file) return false;
    size_t ndir = (size_t)(path_base(file) - file);
    char *dir = mem_strndup(file, ndir > 1 ? ndir - 1 : ndir);
    Tokenizer *tok = mem_alloc(1, sizeof *tok);
    tok->bos = tok->eos = tok->unk = tok->pad = tok->bpe.unk = tok->unigram.unk = -1;
    bool ok;
    if (str_ends(file, ".json"))
        ok = tokenizer_read_json(tok, file, err);
    else if (str_ends(file, ".model"))
        ok = tokenizer_read_model(tok, file, err);
    else
        ok =
            err_set(err, "%s: give a model directory, a tokenizer.json or a tokenizer.model", file);
    ok = ok && tokenizer_read_configs(tok, dir, err);
    if (ok && !finish(tok, err)) ok = err_wrap(err, "%s", file);
    free(file);
    free(dir);
    if (ok)
        *out = tok;
    else
        tokenizer_close(tok);
    return ok;
}

const char *tokenizer_text(const Tokenizer *tok, int32_t id, size_t *len)
{
    StrView text = tokvocab_text(&tok->vocab, id);
    *len = text.n;
    return text.s;
}

int32_t tokenizer_find(const Tokenizer *tok, const char *text)
{
    return tokvocab_find(&tok->vocab, text, strlen(text));
}

int tokenizer_vocab(const Tokenizer *tok)
{
    return tok->vocab.n;
}

int32_t tokenizer_bos(const Tokenizer *tok)
{
    return tok->bos;
}

int32_t tokenizer_eos(const Tokenizer *tok)
{
    return tok->eos;
}

int32_t tokenizer_unk(const Tokenizer *tok)
{
    return tok->unk;
}

int32_t tokenizer_pad(const Tokenizer *tok)
{
    return tok->pad;
}

bool tokenizer_is_end(const Tokenizer *tok, int32_t id)
{
    return id >= 0 && idlist_has(&tok->ends, id);
}

bool tokenizer_is_special(const Tokenizer *tok, int32_t id)
{
    return id >= 0 && id < tok->vocab.n && tok->special[id];
}

bool tokenizer_adds_bos(const Tokenizer *tok)
{
    return tok->bos >= 0 && idlist_has(&tok->before, tok->bos);
}

const char *tokenizer_kind(const Tokenizer *tok)
{
    if (tok->kind == TOKENIZER_UNIGRAM) return "Unigram";
    return tok->bpe.byte_level ? "byte-level BPE" : "BPE";
}
