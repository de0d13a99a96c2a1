/* sentencepiece.c: reads tokenizer.model, SentencePiece's ModelProto, from the wire format.
 *
 * Fields (sentencepiece_model.proto): ModelProto 1 pieces, 2 trainer_spec, 3 normalizer_spec;
 * SentencePiece 1 text, 2 score, 3 type; TrainerSpec 3 model_type, 24 treat_whitespace_as_suffix,
 * 35 byte_fallback, 40..43 unk, bos, eos, pad id; NormalizerSpec 2 precompiled_charsmap,
 * 3 add_dummy_prefix, 4 remove_extra_whitespaces, 5 escape_whitespaces. The rest says how the model
 * was trained. SentencePiece's BPE has no list of merges: any two neighbours merge whose text is a
 * piece, the best score first, so the list is every way to cut a piece in two pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "token/tokenizer_parts.h"
#include "base/utf8.h"

enum { PIECE_NORMAL = 1, PIECE_UNKNOWN, PIECE_CONTROL, PIECE_USER, PIECE_UNUSED, PIECE_BYTE };
enum { MODEL_UNIGRAM = 1, MODEL_BPE = 2 };
enum { PIECE_MAX_TEXT = 512 }; /* bytes; merges are found in time quadratic in this */

static const char MARK[] = "\xe2\x96\x81"; /* U+2581 */

/* A message on the wire: fields are taken off its front. */
typedef struct Wire {
    const uint8_t *p, *end;
    const uint8_t *file; /* for offsets in messages */
    Err *err;
} Wire;

typedef struct Field {
    int number, type; /* type: 0 varint, 1 eight bytes, 2 bytes, 5 four bytes */
    uint64_t value;   /* of a varint, or the bits of a fixed number */
    Wire bytes;       /* of type 2 */
} Field;

typedef struct Piece {
    float score;
    uint8_t type;
} Piece;

typedef struct Model {
    Tokenizer *tok;
    Piece *piece; /* [n] by id */
    int n, cap;
    int64_t model_type, unk, bos, eos, pad;
    bool byte_fallback, space_suffix;
    bool dummy_prefix, squeeze, escape;
    Charsmap *map;
    Err *err;
} Model;

static bool wire_fail(const Wire *w, const char *what)
{
    return err_set(w->err, "%s at byte %lld", what, (long long)(w->p - w->file));
}

static bool take_varint(Wire *w, uint64_t *out)
{
    *out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        if (w->p == w->end) return wire_fail(w, "the file ends in a number");
        uint8_t b = *w->p++;
        *out |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) return true;
    }
    return wire_fail(w, "a number of more than ten bytes");
}

static bool take_field(Wire *w, Field *f)
{
    uint64_t key;
    if (!take_varint(w, &key)) return false;
    if (key >> 3 == 0 || key >> 3 > 1 << 29) return wire_fail(w, "a bad field number");
    *f = (Field){.number = (int)(key >> 3), .type = (int)(key & 7)};
    if (f->type == 0) return take_varint(w, &f->value);
    if (f->type != 1 && f->type != 2 && f->type != 5) return wire_fail(w, "a bad field type");
    uint64_t n = f->type == 1 ? 8 : 4;
    if (f->type == 2 && !take_varint(w, &n)) return false;
    if (n > (uint64_t)(w->end - w->p)) return wire_fail(w, "a field longer than the file");
    if (f->type == 1) f->value = load_le64(w->p);
    if (f->type == 5) f->value = load_le32(w->p);
    f->bytes = (Wire){w->p, w->p + n, w->file, w->err};
    w->p += n;
    return true;
}

static bool read_piece(Model *m, Wire w)
{
    Field f;
    StrView text = {0};
    Piece *p = mem_push(&m->piece, &m->n, &m->cap, sizeof *m->piece);
    p->type = PIECE_NORMAL;
    while (w.p < w.end) {
        if (!take_field(&w, &f)) return false;
        if (f.number == 1 && f.type == 2) {
            text = (StrView){(const char *)f.bytes.p, (size_t)(f.bytes.end - f.bytes.p)};
        } else if (f.number == 2 && f.type == 5) {
            uint32_t bits = (uint32_t)f.value;
            memcpy(&p->score, &bits, sizeof bits);
        } else if (f.number == 3 && f.type == 0) {
            if (f.value < PIECE_NORMAL || f.value > PIECE_BYTE)
                return wire_fail(&w, "a piece of unknown type");
            p->type = (uint8_t)f.value;
        }
    }
    if (!text.n) return wire_fail(&w, "a piece without text");
    if (text.n > PIECE_MAX_TEXT) return wire_fail(&w, "a piece of more than 512 bytes");
    if (!utf8_valid(text.s, (int64_t)text.n)) return wire_fail(&w, "a piece that is not UTF-8");
    if (!(p->score > -1e30f && p->score < 1e30f)) return wire_fail(&w, "a piece with a bad score");
    return tokvocab_add(&m->tok->vocab, text, m->n - 1, m->err);
}

