/* tokenizer_json.c: reads tokenizer.json.
 *
 * The vocabulary and the merges are most of the file (33 MB for Gemma 3) and go straight from the
 * text into their tables; the rules around them are small and are read as trees. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "token/tokenizer_parts.h"

typedef struct Pending {
    char *text; /* [n] */
    size_t n;
    int64_t id;
    AddedToken flags;
} Pending;

enum { MERGE_BATCH = TOKVOCAB_BATCH / 3 };

/* A merge that is read but not looked up. */
typedef struct Waiting {
    size_t at, n, cut; /* bytes of the batch: both parts, and the left one */
} Waiting;

typedef struct Reader {
    Tokenizer *tok;
    JsonScan scan;
    Err *err;
    Pending *pending; /* [npending] added tokens, until the vocabulary is there */
    int npending, cap_pending;
    bool has_vocab, vocab_is_list, has_merges, has_model, has_decoder;
    size_t merges_at; /* where merges start that came before the vocabulary; 0 = none */
    char type[16];
    char *unk_token;
    int64_t unk_id;   /* -1 = none */
    uint32_t nmerges; /* looked up so far */
    Waiting batch[MERGE_BATCH];
    int nbatch;
    Str bytes; /* of the batch */
} Reader;

static bool read_added_token(Reader *r)
{
    JsonScan *s = &r->scan;
    StrView key, text;
    Pending *p = mem_push(&r->pending, &r->npending, &r->cap_pending, sizeof *r->pending);
    p->id = -1;
    p->flags.normalized = true;
    if (!jscan_open(s, '{')) return false;
    while (jscan_member(s, &key)) {
        bool *flag = view_is(key, "special")       ? &p->flags.special
                     : view_is(key, "single_word") ? &p->flags.single_word
                     : view_is(key, "lstrip")      ? &p->flags.lstrip
                     : view_is(key, "rstrip")      ? &p->flags.rstrip
                     : view_is(key, "normalized")  ? &p->flags.normalized
                                                      : NULL;
        if (flag) {
            jscan_bool(s, flag);
        } else if (view_is(key, "id")) {
            jscan_whole(s, &p->id);
        } else if (view_is(key, "content")) {
            if (!jscan_string(s, &text)) return false;
            free(p->text);
            p->text = mem_strndup(text.s, text.n);
            p->n = text.n;
        } else {
            jscan_skip(s, NULL);
        }
    }
    if (s->failed) return false;
    if (p->id < 0 || !p->text) return jscan_fail(s, "added token without id or content");
    return true;
}

static bool read_added(Reader *r)
{
    if (!jscan_open(&r->scan, '[')) return false;
    while (jscan_element(&r->scan))
        if (!read_added_token(r)) return false;
    return !r->scan.failed;
}

/* {"token": id, ...} */
static bool read_vocab_object(Reader *r)
{
    JsonScan *s = &r->scan;
    StrView text;
    int64_t id;
    if (!jscan_open(s, '{')) return false;
    while (jscan_member(s, &text)) {
        if (!jscan_whole(s, &id)) return false;
        if (!tokvocab_add(&r->tok->vocab, text, id, r->err)) return false;
    }
    return !s->failed;
}

static bool read_scored(Reader *r, int32_t id)
{
    JsonScan *s = &r->scan;
    StrView text;
    double score;
    static const char form[] = "vocabulary entry that is not [text, score]";
    if (!jscan_open(s, '[')) return false;
    if (!jscan_element(s)) return jscan_fail(s, form);
    if (!jscan_string(s, &text)) return false;
    if (!tokvocab_add(&r->tok->vocab, text, id, r->err)) return false;
    if (!jscan_element(s)) return jscan_fail(s, form);
    if (!jscan_real(s, &score)) return false;
    if (jscan_element(s)) return jscan_fail(s, form);
    if (s->failed) return false;
    unigram_add(&r->tok->unigram, tokvocab_text(&r->tok->vocab, id), id, score, true);
    return true;
}

/* [["token", score], ...] */
static bool read_vocab_list(Reader *r)
{
    r->vocab_is_list = true;
    if (!jscan_open(&r->scan, '[')) return false;
    for (int32_t id = 0; jscan_element(&r->scan); id++) {
        if (!read_scored(r, id)) return false;
    }
    return !r->scan.failed;
}

/* Looks up the merges that wait in r->batch, all at once. */
static bool flush_merges(Reader *r)
{
    StrView text[3 * MERGE_BATCH];
    int32_t id[3 * MERGE_BATCH];
    for (int i = 0; i < r->nbatch; i++) {
        const Waiting *w = &r->batch[i];
        const char *s = r->bytes.s + w->at;
        text[3 * i] = (StrView){s, w->cut};
        text[3 * i + 1] = (StrView){s + w->cut, w->n - w->cut};
        text[3 * i + 2] = (StrView){s, w->n};
    }
    tokvocab_find_many(&r->tok->vocab, text, 3 * r->nbatch, id);
    for (int i = 0; i < r->nbatch; i++) {
        const int32_t *found = &id[3 * i];
        for (int k = 0; k < 3; k++) {
            const StrView *t = &text[3 * i + k];
            if (found[k] < 0)
                return err_set(r->err, "merge %u: \"%.*s\" is not in the vocabulary", r->nmerges,
                               t->n < 60 ? (int)t->n : 60, t->s);
        }
        bpe_add_merge(&r->tok->bpe, found[0], found[1], found[2], r->nmerges++);
    }
    r->nbatch = 0;
    r->bytes.len = 0;
    return true;
}

