/* test_bpe.c: byte-pair encoding by hand-worked answers, and against a merge loop that looks at
 * every pair every time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_token.h"

static void the_lowest_rank_merges_first(void **state)
{
    (void)state;
    Tokenizer *tok = token_make((TokenFile){
        .model =
            "{\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"c\": 2, \"ab\": 3, \"bc\": 4, "
            "\"abc\": 5}, \"merges\": [\"b c\", \"a b\", \"ab c\"]}"});
    assert_tokens(tok, "abc", 0, "a|bc"); /* b c has rank 0, and then a bc is no merge */
    assert_tokens(tok, "abab", 0, "ab|ab");
    assert_tokens(tok, "", 0, "");
    assert_tokens(tok, "cba", 0, "c|b|a");
    tokenizer_close(tok);
}

static void equal_ranks_merge_from_the_left(void **state)
{
    (void)state;
    Tokenizer *tok = token_make(
        (TokenFile){.model = "{\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"aa\": 1, \"aaaa\": 2}, "
                             "\"merges\": [[\"a\", \"a\"], [\"aa\", \"aa\"]]}"});
    assert_tokens(tok, "aaa", 0, "aa|a");
    assert_tokens(tok, "aaaaa", 0, "aaaa|a");
    assert_tokens(tok, "aaaaaaa", 0, "aaaa|aa|a");
    tokenizer_close(tok);
}

static void merges_may_come_before_the_vocabulary(void **state)
{
    (void)state;
    Tokenizer *tok = token_make((TokenFile){
        .model = "{\"merges\": [[\"a\", \"b\"]], \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}}"});
    assert_tokens(tok, "aab", 0, "a|ab");
    tokenizer_close(tok);
}

static void unknown_characters_fuse_if_asked_or_vanish_without_a_token(void **state)
{
    (void)state;
    static const char *const model[] = {
        "{\"type\": \"BPE\", \"vocab\": {\"<unk>\": 0, \"a\": 1}, \"merges\": [], "
        "\"unk_token\": \"<unk>\", \"fuse_unk\": true}",
        "{\"type\": \"BPE\", \"vocab\": {\"<unk>\": 0, \"a\": 1}, \"merges\": [], "
        "\"unk_token\": \"<unk>\", \"fuse_unk\": false}",
        "{\"type\": \"BPE\", \"vocab\": {\"<unk>\": 0, \"a\": 1}, \"merges\": [], "
        "\"unk_token\": null}",
    };
    static const char *const want[] = {"1 0 1 0", "1 0 0 1 0", "1 1"};
    for (int i = 0; i < 3; i++) {
        Tokenizer *tok = token_make((TokenFile){.model = model[i]});
        assert_ids(tok, "axyaz", 5, 0, want[i]);
        tokenizer_close(tok);
    }
}

static void a_character_without_a_token_falls_back_to_bytes(void **state)
{
    (void)state;
    Str model = {0};
    str_puts(&model, "{\"type\": \"BPE\", \"byte_fallback\": true, \"vocab\": {\"a\": 0");
    add_byte_tokens(&model, 1);
    str_puts(&model, "}, \"merges\": []}");
    Tokenizer *tok = token_make((TokenFile){
        .model = model.s,
        .decoder = "{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"ByteFallback\"}, "
                   "{\"type\": \"Fuse\"}]}"});
    assert_tokens(tok,
                  "a\xc3\xa9"
                  "a",
                  0, "a|<0xC3>|<0xA9>|a");
    assert_tokens(tok,
                  "\xff\xc3"
                  "a",
                  0, "<0xFF>|<0xC3>|a"); /* ill-formed bytes are kept */
    tokenizer_close(tok);
    str_free(&model);
}

static void a_piece_that_is_a_token_needs_no_merges_if_they_may_be_ignored(void **state)
{
    (void)state;
    static const char model[] =
        "{\"type\": \"BPE\", \"ignore_merges\": %s, \"merges\": [\"a b\"], "
        "\"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2, \"ba\": 3, \"\\u0120ba\": 4, \"\\u0120\": 5}}";
    for (int ignore = 0; ignore < 2; ignore++) {
        Str s = {0};
        str_addf(&s, model, ignore ? "true" : "false");
        Tokenizer *tok = token_make((TokenFile){
            .model = s.s,
            .pre = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}",
            .decoder = "{\"type\": \"ByteLevel\"}"});
        assert_ids(tok, "ba ba", 5, 0, ignore ? "3 4" : "1 0 5 1 0");
        tokenizer_close(tok);
        str_free(&s);
    }
}

