/* bpe_train.c: see token/bpe_train.h.
 *
 * Words are counted once; then every merge touches only the words that hold its pair: each pair
 * has its count and the list of words in which it was seen (some may have lost it since). The next
 * pair comes off a heap whose entries may be out of date: one whose count is no longer the pair's
 * is put back with the right count. */
#include "token/bpe_train.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "token/bpe.h"
#include "token/pattern.h"

enum { PIECE = 1 << 20 }; /* bytes of text that are split at once */

typedef struct Word {
    const char *s; /* [n] in the text */
    int n;
    int64_t count;
    int32_t *sym; /* [nsym] */
    int nsym;
} Word;

typedef struct Pair {
    int32_t left, right;
    int64_t count;
    int *word;
    int nwords, cap;
} Pair;

typedef struct Best {
    int64_t count;
    int pair;
} Best;

typedef struct Trainer {
    Word *word;
    int nwords, cap_words;
    int *word_slot; /* [word_mask + 1], -1 = free */
    int64_t word_mask;
    Pair *pair;
    int npairs, cap_pairs;
    int *pair_slot;
    int64_t pair_mask;
    Best *heap;
    int nheap, cap_heap;
    int32_t (*merge)[2];
    int nmerges, cap_merges;
    const Run *run;
    Err *err;
} Trainer;

/* A table of indices twice as large; hash(t, i) is that of entry i. */
static void grow_table(int **slot, int64_t *mask, int n, uint64_t (*hash)(const Trainer *, int),
                       const Trainer *t)
{
    *mask = *mask ? 2 * *mask + 1 : 1023;
    *slot = mem_resize(*slot, *mask + 1, sizeof **slot);
    for (int64_t i = 0; i <= *mask; i++) (*slot)[i] = -1;
    for (int i = 0; i < n; i++) {
        int64_t at = (int64_t)(hash(t, i) & (uint64_t)*mask);
        while ((*slot)[at] >= 0) at = (at + 1) & *mask;
        (*slot)[at] = i;
    }
}

static uint64_t word_hash(const Trainer *t, int i)
{
    return hash_fnv1a(t->word[i].s, (size_t)t->word[i].n);
}

static uint64_t pair_hash(const Trainer *t, int i)
{
    int32_t key[2] = {t->pair[i].left, t->pair[i].right};
    return hash_fnv1a(key, sizeof key);
}

static void count_word(Trainer *t, const char *s, int n)
{
    if (2 * (int64_t)t->nwords >= t->word_mask)
        grow_table(&t->word_slot, &t->word_mask, t->nwords, word_hash, t);
    int64_t at = (int64_t)(hash_fnv1a(s, (size_t)n) & (uint64_t)t->word_mask);
    for (; t->word_slot[at] >= 0; at = (at + 1) & t->word_mask) {
        Word *w = &t->word[t->word_slot[at]];
        if (w->n == n && memcmp(w->s, s, (size_t)n) == 0) {
            w->count++;
            return;
        }
    }
    t->word_slot[at] = t->nwords;
    Word *w = mem_push(&t->word, &t->nwords, &t->cap_words, sizeof *w);
    *w = (Word){.s = s, .n = n, .count = 1};
}

static bool split(Trainer *t, const Pattern *p, PatternScratch *scratch, const char *s, int n)
{
    pattern_new_text(scratch);
    for (int at = 0; at < n;) {
        int from, to;
        if (!pattern_next(p, scratch, s, n, at, &from, &to, t->err)) return false;
        if (from < 0) break;
        count_word(t, s + from, to - from);
        at = to;
    }
    return true;
}

/* The first place of what [n] in text [len], NULL when there is none. */
static const char *find(const char *text, int64_t len, const char *what, int64_t n)
{
    for (const char *end = text + len; n > 0 && end - text >= n; text++) {
        text = memchr(text, what[0], (size_t)(end - text - n + 1));
        if (!text || memcmp(text, what, (size_t)n) == 0) return text;
    }
    return NULL;
}

/* Where the piece from `at` on ends: before the special text, or at a line's end near PIECE. */
static int64_t piece_end(const char *text, int64_t at, int64_t len, const char *special)
{
    int64_t end = len - at > PIECE ? at + PIECE : len;
    const char *cut = find(text + at, end - at, special, (int64_t)strlen(special));
    if (cut) return cut - text;
    if (end == len) return len;
    int64_t line = end;
    while (line > at && text[line - 1] != '\n') line--;
    return line > at ? line : end;
}

static bool count_words(Trainer *t, const char *text, int64_t len, const char *special)
{
    Pattern *p = pattern_compile(PATTERN_GPT2, t->err);
    PatternScratch *scratch = pattern_scratch(false);
    int64_t mark = (int64_t)strlen(special);
    bool ok = p != NULL;
    for (int64_t at = 0; ok && at < len;) {
        int64_t end = piece_end(text, at, len, special);
        ok = split(t, p, scratch, text + at, (int)(end - at));
        bool cut = mark && len - end >= mark && memcmp(text + end, special, (size_t)mark) == 0;
        at = cut ? end + mark : end;
        run_progress(t->run, "counting words", at, len);
        if (ok && run_stopped(t->run)) ok = err_set(t->err, "interrupted");
    }
    pattern_scratch_free(scratch);
    pattern_free(p);
    return ok;
}