/* The last n of r->bytes are a merge: `cut` bytes the left part, and together what it makes. */
static bool add_merge(Reader *r, size_t n, size_t cut)
{
    if (cut == 0 || cut == n) return jscan_fail(&r->scan, "merge with an empty part");
    r->batch[r->nbatch++] = (Waiting){r->bytes.len - n, n, cut};
    return r->nbatch < MERGE_BATCH || flush_merges(r);
}

/* "left right", or ["left", "right"]. */
static bool read_merge(Reader *r)
{
    JsonScan *s = &r->scan;
    StrView text;
    if (jscan_peek(s) != '[') {
        if (!jscan_string(s, &text)) return false;
        const char *space = text.n ? memchr(text.s, ' ', text.n) : NULL;
        size_t cut = space ? (size_t)(space - text.s) : 0;
        if (!space || memchr(space + 1, ' ', text.n - cut - 1))
            return jscan_fail(s, "merge that is not two parts with one space between");
        str_add(&r->bytes, text.s, cut);
        str_add(&r->bytes, space + 1, text.n - cut - 1);
        return add_merge(r, text.n - 1, cut);
    }
    size_t n = 0, cut = 0, parts = 0;
    jscan_open(s, '[');
    for (; jscan_element(s); parts++, n += text.n) {
        if (!jscan_string(s, &text)) return false;
        if (parts == 0) cut = text.n;
        str_add(&r->bytes, text.s, text.n);
    }
    if (s->failed) return false;
    if (parts != 2) return jscan_fail(s, "merge that has not two parts");
    return add_merge(r, n, cut);
}

static bool read_merges(Reader *r)
{
    r->has_merges = true;
    if (!r->has_vocab) { /* come back when the vocabulary is there */
        r->merges_at = r->scan.at;
        return jscan_skip(&r->scan, NULL);
    }
    if (!jscan_open(&r->scan, '[')) return false;
    while (jscan_element(&r->scan))
        if (!read_merge(r)) return false;
    return !r->scan.failed && flush_merges(r);
}

static bool read_vocab(Reader *r)
{
    if (r->has_vocab) return jscan_fail(&r->scan, "second vocabulary");
    r->has_vocab = true;
    bool list = jscan_peek(&r->scan) == '[';
    if (!(list ? read_vocab_list(r) : read_vocab_object(r))) return false;
    if (!r->merges_at) return true;
    JsonScan there = r->scan;
    r->scan.at = r->merges_at;
    bool ok = read_merges(r);
    there.spare = r->scan.spare;
    there.failed = r->scan.failed;
    r->scan = there;
    return ok;
}

/* A member that is a boolean or null. */
static bool read_flag(Reader *r, bool *out)
{
    if (jscan_peek(&r->scan) == 'n') return jscan_skip(&r->scan, NULL);
    return jscan_bool(&r->scan, out);
}

static bool read_name(Reader *r, StrView *out)
{
    *out = (StrView){0};
    if (jscan_peek(&r->scan) == 'n') return jscan_skip(&r->scan, NULL);
    return jscan_string(&r->scan, out);
}

/* Members that are supported only when they say nothing: null, "", 0. */
static bool read_nothing(Reader *r, StrView key)
{
    static const char *const nothing[] = {"null", "\"\"", "0", "0.0"};
    char name[40];
    StrView raw;
    memcpy(name, key.s, key.n < sizeof name ? key.n : sizeof name - 1);
    name[key.n < sizeof name ? key.n : sizeof name - 1] = 0;
    if (!jscan_skip(&r->scan, &raw)) return false;
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        if (view_is(raw, nothing[i])) return true;
    return err_set(r->err, "model member \"%s\" is not supported", name);
}

static bool read_model_member(Reader *r, StrView key)
{
    Bpe *bpe = &r->tok->bpe;
    StrView text;
    if (view_is(key, "vocab")) return read_vocab(r);
    if (view_is(key, "merges")) return read_merges(r);
    if (view_is(key, "byte_fallback")) return read_flag(r, &bpe->byte_fallback);
    if (view_is(key, "fuse_unk")) return read_flag(r, &bpe->fuse_unk);
    if (view_is(key, "ignore_merges")) return read_flag(r, &bpe->ignore_merges);
    if (view_is(key, "unk_id"))
        return jscan_peek(&r->scan) == 'n' ? jscan_skip(&r->scan, NULL)
                                             : jscan_whole(&r->scan, &r->unk_id);
    if (view_is(key, "type")) {
        if (!read_name(r, &text)) return false;
        size_t n = text.n < sizeof r->type ? text.n : sizeof r->type - 1;
        if (n) memcpy(r->type, text.s, n);
        return true;
    }
    if (view_is(key, "unk_token")) {
        if (!read_name(r, &text)) return false;
        free(r->unk_token);
        r->unk_token = text.s ? mem_strndup(text.s, text.n) : NULL;
        return true;
    }
    return read_nothing(r, key);
}

