/* test_tokenizer.c: whole tokenizers: added tokens, edges, offsets, decoding, and the files beside
 * them, on files that the test writes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_token.h"
#include "token/token_report.h"

#define MARK "\xe2\x96\x81" /* U+2581 */

/* Llama's way: a mark in front, marks for spaces, bytes as the last resort. */
static Tokenizer *make_llama(const char *const *others)
{
    Str model = {0};
    Err err = {""};
    str_puts(&model, "{\"type\": \"BPE\", \"unk_token\": \"<unk>\", \"fuse_unk\": true, "
                     "\"byte_fallback\": true, \"vocab\": {\"<unk>\": 0, \"<s>\": 1, \"</s>\": 2");
    add_byte_tokens(&model, 3);
    str_puts(&model, ", \"" MARK "\": 259, \"h\": 260, \"i\": 261, \"hi\": 262, \"" MARK
                     "hi\": 263}, \"merges\": [[\"h\", \"i\"], [\"" MARK "\", \"hi\"]]}");
    char *text = token_file_text((TokenFile){
        .added = "{\"id\": 0, \"content\": \"<unk>\", \"special\": true, \"normalized\": false}, "
                 "{\"id\": 1, \"content\": \"<s>\", \"special\": true, \"normalized\": false}, "
                 "{\"id\": 2, \"content\": \"</s>\", \"special\": true, \"normalized\": false}",
        .normalizer = "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Prepend\", "
                      "\"prepend\": \"" MARK "\"}, {\"type\": \"Replace\", \"pattern\": "
                      "{\"String\": \" \"}, \"content\": \"" MARK "\"}]}",
        .post = "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": "
                "\"<s>\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}], "
                "\"special_tokens\": {\"<s>\": {\"id\": \"<s>\", \"ids\": [1], \"tokens\": "
                "[\"<s>\"]}}}",
        .decoder = "{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Replace\", \"pattern\": "
                   "{\"String\": \"" MARK "\"}, \"content\": \" \"}, {\"type\": "
                   "\"ByteFallback\"}, {\"type\": \"Fuse\"}, {\"type\": \"Strip\", \"content\": "
                   "\" \", \"start\": 1, \"stop\": 0}]}",
        .model = model.s});
    Tokenizer *tok = token_open_bytes("tokenizer.json", text, strlen(text), others, &err);
    if (!tok) fail_msg("%s", err.msg);
    str_free(&model);
    free(text);
    return tok;
}

static void edges_are_added_and_specials_read_only_when_asked(void **state)
{
    (void)state;
    Tokenizer *tok = make_llama(NULL);
    assert_tokens(tok, "hi hi", 0, MARK "hi|" MARK "hi");
    assert_tokens(tok, "hi hi", TOKENIZE_EDGES, "<s>|" MARK "hi|" MARK "hi");
    assert_tokens(tok, "", TOKENIZE_EDGES, "<s>");
    assert_tokens(tok, "hi</s>hi", TOKENIZE_SPECIAL, MARK "hi|</s>|" MARK "hi");
    assert_tokens(tok, "</s>", 0, MARK "|<0x3C>|<0x2F>|<0x73>|<0x3E>");
    assert_int_equal(tokenizer_vocab(tok), 264);
    assert_int_equal(tokenizer_bos(tok), 1);
    assert_int_equal(tokenizer_unk(tok), 0);
    assert_int_equal(tokenizer_find(tok, "</s>"), 2);
    assert_int_equal(tokenizer_find(tok, "nothing"), -1);
    assert_true(tokenizer_is_special(tok, 2));
    assert_false(tokenizer_is_special(tok, 263));
    assert_false(tokenizer_is_special(tok, -1));
    assert_false(tokenizer_is_special(tok, 99999));
    tokenizer_close(tok);
}

static void tokens_know_their_bytes_in_the_text(void **state)
{
    (void)state;
    static const int32_t start[] = {0, 0, 2, 6, 8, 9}, len[] = {0, 2, 4, 2, 1, 1};
    TokenIds ids = {0};
    Err err = {""};
    Tokenizer *tok = make_llama(NULL);
    /* <s>, "hi", "</s>", "hi" with a mark in front again, the two bytes of one character */
    assert_true(tokenizer_encode(tok, "hi</s>hi\xc3\xa9", 10, 3, &ids, &err));
    assert_int_equal(ids.n, 6);
    for (int i = 0; i < 6; i++) {
        assert_int_equal(ids.start[i], start[i]);
        assert_int_equal(ids.len[i], len[i]);
    }
    tokenizer_close(tok);
    token_ids_free(&ids);
}