static bool read_trainer(Model *m, Wire w)
{
    Field f;
    while (w.p < w.end) {
        if (!take_field(&w, &f)) return false;
        int64_t value = (int32_t)(uint32_t)f.value;
        switch (f.type == 0 ? f.number : 0) {
        case 3: m->model_type = value; break;
        case 24: m->space_suffix = value != 0; break;
        case 35: m->byte_fallback = value != 0; break;
        case 40: m->unk = value; break;
        case 41: m->bos = value; break;
        case 42: m->eos = value; break;
        case 43: m->pad = value; break;
        }
    }
    return true;
}

static bool read_normalizer(Model *m, Wire w)
{
    Field f;
    while (w.p < w.end) {
        if (!take_field(&w, &f)) return false;
        if (f.number == 2 && f.type == 2 && f.bytes.p < f.bytes.end) {
            charsmap_close(m->map);
            m->map = charsmap_open(f.bytes.p, (size_t)(f.bytes.end - f.bytes.p), m->err);
            if (!m->map) return false;
        }
        switch (f.type == 0 ? f.number : 0) {
        case 3: m->dummy_prefix = f.value != 0; break;
        case 4: m->squeeze = f.value != 0; break;
        case 5: m->escape = f.value != 0; break;
        }
    }
    return true;
}

static bool read_model(Model *m, Wire w)
{
    Field f;
    while (w.p < w.end) {
        if (!take_field(&w, &f)) return false;
        if (f.number > 3) continue;
        if (f.type != 2) return wire_fail(&w, "a part that is no message");
        if (f.number == 1 && !read_piece(m, f.bytes)) return false;
        if (f.number == 2 && !read_trainer(m, f.bytes)) return false;
        if (f.number == 3 && !read_normalizer(m, f.bytes)) return false;
    }
    return true;
}

/* The id if it is that of a piece which text can become, -1 otherwise. */
static int32_t find_plain(const Model *m, const char *s, size_t n)
{
    int32_t id = tokvocab_find(&m->tok->vocab, s, n);
    if (id < 0) return -1;
    return m->piece[id].type == PIECE_NORMAL || m->piece[id].type == PIECE_USER ? id : -1;
}

typedef struct Ranked {
    float score;
    int32_t id;
} Ranked;

