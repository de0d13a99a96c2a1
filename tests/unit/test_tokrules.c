/* test_tokrules.c: normalisers, splits and patterns of a tokenizer.json, each with answers worked
 * by hand from what its name promises. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture_token.h"
#include "token/tokenizer_parts.h"
#include "base/utf8.h"

static Tokenizer *read_rules(bool (*read)(Tokenizer *, const Json *, Err *), const char *json,
                             Err *err)
{
    Tokenizer *tok = mem_alloc(1, sizeof *tok);
    Json *j = json_parse(json, strlen(json), err);
    if (!j || !read(tok, j, err)) {
        tokenizer_close(tok);
        tok = NULL;
    }
    json_free(j);
    return tok;
}

/* The normalised text; *out also gets where each byte is from. */
static void normalize(const char *json, const char *text, TokText *out)
{
    Err err = {""};
    TokText spare = {0};
    Tokenizer *tok = read_rules(tokenizer_read_normalizer, json, &err);
    if (!tok) fail_msg("%s: %s", json, err.msg);
    PatternScratch *scratch = pattern_scratch(utf8_valid(text, (int64_t)strlen(text)));
    toktext_clear(out);
    toktext_add_source(out, text, 0, (int)strlen(text));
    if (!normalizer_apply(&tok->norm, out, &spare, scratch, &err)) fail_msg("%s", err.msg);
    pattern_scratch_free(scratch);
    toktext_free(&spare);
    tokenizer_close(tok);
}

static void assert_normal(const char *json, const char *text, const char *want)
{
    TokText got = {0};
    normalize(json, text, &got);
    if ((size_t)got.n != strlen(want) || (got.n && memcmp(got.s, want, (size_t)got.n) != 0))
        fail_msg("%s: \"%s\" is \"%.*s\", not \"%s\"", json, text, got.n, got.s, want);
    toktext_free(&got);
}