static void decoding_takes_off_what_encoding_put_in_front(void **state)
{
    (void)state;
    static const int32_t ids[] = {1, 263, 263, 2};
    Tokenizer *tok = make_llama(NULL);
    assert_decoded(tok, ids, 4, 0, "hi hi");
    assert_decoded(tok, ids, 4, DECODE_SPECIAL, "<s> hi hi</s>");
    assert_decoded(tok, ids + 1, 1, DECODE_INSIDE, " hi");
    size_t n;
    assert_memory_equal(tokenizer_piece(tok, 263, &n), " hi", 3);
    assert_int_equal(n, 3);
    assert_memory_equal(tokenizer_piece(tok, 3 + 0xc3, &n), "\xc3", 1);
    assert_int_equal(n, 1);
    assert_null(tokenizer_piece(tok, -1, &n));
    assert_null(tokenizer_piece(tok, 264, &n));
    tokenizer_close(tok);
}

static void only_whole_characters_come_out_of_a_stream(void **state)
{
    (void)state;
    Tokenizer *tok = make_llama(NULL);
    /* U+1F999 as four byte tokens, then the start of a character that never ends, then "hi" */
    static const int32_t ids[] = {3 + 0xf0, 3 + 0x9f, 3 + 0xa6, 3 + 0x99, 3 + 0xe2, 3 + 0x82, 262};
    static const char *const exact[] = {"", "", "", "\xf0\x9f\xa6\x99", "", "", "\xe2\x82hi"};
    static const char *const shown[] = {"", "", "", "\xf0\x9f\xa6\x99", "", "", "\xef\xbf\xbdhi"};
    for (int flags = 0; flags <= DECODE_REPLACE; flags += DECODE_REPLACE) {
        TokenDecoder dec = {.tok = tok, .flags = flags};
        for (int i = 0; i < 7; i++) {
            Str out = {0};
            str_puts(&out, "");
            token_decoder_add(&dec, ids[i], &out);
            assert_string_equal(out.s, flags ? shown[i] : exact[i]);
            str_free(&out);
        }
    }
    assert_decoded(tok, ids + 4, 2, 0, "\xe2\x82");
    assert_decoded(tok, ids + 4, 2, DECODE_REPLACE, "\xef\xbf\xbd");
    tokenizer_close(tok);
}

static void metaspace_takes_the_marks_off_the_first_token(void **state)
{
    (void)state;
    static const int32_t ids[] = {2, 2, 1};
    Tokenizer *tok = token_make(
        (TokenFile){.pre = "{\"type\": \"Metaspace\", \"replacement\": \"" MARK "\"}",
                    .decoder = "{\"type\": \"Metaspace\", \"replacement\": \"" MARK "\"}",
                    .model = "{\"type\": \"BPE\", \"vocab\": {\"" MARK "\": 0, \"a\": 1, \"" MARK
                             "a\": 2}, \"merges\": [\"" MARK " a\"]}"});
    assert_tokens(tok, "a aa", 0, MARK "a|" MARK "a|a");
    assert_decoded(tok, ids, 3, 0, "a aa");
    tokenizer_close(tok);
}

static void added_tokens_obey_their_flags(void **state)
{
    (void)state;
    Tokenizer *tok = token_make((TokenFile){
        .added = "{\"id\": 10, \"content\": \"<l>\", \"lstrip\": true, \"normalized\": false}, "
                 "{\"id\": 11, \"content\": \"<r>\", \"rstrip\": true, \"normalized\": false}, "
                 "{\"id\": 12, \"content\": \"ab\", \"single_word\": true, \"normalized\": "
                 "false}, {\"id\": 13, \"content\": \"AA\", \"normalized\": true}, "
                 "{\"id\": 14, \"content\": \"<r>x\", \"normalized\": false}",
        .normalizer = "{\"type\": \"Lowercase\"}",
        .model = "{\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \" \": 2, \"x\": 3}, "
                 "\"merges\": []}"});
    assert_tokens(tok, "a  <l> a", 0, "a|<l>| |a");
    assert_tokens(tok, "a <r>  a", 0, "a| |<r>|a");
    assert_tokens(tok, "ab aba ab", 0, "ab| |a|b|a| |ab");
    assert_tokens(tok, "aAb", 0, "AA|b");               /* sought as "aa" in the lower-cased text */
    assert_tokens(tok, "<r>xa<r>a", 0, "<r>x|a|<r>|a"); /* the longest wins */
    TokenIds ids = {0};
    Err err = {""};
    assert_true(tokenizer_encode(tok, "a  <l> a", 8, 0, &ids, &err));
    assert_int_equal(ids.start[1], 1); /* with the spaces it takes */
    assert_int_equal(ids.len[1], 5);
    tokenizer_close(tok);
    token_ids_free(&ids);
}

