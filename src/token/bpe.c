/* bpe.c: see bpe.h.
 *
 * Symbols are a doubly linked list; pairs that can merge wait in a heap ordered by (rank, place),
 * so a piece of n symbols takes O(n log n). A candidate is stale when its two symbols no longer
 * cover the bytes that they covered when it was queued (symbols only grow, so equal length means
 * equal pair). Sennrich et al. 2016 for the idea; the order of merges is that of the tokenizers
 * library.
 *
 * Models without a pre-tokenizer (Gemma, Llama 2) see a whole prompt as one piece. It is cut where
 * no merge can reach across: where no token made by a merge has the one character before the
 * other. That leaves words, which repeat, and results for short words are kept. */
#include "token/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"

#define BPE_NO_PAIR UINT64_MAX

enum {
    CLASSES = 257, /* the 256 bytes, and SentencePiece's space mark */
    CLASS_MARK = 256,
    WORD_KEY = 27,     /* bytes of a word that is kept */
    WORD_SLOTS = 4096, /* 2^12 */
    CACHE_FROM = 2048  /* bytes of text before keeping words pays */
};

typedef struct BpeSymbol {
    int32_t id; /* -1 once merged into its left neighbour */
    int from, to;
    int prev, next; /* -1 at the ends */
} BpeSymbol;

typedef struct BpeCandidate {
    uint32_t rank;
    int at; /* the left symbol */
    int32_t made;
    int length; /* bytes of the pair */
} BpeCandidate;

typedef struct BpeWord {
    int at, n;      /* tokens in scratch->kept, offsets from the start of the word */
    uint8_t length; /* 0 = empty slot */
    char key[WORD_KEY];
} BpeWord;

void bpe_free(Bpe *bpe)
{
    free(bpe->merge);
    free(bpe->pair);
    free(bpe->joined);
    *bpe = (Bpe){.unk = -1};
}

void bpe_scratch_free(BpeScratch *scratch)
{
    free(scratch->sym);
    free(scratch->heap);
    free(scratch->cache);
    tokouts_free(&scratch->kept);
    *scratch = (BpeScratch){0};
}

void bpe_add_merge(Bpe *bpe, int32_t left, int32_t right, int32_t made, uint32_t rank)
{
    BpeMerge *m = mem_push(&bpe->merge, &bpe->nmerges, &bpe->cap, sizeof *bpe->merge);
    *m = (BpeMerge){left, right, made, rank};
}