static int by_score(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Every way to make a piece of two; equal scores have equal ranks, so that the leftmost goes
 * first. */
static void add_merges(Model *m)
{
    Ranked *ranked = mem_alloc(m->n, sizeof *ranked);
    int count = 0;
    uint32_t rank = 0;
    for (int32_t id = 0; id < m->n; id++)
        if (m->piece[id].type == PIECE_NORMAL || m->piece[id].type == PIECE_USER)
            ranked[count++] = (Ranked){m->piece[id].score, id};
    qsort(ranked, (size_t)count, sizeof *ranked, by_score);
    for (int i = 0; i < count; i++) {
        StrView text = tokvocab_text(&m->tok->vocab, ranked[i].id);
        if (i > 0 && ranked[i].score != ranked[i - 1].score) rank++;
        for (size_t cut = 0;;) {
            cut += (size_t)utf8_length(text.s + cut, (int64_t)(text.n - cut));
            if (cut >= text.n) break;
            int32_t left = find_plain(m, text.s, cut);
            int32_t right = left < 0 ? -1 : find_plain(m, text.s + cut, text.n - cut);
            if (right >= 0) bpe_add_merge(&m->tok->bpe, left, right, ranked[i].id, rank);
        }
    }
    free(ranked);
}

/* SentencePiece gives a piece that the user defined the best score of its length, so that it wins
 * (unigram_model.cc). */
static void add_scores(Model *m)
{
    float best = -1e30f;
    for (int32_t id = 0; id < m->n; id++)
        if (m->piece[id].type == PIECE_NORMAL && m->piece[id].score > best)
            best = m->piece[id].score;
    for (int32_t id = 0; id < m->n; id++) {
        StrView text = tokvocab_text(&m->tok->vocab, id);
        bool user = m->piece[id].type == PIECE_USER;
        double score = user ? (double)text.n * best - 0.1 : m->piece[id].score;
        unigram_add(&m->tok->unigram, text, id, score, m->piece[id].type == PIECE_NORMAL || user);
    }
}

/* Control and unknown pieces are special tokens; pieces of the user are found in normalised text
 * before anything else. */
static bool add_added(Model *m)
{
    for (int32_t id = 0; id < m->n; id++) {
        int type = m->piece[id].type;
        bool user = type == PIECE_USER;
        AddedToken token = {.id = id, .special = !user, .normalized = user, .as_is = user};
        if (type != PIECE_CONTROL && type != PIECE_UNKNOWN && !user) continue;
        if (!added_add(&m->tok->added, token, tokvocab_text(&m->tok->vocab, id), m->err))
            return false;
    }
    return true;
}

static void add_rules(Model *m)
{
    Tokenizer *tok = m->tok;
    if (m->map) normalizer_add(&tok->norm, NORM_CHARSMAP)->map = m->map;
    m->map = NULL;
    if (m->squeeze) normalizer_add(&tok->norm, NORM_SQUEEZE);
    if (m->dummy_prefix) normalizer_add_prepend(&tok->norm, MARK);
    normalizer_add_replace(&tok->norm, " ", MARK);
    tok->decode.byte_fallback = true;
    tok->decode.from[0] = mem_strdup(MARK);
    tok->decode.to[0] = mem_strdup(" ");
    tok->decode.nreplace = 1;
    memcpy(tok->decode.strip, " ", 2);
    tok->decode.nstrip = m->dummy_prefix || m->squeeze ? 1 : 0;
}

static bool settle(Model *m)
{
    Tokenizer *tok = m->tok;
    bool unused = false;
    for (int i = 0; i < m->n; i++) unused |= m->piece[i].type == PIECE_UNUSED;
    if (m->model_type != MODEL_BPE && m->model_type != MODEL_UNIGRAM)
        return err_set(m->err, "model type %lld is not supported; BPE and Unigram are",
                       (long long)m->model_type);
    if (m->space_suffix) return err_set(m->err, "treat_whitespace_as_suffix is not supported");
    if (!m->escape) return err_set(m->err, "escape_whitespaces = false is not supported");
    if (unused && m->model_type == MODEL_BPE)
        return err_set(m->err, "unused pieces in a BPE model are not supported");
    if (m->unk < 0 || m->unk >= m->n || m->piece[m->unk].type != PIECE_UNKNOWN)
        return err_set(m->err, "unk_id %lld is not the unknown piece", (long long)m->unk);
    tok->kind = m->model_type == MODEL_BPE ? TOKENIZER_BPE : TOKENIZER_UNIGRAM;
    tok->unk = tok->bpe.unk = tok->unigram.unk = (int32_t)m->unk;
    tok->bpe.byte_fallback = tok->unigram.byte_fallback = m->byte_fallback;
    tok->bpe.fuse_unk = true;
    tok->bos = m->bos >= 0 && m->bos < m->n ? (int32_t)m->bos : -1;
    tok->eos = m->eos >= 0 && m->eos < m->n ? (int32_t)m->eos : -1;
    tok->pad = m->pad >= 0 && m->pad < m->n ? (int32_t)m->pad : -1;
    if (tok->bos >= 0) idlist_add(&tok->before, tok->bos);
    tok->sentencepiece = true;
    if (tok->kind == TOKENIZER_BPE)
        add_merges(m);
    else
        add_scores(m);
    add_rules(m);
    return add_added(m);
}

bool tokenizer_read_model(Tokenizer *tok, const char *path, Err *err)
{
    FileMap map;
    if (!file_map_open(&map, path, err)) return false;
    Model m = {.tok = tok,
               .err = err,
               .model_type = MODEL_UNIGRAM,
               .bos = 1,
               .eos = 2,
               .pad = -1,
               .dummy_prefix = true,
               .squeeze = true,
               .escape = true};
    bool ok = map.size > 0 || err_set(err, "the file is empty");
    ok = ok && read_model(&m, (Wire){map.data, map.data + map.size, map.data, err});
    ok = ok && (m.n > 0 || err_set(err, "no pieces: this is no SentencePiece model"));
    ok = ok && settle(&m);
    charsmap_close(m.map);
    free(m.piece);
    file_map_close(&map);
    return ok || err_wrap(err, "%s", path);
}
