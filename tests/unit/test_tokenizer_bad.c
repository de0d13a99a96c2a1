/* test_tokenizer_bad.c: damaged and hostile tokenizer files: every one is refused with a message
 * that names the fault, none does harm. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_token.h"

static void assert_refused(const char *json, size_t n, const char *want)
{
    Err err = {""};
    Tokenizer *tok = token_open_bytes("tokenizer.json", json, n, NULL, &err);
    if (tok) fail_msg("accepted: %.300s", json);
    if (!strstr(err.msg, want) || !strstr(err.msg, "tokenizer.json"))
        fail_msg("not about \"%s\": %s", want, err.msg);
}

#define BPE(rest) "{\"type\": \"BPE\", " rest "}"
#define VOCAB     "\"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}"

static void damaged_models_are_refused_by_name(void **state)
{
    (void)state;
    static const char *const row[][2] = {
        {"{\"type\": \"WordPiece\", \"vocab\": {\"a\": 0}}", "WordPiece"},
        {"{\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\": \"a\"}", "WordLevel"},
        {"{\"type\": \"Unigram\", \"vocab\": {\"a\": 0}}", "Unigram"},
        {"{\"type\": \"BPE\", \"vocab\": [[\"a\", 0]]}", "BPE"},
        {"{\"type\": \"BPE\"}", "vocab"},
        {"[]", "object"},
        {"null", "object"},
        {BPE(VOCAB), "without \"merges\""},
        {BPE(VOCAB ", \"merges\": {}"), "expected an array"},
        {BPE(VOCAB ", \"merges\": [7]"), "expected a string"},
        {BPE(VOCAB ", \"merges\": [\"ab\"]"), "two parts"},
        {BPE(VOCAB ", \"merges\": [\"a b c\"]"), "two parts"},
        {BPE(VOCAB ", \"merges\": [\" b\"]"), "empty part"},
        {BPE(VOCAB ", \"merges\": [[\"a\"]]"), "two parts"},
        {BPE(VOCAB ", \"merges\": [[\"a\", \"b\", \"c\"]]"), "two parts"},
        {BPE(VOCAB ", \"merges\": [[\"a\", \"\"]]"), "empty part"},
        {BPE(VOCAB ", \"merges\": [\"a b\", \"b a\"]"), "\"ba\" is not in the vocabulary"},
        {BPE(VOCAB ", \"merges\": [\"a x\"]"), "\"x\" is not in the vocabulary"},
        {BPE(VOCAB ", \"merges\": [], \"dropout\": 0.1"), "dropout"},
        {BPE(VOCAB ", \"merges\": [], \"continuing_subword_prefix\": \"##\""),
         "continuing_subword_prefix"},
        {BPE(VOCAB ", \"merges\": [], \"end_of_word_suffix\": \"</w>\""), "end_of_word_suffix"},
        {BPE(VOCAB ", \"merges\": [], \"novelty\": true"), "novelty"},
        {BPE(VOCAB ", \"merges\": [], \"unk_token\": \"?\""), "\"?\" is not in the vocabulary"},
        {BPE(VOCAB ", \"merges\": [], \"fuse_unk\": 1"), "true or false"},
        {BPE(VOCAB ", " VOCAB ", \"merges\": []"), "second vocabulary"},
        {BPE("\"vocab\": {}, \"merges\": []"), "empty"},
        {BPE("\"vocab\": {\"a\": -1}, \"merges\": []"), "-1 is negative"},
        {BPE("\"vocab\": {\"a\": 1.5}, \"merges\": []"), "whole number"},
        {BPE("\"vocab\": {\"a\": \"0\"}, \"merges\": []"), "expected a number"},
        {BPE("\"vocab\": {\"a\": 2147483648}, \"merges\": []"), "2147483648"},
        {BPE("\"vocab\": {\"a\": 99999999999999999999}, \"merges\": []"), "2^53"},
        {BPE("\"vocab\": {\"a\": 4000000}, \"merges\": []"), "damaged"},
        {BPE("\"vocab\": {\"a\": 0, \"b\": 0}, \"merges\": []"), "id 0 is given to two"},
        {BPE("\"vocab\": {\"a\": 0, \"a\": 1}, \"merges\": []"), "\"a\" has two ids"},
        {BPE("\"vocab\": {\"\xff\": 0}, \"merges\": []"), "invalid UTF-8"},
        {BPE("\"vocab\": {\"\xed\xa0\x80\": 0}, \"merges\": []"), "invalid UTF-8"},
        {BPE("\"vocab\": {\"\\ud800\": 0}, \"merges\": []"), "surrogate"},
        {BPE("\"vocab\": {\"a\nb\": 0}, \"merges\": []"), "control character"},
        {"{\"type\": \"Unigram\", \"vocab\": [[\"a\"]]}", "[text, score]"},
        {"{\"type\": \"Unigram\", \"vocab\": [[\"a\", 0, 1]]}", "[text, score]"},
        {"{\"type\": \"Unigram\", \"vocab\": [[]]}", "[text, score]"},
        {"{\"type\": \"Unigram\", \"vocab\": [[\"a\", \"0\"]]}", "expected a number"},
        {"{\"type\": \"Unigram\", \"vocab\": [[\"a\", 1e999]]}", "out of range"},
        {"{\"type\": \"Unigram\", \"unk_id\": 9, \"vocab\": [[\"a\", 0]]}", "unk_id"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char *text = token_file_text((TokenFile){.model = row[i][0]});
        assert_refused(text, strlen(text), row[i][1]);
        free(text);
    }
}

static void damaged_added_tokens_and_templates_are_refused(void **state)
{
    (void)state;
    static const char model[] = BPE(VOCAB ", \"merges\": []");
    static const char *const added[][2] = {
        {"7", "expected an object"},
        {"{\"id\": 5}", "content"},
        {"{\"content\": \"x\"}", "id"},
        {"{\"id\": 5, \"content\": \"\"}", "empty"},
        {"{\"id\": 5, \"content\": \"a\"}", "0 in the vocabulary"},
        {"{\"id\": 1, \"content\": \"x\"}", "id 1 is given to two"},
        {"{\"id\": 5, \"content\": \"x\", \"special\": \"yes\"}", "true or false"},
        {"{\"id\": 4194304, \"content\": \"x\"}", "4194304"},
    };
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        char *text = token_file_text((TokenFile){.model = model, .added = added[i][0]});
        assert_refused(text, strlen(text), added[i][1]);
        free(text);
    }
    char *text = token_file_text((TokenFile){
        .model = model,
        .post = "{\"type\": \"BertProcessing\", \"cls\": [\"x\", 77], \"sep\": [\"a\", 0]}"});
    assert_refused(text, strlen(text), "id 77, which is no token");
    free(text);
    text = token_file_text((TokenFile){
        .model = model, .normalizer = "{\"type\": \"Prepend\", \"prepend\": \"a\\u0000\"}"});
    assert_refused(text, strlen(text), "U+0000");
    free(text);
    text = token_file_text(
        (TokenFile){.model = "{\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]]}",
                    .pre = "{\"type\": \"ByteLevel\", \"add_prefix_space\": false}"});
    assert_refused(text, strlen(text), "ByteLevel");
    free(text);
}

static void files_that_are_no_json_object_are_refused(void **state)
{
    (void)state;
    assert_refused("", 0, "expected an object");
    assert_refused("[]", 2, "expected an object");
    assert_refused("{}", 2, "no \"model\"");
    assert_refused("\x1f\x8b\x08", 3, "expected an object");
    Str deep = {0};
    str_puts(&deep, "{\"model\": ");
    for (int i = 0; i < 100000; i++) str_putc(&deep, '[');
    assert_refused(deep.s, deep.len, "expected an object");
    deep.len = 0;
    str_puts(&deep, "{\"version\": ");
    for (int i = 0; i < 100000; i++) str_putc(&deep, '[');
    assert_refused(deep.s, deep.len, "deeper than 64");
    str_free(&deep);
}

/* Every prefix of a good file, and the good file with each byte in turn made another. */
static void no_cut_and_no_wrong_byte_does_harm(void **state)
{
    (void)state;
    char *text = token_file_text((TokenFile){
        .added = "{\"id\": 3, \"content\": \"<s>\", \"special\": true}",
        .normalizer =
            "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \" +\"}, \"content\": \"_\"}",
        .pre = "{\"type\": \"Metaspace\", \"replacement\": \"_\"}",
        .post = "{\"type\": \"BertProcessing\", \"cls\": [\"a\", 0], \"sep\": [\"<s>\", 3]}",
        .decoder = "{\"type\": \"ByteLevel\"}",
        .model = BPE(VOCAB ", \"merges\": [[\"a\", \"b\"]]")});
    size_t n = strlen(text);
    Err err = {""};
    for (size_t cut = 0; cut < n; cut++) {
        Tokenizer *tok = token_open_bytes("tokenizer.json", text, cut, NULL, &err);
        assert_null(tok);
    }
    for (size_t i = 0; i < 2 * n; i++) {
        char kept = text[i / 2];
        text[i / 2] = i % 2 ? '"' : (char)(kept ^ 0x11);
        err.msg[0] = 0;
        TokenIds ids = {0};
        Tokenizer *tok = token_open_bytes("tokenizer.json", text, n, NULL, &err);
        if (tok)
            tokenizer_encode(tok, "ab <s>ab", 8, 3, &ids, &err);
        else
            assert_true(err.msg[0] != 0);
        tokenizer_close(tok);
        token_ids_free(&ids);
        text[i / 2] = kept;
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_models_are_refused_by_name),
        cmocka_unit_test(damaged_added_tokens_and_templates_are_refused),
        cmocka_unit_test(files_that_are_no_json_object_are_refused),
        cmocka_unit_test(no_cut_and_no_wrong_byte_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
