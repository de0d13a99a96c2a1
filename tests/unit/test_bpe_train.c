/* test_bpe_train.c: merges worked by hand, and what is learned read back as a tokenizer. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "fixture_model.h"
#include "token/bpe_train.h"
#include "token/tokenizer.h"

static Str train(const char *text, int vocab, const char *special, int *made)
{
    Str json = {0};
    Err err = {""};
    BpeTraining how = {vocab, special};
    if (!bpe_train(text, (int64_t)strlen(text), &how, &json, made, NULL, &err))
        fail_msg("%s", err.msg);
    return json;
}

static void merges_of(const char *text, int vocab, const char *const *want, int n)
{
    Err err = {""};
    int made;
    Str json = train(text, vocab, NULL, &made);
    Json *j = json_parse(str_text(&json), json.len, &err);
    const Json *m = json_child(json_get(json_get(j, "model"), "merges"));
    for (int i = 0; i < n; i++, m = json_next(m)) {
        assert_non_null(m);
        assert_string_equal(json_string(m), want[i]);
    }
    assert_null(m);
    assert_int_equal(made, 256 + n);
    json_free(j);
    str_free(&json);
}

/* Sennrich et al. 2016, figure 1, without their end-of-word mark: low x 5, lower x 2, newest x 6,
 * widest x 3, a word a line. Counts: es 9, st 9, we 8, lo 7, ow 7, ...; of equals the one whose
 * first byte is lower. A space before a word is part of it, so lines end in line feeds only. */
static void the_papers_example_merges_as_by_hand(void **state)
{
    (void)state;
    Str text = {0};
    static const struct {
        const char *word;
        int count;
    } words[] = {{"low", 5}, {"lower", 2}, {"newest", 6}, {"widest", 3}};
    for (size_t i = 0; i < 4; i++)
        for (int k = 0; k < words[i].count; k++) str_addf(&text, "%s\n", words[i].word);
    static const char *const want[] = {"e s", "es t", "l o", "lo w", "e w"};
    merges_of(str_text(&text), 256 + 5, want, 5);
    str_free(&text);
}

static void repeated_letters_merge_from_the_left(void **state)
{
    (void)state;
    static const char *const want[] = {"a a", "aa a"};
    merges_of("aaaaa\naaaaa\naaaaa", 258, want, 2);
}

static void a_pair_that_occurs_once_is_not_learned(void **state)
{
    (void)state;
    int made;
    Str json = train("abcdefg", 1000, NULL, &made);
    assert_int_equal(made, 256);
    str_free(&json);
}

static void what_was_learned_is_read_and_gives_the_text_back(void **state)
{
    static const char text[] =
        "The cat's hat, \xc3\xa9t\xc3\xa9 and \xf0\x9f\x8e\xb5.\nThe cat sat; the hat sat 12 "
        "times.<|end|>The end's end.  The cat.\n";
    Err err = {""};
    int made;
    Str json = train(text, 290, "<|end|>", &made);
    Str back = {0};
    TokenIds ids = {0};
    Tokenizer *tok = NULL;
    write_text(*state, "tokenizer.json", str_text(&json));
    if (!tokenizer_open(&tok, *state, &err)) fail_msg("%s", err.msg);
    if (!tokenizer_encode(tok, text, strlen(text), TOKENIZE_SPECIAL, &ids, &err))
        fail_msg("%s", err.msg);
    assert_true(ids.n < (int)strlen(text) - 6); /* the end is one token, and words are merged */
    int ends = 0;
    for (int i = 0; i < ids.n; i++) ends += ids.id[i] == 0;
    assert_int_equal(ends, 1);
    tokenizer_decode(tok, ids.id, ids.n, DECODE_SPECIAL, &back);
    assert_string_equal(str_text(&back), text);
    token_ids_free(&ids);
    tokenizer_close(tok);
    str_free(&back);
    str_free(&json);
}

static void the_same_text_gives_the_same_bytes(void **state)
{
    (void)state;
    int made;
    Str a = train("one two one two three", 270, "<|end|>", &made);
    Str b = train("one two one two three", 270, "<|end|>", &made);
    assert_string_equal(str_text(&a), str_text(&b));
    str_free(&a);
    str_free(&b);
}

static void what_cannot_be_learned_is_told(void **state)
{
    (void)state;
    Err err = {""};
    Str json = {0};
    int made;
    BpeTraining how = {200, NULL};
    assert_false(bpe_train("abc", 3, &how, &json, &made, NULL, &err));
    assert_non_null(strstr(err.msg, "256 bytes"));
    how.vocab = 300;
    assert_false(bpe_train("", 0, &how, &json, &made, NULL, &err));
    assert_non_null(strstr(err.msg, "no words"));
    str_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_papers_example_merges_as_by_hand),
        cmocka_unit_test(repeated_letters_merge_from_the_left),
        cmocka_unit_test(a_pair_that_occurs_once_is_not_learned),
        SCRATCH_TEST(what_was_learned_is_read_and_gives_the_text_back),
        cmocka_unit_test(the_same_text_gives_the_same_bytes),
        cmocka_unit_test(what_cannot_be_learned_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