static bool read_model(Reader *r)
{
    StrView key;
    r->has_model = true;
    if (!jscan_open(&r->scan, '{')) return false;
    while (jscan_member(&r->scan, &key))
        if (!read_model_member(r, key)) return false;
    return !r->scan.failed;
}

typedef bool ReadRules(Tokenizer *tok, const Json *j, Err *err);

/* A member that is small: as a tree. Trees hold terminated strings, so U+0000 cannot be in one. */
static bool read_rules(Reader *r, const char *name, ReadRules *read)
{
    StrView raw;
    if (!jscan_skip(&r->scan, &raw)) return false;
    for (size_t i = 0; i + 6 <= raw.n; i++)
        if (memcmp(raw.s + i, "\\u0000", 6) == 0)
            return err_set(r->err, "%s: U+0000 is not supported", name);
    Json *j = json_parse(raw.s, raw.n, r->err);
    bool ok = j && read(r->tok, j, r->err);
    json_free(j);
    return ok || err_wrap(r->err, "%s", name);
}

static bool read_member(Reader *r, StrView key)
{
    static const struct {
        const char *name;
        ReadRules *read;
    } rules[] = {
        {"normalizer", tokenizer_read_normalizer},
        {"pre_tokenizer", tokenizer_read_pre_tokenizer},
        {"post_processor", tokenizer_read_post_processor},
        {"decoder", tokenizer_read_decoder},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!view_is(key, rules[i].name)) continue;
        if (i == 3) r->has_decoder = true;
        return read_rules(r, rules[i].name, rules[i].read);
    }
    if (view_is(key, "added_tokens")) return read_added(r);
    if (view_is(key, "model")) return read_model(r);
    return jscan_skip(&r->scan, NULL); /* version; truncation, padding */
}

/* What the members mean together. */
static bool settle_model(Reader *r)
{
    Tokenizer *tok = r->tok;
    bool known = strcmp(r->type, "BPE") == 0 || strcmp(r->type, "Unigram") == 0;
    if (!r->has_model || !r->has_vocab) return err_set(r->err, "no \"model\" with a \"vocab\"");
    if (!r->has_decoder) return err_set(r->err, "no \"decoder\"");
    if (r->type[0] && !known)
        return err_set(r->err, "model type \"%s\" is not supported; BPE and Unigram are", r->type);
    tok->kind = r->vocab_is_list ? TOKENIZER_UNIGRAM : TOKENIZER_BPE;
    if (r->type[0] && (strcmp(r->type, "BPE") == 0) == r->vocab_is_list)
        return err_set(r->err, "the vocabulary has not the form of model type \"%s\"", r->type);
    if (tok->kind == TOKENIZER_BPE && !r->has_merges)
        return err_set(r->err, "a BPE vocabulary without \"merges\"");
    if (r->unk_id >= tok->vocab.n) return err_set(r->err, "unk_id is beyond the vocabulary");
    int32_t unk = (int32_t)r->unk_id;
    if (r->unk_token) unk = tokvocab_find(&tok->vocab, r->unk_token, strlen(r->unk_token));
    if (r->unk_token && unk < 0)
        return err_set(r->err, "unk_token \"%s\" is not in the vocabulary", r->unk_token);
    tok->bpe.unk = tok->unigram.unk = tok->unk = unk;
    tok->unigram.byte_fallback = tok->bpe.byte_fallback;
    if (tok->bpe.byte_level && tok->kind == TOKENIZER_UNIGRAM)
        return err_set(r->err, "ByteLevel with a Unigram model is not supported");
    return true;
}

static bool read_file(Reader *r)
{
    StrView key;
    if (!jscan_open(&r->scan, '{')) return false;
    while (jscan_member(&r->scan, &key))
        if (!read_member(r, key)) return false;
    if (!jscan_end(&r->scan) || !settle_model(r)) return false;
    for (int i = 0; i < r->npending; i++) {
        const Pending *p = &r->pending[i];
        if (!tokenizer_add_token(r->tok, (StrView){p->text, p->n}, p->id, p->flags, r->err))
            return false;
    }
    return true;
}

bool tokenizer_read_json(Tokenizer *tok, const char *path, Err *err)
{
    FileMap map;
    if (!file_map_open(&map, path, err)) return false;
    Reader r = {.tok = tok, .err = err, .unk_id = -1};
    r.scan = jscan_start((const char *)map.data, (size_t)map.size, err);
    r.scan.nul = true;
    bool ok = read_file(&r);
    for (int i = 0; i < r.npending; i++) free(r.pending[i].text);
    free(r.pending);
    free(r.unk_token);
    str_free(&r.bytes);
    jscan_free(&r.scan);
    file_map_close(&map);
    return ok || err_wrap(err, "%s", path);
}