static int find_pair(Trainer *t, int32_t left, int32_t right)
{
    if (2 * (int64_t)t->npairs >= t->pair_mask)
        grow_table(&t->pair_slot, &t->pair_mask, t->npairs, pair_hash, t);
    int32_t key[2] = {left, right};
    int64_t at = (int64_t)(hash_fnv1a(key, sizeof key) & (uint64_t)t->pair_mask);
    for (; t->pair_slot[at] >= 0; at = (at + 1) & t->pair_mask) {
        const Pair *p = &t->pair[t->pair_slot[at]];
        if (p->left == left && p->right == right) return t->pair_slot[at];
    }
    t->pair_slot[at] = t->npairs;
    Pair *p = mem_push(&t->pair, &t->npairs, &t->cap_pairs, sizeof *p);
    *p = (Pair){.left = left, .right = right};
    return t->npairs - 1;
}

/* A pair of this word came or went. */
static int change_pair(Trainer *t, int word, int32_t left, int32_t right, int sign)
{
    int i = find_pair(t, left, right);
    Pair *p = &t->pair[i];
    p->count += sign * t->word[word].count;
    if (sign > 0 && (p->nwords == 0 || p->word[p->nwords - 1] != word))
        *(int *)mem_push(&p->word, &p->nwords, &p->cap, sizeof *p->word) = word;
    return i;
}

/* a comes before b: more often, or of lower ids. */
static bool before(const Trainer *t, Best a, Best b)
{
    if (a.count != b.count) return a.count > b.count;
    const Pair *p = &t->pair[a.pair], *q = &t->pair[b.pair];
    return p->left != q->left ? p->left < q->left : p->right < q->right;
}

static void heap_put(Trainer *t, int pair)
{
    mem_push(&t->heap, &t->nheap, &t->cap_heap, sizeof *t->heap);
    Best x = {t->pair[pair].count, pair};
    int i = t->nheap - 1;
    for (; i > 0 && before(t, x, t->heap[(i - 1) / 2]); i = (i - 1) / 2)
        t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = x;
}

static Best heap_take(Trainer *t)
{
    Best top = t->heap[0], x = t->heap[--t->nheap];
    int i = 0;
    for (int child; (child = 2 * i + 1) < t->nheap; i = child) {
        if (child + 1 < t->nheap && before(t, t->heap[child + 1], t->heap[child])) child++;
        if (!before(t, t->heap[child], x)) break;
        t->heap[i] = t->heap[child];
    }
    t->heap[i] = x;
    return top;
}

static void merge_in_word(Trainer *t, int at, const Pair *p, int32_t made)
{
    Word *w = &t->word[at];
    int32_t left = p->left, right = p->right; /* the table may move */
    int n = 0;
    for (int i = 0; i < w->nsym; n++) {
        if (i + 1 == w->nsym || w->sym[i] != left || w->sym[i + 1] != right) {
            w->sym[n] = w->sym[i++];
            continue;
        }
        if (n > 0) {
            change_pair(t, at, w->sym[n - 1], left, -1);
            heap_put(t, change_pair(t, at, w->sym[n - 1], made, 1));
        }
        if (i + 2 < w->nsym) {
            change_pair(t, at, right, w->sym[i + 2], -1);
            heap_put(t, change_pair(t, at, made, w->sym[i + 2], 1));
        }
        w->sym[n] = made;
        i += 2;
    }
    w->nsym = n;
}

/* Symbols are ids: first + byte, then those that are made. */
static void begin(Trainer *t, int first)
{
    for (int i = 0; i < t->nwords; i++) {
        Word *w = &t->word[i];
        w->sym = mem_alloc(w->n, sizeof *w->sym);
        w->nsym = w->n;
        for (int k = 0; k < w->n; k++) w->sym[k] = first + (unsigned char)w->s[k];
        for (int k = 0; k + 1 < w->n; k++) change_pair(t, i, w->sym[k], w->sym[k + 1], 1);
    }
    for (int i = 0; i < t->npairs; i++) heap_put(t, i);
}

/* The pair that occurs most often, -1 when none occurs twice. */
static int next_pair(Trainer *t)
{
    while (t->nheap > 0) {
        Best b = heap_take(t);
        if (b.count < 2) return -1;
        if (b.count == t->pair[b.pair].count) return b.pair;
        if (t->pair[b.pair].count >= 2 && t->pair[b.pair].count < b.count) heap_put(t, b.pair);
    }
    return -1;
}