/* A byte-level vocabulary of the 256 single bytes: GPT-2's table, worked out again. */
static void add_alphabet(Str *vocab)
{
    int next = 256;
    for (int b = 0; b < 256; b++) {
        bool plain = (b > 32 && b < 127) || (b > 160 && b != 173);
        str_addf(vocab, "%s\"\\u%04x\": %d", b ? ", " : "", plain ? b : next, b);
        next += !plain;
    }
}

static void every_byte_comes_back_from_a_byte_level_vocabulary(void **state)
{
    (void)state;
    Str model = {0}, back = {0};
    TokenIds ids = {0};
    Err err = {""};
    char all[512];
    for (int i = 0; i < 512; i++) all[i] = (char)(i * 37 + i / 256);
    str_puts(&model, "{\"type\": \"BPE\", \"merges\": [], \"vocab\": {");
    add_alphabet(&model);
    str_puts(&model, "}}");
    Tokenizer *tok =
        token_make((TokenFile){.model = model.s,
                               .pre = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false}",
                               .decoder = "{\"type\": \"ByteLevel\"}"});
    assert_true(tokenizer_encode(tok, all, sizeof all, 0, &ids, &err));
    assert_int_equal(ids.n, 512);
    for (int i = 0; i < 512; i++) {
        assert_int_equal(ids.id[i], (unsigned char)all[i]);
        assert_int_equal(ids.start[i], i);
        assert_int_equal(ids.len[i], 1);
    }
    tokenizer_decode(tok, ids.id, ids.n, 0, &back);
    assert_int_equal(back.len, sizeof all);
    assert_memory_equal(back.s, all, sizeof all);
    assert_string_equal(tokenizer_kind(tok), "byte-level BPE");
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&model);
    str_free(&back);
}

/* A made-up model over a few letters and the space mark: every merge's parts exist before it. */
enum { LETTERS = 6, MERGES = 120 };

typedef struct Made {
    char text[LETTERS + MERGES][64];
    int left[MERGES], right[MERGES];
    int n; /* texts */
} Made;

static int find_text(const Made *m, const char *text)
{
    for (int i = 0; i < m->n; i++)
        if (strcmp(m->text[i], text) == 0) return i;
    return -1;
}

static void make_merges(Made *m, uint64_t seed)
{
    static const char *const letter[LETTERS] = {"a", "b", "c", "\xc3\xa9", "\xe2\x96\x81", "."};
    for (m->n = 0; m->n < LETTERS; m->n++)
        snprintf(m->text[m->n], sizeof m->text[0], "%s", letter[m->n]);
    for (int made = 0; made < MERGES;) {
        char text[140];
        int l = (int)(next_number(&seed) % (uint64_t)m->n);
        int r = (int)(next_number(&seed) % (uint64_t)m->n);
        snprintf(text, sizeof text, "%s%s", m->text[l], m->text[r]);
        if (strlen(text) > 20 || find_text(m, text) >= 0) continue;
        m->left[made] = l;
        m->right[made++] = r;
        memcpy(m->text[m->n++], text, strlen(text) + 1);
    }
}

static void write_made(const Made *m, Str *out)
{
    str_puts(out, "{\"type\": \"BPE\", \"byte_fallback\": true, \"vocab\": {\"<x>\": 0");
    for (int i = 0; i < m->n; i++) str_addf(out, ", \"%s\": %d", m->text[i], i + 1);
    add_byte_tokens(out, m->n + 1);
    str_puts(out, "}, \"merges\": [");
    for (int i = 0; i < MERGES; i++)
        str_addf(out, "%s[\"%s\", \"%s\"]", i ? ", " : "", m->text[m->left[i]],
                 m->text[m->right[i]]);
    str_puts(out, "]}");
}

