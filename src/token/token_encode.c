/* token_encode.c: a prompt through the whole pipeline.
 *
 * Added tokens are cut out of the raw text; what lies between them is normalised, searched for
 * those added tokens that are defined on normalised text, cut into pieces, and each piece goes to
 * the model. Stages and their order are those of the tokenizers library. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/tokenizer_parts.h"
#include "base/utf8.h"

typedef struct Encoder {
    const Tokenizer *tok;
    const char *source; /* [len] */
    int len;
    bool special; /* special tokens in the text count */
    bool valid;   /* the source is well-formed UTF-8 */
    TokenIds *ids;
    Err *err;
    TokText text, spare, part;
    TokPieces pieces, spare_pieces;
    TokOuts outs;
    BpeScratch bpe;
    UnigramScratch unigram;
    PatternScratch *scratch;
} Encoder;

void token_ids_free(TokenIds *ids)
{
    free(ids->id);
    free(ids->start);
    free(ids->len);
    *ids = (TokenIds){0};
}

static void ids_reserve(TokenIds *ids, int more)
{
    if (ids->n + more <= ids->cap) return;
    ids->cap = ids->n + more > 2 * ids->cap ? ids->n + more : 2 * ids->cap;
    if (ids->cap < 32) ids->cap = 32;
    ids->id = mem_resize(ids->id, ids->cap, sizeof *ids->id);
    ids->start = mem_resize(ids->start, ids->cap, sizeof *ids->start);
    ids->len = mem_resize(ids->len, ids->cap, sizeof *ids->len);
}

void token_ids_add(TokenIds *ids, int32_t id, int32_t start, int32_t len)
{
    ids_reserve(ids, 1);
    ids->id[ids->n] = id;
    ids->start[ids->n] = start;
    ids->len[ids->n++] = len;
}

static bool keeps_bytes(const Tokenizer *tok)
{
    if (tok->kind == TOKENIZER_UNIGRAM) return tok->unigram.byte_fallback;
    return tok->bpe.byte_level || tok->bpe.byte_fallback;
}

/* source[from..to) into e->text; U+FFFD for what is ill-formed where bytes cannot be kept. */
static void take_source(Encoder *e, int from, int to)
{
    toktext_clear(&e->text);
    if (e->valid || keeps_bytes(e->tok)) {
        toktext_add_source(&e->text, e->source, from, to - from);
        return;
    }
    for (int i = from, length; i < to; i += length) {
        bool ok;
        length = utf8_step(e->source + i, to - i, &ok);
        if (ok)
            toktext_add_source(&e->text, e->source, i, length);
        else
            toktext_put(&e->text, "\xef\xbf\xbd", 3, i, i + length);
    }
}

/* The model's tokens of every piece of *text, with the source that each came from. */
static bool encode_pieces(Encoder *e, const TokText *text)
{
    const Tokenizer *tok = e->tok;
    e->outs.n = 0;
    for (int i = 0; i < e->pieces.n; i++) {
        TokPiece p = e->pieces.piece[i];
        if (tok->kind == TOKENIZER_BPE)
            bpe_encode(&tok->bpe, &e->bpe, text, p.from, p.to, &e->outs);
        else if (!unigram_encode(&tok->unigram, &e->unigram, text, p.from, p.to, &e->outs, e->err))
            return false;
    }
    ids_reserve(e->ids, e->outs.n);
    for (int i = 0; i < e->outs.n; i++) {
        const TokOut *o = &e->outs.out[i];
        int32_t start = text->from[o->from], end = text->to[o->to - 1];
        token_ids_add(e->ids, o->id, start, end - start);
    }
    return true;
}

static bool encode_text(Encoder *e, TokText *text)
{
    pattern_new_text(e->scratch);
    return splitter_apply(&e->tok->splitter, text, &e->pieces, &e->spare, &e->spare_pieces,
                          e->scratch, e->err) &&
           encode_pieces(e, text);
}

/* What lies between two added tokens of the raw text. */
static bool encode_gap(Encoder *e, int from, int to)
{
    const AddedTokens *added = &e->tok->added;
    if (from >= to) return true;
    take_source(e, from, to);
    if (!normalizer_apply(&e->tok->norm, &e->text, &e->spare, e->scratch, e->err)) return false;
    if (added->normal.n == 0) return encode_text(e, &e->text);
    const TokText *text = &e->text;
    for (int at = 0, resume = 0; at < text->n || resume < text->n;) {
        AddedMatch m = added_next(added, &added->normal, text->s, text->n, at, resume, e->special);
        toktext_clear(&e->part);
        if (m.from > at) toktext_copy(&e->part, text, at, m.from - at);
        if (!encode_text(e, &e->part)) return false;
        if (m.id >= 0) {
            int32_t start = text->from[m.from];
            token_ids_add(e->ids, m.id, start, text->to[m.to - 1] - start);
        }
        at = m.to;
        resume = m.resume;
    }
    return true;
}

static bool encode_source(Encoder *e)
{
    const AddedTokens *added = &e->tok->added;
    for (int at = 0, resume = 0; at < e->len || resume < e->len;) {
        AddedMatch m = added_next(added, &added->raw, e->source, e->len, at, resume, e->special);
        if (!encode_gap(e, at, m.from)) return false;
        if (m.id >= 0) token_ids_add(e->ids, m.id, m.from, m.to - m.from);
        at = m.to;
        resume = m.resume;
    }
    return true;
}

static void add_edges(TokenIds *ids, const IdList *list, int flags, int at)
{
    for (int i = 0; i < list->n && flags & TOKENIZE_EDGES; i++)
        token_ids_add(ids, list->id[i], at, 0);
}

bool tokenizer_encode(const Tokenizer *tok, const char *text, size_t len, int flags, TokenIds *out,
                      Err *err)
{
    out->n = 0;
    if (len > TOKENIZER_MAX_TEXT)
        return err_set(err, "text of %lld bytes; at most %d can be tokenized at once: split it",
                       (long long)len, TOKENIZER_MAX_TEXT);
    Encoder e = {.tok = tok, .source = text, .len = (int)len, .ids = out, .err = err};
    e.special = flags & TOKENIZE_SPECIAL;
    e.valid = utf8_valid(text, (int64_t)len);
    e.scratch = pattern_scratch(e.valid);
    add_edges(out, &tok->before, flags, 0);
    bool ok = encode_source(&e);
    add_edges(out, &tok->after, flags, e.len);
    pattern_scratch_free(e.scratch);
    toktext_free(&e.text);
    toktext_free(&e.spare);
    toktext_free(&e.part);
    tokpieces_free(&e.pieces);
    tokpieces_free(&e.spare_pieces);
    tokouts_free(&e.outs);
    bpe_scratch_free(&e.bpe);
    unigram_scratch_free(&e.unigram);
    return ok;
}
