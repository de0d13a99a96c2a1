/* test_tokenizer_real.c: published tokenizers against ids from elsewhere: the vectors of
 * LLMSONIFY_DATA/tokenizer-vectors, and texts that must come back as they went in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_token.h"

static const char SEPARATOR[] = "\n__ggml_vocab_test__\n";

/* The tokenizer and the mapped file, or a skipped test. */
static Tokenizer *open_data(const char *name)
{
    Err err = {""};
    Tokenizer *tok;
    char *path = test_path(true, name);
    if (!path) {
        print_message("skipped: no %s (LLMSONIFY_DATA names the directory above)\n", name);
        skip();
    }
    if (!tokenizer_open(&tok, path, &err)) fail_msg("%s", err.msg);
    free(path);
    return tok;
}

static FileMap map_data(const char *name, const char *ext)
{
    Err err = {""};
    FileMap map = {0};
    Str rest = {0};
    str_addf(&rest, "tokenizer-vectors/%s.%s", name, ext);
    char *path = test_path(true, rest.s);
    if (!path) {
        print_message("skipped: no %s\n", rest.s);
        skip();
    }
    if (!file_map_open(&map, path, &err)) fail_msg("%s", err.msg);
    free(path);
    str_free(&rest);
    return map;
}

/* The next text of in[at..n): its end; the one after starts behind the separator. */
static size_t text_end(const FileMap *in, size_t at)
{
    size_t n = (size_t)in->size, w = sizeof SEPARATOR - 1;
    while (at + w <= n && memcmp(in->data + at, SEPARATOR, w) != 0) at++;
    return at + w <= n ? at : n;
}

static void assert_vectors(const char *tokenizer, const char *vectors)
{
    Tokenizer *tok = open_data(tokenizer);
    FileMap in = map_data(vectors, "inp"), out = map_data(vectors, "out");
    const char *line = (const char *)out.data, *end = line + out.size;
    int texts = 0;
    for (size_t at = 0; at < (size_t)in.size && line < end; texts++) {
        size_t stop = text_end(&in, at);
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        char *text = mem_strndup((const char *)in.data + at, stop - at);
        char *want = mem_strndup(line, (size_t)((newline ? newline : end) - line));
        assert_ids(tok, text, stop - at, 0, want + strspn(want, " "));
        free(text);
        free(want);
        at = stop + sizeof SEPARATOR - 1;
        line = newline ? newline + 1 : end;
    }
    assert_int_equal(texts, 46);
    file_map_close(&in);
    file_map_close(&out);
    tokenizer_close(tok);
}

static void gpt2_gives_the_known_ids(void **state)
{
    (void)state;
    assert_vectors("tokenizers/gpt2", "gpt-2");
}

static void llama2_gives_the_known_ids(void **state)
{
    (void)state;
    assert_vectors("tokenizers/llama2/tokenizer.json", "llama-spm");
}

static void phi3_gives_the_known_ids_with_the_vocabulary_of_llama(void **state)
{
    (void)state;
    assert_vectors("tokenizers/llama2/tokenizer.json", "phi-3");
}

static void the_sentencepiece_model_of_llama2_gives_the_known_ids(void **state)
{
    (void)state;
    assert_vectors("tokenizers/llama2/tokenizer.model", "llama-spm");
}

static void qwen_gives_the_known_ids(void **state)
{
    (void)state;
    assert_vectors("tokenizers/qwen3", "qwen2");
}

static void gemma3_gives_the_known_ids(void **state)
{
    (void)state;
    assert_vectors("tokenizers/gemma3", "gemma3");
}

