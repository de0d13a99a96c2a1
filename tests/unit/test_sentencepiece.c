/* test_sentencepiece.c: tokenizer.model files that the test writes byte by byte; damaged ones. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_token.h"

#define MARK "\xe2\x96\x81" /* U+2581 */

enum { NORMAL = 1, UNKNOWN, CONTROL, USER, UNUSED, BYTE };
enum { UNIGRAM = 1, BPE = 2 };

static void put_varint(Str *s, uint64_t v)
{
    for (; v >= 128; v >>= 7) str_putc(s, (char)(v | 128));
    str_putc(s, (char)v);
}

static void put_message(Str *s, int field, const Str *message)
{
    put_varint(s, (uint64_t)field << 3 | 2);
    put_varint(s, message->len);
    str_add(s, str_text(message), message->len);
}

static void put_piece(Str *s, const char *text, float score, int type)
{
    Str m = {0}, t = {0};
    str_puts(&t, text);
    put_message(&m, 1, &t);
    str_putc(&m, 2 << 3 | 5);
    str_add(&m, &score, 4); /* tests run on little-endian machines */
    str_putc(&m, 3 << 3);
    put_varint(&m, (uint64_t)type);
    put_message(s, 1, &m);
    str_free(&m);
    str_free(&t);
}

static void put_number(Str *s, int field, int64_t v)
{
    put_varint(s, (uint64_t)field << 3);
    put_varint(s, (uint64_t)v);
}

/* The trainer's and the normalizer's part. */
static void put_specs(Str *s, int model_type, bool fallback, bool prefix, bool squeeze)
{
    Str t = {0}, n = {0};
    put_number(&t, 3, model_type);
    put_number(&t, 35, fallback);
    put_number(&t, 43, -1);
    put_message(s, 2, &t);
    put_number(&n, 3, prefix);
    put_number(&n, 4, squeeze);
    put_message(s, 3, &n);
    str_free(&t);
    str_free(&n);
}

static Tokenizer *open_model(const Str *bytes, const char *const *others, Err *err)
{
    return token_open_bytes("tokenizer.model", str_text(bytes), bytes->len, others, err);
}

static void put_bytes(Str *s)
{
    char name[8];
    for (int b = 0; b < 256; b++) {
        snprintf(name, sizeof name, "<0x%02X>", b);
        put_piece(s, name, 0, BYTE);
    }
}

static void put_llama(Str *s)
{
    put_piece(s, "<unk>", 0, UNKNOWN);
    put_piece(s, "<s>", 0, CONTROL);
    put_piece(s, "</s>", 0, CONTROL);
    put_bytes(s);
    put_piece(s, MARK "a", -1, NORMAL); /* 259 */
    put_piece(s, "bc", -2, NORMAL);
    put_piece(s, "ab", -3, NORMAL);
    put_piece(s, MARK, -10, NORMAL); /* 262 */
    put_piece(s, "a", -11, NORMAL);
    put_piece(s, "b", -12, NORMAL);
    put_piece(s, "c", -13, NORMAL);
    put_piece(s, "<tool>", 0, USER); /* 266 */
}

static void pairs_merge_by_score(void **state)
{
    (void)state;
    Str s = {0};
    Err err = {""};
    put_llama(&s);
    put_specs(&s, BPE, true, true, false);
    Tokenizer *tok = open_model(&s, NULL, &err);
    if (!tok) fail_msg("%s", err.msg);
    assert_tokens(tok, "abc", 0, MARK "a|bc");
    assert_tokens(tok, "bab", 0, MARK "|b|ab");
    assert_tokens(tok, "a b", TOKENIZE_EDGES, "<s>|" MARK "a|" MARK "|b");
    assert_tokens(tok, "\xc3\xa9", 0, MARK "|<0xC3>|<0xA9>");
    assert_tokens(tok, "a<tool>b", 0, MARK "a|<tool>|b");
    assert_tokens(tok, "a</s>", TOKENIZE_SPECIAL, MARK "a|</s>");
    static const int32_t ids[] = {1, 259, 262, 264};
    assert_decoded(tok, ids, 4, 0, "a b");
    assert_int_equal(tokenizer_bos(tok), 1);
    assert_int_equal(tokenizer_eos(tok), 2);
    assert_int_equal(tokenizer_pad(tok), -1);
    assert_true(tokenizer_is_special(tok, 1));
    assert_false(tokenizer_is_special(tok, 266));
    tokenizer_close(tok);
    str_free(&s);
}

