/* test_unigram.c: the likeliest way to cut a text, by hand and against all ways. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "fixture_token.h"

static void the_likeliest_way_to_cut_wins(void **state)
{
    (void)state;
    /* "abc": a+bc = -4.5, ab+c = -4.0, a+b+c = -6, abc = -5 */
    Tokenizer *tok = token_make((TokenFile){
        .model = "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"<unk>\", 0.0], "
                 "[\"a\", -2.0], [\"b\", -2.0], [\"c\", -2.0], [\"ab\", -2.0], [\"bc\", -2.5], "
                 "[\"abc\", -5.0]]}"});
    assert_tokens(tok, "abc", 0, "ab|c");
    assert_tokens(tok, "bc", 0, "bc");
    assert_tokens(tok, "aabcc", 0, "a|ab|c|c");
    assert_string_equal(tokenizer_kind(tok), "Unigram");
    tokenizer_close(tok);
}

static void unknown_characters_are_one_token_or_bytes(void **state)
{
    (void)state;
    Str model = {0};
    Tokenizer *tok = token_make(
        (TokenFile){.model = "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"<unk>\", 0], "
                             "[\"a\", -1]]}"});
    assert_ids(tok,
               "axy\xc3\xa9"
               "az",
               7, 0, "1 0 1 0");
    assert_ids(tok, "a\xff\xfe", 3, 0, "1 0"); /* two U+FFFD, both unknown */
    tokenizer_close(tok);
    str_puts(&model, "{\"type\": \"Unigram\", \"unk_id\": 0, \"byte_fallback\": true, \"vocab\": "
                     "[[\"<unk>\", 0], [\"a\", -1]");
    for (int b = 0; b < 256; b++) str_addf(&model, ", [\"<0x%02X>\", 0]", b);
    str_puts(&model, "]}");
    tok = token_make((TokenFile){.model = model.s});
    assert_ids(tok, "a\xc3\xa9\xff", 4, 0, "1 197 171 257");
    tokenizer_close(tok);
    str_free(&model);
}

static void an_unknown_character_is_an_error_where_nothing_stands_for_it(void **state)
{
    (void)state;
    Err err = {""};
    TokenIds ids = {0};
    Tokenizer *tok = token_make((TokenFile){
        .model = "{\"type\": \"Unigram\", \"unk_id\": null, \"vocab\": [[\"a\", -1]]}"});
    assert_false(tokenizer_encode(tok, "ab", 2, 0, &ids, &err));
    assert_non_null(strstr(err.msg, "\"b\" has no token"));
    tokenizer_close(tok);
    token_ids_free(&ids);
}

enum { WORDS = 40 };

typedef struct Words {
    char text[WORDS][8];
    double score[WORDS];
    int n;
} Words;

/* The best sum of scores for s, over all ways to cut it. */
static double best_of_all(const Words *w, const char *s)
{
    double best = *s ? -INFINITY : 0;
    for (int i = 0; i < w->n; i++) {
        size_t n = strlen(w->text[i]);
        if (strncmp(s, w->text[i], n) != 0) continue;
        double score = w->score[i] + best_of_all(w, s + n);
        if (score > best) best = score;
    }
    return best;
}

static void make_words(Words *w, uint64_t *seed, Str *model)
{
    str_puts(model, "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [[\"?\", 0]");
    for (w->n = 0; w->n < WORDS;) {
        int n = w->n < 3 ? 1 : 1 + (int)(next_number(seed) % 5);
        char *text = w->text[w->n];
        for (int i = 0; i < n; i++)
            text[i] = (char)('a' + (w->n < 3 ? w->n : (int)(next_number(seed) % 3)));
        text[n] = 0;
        bool known = false;
        for (int i = 0; i < w->n; i++) known |= strcmp(text, w->text[i]) == 0;
        if (known) continue;
        w->score[w->n] = -1 - (double)(next_number(seed) % 1000) / 64; /* exact in binary */
        str_addf(model, ", [\"%s\", %.17g]", text, w->score[w->n]);
        w->n++;
    }
    str_puts(model, "]}");
}

static void the_score_is_that_of_the_best_of_all_ways(void **state)
{
    (void)state;
    uint64_t seed = 42424242;
    for (int round = 0; round < 20; round++) {
        Words w = {0};
        Str model = {0};
        TokenIds ids = {0};
        Err err = {""};
        make_words(&w, &seed, &model);
        Tokenizer *tok = token_make((TokenFile){.model = model.s});
        for (int t = 0; t < 20; t++) {
            char text[13];
            int n = 1 + (int)(next_number(&seed) % 12);
            for (int i = 0; i < n; i++) text[i] = (char)('a' + next_number(&seed) % 3);
            text[n] = 0;
            assert_true(tokenizer_encode(tok, text, (size_t)n, 0, &ids, &err));
            double sum = 0;
            int at = 0;
            for (int i = 0; i < ids.n; i++) {
                const char *word = w.text[ids.id[i] - 1];
                assert_int_equal(ids.start[i], at);
                assert_int_equal(strncmp(text + at, word, strlen(word)), 0);
                sum += w.score[ids.id[i] - 1];
                at += (int)strlen(word);
            }
            assert_int_equal(at, n);
            assert_true(sum == best_of_all(&w, text)); /* sums of 64ths have no rounding */
        }
        tokenizer_close(tok);
        token_ids_free(&ids);
        str_free(&model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_likeliest_way_to_cut_wins),
        cmocka_unit_test(unknown_characters_are_one_token_or_bytes),
        cmocka_unit_test(an_unknown_character_is_an_error_where_nothing_stands_for_it),
        cmocka_unit_test(the_score_is_that_of_the_best_of_all_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