/* decode(encode(x)) == x, and the tokens cover the text from end to end. */
static void assert_round_trip(const Tokenizer *tok, const char *text, size_t n)
{
    TokenIds ids = {0};
    Str back = {0};
    Err err = {""};
    if (!tokenizer_encode(tok, text, n, 0, &ids, &err)) fail_msg("%s", err.msg);
    str_puts(&back, "");
    tokenizer_decode(tok, ids.id, ids.n, DECODE_SPECIAL, &back);
    assert_int_equal(back.len, n);
    assert_memory_equal(back.s, text, n);
    int at = 0;
    for (int i = 0; i < ids.n; i++) {
        if (ids.start[i] > at || ids.len[i] < 0) fail_msg("a gap before token %d", i);
        at = ids.start[i] + ids.len[i];
    }
    assert_int_equal(at, n);
    token_ids_free(&ids);
    str_free(&back);
}

static void random_bytes_and_texts_come_back(void **state)
{
    (void)state;
    static const char *const name[] = {"tokenizers/gpt2", "tokenizers/llama2", "tokenizers/gemma3",
                                       "models/wren", "models/stories260K"};
    static const char *const word[] = {
        " ",  "the", "  ",           "\n", "'s",  "42", "\xc3\xa9", "e\xcc\x81", "\xf0\x9f\xa6\x99",
        "\t", "_",   "\xe7\x9a\x84", "-",  "Once"};
    for (size_t t = 0; t < sizeof name / sizeof *name; t++) {
        uint64_t seed = 1000 + t;
        Tokenizer *tok = open_data(name[t]);
        for (int i = 0; i < 300; i++) {
            Str text = {0};
            str_puts(&text, "");
            for (uint64_t k = next_number(&seed) % 40; k > 0; k--) {
                if (i % 2) /* any bytes */
                    str_putc(&text, (char)next_number(&seed));
                else
                    str_puts(&text, word[next_number(&seed) % (sizeof word / sizeof *word)]);
            }
            assert_round_trip(tok, text.s, text.len);
            str_free(&text);
        }
        tokenizer_close(tok);
    }
}

static void wren_reads_and_writes_its_first_words(void **state)
{
    (void)state;
    Tokenizer *tok = open_data("models/wren");
    assert_tokens(tok, "Once upon a time", TOKENIZE_EDGES,
                  "<bos>|Once|\xe2\x96\x81upon|\xe2\x96\x81"
                  "a|\xe2\x96\x81time");
    assert_int_equal(tokenizer_bos(tok), 2);
    assert_int_equal(tokenizer_eos(tok), 1);
    assert_true(tokenizer_is_end(tok, 1));
    assert_true(tokenizer_adds_bos(tok));
    assert_null(tokenizer_chat_family(tok));
    tokenizer_close(tok);
}

static void published_files_say_what_begins_and_ends_a_text(void **state)
{
    (void)state;
    Tokenizer *tok = open_data("tokenizers/gemma3");
    assert_int_equal(tokenizer_vocab(tok), 262145);
    assert_int_equal(tokenizer_bos(tok), 2);
    assert_int_equal(tokenizer_eos(tok), 106); /* <end_of_turn> by tokenizer_config.json */
    assert_string_equal(tokenizer_chat_family(tok), "gemma");
    assert_true(tokenizer_adds_bos(tok));
    tokenizer_close(tok);
    tok = open_data("tokenizers/qwen3");
    assert_int_equal(tokenizer_vocab(tok), 151669);
    assert_int_equal(tokenizer_bos(tok), -1);
    assert_false(tokenizer_adds_bos(tok));
    assert_string_equal(tokenizer_chat_family(tok), "chatml");
    tokenizer_close(tok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gpt2_gives_the_known_ids),
        cmocka_unit_test(llama2_gives_the_known_ids),
        cmocka_unit_test(phi3_gives_the_known_ids_with_the_vocabulary_of_llama),
        cmocka_unit_test(the_sentencepiece_model_of_llama2_gives_the_known_ids),
        cmocka_unit_test(qwen_gives_the_known_ids),
        cmocka_unit_test(gemma3_gives_the_known_ids),
        cmocka_unit_test(random_bytes_and_texts_come_back),
        cmocka_unit_test(wren_reads_and_writes_its_first_words),
        cmocka_unit_test(published_files_say_what_begins_and_ends_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