/* The definition: the pair of lowest rank anywhere, leftmost, until there is none. */
static int merge_slowly(const Made *m, int *sym, int n)
{
    for (;;) {
        int best = MERGES, at = -1;
        for (int i = 0; i + 1 < n; i++)
            for (int k = 0; k < best; k++)
                if (m->left[k] == sym[i] && m->right[k] == sym[i + 1]) {
                    best = k;
                    at = i;
                }
        if (at < 0) return n;
        sym[at] = LETTERS + best;
        memmove(sym + at + 1, sym + at + 2, (size_t)(n - at - 2) * sizeof *sym);
        n--;
    }
}

static void merging_equals_the_definition_on_random_models_and_texts(void **state)
{
    (void)state;
    uint64_t seed = 88172645463325252u;
    Made *m = mem_alloc(1, sizeof *m);
    for (int round = 0; round < 12; round++) {
        Str model = {0}, text = {0}, want = {0};
        int sym[400];
        make_merges(m, next_number(&seed));
        write_made(m, &model);
        Tokenizer *tok = token_make((TokenFile){.model = model.s});
        for (int t = 0; t < 40; t++) {
            int n = t < 38 ? 1 + (int)(next_number(&seed) % 60) : 400;
            text.len = want.len = 0;
            str_puts(&want, "");
            for (int i = 0; i < n; i++) {
                sym[i] = (int)(next_number(&seed) % LETTERS);
                if (t % 3 == 0 && next_number(&seed) % 3) sym[i] = 0; /* long runs of one letter */
                str_puts(&text, m->text[sym[i]]);
            }
            n = merge_slowly(m, sym, n);
            for (int i = 0; i < n; i++) str_addf(&want, i ? " %d" : "%d", sym[i] + 1);
            assert_ids(tok, text.s, text.len, 0, want.s);
        }
        tokenizer_close(tok);
        str_free(&model);
        str_free(&text);
        str_free(&want);
    }
    free(m);
}

/* Words are kept once a text is long: the second half of a doubled text gives the same ids. */
static void a_long_text_gives_the_ids_of_its_parts(void **state)
{
    (void)state;
    uint64_t seed = 12345;
    Made *m = mem_alloc(1, sizeof *m);
    Str model = {0}, text = {0};
    TokenIds part = {0}, whole = {0};
    Err err = {""};
    make_merges(m, seed);
    write_made(m, &model);
    Tokenizer *tok = token_make((TokenFile){.model = model.s});
    while (text.len < 6000) str_puts(&text, m->text[next_number(&seed) % LETTERS]);
    str_puts(&text, "\n"); /* has no token that merges: nothing reaches across it */
    size_t half = text.len;
    char *once = mem_strndup(text.s, half);
    for (int i = 0; i < 3; i++) str_add(&text, once, half);
    free(once);
    assert_true(tokenizer_encode(tok, text.s, half, 0, &part, &err));
    assert_true(tokenizer_encode(tok, text.s, text.len, 0, &whole, &err));
    assert_int_equal(whole.n, 4 * part.n);
    for (int i = 0; i < whole.n; i++) {
        assert_int_equal(whole.id[i], part.id[i % part.n]);
        assert_int_equal(whole.start[i], part.start[i % part.n] + (int)half * (i / part.n));
    }
    tokenizer_close(tok);
    token_ids_free(&part);
    token_ids_free(&whole);
    str_free(&model);
    str_free(&text);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_rank_merges_first),
        cmocka_unit_test(equal_ranks_merge_from_the_left),
        cmocka_unit_test(merges_may_come_before_the_vocabulary),
        cmocka_unit_test(unknown_characters_fuse_if_asked_or_vanish_without_a_token),
        cmocka_unit_test(a_character_without_a_token_falls_back_to_bytes),
        cmocka_unit_test(a_piece_that_is_a_token_needs_no_merges_if_they_may_be_ignored),
        cmocka_unit_test(every_byte_comes_back_from_a_byte_level_vocabulary),
        cmocka_unit_test(merging_equals_the_definition_on_random_models_and_texts),
        cmocka_unit_test(a_long_text_gives_the_ids_of_its_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
