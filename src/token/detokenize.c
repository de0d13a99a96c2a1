/* detokenize.c: tokens back to text: the decoder of a tokenizer.json, and the stream of
 * characters.
 *
 * What a token decodes to inside a text depends on the token alone, so it is worked out once for
 * the whole vocabulary. Two things depend on the place: a leading space that SentencePiece put
 * there is taken off the start of a text, and bytes wait until they are whole characters. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "token/tokenizer_parts.h"
#include "base/utf8.h"

typedef bool ReadDecoder(DecodeRules *rules, const Json *j, Err *err);

static bool decoder_replace(DecodeRules *rules, const Json *j, Err *err)
{
    const char *from = json_string(json_get(json_get(j, "pattern"), "String"));
    const char *to = json_string(json_get(j, "content"));
    if (!from || !*from || !to) return err_set(err, "only a String pattern is supported");
    if (rules->fused) return err_set(err, "after Fuse this is not supported");
    if (strlen(to) > 64)
        return err_set(err, "a \"content\" of more than 64 bytes is not supported");
    if (rules->nreplace == 8) return err_set(err, "more than 8 are not supported");
    rules->from[rules->nreplace] = mem_strdup(from);
    rules->to[rules->nreplace++] = mem_strdup(to);
    return true;
}

/* One character given by key, into out[5]. */
static bool decoder_char(const Json *j, const char *key, char *out, Err *err)
{
    const char *s = json_string(json_get(j, key));
    size_t n = s ? strlen(s) : 0;
    if (n == 0 || n > 4 || utf8_length(s, (int64_t)n) != (int)n)
        return err_set(err, "\"%s\" is not one character", key);
    memcpy(out, s, n + 1);
    return true;
}

static bool decoder_strip(DecodeRules *rules, const Json *j, Err *err)
{
    int64_t start, stop;
    if (!json_get_int(j, "start", 0, 1000, 0, &start, err)) return false;
    if (!json_get_int(j, "stop", 0, 1000, 0, &stop, err)) return false;
    if (stop != 0) return err_set(err, "\"stop\" other than 0 is not supported");
    if (start == 0) return true;
    if (!rules->fused || rules->nstrip)
        return err_set(err, "other than once after Fuse is not supported");
    rules->nstrip = (int)start;
    return decoder_char(j, "content", rules->strip, err);
}

static bool decoder_metaspace(DecodeRules *rules, const Json *j, Err *err)
{
    const char *scheme = json_string(json_get(j, "prepend_scheme"));
    bool prefix = json_truth(json_get(j, "add_prefix_space"), true);
    rules->first_unmarked = scheme ? strcmp(scheme, "never") != 0 : prefix;
    return decoder_char(j, "replacement", rules->mark, err);
}

static bool decoder_byte_level(DecodeRules *rules, const Json *j, Err *err)
{
    (void)j;
    (void)err;
    rules->byte_level = true;
    return true;
}

static bool decoder_byte_fallback(DecodeRules *rules, const Json *j, Err *err)
{
    (void)j;
    (void)err;
    rules->byte_fallback = true;
    return true;
}

static bool decoder_fuse(DecodeRules *rules, const Json *j, Err *err)
{
    (void)j;
    (void)err;
    rules->fused = true;
    return true;
}

static bool read_decoder(DecodeRules *rules, const Json *j, int depth, Err *err)
{
    static const struct {
        const char *type;
        ReadDecoder *read;
    } row[] = {
        {"Replace", decoder_replace},
        {"ByteFallback", decoder_byte_fallback},
        {"Fuse", decoder_fuse},
        {"Strip", decoder_strip},
        {"ByteLevel", decoder_byte_level},
        {"Metaspace", decoder_metaspace},
    };
    const char *type = json_string(json_get(j, "type"));
    if (!type) return err_set(err, "no \"type\"");
    if (strcmp(type, "Sequence") == 0 && depth < 4) {
        const Json *list = json_get(j, "decoders");
        if (!json_is_array(list)) return err_set(err, "Sequence without \"decoders\"");
        for (const Json *item = json_child(list); item; item = json_next(item))
            if (!read_decoder(rules, item, depth + 1, err)) return false;
        return true;
    }
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (strcmp(type, row[i].type) == 0)
            return row[i].read(rules, j, err) || err_wrap(err, "%s", type);
    return err_set(err, "type \"%s\" is not supported", type);
}