static void a_unigram_model_takes_the_likeliest_way_and_squeezes_spaces(void **state)
{
    (void)state;
    Str s = {0};
    Err err = {""};
    put_piece(&s, "<unk>", 0, UNKNOWN);
    put_piece(&s, "<s>", 0, CONTROL);
    put_piece(&s, "</s>", 0, CONTROL);
    put_piece(&s, MARK "a", -1, NORMAL);
    put_piece(&s, "b", -2, NORMAL);
    put_piece(&s, "ab", -6, NORMAL);
    put_piece(&s, MARK, -2, NORMAL);
    put_piece(&s, "zzz", -1, UNUSED);
    put_specs(&s, UNIGRAM, false, true, true);
    Tokenizer *tok = open_model(&s, NULL, &err);
    if (!tok) fail_msg("%s", err.msg);
    assert_tokens(tok, "ab", 0, MARK "a|b"); /* -3 against -8 */
    assert_tokens(tok, "  a   b ", 0, MARK "a|" MARK "|b");
    assert_tokens(tok, "azzzb", 0, MARK "a|<unk>|b"); /* an unused piece matches nothing */
    tokenizer_close(tok);
    str_free(&s);
}

static void the_files_beside_it_add_tokens(void **state)
{
    (void)state;
    static const char *const others[] = {
        "added_tokens.json", "{\"<|end|>\": 267}", "tokenizer_config.json",
        "{\"eos_token\": \"<|user|>\", \"add_bos_token\": false, \"added_tokens_decoder\": "
        "{\"1\": {\"content\": \"<s>\", \"special\": true}, \"268\": {\"content\": "
        "\"<|user|>\", \"special\": true, \"rstrip\": true}}}",
        NULL};
    Str s = {0};
    Err err = {""};
    put_llama(&s);
    put_specs(&s, BPE, true, false, false);
    Tokenizer *tok = open_model(&s, others, &err);
    if (!tok) fail_msg("%s", err.msg);
    assert_ids(tok, "<|user|>  a<|end|>", 18, TOKENIZE_SPECIAL | TOKENIZE_EDGES, "268 263 267");
    assert_int_equal(tokenizer_eos(tok), 268);
    assert_int_equal(tokenizer_vocab(tok), 269);
    tokenizer_close(tok);
    str_free(&s);
}

static void what_is_not_supported_is_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *want;
        int model_type, extra_type;
        const char *extra;
    } row[] = {
        {"model type 3", 3, NORMAL, "x"},   {"unused", BPE, UNUSED, "x"},
        {"unknown type", BPE, 9, "x"},      {"two ids", BPE, NORMAL, "a"},
        {"not UTF-8", BPE, NORMAL, "\xff"}, {"without text", BPE, NORMAL, ""},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Str s = {0};
        Err err = {""};
        put_llama(&s);
        put_piece(&s, row[i].extra, -1, row[i].extra_type);
        put_specs(&s, row[i].model_type, true, true, false);
        assert_null(open_model(&s, NULL, &err));
        if (!strstr(err.msg, row[i].want)) fail_msg("not \"%s\": %s", row[i].want, err.msg);
        str_free(&s);
    }
    Str s = {0};
    Err err = {""};
    assert_null(open_model(&s, NULL, &err));
    assert_non_null(strstr(err.msg, "empty"));
    put_piece(&s, "a", 0, NORMAL);
    put_specs(&s, BPE, false, true, false);
    assert_null(open_model(&s, NULL, &err));
    assert_non_null(strstr(err.msg, "unk_id 0"));
    str_free(&s);
}

static void no_cut_and_no_wrong_byte_does_harm(void **state)
{
    (void)state;
    Str s = {0};
    Err err = {""};
    put_llama(&s);
    put_specs(&s, BPE, true, true, false);
    for (size_t i = 0; i < s.len; i += i < 200 || i > s.len - 300 ? 1 : 7) {
        Str cut = {0};
        str_add(&cut, s.s, i);
        Tokenizer *tok = open_model(&cut, NULL, &err);
        tokenizer_close(tok);
        str_free(&cut);
        char kept = s.s[i];
        for (int flip = 1; flip < 256; flip *= 4) {
            s.s[i] = (char)(kept ^ flip);
            TokenIds ids = {0};
            tok = open_model(&s, NULL, &err);
            if (tok) tokenizer_encode(tok, "abc a</s>", 9, 3, &ids, &err);
            tokenizer_close(tok);
            token_ids_free(&ids);
        }
        s.s[i] = kept;
    }
    str_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_merge_by_score),
        cmocka_unit_test(a_unigram_model_takes_the_likeliest_way_and_squeezes_spaces),
        cmocka_unit_test(the_files_beside_it_add_tokens),
        cmocka_unit_test(what_is_not_supported_is_refused_by_name),
        cmocka_unit_test(no_cut_and_no_wrong_byte_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