static uint64_t pair_key(int32_t left, int32_t right)
{
    return (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
}

static uint32_t pair_hash(uint64_t key)
{
    key *= UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: Fibonacci hashing */
    return (uint32_t)(key >> 32) ^ (uint32_t)(key >> 20);
}

static const BpePair *find_pair(const Bpe *bpe, int32_t left, int32_t right)
{
    uint64_t key = pair_key(left, right);
    for (uint32_t i = pair_hash(key) & bpe->mask;; i = (i + 1) & bpe->mask) {
        if (bpe->pair[i].key == key) return &bpe->pair[i];
        if (bpe->pair[i].key == BPE_NO_PAIR) return NULL;
    }
}

/* A pair that comes twice keeps its later rank, as in the reference. */
static void build_pairs(Bpe *bpe)
{
    uint32_t slots = 16;
    while (slots < 2 * (uint32_t)bpe->nmerges) slots *= 2;
    bpe->mask = slots - 1;
    bpe->pair = mem_alloc(slots, sizeof *bpe->pair);
    for (uint32_t i = 0; i < slots; i++) bpe->pair[i].key = BPE_NO_PAIR;
    for (int k = 0; k < bpe->nmerges; k++) {
        const BpeMerge *m = &bpe->merge[k];
        uint64_t key = pair_key(m->left, m->right);
        uint32_t i = pair_hash(key) & bpe->mask;
        while (bpe->pair[i].key != BPE_NO_PAIR && bpe->pair[i].key != key) i = (i + 1) & bpe->mask;
        bpe->pair[i] = (BpePair){key, m->rank, m->made};
    }
}

/* Length of the character at s[0..n), 1 for an ill-formed byte. */
static int char_length(const char *s, int n)
{
    if ((unsigned char)s[0] < 0x80) return 1;
    int length = utf8_length(s, n);
    return length ? length : 1;
}

static bool is_mark(const char *s, int length)
{
    return length == 3 && memcmp(s, "\xe2\x96\x81", 3) == 0;
}

/* Classes of a character as a left and as a right neighbour. */
static int left_class(const char *s, int length)
{
    return is_mark(s, length) ? CLASS_MARK : (unsigned char)s[length - 1];
}

static int right_class(const char *s, int length)
{
    return is_mark(s, length) ? CLASS_MARK : (unsigned char)s[0];
}

static void note_joins(Bpe *bpe, StrView text)
{
    int n = (int)text.n, left = -1;
    for (int i = 0; i < n;) {
        int length = char_length(text.s + i, n - i);
        if (left >= 0) {
            int bit = CLASSES * left + right_class(text.s + i, length);
            bpe->joined[bit / 8] |= (uint8_t)(1 << bit % 8);
        }
        left = left_class(text.s + i, length);
        i += length;
    }
}

/* GPT-2's alphabet (encoder.py, bytes_to_unicode): printable Latin-1 stands for itself, the 68
 * other bytes for U+0100.. in order. */
static bool alphabet_is_plain(int b)
{
    return (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
}

void bpe_alphabet(char alphabet[256][3])
{
    int next = 0x100;
    for (int b = 0; b < 256; b++) {
        char bytes[4];
        int n = utf8_put(bytes, alphabet_is_plain(b) ? b : next++);
        memcpy(alphabet[b], bytes, (size_t)n);
        alphabet[b][n] = 0;
    }
}

bool bpe_bytes_of(const char *text, size_t n, Str *out)
{
    size_t before = out->len;
    for (size_t i = 0; i < n;) {
        int length = utf8_length(text + i, (int64_t)(n - i));
        int32_t c = length ? utf8_code(text + i, length) : -1;
        int b = c < 0x100 && c >= 0 && alphabet_is_plain(c) ? c : -1;
        if (c >= 0x100 && c < 0x100 + 68) {
            int k = c - 0x100; /* the k-th byte that is not plain */
            b = k < 33 ? k : k < 67 ? 0x7f + k - 33 : 0xad;
        }
        if (b < 0) {
            out->len = before;
            return false;
        }
        str_putc(out, (char)b);
        i += (size_t)length;
    }
    return true;
}

static void build_symbols(Bpe *bpe)
{
    static const char digit[] = "0123456789ABCDEF";
    bpe_alphabet(bpe->alphabet);
    for (int b = 0; b < 256; b++) {
        char name[] = {'<', '0', 'x', digit[b / 16], digit[b % 16], '>'};
        const char *letter = bpe->alphabet[b];
        bpe->byte_id[b] = bpe->byte_level ? tokvocab_find(bpe->vocab, letter, strlen(letter))
                                          : tokvocab_find(bpe->vocab, name, sizeof name);
    }
    for (int c = 0; c < 128; c++) {
        char s = (char)c;
        bpe->ascii_id[c] = tokvocab_find(bpe->vocab, &s, 1);
    }
}

static bool is_byte_name(StrView text)
{
    return text.n == 6 && memcmp(text.s, "<0x", 3) == 0 && text.s[5] == '>';
}

/* Cutting is exact when unknown characters cannot fuse across a cut and byte tokens never merge. */
static bool may_cut(const Bpe *bpe)
{
    bool may = !bpe->byte_level && !bpe->ignore_merges && bpe->byte_fallback;
    for (int b = 0; b < 256 && may; b++) may = bpe->byte_id[b] >= 0;
    for (int k = 0; k < bpe->nmerges && may; k++)
        may = !is_byte_name(tokvocab_text(bpe->vocab, bpe->merge[k].left)) &&
              !is_byte_name(tokvocab_text(bpe->vocab, bpe->merge[k].right));
    return may;
}

void bpe_finish(Bpe *bpe, const TokVocab *vocab)
{
    bpe->vocab = vocab;
    build_symbols(bpe);
    build_pairs(bpe);
    bpe->cuts = may_cut(bpe);
    bpe->joined = mem_alloc((CLASSES * CLASSES + 7) / 8, 1);
    for (int k = 0; k < bpe->nmerges && bpe->cuts; k++)
        note_joins(bpe, tokvocab_text(vocab, bpe->merge[k].made));
    free(bpe->merge);
    bpe->merge = NULL;
    bpe->cap = 0;
}

static void add_symbol(BpeScratch *sc, int32_t id, int from, int to)
{
    BpeSymbol *s = mem_push(&sc->sym, &sc->nsym, &sc->cap_sym, sizeof *sc->sym);
    *s = (BpeSymbol){id, from, to, sc->nsym - 2, sc->nsym};
}

/* A character without a token of its own; *fusing: the symbol before is such a one. */
static void add_unknown(const Bpe *bpe, BpeScratch *sc, const char *s, int from, int to,
                        bool *fusing)
{
    bool all = bpe->byte_fallback;
    for (int i = from; i < to && all; i++) all = bpe->byte_id[(unsigned char)s[i]] >= 0;
    if (all) {
        for (int i = from; i < to; i++) add_symbol(sc, bpe->byte_id[(unsigned char)s[i]], i, i + 1);
        *fusing = false;
    } else if (bpe->unk >= 0 && bpe->fuse_unk && *fusing) {
        sc->sym[sc->nsym - 1].to = to;
    } else if (bpe->unk >= 0) {
        add_symbol(sc, bpe->unk, from, to);
        *fusing = true;
    }
}

static void add_symbols(const Bpe *bpe, BpeScratch *sc, const char *s, int from, int to)
{
    bool fusing = false;
    sc->nsym = 0;
    for (int i = from, length; i < to; i += length) {
        unsigned char c = (unsigned char)s[i];
        int32_t id;
        length = bpe->byte_level ? 1 : char_length(s + i, to - i);
        if (bpe->byte_level)
            id = bpe->byte_id[c];
        else
            id = c < 0x80 ? bpe->ascii_id[c] : tokvocab_find(bpe->vocab, s + i, (size_t)length);
        if (id < 0) {
            add_unknown(bpe, sc, s, i, i + length, &fusing);
        } else {
            add_symbol(sc, id, i, i + length);
            fusing = false;
        }
    }
    if (sc->nsym > 0) sc->sym[sc->nsym - 1].next = -1;
}

static bool comes_before(const BpeCandidate *a, const BpeCandidate *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void heap_push(BpeScratch *sc, BpeCandidate c)
{
    mem_push(&sc->heap, &sc->nheap, &sc->cap_heap, sizeof *sc->heap);
    int i = sc->nheap - 1;
    for (int up; i > 0 && comes_before(&c, &sc->heap[up = (i - 1) / 2]); i = up)
        sc->heap[i] = sc->heap[up];
    sc->heap[i] = c;
}

static BpeCandidate heap_pop(BpeScratch *sc)
{
    BpeCandidate *heap = sc->heap, top = heap[0], last = heap[--sc->nheap];
    int n = sc->nheap, i = 0;
    for (int child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && comes_before(&heap[child + 1], &heap[child])) child++;
        if (!comes_before(&heap[child], &last)) break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

/* Queues the pair of symbol `at` and the one after it, if they can merge. */
static void queue_pair(const Bpe *bpe, BpeScratch *sc, int at)
{
    if (at < 0 || sc->sym[at].next < 0) return;
    const BpeSymbol *left = &sc->sym[at], *right = &sc->sym[left->next];
    const BpePair *pair = find_pair(bpe, left->id, right->id);
    if (!pair) return;
    heap_push(sc, (BpeCandidate){pair->rank, at, pair->made, right->to - left->from});
}

static void merge_symbols(const Bpe *bpe, BpeScratch *sc)
{
    sc->nheap = 0;
    for (int i = 0; i + 1 < sc->nsym; i++) queue_pair(bpe, sc, i);
    while (sc->nheap > 0) {
        BpeCandidate c = heap_pop(sc);
        BpeSymbol *left = &sc->sym[c.at];
        if (left->id < 0 || left->next < 0) continue;
        BpeSymbol *right = &sc->sym[left->next];
        if (right->to - left->from != c.length) continue;
        left->id = c.made;
        left->to = right->to;
        left->next = right->next;
        right->id = -1;
        if (left->next >= 0) sc->sym[left->next].prev = c.at;
        queue_pair(bpe, sc, left->prev);
        queue_pair(bpe, sc, c.at);
    }
}

/* True when s[from..to) is a token as it stands. */
static bool whole_token(const Bpe *bpe, const char *s, int from, int to, int32_t *id)
{
    if (!bpe->byte_level) {
        *id = tokvocab_find(bpe->vocab, s + from, (size_t)(to - from));
        return *id >= 0;
    }
    char text[256];
    size_t n = 0;
    for (int i = from; i < to; i++) {
        const char *letter = bpe->alphabet[(unsigned char)s[i]];
        if (n + 2 > sizeof text) return false;
        text[n++] = letter[0];
        if (letter[1]) text[n++] = letter[1];
    }
    *id = tokvocab_find(bpe->vocab, text, n);
    return *id >= 0;
}

static void encode_word(const Bpe *bpe, BpeScratch *sc, const char *s, int from, int to,
                        TokOuts *out)
{
    int32_t id;
    if (bpe->ignore_merges && whole_token(bpe, s, from, to, &id)) {
        tokouts_add(out, id, from, to);
        return;
    }
    add_symbols(bpe, sc, s, from, to);
    merge_symbols(bpe, sc);
    for (int i = sc->nsym > 0 ? 0 : -1; i >= 0; i = sc->sym[i].next)
        tokouts_add(out, sc->sym[i].id, sc->sym[i].from, sc->sym[i].to);
}

/* encode_word through the cache. */
static void encode_cached(const Bpe *bpe, BpeScratch *sc, const char *s, int from, int to,
                          TokOuts *out)
{
    int length = to - from;
    sc->seen += length;
    if (length > WORD_KEY || sc->seen < CACHE_FROM) {
        encode_word(bpe, sc, s, from, to, out);
        return;
    }
    if (!sc->cache) sc->cache = mem_alloc(WORD_SLOTS, sizeof *sc->cache);
    uint64_t hash = hash_fnv1a(s + from, (size_t)length);
    BpeWord *word = &sc->cache[(hash ^ hash >> 32) % WORD_SLOTS];
    if (word->length != length || memcmp(word->key, s + from, (size_t)length) != 0) {
        int first = out->n;
        encode_word(bpe, sc, s, from, to, out);
        *word = (BpeWord){.at = sc->kept.n, .n = out->n - first, .length = (uint8_t)length};
        memcpy(word->key, s + from, (size_t)length);
        for (int i = first; i < out->n; i++)
            tokouts_add(&sc->kept, out->out[i].id, out->out[i].from - from, out->out[i].to - from);
        return;
    }
    for (int i = word->at; i < word->at + word->n; i++) {
        const TokOut *o = &sc->kept.out[i];
        tokouts_add(out, o->id, from + o->from, from + o->to);
    }
}

/* The end of the word that starts at `from`: the first place that no merge reaches across. */
static int word_end(const Bpe *bpe, const char *s, int from, int to)
{
    int left = -1;
    for (int i = from, length; i < to; i += length) {
        length = char_length(s + i, to - i);
        if (left >= 0) {
            int bit = CLASSES * left + right_class(s + i, length);
            if (!(bpe->joined[bit / 8] >> bit % 8 & 1)) return i;
        }
        left = left_class(s + i, length);
    }
    return to;
}

void bpe_encode(const Bpe *bpe, BpeScratch *scratch, const TokText *text, int from, int to,
                TokOuts *out)
{
    while (from < to) {
        int end = bpe->cuts ? word_end(bpe, text->s, from, to) : to;
        encode_cached(bpe, scratch, text->s, from, end, out);
        from = end;
    }
}