static void templates_put_tokens_on_both_sides(void **state)
{
    (void)state;
    static const char model[] = "{\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"C\": 1, \"S\": 2, "
                                "\"X\": 3}, \"merges\": []}";
    static const char *const post[] = {
        "{\"type\": \"BertProcessing\", \"sep\": [\"S\", 2], \"cls\": [\"C\", 1]}",
        "{\"type\": \"RobertaProcessing\", \"sep\": [\"S\", 2], \"cls\": [\"C\", 1]}",
        "{\"type\": \"Sequence\", \"processors\": [{\"type\": \"ByteLevel\"}, {\"type\": "
        "\"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"cx\"}}, "
        "{\"Sequence\": {\"id\": \"A\"}}, {\"SpecialToken\": {\"id\": \"S\"}}], "
        "\"special_tokens\": {\"cx\": {\"ids\": [1, 3]}, \"S\": {\"ids\": [2]}}}]}",
    };
    static const char *const want[] = {"1 0 2", "1 0 2", "1 3 0 2"};
    for (int i = 0; i < 3; i++) {
        Tokenizer *tok = token_make((TokenFile){.model = model, .post = post[i]});
        assert_ids(tok, "a", 1, TOKENIZE_EDGES, want[i]);
        assert_ids(tok, "a", 1, 0, "0");
        tokenizer_close(tok);
    }
}

static void files_beside_it_say_which_tokens_begin_and_end_a_text(void **state)
{
    (void)state;
    static const char *const off[] = {"tokenizer_config.json",
                                      "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": "
                                      "\"</s>\", \"add_bos_token\": false, \"add_eos_token\": "
                                      "true, \"pad_token\": null}",
                                      NULL};
    Tokenizer *tok = make_llama(off);
    assert_tokens(tok, "hi", TOKENIZE_EDGES, MARK "hi|</s>");
    assert_false(tokenizer_adds_bos(tok));
    assert_int_equal(tokenizer_eos(tok), 2);
    assert_true(tokenizer_is_end(tok, 2));
    assert_false(tokenizer_is_end(tok, 1));
    assert_int_equal(tokenizer_pad(tok), -1);
    tokenizer_close(tok);
    static const char *const ids[] = {"config.json",
                                      "{\"bos_token_id\": 259, \"eos_token_id\": [2, 261], "
                                      "\"pad_token_id\": 0}",
                                      "generation_config.json",
                                      "{\"eos_token_id\": 262}",
                                      "tokenizer_config.json",
                                      "{\"add_bos_token\": true}",
                                      NULL};
    tok = make_llama(ids);
    assert_tokens(tok, "hi", TOKENIZE_EDGES, MARK "|<s>|" MARK "hi");
    assert_int_equal(tokenizer_bos(tok), 259);
    assert_int_equal(tokenizer_eos(tok), 262);
    assert_true(tokenizer_is_end(tok, 2) && tokenizer_is_end(tok, 261) &&
                tokenizer_is_end(tok, 262));
    assert_int_equal(tokenizer_pad(tok), 0);
    tokenizer_close(tok);
}

static void a_broken_file_beside_it_is_an_error(void **state)
{
    (void)state;
    static const char *const name[] = {"tokenizer_config.json", "config.json",
                                       "generation_config.json"};
    char *text = token_file_text(
        (TokenFile){.model = "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}"});
    for (int i = 0; i < 3; i++) {
        Err err = {""};
        const char *const others[] = {name[i], "{\"bos_token\": ", NULL};
        assert_null(token_open_bytes("tokenizer.json", text, strlen(text), others, &err));
        assert_non_null(strstr(err.msg, name[i]));
    }
    free(text);
}

static void prompts_of_no_bytes_and_of_too_many_have_their_answers(void **state)
{
    (void)state;
    Tokenizer *tok = make_llama(NULL);
    TokenIds ids = {0};
    Err err = {""};
    assert_true(tokenizer_encode(tok, "", 0, 0, &ids, &err));
    assert_int_equal(ids.n, 0);
    assert_true(tokenizer_encode(tok, NULL, 0, TOKENIZE_EDGES, &ids, &err));
    assert_int_equal(ids.n, 1);
    assert_false(tokenizer_encode(tok, "", (size_t)TOKENIZER_MAX_TEXT + 1, 0, &ids, &err));
    assert_non_null(strstr(err.msg, "split it"));
    tokenizer_close(tok);
    token_ids_free(&ids);
}