bool tokenizer_read_decoder(Tokenizer *tok, const Json *j, Err *err)
{
    if (json_is_null(j)) /* the reference would put a space between all tokens */
        return err_set(err, "null is not supported; give the decoder that fits the model");
    return read_decoder(&tok->decode, j, 0, err);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* The byte that "<0x0A>" names, -1 for any other text. */
static int named_byte(StrView text)
{
    if (text.n != 6 || memcmp(text.s, "<0x", 3) != 0 || text.s[5] != '>') return -1;
    int hi = hex_digit(text.s[3]), lo = hex_digit(text.s[4]);
    return hi < 0 || lo < 0 ? -1 : 16 * hi + lo;
}

/* Appends text with every `from` as `to`. */
static void add_replaced(Str *out, const char *s, size_t n, const char *from, const char *to)
{
    size_t nfrom = strlen(from), start = 0;
    for (size_t i = 0; i + nfrom <= n;) {
        if (memcmp(s + i, from, nfrom) != 0) {
            i++;
            continue;
        }
        str_add(out, s + start, i - start);
        str_puts(out, to);
        start = i += nfrom;
    }
    str_add(out, s + start, n - start);
}

static void add_piece(const Tokenizer *tok, StrView text, Str *out, Str swap[2])
{
    const DecodeRules *rules = &tok->decode;
    int byte = rules->byte_fallback ? named_byte(text) : -1;
    if (byte >= 0) {
        str_putc(out, (char)byte);
        return;
    }
    if (rules->byte_level && bpe_bytes_of(text.s, text.n, out)) return;
    int k = 0;
    for (int i = 0; i <= rules->nreplace; i++) {
        bool last = i == rules->nreplace;
        if (last && !rules->mark[0]) break;
        swap[k].len = 0;
        add_replaced(&swap[k], text.s, text.n, last ? rules->mark : rules->from[i],
                     last ? " " : rules->to[i]);
        text = (StrView){swap[k].s, swap[k].len};
        k ^= 1;
    }
    str_add(out, text.s, text.n);
}

void tokenizer_build_pieces(Tokenizer *tok)
{
    Str swap[2] = {{0}, {0}};
    int n = tok->vocab.n;
    uint8_t *added = mem_alloc(n, 1);
    tok->special = mem_alloc(n, 1);
    tok->piece_at = mem_alloc((int64_t)n + 1, sizeof *tok->piece_at);
    for (int i = 0; i < tok->added.n; i++) {
        added[tok->added.token[i].id] = 1;
        tok->special[tok->added.token[i].id] = tok->added.token[i].special;
    }
    for (int id = 0; id < n; id++) {
        StrView text = tokvocab_text(&tok->vocab, id);
        tok->piece_at[id] = (uint32_t)tok->pieces.len;
        if (text.s && added[id] && tok->decode.byte_level)
            str_add(&tok->pieces, text.s, text.n);
        else if (text.s)
            add_piece(tok, text, &tok->pieces, swap);
    }
    tok->piece_at[n] = (uint32_t)tok->pieces.len;
    str_free(&swap[0]);
    str_free(&swap[1]);
    free(added);
}

const char *tokenizer_piece(const Tokenizer *tok, int32_t id, size_t *len)
{
    *len = 0;
    if (!tokvocab_text(&tok->vocab, id).s) return NULL;
    *len = tok->piece_at[id + 1] - tok->piece_at[id];
    return str_text(&tok->pieces) + tok->piece_at[id];
}

/* Bytes in their order; those of unfinished characters wait. */
static void put_bytes(TokenDecoder *dec, const char *s, size_t n, Str *out)
{
    for (size_t i = 0; i < n; i++) {
        bool ok;
        dec->pending[dec->npending++] = s[i];
        while (dec->npending > 0 && !utf8_partial(dec->pending, dec->npending)) {
            int length = utf8_step(dec->pending, dec->npending, &ok);
            if (ok || !(dec->flags & DECODE_REPLACE))
                str_add(out, dec->pending, (size_t)length);
            else
                str_puts(out, "\xef\xbf\xbd");
            dec->npending -= length;
            memmove(dec->pending, dec->pending + length, (size_t)dec->npending);
        }
    }
}

/* The first token of a text, without its marks (Metaspace). */
static void put_unmarked(TokenDecoder *dec, StrView text, Str *out)
{
    size_t n = strlen(dec->tok->decode.mark);
    for (size_t i = 0; i < text.n;) {
        bool mark = text.n - i >= n && memcmp(text.s + i, dec->tok->decode.mark, n) == 0;
        if (!mark) put_bytes(dec, text.s + i, 1, out);
        i += mark ? n : 1;
    }
}

void token_decoder_add(TokenDecoder *dec, int32_t id, Str *out)
{
    const DecodeRules *rules = &dec->tok->decode;
    size_t n;
    const char *s = tokenizer_piece(dec->tok, id, &n);
    if (!s || (dec->tok->special[id] && !(dec->flags & DECODE_SPECIAL))) return;
    bool inside = dec->flags & DECODE_INSIDE;
    bool first = !dec->started && !inside;
    dec->started = true;
    if (first && rules->first_unmarked) {
        put_unmarked(dec, tokvocab_text(&dec->tok->vocab, id), out);
        return;
    }
    size_t width = strlen(rules->strip);
    if (inside) dec->stripped = rules->nstrip;
    while (dec->stripped < rules->nstrip && n > 0) {
        if (n < width || memcmp(s, rules->strip, width) != 0) {
            dec->stripped = rules->nstrip;
            break;
        }
        s += width;
        n -= width;
        dec->stripped++;
    }
    put_bytes(dec, s, n, out);
}

void token_decoder_end(TokenDecoder *dec, Str *out)
{
    if (dec->npending > 0 && dec->flags & DECODE_REPLACE)
        str_puts(out, "\xef\xbf\xbd");
    else
        str_add(out, dec->pending, (size_t)dec->npending);
    dec->npending = 0;
}

void tokenizer_decode(const Tokenizer *tok, const int32_t *ids, int n, int flags, Str *out)
{
    TokenDecoder dec = {.tok = tok, .flags = flags};
    for (int i = 0; i < n; i++) token_decoder_add(&dec, ids[i], out);
    token_decoder_end(&dec, out);
}