static void normalizers_do_what_their_names_say(void **state)
{
    (void)state;
    static const char *const row[][3] = {
        {"null", " A\t", " A\t"},
        {"{\"type\": \"Lowercase\"}", "\xc3\x89T\xc4\xb0", "\xc3\xa9ti\xcc\x87"}, /* ÉTİ */
        {"{\"type\": \"NFC\"}",
         "e\xcc\x81"
         "a",
         "\xc3\xa9"
         "a"},
        {"{\"type\": \"NFC\"}", "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87"}, /* marks in order */
        {"{\"type\": \"NFC\"}", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "\xea\xb0\x81"}, /* 각 */
        {"{\"type\": \"NFC\"}", "\xe0\xa7\x87\xe0\xa6\xbe", "\xe0\xa7\x8b"}, /* Bengali o */
        {"{\"type\": \"NFC\"}", "\xef\xac\x81", "\xef\xac\x81"},
        {"{\"type\": \"NFD\"}", "\xc3\xa9", "e\xcc\x81"},
        {"{\"type\": \"NFKC\"}", "\xef\xac\x81\xc2\xb2\xe3\x80\x80", "fi2 "}, /* ﬁ ² wide space */
        {"{\"type\": \"NFKD\"}", "\xef\xac\x81\xc3\xa9", "fie\xcc\x81"},
        {"{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFD\"}, "
         "{\"type\": \"StripAccents\"}]}",
         "\xc3\xa9\xc3\xbc", "eu"},
        {"{\"type\": \"Nmt\"}",
         "a\x01\tb\xe2\x80\x8b"
         "c",
         "a b c"},
        {"{\"type\": \"Strip\", \"strip_left\": true, \"strip_right\": true}", " \t a \xe3\x80\x80",
         "a"},
        {"{\"type\": \"Strip\", \"strip_left\": false, \"strip_right\": true}", " a ", " a"},
        {"{\"type\": \"Prepend\", \"prepend\": \"\\u2581\"}", "a",
         "\xe2\x96\x81"
         "a"},
        {"{\"type\": \"Prepend\", \"prepend\": \"\\u2581\"}", "", ""},
        {"{\"type\": \"Replace\", \"pattern\": {\"String\": \"ab\"}, \"content\": \"x\"}", "abaab",
         "xax"},
        {"{\"type\": \"Replace\", \"pattern\": {\"Regex\": \" {2,}\"}, \"content\": \" \"}",
         "a   b c", "a b c"},
        {"{\"type\": \"Sequence\", \"normalizers\": []}", "a", "a"},
        {"{\"type\": \"NFC\"}",
         "\xff"
         "e\xcc\x81\xcc",
         "\xff\xc3\xa9\xcc"}, /* ill-formed stays */
        {"{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"a\"}, \"content\": \"b\"}",
         "a\xff"
         "a",
         "b\xff"
         "b"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_normal(row[i][0], row[i][1], row[i][2]);
}

static void every_byte_knows_where_it_came_from(void **state)
{
    (void)state;
    TokText t = {0};
    normalize("{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, {\"type\": "
              "\"Prepend\", \"prepend\": \"_\"}, {\"type\": \"Replace\", \"pattern\": "
              "{\"String\": \" \"}, \"content\": \"--\"}]}",
              "e\xcc\x81 x", &t);
    /* "_" "\xc3\xa9" "--" "x" of "e" "\xcc\x81" " " "x" */
    static const int32_t from[] = {0, 0, 0, 3, 3, 4}, to[] = {0, 3, 3, 4, 4, 5};
    assert_int_equal(t.n, 6);
    for (int i = 0; i < t.n; i++) {
        assert_int_equal(t.from[i], from[i]);
        assert_int_equal(t.to[i], to[i]);
    }
    toktext_free(&t);
}

/* SentencePiece's table: "AB" becomes "c" and "A" becomes "" (dropped). A double array by hand:
 * unit 0 root, offset 64; the label of 'A' (0x41) stands at 64 ^ 0x41 = 1, offset 4 with a value
 * below at 1 ^ 4 = 5; 'B' (0x42) at 5 ^ 0x42 = 71, offset 8, value at 71 ^ 8 = 79. */
static void a_table_of_sequences_replaces_the_longest(void **state)
{
    (void)state;
    enum { UNITS = 80 };
    uint8_t bytes[4 + 4 * UNITS + 3] = {0};
    uint32_t unit[UNITS] = {[0] = 64u << 10,
                            [1] = 0x41 | 1u << 8 | 4u << 10,
                            [5] = 1u << 31 | 0,
                            [71] = 0x42 | 1u << 8 | 8u << 10,
                            [79] = 1u << 31 | 1};
    bytes[0] = (4 * UNITS) & 0xff;
    bytes[1] = (4 * UNITS) >> 8;
    for (int i = 0; i < UNITS; i++)
        for (int k = 0; k < 4; k++) bytes[4 + 4 * i + k] = (uint8_t)(unit[i] >> (8 * k));
    bytes[4 + 4 * UNITS + 1] = 'c'; /* "\0" "c\0" */
    Err err = {""};
    Charsmap *map = charsmap_open(bytes, sizeof bytes, &err);
    assert_non_null(map);
    const char *to;
    int n;
    assert_int_equal(charsmap_find(map, "ABA", 3, &to, &n), 2);
    assert_int_equal(n, 1);
    assert_string_equal(to, "c");
    assert_int_equal(charsmap_find(map, "AA", 2, &to, &n), 1);
    assert_int_equal(n, 0);
    assert_int_equal(charsmap_find(map, "BA", 2, &to, &n), 0);
    charsmap_close(map);
    for (size_t cut = 0; cut < sizeof bytes; cut++) {
        uint8_t *copy = mem_alloc((int64_t)cut, 1); /* a sanitizer sees reads past its end */
        memcpy(copy, bytes, cut);
        map = charsmap_open(copy, cut, &err);
        if (map) charsmap_find(map, "ABAB", 4, &to, &n);
        charsmap_close(map);
        free(copy);
    }
}

static void assert_split(const char *json, const char *text, const char *want)
{
    Err err = {""};
    TokText t = {0}, spare = {0};
    TokPieces pieces = {0}, spare_pieces = {0};
    Str got = {0};
    Tokenizer *tok = read_rules(tokenizer_read_pre_tokenizer, json, &err);
    if (!tok) fail_msg("%s: %s", json, err.msg);
    PatternScratch *scratch = pattern_scratch(utf8_valid(text, (int64_t)strlen(text)));
    toktext_add_source(&t, text, 0, (int)strlen(text));
    if (!splitter_apply(&tok->splitter, &t, &pieces, &spare, &spare_pieces, scratch, &err))
        fail_msg("%s", err.msg);
    str_puts(&got, "");
    for (int i = 0; i < pieces.n; i++) {
        if (i) str_putc(&got, '|');
        str_add(&got, t.s + pieces.piece[i].from,
                (size_t)(pieces.piece[i].to - pieces.piece[i].from));
    }
    if (strcmp(got.s, want) != 0)
        fail_msg("%s: \"%s\" is \"%s\", not \"%s\"", json, text, got.s, want);
    pattern_scratch_free(scratch);
    toktext_free(&t);
    toktext_free(&spare);
    tokpieces_free(&pieces);
    tokpieces_free(&spare_pieces);
    str_free(&got);
    tokenizer_close(tok);
}

#define SPLIT(behavior, invert)                                                                    \
    "{\"type\": \"Split\", \"pattern\": {\"String\": \"-\"}, \"behavior\": \"" behavior            \
    "\", \"invert\": " invert "}"
#define REGEX(pattern)                                                                             \
    "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"" pattern                                    \
    "\"}, \"behavior\": \"Isolated\", \"invert\": false}"
#define METASPACE(rest) "{\"type\": \"Metaspace\", \"replacement\": \"_\"" rest "}"

static void splits_do_what_their_names_say(void **state)
{
    (void)state;
    static const char *const row[][3] = {
        {"null", "a-b", "a-b"},
        /* the example of the reference's own documentation: "the-final--countdown" */
        {SPLIT("Removed", "false"), "the-final--countdown", "the|final|countdown"},
        {SPLIT("Isolated", "false"), "the-final--countdown", "the|-|final|-|-|countdown"},
        {SPLIT("MergedWithPrevious", "false"), "the-final--countdown", "the-|final-|-|countdown"},
        {SPLIT("MergedWithNext", "false"), "the-final--countdown", "the|-final|-|-countdown"},
        {SPLIT("Contiguous", "false"), "the-final--countdown", "the|-|final|--|countdown"},
        {SPLIT("Removed", "true"), "a-b", "-"},
        {SPLIT("MergedWithNext", "true"), "a-b", "a-|b"},
        {SPLIT("Removed", "false"), "---", ""},
        {METASPACE(""), "a b  c", "_a|_b|_|_c"},
        {METASPACE(", \"prepend_scheme\": \"never\""), "a b", "a|_b"},
        {METASPACE(", \"prepend_scheme\": \"always\", \"split\": false"), "a b", "_a_b"},
        {METASPACE(", \"add_prefix_space\": false"), "a b", "a|_b"},
        {METASPACE(""), " a", "_a"},
        {"{\"type\": \"Digits\", \"individual_digits\": true}", "a12b", "a|1|2|b"},
        {"{\"type\": \"Digits\", \"individual_digits\": false}", "a12b", "a|12|b"},
        {"{\"type\": \"Whitespace\"}", "Hey, you\xc3\xa9 \t-- x", "Hey|,|you\xc3\xa9|--|x"},
        {"{\"type\": \"WhitespaceSplit\"}", " Hey, you  x", "Hey,|you|x"},
        {"{\"type\": \"Punctuation\", \"behavior\": \"Isolated\"}", "a,b$", "a|,|b|$"},
        {"{\"type\": \"BertPreTokenizer\"}", "Hey, you", "Hey|,|you"},
        {"{\"type\": \"CharDelimiterSplit\", \"delimiter\": \"e\"}", "there", "th|r"},
        {"{\"type\": \"ByteLevel\", \"add_prefix_space\": true}", "Hello you're  it's 12!",
         " Hello| you|'re| | it|'s| 12|!"},
        {"{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": false}", "a b",
         "a b"},
        {"{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Digits\", "
         "\"individual_digits\": true}, {\"type\": \"ByteLevel\", \"add_prefix_space\": false}]}",
         "on 42", "on| |4|2"},
        {REGEX("\\\\s+(?!\\\\S)|\\\\S+"), "a   b",
         "a|  | |b"}, /* look-ahead sees the piece's end */
        {REGEX("\\\\w+"), "a\xcc\x81_\xe2\x80\xbf b", "a\xcc\x81_\xe2\x80\xbf| |b"}, /* marks, ‿ */
        {REGEX("\\\\s"),
         "a\xe1\xa0\x8e"
         "b\xc2\x85"
         "c",
         "a\xe1\xa0\x8e"
         "b|\xc2\x85|c"},                                       /* U+180E is none */
        {REGEX("\\\\b"), "a b", "a b"},                         /* empty matches do not cut */
        {REGEX("a\\\\b"), "a a\xcc\x81 ab", "a| a\xcc\x81 ab"}, /* a mark goes on with the word */
        {REGEX("a\\\\B"), "a ab", "a |a|b"},
        {REGEX("^b"), "a\\nb", "a\\nb"},
        {REGEX("^b"), "a\nb", "a\n|b"}, /* lines, as in Ruby */
        {REGEX("(?i:\\u0027S)"), "it's", "it|'s"},
        {REGEX("[a]"),
         "b\xff"
         "a\xc3"
         "a",
         "b\xff|a|\xc3|a"},              /* ill-formed bytes end a match */
        {REGEX("a*"), "baab", "b|aa|b"}, /* empty matches do not count */
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_split(row[i][0], row[i][1], row[i][2]);
}

static void what_is_not_supported_is_refused_by_name(void **state)
{
    (void)state;
    typedef bool Read(Tokenizer *, const Json *, Err *);
    static const struct {
        Read *read;
        const char *json, *want;
    } row[] = {
        {tokenizer_read_normalizer, "{\"type\": \"BertNormalizer\"}", "BertNormalizer"},
        {tokenizer_read_normalizer, "{\"type\": \"ByteLevel\"}", "ByteLevel"},
        {tokenizer_read_normalizer, "{}", "no \"type\""},
        {tokenizer_read_normalizer, "[]", "no \"type\""},
        {tokenizer_read_normalizer, "{\"type\": \"Sequence\"}", "normalizers"},
        {tokenizer_read_normalizer, "{\"type\": \"Prepend\"}", "prepend"},
        {tokenizer_read_normalizer,
         "{\"type\": \"Replace\", \"pattern\": {\"String\": \"\"}, \"content\": \"\"}", "empty"},
        {tokenizer_read_normalizer, "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"A!\"}",
         "base64"},
        {tokenizer_read_pre_tokenizer, "{\"type\": \"UnicodeScripts\"}", "UnicodeScripts"},
        {tokenizer_read_pre_tokenizer, SPLIT("Sideways", "false"), "Sideways"},
        {tokenizer_read_pre_tokenizer, METASPACE(", \"prepend_scheme\": \"maybe\""), "maybe"},
        {tokenizer_read_pre_tokenizer, "{\"type\": \"Metaspace\", \"replacement\": \"ab\"}",
         "one character"},
        {tokenizer_read_pre_tokenizer, REGEX("a{2}+"), "{n,m}+"},
        {tokenizer_read_pre_tokenizer, REGEX("[a&&b]"), "&&"},
        {tokenizer_read_pre_tokenizer, REGEX("[a[b]]"), "set inside a set"},
        {tokenizer_read_pre_tokenizer, REGEX("(?m:a.b)"), "option"},
        {tokenizer_read_pre_tokenizer, REGEX("\\\\h"), "\\h"},
        {tokenizer_read_pre_tokenizer, REGEX("[\\\\W]"), "\\W"},
        {tokenizer_read_pre_tokenizer, REGEX("(a"), "parenthes"},
        {tokenizer_read_pre_tokenizer, REGEX("[a"), "]"},
        {tokenizer_read_pre_tokenizer, REGEX("a\\\\"), "backslash"},
        {tokenizer_read_pre_tokenizer, REGEX("(*UTF)a"), "verb"},
        {tokenizer_read_pre_tokenizer,
         "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"ByteLevel\"}, "
         "{\"type\": \"Digits\"}]}",
         "after ByteLevel"},
        {tokenizer_read_post_processor, "{\"type\": \"Strange\"}", "Strange"},
        {tokenizer_read_post_processor, "{\"type\": \"TemplateProcessing\"}", "single"},
        {tokenizer_read_post_processor, "{\"type\": \"TemplateProcessing\", \"single\": []}",
         "0 texts"},
        {tokenizer_read_post_processor,
         "{\"type\": \"TemplateProcessing\", \"single\": [{\"SpecialToken\": {\"id\": \"<s>\"}}]}",
         "<s>"},
        {tokenizer_read_post_processor, "{\"type\": \"BertProcessing\", \"sep\": [\"a\", 1]}",
         "cls"},
        {tokenizer_read_decoder, "{\"type\": \"CTC\"}", "CTC"},
        {tokenizer_read_decoder, "{\"type\": \"WordPiece\"}", "WordPiece"},
        {tokenizer_read_decoder, "null", "null"},
        {tokenizer_read_decoder,
         "{\"type\": \"Strip\", \"content\": \" \", \"start\": 0, \"stop\": 1}", "stop"},
        {tokenizer_read_decoder,
         "{\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}", "Fuse"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Err err = {""};
        Tokenizer *tok = read_rules(row[i].read, row[i].json, &err);
        if (tok) fail_msg("%s is accepted", row[i].json);
        if (!strstr(err.msg, row[i].want)) fail_msg("%s: %s", row[i].json, err.msg);
    }
}

static void deep_nesting_and_long_lists_of_steps_are_refused(void **state)
{
    (void)state;
    Str deep = {0}, wide = {0};
    Err err = {""};
    for (int i = 0; i < 20; i++) str_puts(&deep, "{\"type\": \"Sequence\", \"normalizers\": [");
    str_puts(&deep, "{\"type\": \"NFC\"}");
    for (int i = 0; i < 20; i++) str_puts(&deep, "]}");
    assert_null(read_rules(tokenizer_read_normalizer, deep.s, &err));
    assert_non_null(strstr(err.msg, "deeper"));
    str_puts(&wide, "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}");
    for (int i = 0; i < 1000; i++) str_puts(&wide, ", {\"type\": \"NFC\"}");
    str_puts(&wide, "]}");
    assert_null(read_rules(tokenizer_read_normalizer, wide.s, &err));
    assert_non_null(strstr(err.msg, "64 steps"));
    str_free(&deep);
    str_free(&wide);
}

/* Backtracking without end must end in a message. */
static void a_hostile_expression_ends_in_an_error(void **state)
{
    (void)state;
    Err err = {""};
    char text[41];
    memset(text, 'a', 40);
    text[40] = 0;
    Tokenizer *tok = token_make(
        (TokenFile){.pre = REGEX("(a|aa|a)+(a|aa|a)+(a|aa|a)+[0-9]"),
                    .model = "{\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}"});
    TokenIds ids = {0};
    assert_false(tokenizer_encode(tok, text, 40, 0, &ids, &err));
    assert_non_null(strstr(err.msg, "limit"));
    tokenizer_close(tok);
    token_ids_free(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalizers_do_what_their_names_say),
        cmocka_unit_test(every_byte_knows_where_it_came_from),
        cmocka_unit_test(a_table_of_sequences_replaces_the_longest),
        cmocka_unit_test(splits_do_what_their_names_say),
        cmocka_unit_test(what_is_not_supported_is_refused_by_name),
        cmocka_unit_test(deep_nesting_and_long_lists_of_steps_are_refused),
        cmocka_unit_test(a_hostile_expression_ends_in_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