/* A megabyte without a space: the whole is one piece with merges everywhere. */
static void a_megabyte_in_one_word_is_tokenized(void **state)
{
    (void)state;
    enum { N = 1 << 20 };
    Tokenizer *tok = token_make(
        (TokenFile){.model = "{\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"aa\": 1, \"aaaa\": 2}, "
                             "\"merges\": [\"a a\", \"aa aa\"]}"});
    char *text = mem_alloc(N, 1);
    TokenIds ids = {0};
    Err err = {""};
    memset(text, 'a', N);
    assert_true(tokenizer_encode(tok, text, N, 0, &ids, &err));
    assert_int_equal(ids.n, N / 4);
    for (int i = 0; i < ids.n; i++)
        if (ids.id[i] != 2 || ids.start[i] != 4 * i || ids.len[i] != 4) fail_msg("token %d", i);
    tokenizer_close(tok);
    token_ids_free(&ids);
    free(text);
}

static void a_report_shows_ids_places_and_texts(void **state)
{
    (void)state;
    Tokenizer *tok = make_llama(NULL);
    TokenIds ids = {0};
    Str out = {0};
    Err err = {""};
    assert_true(tokenizer_encode(tok, "hi\xff", 3, TOKENIZE_EDGES, &ids, &err));
    token_report(tok, &ids, TOKEN_FORM_IDS, &out);
    assert_string_equal(out.s, "1 263 258\n");
    out.len = 0;
    token_report(tok, &ids, TOKEN_FORM_TABLE, &out);
    assert_string_equal(out.s, " index      id   start  length  text\n"
                               "     0       1       0       0  \"<s>\"\n"
                               "     1     263       0       2  \" hi\"\n"
                               "     2     258       2       1  \"\xef\xbf\xbd\"\n");
    out.len = 0;
    token_report(tok, &ids, TOKEN_FORM_JSON, &out);
    assert_non_null(strstr(out.s, "{\"id\": 263, \"start\": 0, \"length\": 2, \"text\": \" hi\"}"));
    assert_true(token_report_parse(tok, " [1, 263 258]\n", &ids, &err));
    assert_int_equal(ids.n, 3);
    assert_int_equal(ids.id[2], 258);
    assert_true(token_report_parse(tok, "", &ids, &err));
    assert_int_equal(ids.n, 0);
    assert_false(token_report_parse(tok, "1 264", &ids, &err));
    assert_non_null(strstr(err.msg, "\"264\" is no token id"));
    assert_false(token_report_parse(tok, "1 x", &ids, &err));
    tokenizer_close(tok);
    token_ids_free(&ids);
    str_free(&out);
}

static void a_path_without_a_tokenizer_is_refused(void **state)
{
    (void)state;
    Err err = {""};
    Tokenizer *tok;
    char *dir = scratch_make(), *file = path_join(dir, "notes.txt");
    write_text(dir, "notes.txt", "x");
    assert_false(tokenizer_open(&tok, dir, &err));
    assert_null(tok);
    assert_non_null(strstr(err.msg, "neither tokenizer.json nor tokenizer.model"));
    assert_false(tokenizer_open(&tok, file, &err));
    assert_non_null(strstr(err.msg, "notes.txt"));
    assert_false(tokenizer_open(&tok, "/nowhere/tokenizer.json", &err));
    assert_non_null(strstr(err.msg, "/nowhere/tokenizer.json"));
    scratch_remove(dir);
    free(dir);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_added_and_specials_read_only_when_asked),
        cmocka_unit_test(tokens_know_their_bytes_in_the_text),
        cmocka_unit_test(decoding_takes_off_what_encoding_put_in_front),
        cmocka_unit_test(only_whole_characters_come_out_of_a_stream),
        cmocka_unit_test(metaspace_takes_the_marks_off_the_first_token),
        cmocka_unit_test(added_tokens_obey_their_flags),
        cmocka_unit_test(templates_put_tokens_on_both_sides),
        cmocka_unit_test(files_beside_it_say_which_tokens_begin_and_end_a_text),
        cmocka_unit_test(a_broken_file_beside_it_is_an_error),
        cmocka_unit_test(prompts_of_no_bytes_and_of_too_many_have_their_answers),
        cmocka_unit_test(a_megabyte_in_one_word_is_tokenized),
        cmocka_unit_test(a_report_shows_ids_places_and_texts),
        cmocka_unit_test(a_path_without_a_tokenizer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
