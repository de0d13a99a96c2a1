/* test_space_words.c: words of a text with their places and tokens, for tokenizers that write
 * spaces into tokens and for those that write bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "app/space_words.h"
#include "fixture_token.h"
#include "base/utf8.h"

/* GPT-2's alphabet: a character for every byte, and a few merges. */
static Tokenizer *byte_level(void)
{
    Str model = {0};
    int other = 0;
    str_puts(&model, "{\"type\": \"BPE\", \"vocab\": {");
    for (int b = 0; b < 256; b++) {
        char c[5] = "";
        bool plain = (b > 32 && b < 127) || (b > 160 && b != 173);
        int n = utf8_put(c, plain ? b : 256 + other++);
        str_addf(&model, "%s\"%s%.*s\": %d", b ? ", " : "", b == '"' || b == '\\' ? "\\" : "", n, c,
                 b);
    }
    str_puts(&model, ", \"\u0120t\": 256, \"\u0120th\": 257, \"he\": 258}, "
                     "\"merges\": [\"\u0120 t\", \"\u0120t h\", \"h e\"]}");
    Tokenizer *tok = token_make((TokenFile){
        .pre = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": true}",
        .decoder = "{\"type\": \"ByteLevel\"}", .model = model.s});
    str_free(&model);
    return tok;
}

static Tokenizer *wren(void)
{
    Err err;
    Tokenizer *tok = NULL;
    char *path = test_path(false, "models/wren");
    if (!tokenizer_open(&tok, path, &err)) fail_msg("%s", err.msg);
    free(path);
    return tok;
}

static void find(SpaceWords *w, TokenIds *ids, const Tokenizer *tok, const char *text)
{
    Err err;
    if (!tokenizer_encode(tok, text, strlen(text), TOKENIZE_EDGES, ids, &err))
        fail_msg("%s", err.msg);
    space_words_find(w, text, strlen(text), ids);
    for (int i = 0; i < w->n; i++) { /* what holds of any words */
        SpaceWord x = w->word[i];
        assert_true(x.start < x.end && x.end <= (int)strlen(text));
        assert_true(i == 0 || x.start >= w->word[i - 1].end);
        assert_int_equal(strlen(w->label[i]), x.end - x.start);
        assert_memory_equal(w->label[i], text + x.start, x.end - x.start);
        int chars = 0;
        for (const char *s = w->label[i]; *s; s++) chars += ((unsigned char)*s & 0xc0) != 0x80;
        assert_int_equal(x.end_char - x.start_char, chars);
        SpaceSpan t = w->span[i];
        assert_true(t.from < t.end && t.end <= ids->n);
        assert_true(ids->start[t.from] < x.end);
        assert_true(ids->start[t.end - 1] + ids->len[t.end - 1] > x.start);
        assert_true(ids->len[t.from] > 0);
    }
}

/* Labels joined by '|'. */
static void assert_words(const Tokenizer *tok, const char *text, const char *want)
{
    SpaceWords w = {0};
    TokenIds ids = {0};
    Str got = {0};
    find(&w, &ids, tok, text);
    str_puts(&got, "");
    for (int i = 0; i < w.n; i++) str_addf(&got, "%s%s", i ? "|" : "", w.label[i]);
    if (strcmp(got.s, want) != 0) fail_msg("'%s' is %s, not %s", text, got.s, want);
    str_free(&got);
    token_ids_free(&ids);
    space_words_free(&w);
}

static void check_all(const Tokenizer *tok)
{
    assert_words(tok, "The forest was silent.", "The|forest|was|silent.");
    assert_words(tok, "  two  spaces\n\tand  tabs ", "two|spaces|and|tabs");
    assert_words(tok, "\"Well,\" she said - no!", "\"Well,\"|she|said -|no!");
    assert_words(tok, "\u00ab Bonjour \u00bb dit-il", "\u00ab Bonjour \u00bb|dit-il");
    assert_words(tok, "na\u00efve \u0417\u0438\u043c\u0430 pri\u0161la",
                 "na\u00efve|\u0417\u0438\u043c\u0430|pri\u0161la");
    assert_words(tok, "\u6708\u4eae\u3002\u732b abc", "\u6708|\u4eae\u3002|\u732b|abc");
    assert_words(tok, "ok \xf0\x9f\x90\xa6 bird", "ok|\xf0\x9f\x90\xa6|bird");
    assert_words(tok, "...", "...");
    assert_words(tok, "a == b", "a ==|b");
    assert_words(tok, "I", "I");
}