static bool merge_all(Trainer *t, int first, int vocab)
{
    begin(t, first);
    for (int made = first + 256; made < vocab; made++) {
        int best = next_pair(t);
        if (best < 0) break;
        int32_t *m = mem_push(&t->merge, &t->nmerges, &t->cap_merges, sizeof *t->merge);
        m[0] = t->pair[best].left;
        m[1] = t->pair[best].right;
        Pair done = t->pair[best];
        t->pair[best].word = NULL;
        t->pair[best].nwords = t->pair[best].cap = 0;
        for (int i = 0; i < done.nwords; i++) merge_in_word(t, done.word[i], &done, made);
        free(done.word);
        t->pair[best].count = 0;
        run_progress(t->run, "merging", made + 1, vocab);
        if (run_stopped(t->run)) return err_set(t->err, "interrupted");
    }
    return true;
}

static void put_flags(JsonOut *j, const char *type, bool prefix)
{
    jout_string(j, "type", type);
    jout_bool(j, "add_prefix_space", prefix);
    jout_bool(j, "trim_offsets", true);
}

/* name [made]: the letters of every token. */
static void put_special(JsonOut *j, const char *special)
{
    static const char *const no[] = {"single_word", "lstrip", "rstrip", "normalized"};
    jout_begin(j, NULL, '{', true);
    jout_int(j, "id", 0);
    jout_string(j, "content", special);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) jout_bool(j, no[i], false);
    jout_bool(j, "special", true);
    jout_end(j, '}');
}

static void put_merges(JsonOut *j, const Trainer *t, const Str *name)
{
    Str both = {0};
    jout_begin(j, "merges", '[', false);
    for (int i = 0; i < t->nmerges; i++) {
        both.len = 0;
        str_addf(&both, "%s %s", str_text(&name[t->merge[i][0]]), str_text(&name[t->merge[i][1]]));
        jout_string(j, NULL, str_text(&both));
    }
    jout_end(j, ']');
    str_free(&both);
}

static void write_json(const Trainer *t, const BpeTraining *how, const Str *name, int first,
                       Str *json)
{
    static const char *const parts[] = {"pre_tokenizer", "post_processor", "decoder"};
    JsonOut j;
    jout_init(&j, json);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "version", "1.0");
    jout_string(&j, "truncation", NULL);
    jout_string(&j, "padding", NULL);
    jout_begin(&j, "added_tokens", '[', false);
    if (first) put_special(&j, how->special);
    jout_end(&j, ']');
    jout_string(&j, "normalizer", NULL);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        jout_begin(&j, parts[i], '{', true);
        put_flags(&j, "ByteLevel", false);
        jout_end(&j, '}');
    }
    jout_begin(&j, "model", '{', false);
    jout_string(&j, "type", "BPE");
    jout_begin(&j, "vocab", '{', false);
    for (int i = 0; i < first + 256 + t->nmerges; i++) jout_int(&j, str_text(&name[i]), i);
    jout_end(&j, '}');
    put_merges(&j, t, name);
    jout_end(&j, '}');
    jout_end(&j, '}');
    str_addf(json, "\n");
}

static void write_result(const Trainer *t, const BpeTraining *how, int first, Str *json)
{
    char alphabet[256][3];
    int n = first + 256 + t->nmerges;
    Str *name = mem_alloc(n, sizeof *name);
    bpe_alphabet(alphabet);
    if (first) str_addf(&name[0], "%s", how->special);
    for (int b = 0; b < 256; b++) str_addf(&name[first + b], "%s", alphabet[b]);
    for (int i = 0; i < t->nmerges; i++)
        str_addf(&name[first + 256 + i], "%s%s", str_text(&name[t->merge[i][0]]),
                 str_text(&name[t->merge[i][1]]));
    json->len = 0;
    write_json(t, how, name, first, json);
    for (int i = 0; i < n; i++) str_free(&name[i]);
    free(name);
}

static void trainer_free(Trainer *t)
{
    for (int i = 0; i < t->nwords; i++) free(t->word[i].sym);
    for (int i = 0; i < t->npairs; i++) free(t->pair[i].word);
    free(t->word);
    free(t->word_slot);
    free(t->pair);
    free(t->pair_slot);
    free(t->heap);
    free(t->merge);
}

bool bpe_train(const char *text, int64_t len, const BpeTraining *how, Str *json, int *made,
               const Run *run, Err *err)
{
    Trainer t = {.run = run, .err = err};
    int first = how->special && *how->special ? 1 : 0;
    if (how->vocab < first + 256)
        return err_set(err, "a vocabulary of %d does not hold the 256 bytes", how->vocab);
    bool ok = count_words(&t, text, len, first ? how->special : "");
    if (ok && t.nwords == 0) ok = err_set(err, "there are no words in the text");
    ok = ok && merge_all(&t, first, how->vocab);
    if (ok) write_result(&t, how, first, json);
    *made = first + 256 + t.nmerges;
    trainer_free(&t);
    return ok;
}
