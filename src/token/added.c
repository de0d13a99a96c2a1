/* added.c: see added.h. Rules are those of the tokenizers library (added_vocabulary.rs): a match
 * that is turned down (special, or part of a word) is passed over whole, and a token may be found
 * in the white space that the one before it has taken. */
#include "token/added.h"

#include <stdlib.h>

#include "base/mem.h"
#include "token/unicode_maps.h"
#include "base/utf8.h"

void added_free(AddedTokens *added)
{
    free(added->token);
    bytetrie_free(&added->raw);
    bytetrie_free(&added->normal);
    *added = (AddedTokens){0};
}

bool added_add(AddedTokens *added, AddedToken token, StrView text, Err *err)
{
    if (text.n == 0) return err_set(err, "added token %d is empty", (int)token.id);
    if (text.n > ADDED_MAX_TEXT)
        return err_set(err, "added token %d has %lld bytes; at most %d are supported",
                       (int)token.id, (long long)text.n, ADDED_MAX_TEXT);
    AddedToken *slot = mem_push(&added->token, &added->n, &added->cap, sizeof *added->token);
    *slot = token;
    return true;
}

bool added_finish(AddedTokens *added, const TokVocab *vocab, const Normalizer *norm, Err *err)
{
    TokText text = {0}, spare = {0};
    PatternScratch *scratch = pattern_scratch(true);
    bool ok = true;
    for (int i = 0; i < added->n && ok; i++) {
        StrView view = tokvocab_text(vocab, added->token[i].id);
        if (!added->token[i].normalized) {
            bytetrie_add(&added->raw, view.s, (int)view.n, i);
            continue;
        }
        toktext_clear(&text);
        toktext_add_source(&text, view.s, 0, (int)view.n);
        ok = added->token[i].as_is || normalizer_apply(norm, &text, &spare, scratch, err);
        if (ok && text.n > 0) bytetrie_add(&added->normal, text.s, text.n, i);
    }
    pattern_scratch_free(scratch);
    toktext_free(&text);
    toktext_free(&spare);
    return ok;
}

/* The character that ends at s[at]; -1 at the start or after an ill-formed byte. *length: bytes. */
static int32_t char_before(const char *s, int at, int *length)
{
    int from = at - 1;
    while (from > 0 && at - from < 4 && ((unsigned char)s[from] & 0xc0) == 0x80) from--;
    *length = from >= 0 ? utf8_length(s + from, at - from) : 0;
    return *length && from + *length == at ? utf8_code(s + from, *length) : -1;
}

static int32_t char_after(const char *s, int n, int at, int *length)
{
    *length = utf8_length(s + at, n - at);
    return *length ? utf8_code(s + at, *length) : -1;
}

/* Applies the token's own conditions; false when the match does not count. */
static bool adjust(const AddedToken *t, const char *s, int n, int done, bool special, AddedMatch *m)
{
    int length;
    if (t->special && !special) return false;
    if (t->single_word) {
        int32_t before = char_before(s, m->from, &length), after = char_after(s, n, m->to, &length);
        if ((before >= 0 && unicode_is_word(before)) || (after >= 0 && unicode_is_word(after)))
            return false;
    }
    for (int32_t c; t->lstrip && m->from > done; m->from -= length)
        if ((c = char_before(s, m->from, &length)) < 0 || !unicode_is_space(c)) break;
    for (int32_t c; t->rstrip && m->to < n; m->to += length)
        if ((c = char_after(s, n, m->to, &length)) < 0 || !unicode_is_space(c)) break;
    return true;
}

/* The longest string of the trie that s[at..n) starts with: its value and its end; -1 if none. */
static int32_t longest(const ByteTrie *trie, const char *s, int n, int at, int *end)
{
    int32_t value = -1, node = trie->first[(unsigned char)s[at]];
    for (int k = at + 1; node; k++) {
        if (trie->node[node].value >= 0) {
            value = trie->node[node].value;
            *end = k;
        }
        node = k < n ? bytetrie_child(trie, node, (unsigned char)s[k]) : 0;
    }
    return value;
}

AddedMatch added_next(const AddedTokens *added, const ByteTrie *trie, const char *s, int n,
                      int done, int resume, bool special)
{
    for (int i = resume; trie->n > 0 && i < n; i++) {
        int end = 0;
        int32_t value = longest(trie, s, n, i, &end);
        if (value < 0) continue;
        AddedMatch m = {.from = i, .to = end, .id = added->token[value].id, .resume = end};
        if (adjust(&added->token[value], s, n, done, special, &m)) return m;
        i = end - 1;
    }
    return (AddedMatch){.from = n, .to = n, .id = -1, .resume = n};
}