static void words_are_the_same_whatever_the_tokenizer(void **state)
{
    (void)state;
    Tokenizer *a = wren(), *b = byte_level();
    check_all(a);
    check_all(b);
    tokenizer_close(a);
    tokenizer_close(b);
}

static void a_leading_space_inside_a_token_is_the_next_words(void **state)
{
    (void)state;
    Tokenizer *tok = byte_level();
    SpaceWords w = {0};
    TokenIds ids = {0};
    find(&w, &ids, tok, "a the b"); /* a | Ġth e | Ġ b */
    assert_int_equal(w.n, 3);
    assert_int_equal(w.span[0].from, 0);
    assert_int_equal(w.span[0].end, 1);
    assert_int_equal(w.span[1].from, 1);
    assert_int_equal(w.span[1].end, 3);
    assert_int_equal(ids.start[1], 1); /* with its space */
    assert_int_equal(w.word[1].start, 2);
    assert_int_equal(w.span[2].end, ids.n);
    token_ids_free(&ids);
    space_words_free(&w);
    tokenizer_close(tok);
}

static void characters_of_several_bytes_take_all_of_their_tokens(void **state)
{
    (void)state;
    Tokenizer *toks[] = {wren(), byte_level()};
    for (int i = 0; i < 2; i++) {
        SpaceWords w = {0};
        TokenIds ids = {0};
        find(&w, &ids, toks[i], "x \u6708 y");
        assert_int_equal(w.n, 3);
        assert_int_equal(w.word[1].start, 2);
        assert_int_equal(w.word[1].end, 5);
        assert_int_equal(w.word[2].start_char, 4);
        assert_true(w.span[1].end - w.span[1].from >= 3); /* a byte each */
        assert_true(w.span[2].from >= w.span[1].end);
        token_ids_free(&ids);
        space_words_free(&w);
        tokenizer_close(toks[i]);
    }
}

/* BOS stands for no byte, and a text of no tokens has no words. */
static void tokens_without_text_belong_to_no_word(void **state)
{
    (void)state;
    Tokenizer *tok = wren();
    SpaceWords w = {0};
    TokenIds ids = {0};
    find(&w, &ids, tok, "Once upon");
    assert_int_equal(ids.id[0], tokenizer_bos(tok));
    assert_int_equal(w.span[0].from, 1);
    ids.n = 0;
    space_words_find(&w, "Once upon", 9, &ids);
    assert_int_equal(w.n, 0);
    token_ids_free(&ids);
    space_words_free(&w);
    tokenizer_close(tok);
}

/* Characters that the vocabulary lacks have no token: their word joins a neighbour. */
static void words_without_tokens_join_a_neighbour(void **state)
{
    (void)state;
    int32_t start[] = {3, 10}, len[] = {2, 1}, id[] = {5, 6};
    TokenIds ids = {.id = id, .start = start, .len = len, .n = 2};
    SpaceWords w = {0};
    space_words_find(&w, "aa bb cc dd", 11, &ids);
    assert_int_equal(w.n, 2);
    assert_string_equal(w.label[0], "aa bb cc");
    assert_string_equal(w.label[1], "dd");
    assert_int_equal(w.span[1].from, 1);
    space_words_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_the_same_whatever_the_tokenizer),
        cmocka_unit_test(a_leading_space_inside_a_token_is_the_next_words),
        cmocka_unit_test(characters_of_several_bytes_take_all_of_their_tokens),
        cmocka_unit_test(tokens_without_text_belong_to_no_word),
        cmocka_unit_test(words_without_tokens_join_a_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
