/* test_jsonscan.c: the strict JSON reader against what RFC 8259 allows and forbids. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/jsonscan.h"

/* From a block of exactly that size, so that a sanitizer sees a read past the end. */
static bool check(const char *text, Err *err)
{
    size_t n = strlen(text);
    char *copy = mem_alloc((int64_t)n, 1);
    memcpy(copy, text, n);
    bool ok = json_check(copy, n, err);
    free(copy);
    return ok;
}

static void good_json_passes(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0",
        "-0",
        "1.5e+10",
        "-12.25E-3",
        "\"\"",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        " [ ] ",
        "[1,2 , 3]",
        "{\"a\":{\"b\":[{}]}}",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
        "\"\\ud83c\\udfb5\"",
        "\"\xf0\x9f\x8e\xb5\"",
        "\t\r\n[null]\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        Err err = {""};
        if (!check(good[i], &err)) fail_msg("%s: %s", good[i], err.msg);
    }
}

static void bad_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "+1",
        "01",
        "1.",
        ".5",
        "1e",
        "1e+",
        "-",
        "0x10",
        "NaN",
        "Infinity",
        "tru",
        "True",
        "nul",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{,}",
        "{1:2}",
        "'a'",
        "\"a",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\u0000\"",
        "\"a\tb\"",
        "\"\x80\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "\"\xf5\x80\x80\x80\"",
        "\"\xc0\x80\"",
        "\"\x01\"",
        "1 2",
        "{} {}",
        "\xef\xbb\xbf{}",
        "[}",
        "{]",
        "/* c */ 1",
        "[1]//",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Err err = {""};
        if (check(bad[i], &err)) fail_msg("accepted: %s", bad[i]);
        assert_non_null(strstr(err.msg, "at byte"));
    }
}

static void escapes_become_utf8(void **state)
{
    (void)state;
    static const char text[] = "\"a\\u00e9\\u20ac\\ud83c\\udfb5\\n\"";
    Err err;
    Str out = {0};
    JsonScan s = jscan_start(text, strlen(text), &err);
    assert_true(jscan_string_copy(&s, &out));
    assert_string_equal(str_text(&out), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8e\xb5\n");
    assert_true(jscan_end(&s));
    jscan_free(&s);
    str_free(&out);
}

static void a_nul_passes_only_where_it_is_allowed(void **state)
{
    (void)state;
    static const char text[] = "\"a\\u0000b\"";
    Err err;
    StrView v;
    JsonScan s = jscan_start(text, strlen(text), &err);
    assert_false(jscan_string(&s, &v));
    jscan_free(&s);
    s = jscan_start(text, strlen(text), &err);
    s.nul = true;
    assert_true(jscan_string(&s, &v));
    assert_int_equal(v.n, 3);
    assert_memory_equal(v.s, "a\0b", 3);
    jscan_free(&s);
}

static void a_string_without_escapes_is_a_view_of_the_text(void **state)
{
    (void)state;
    static const char text[] = "\"plain\"";
    Err err;
    StrView v;
    JsonScan s = jscan_start(text, strlen(text), &err);
    assert_true(jscan_string(&s, &v));
    assert_ptr_equal(v.s, text + 1);
    assert_true(view_is(v, "plain"));
    jscan_free(&s);
}

static void whole_numbers_go_to_two_to_the_53(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value; /* -1: refused */
    } rows[] = {{"0", 0},
                {"9007199254740992", INT64_C(9007199254740992)},
                {"9007199254740993", -1},
                {"-1", -1},
                {"-0", -1},
                {"1.0", -1},
                {"1e3", -1},
                {"\"1\"", -1},
                {"true", -1},
                {"18446744073709551617", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Err err;
        int64_t v = -7;
        JsonScan s = jscan_start(rows[i].text, strlen(rows[i].text), &err);
        bool ok = jscan_whole(&s, &v);
        assert_int_equal(ok, rows[i].value >= 0);
        if (ok) assert_int_equal(v, rows[i].value);
    }
}

static void objects_are_walked_member_by_member(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": 1, \"skip\": [1, {\"x\": []}], \"b\": 2}";
    Err err;
    Str key = {0};
    int64_t sum = 0, v;
    int members = 0;
    JsonScan s = jscan_start(text, strlen(text), &err);
    assert_true(jscan_open(&s, '{'));
    for (; jscan_member_copy(&s, &key); members++) {
        if (jscan_peek(&s) == '0') {
            assert_true(jscan_whole(&s, &v));
            sum += v;
        } else {
            assert_true(jscan_skip(&s, NULL));
        }
    }
    assert_false(s.failed);
    assert_true(jscan_end(&s));
    assert_int_equal(members, 3);
    assert_int_equal(sum, 3);
    jscan_free(&s);
    str_free(&key);
}

static void nesting_stops_at_64(void **state)
{
    (void)state;
    char text[130];
    Err err;
    for (int n = 64; n <= 65; n++) {
        memset(text, '[', (size_t)n);
        memset(text + n, ']', (size_t)n);
        assert_int_equal(json_check(text, (size_t)(2 * n), &err), n == 64);
    }
    assert_non_null(strstr(err.msg, "deeper than 64"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_json_passes),
        cmocka_unit_test(bad_json_is_refused),
        cmocka_unit_test(escapes_become_utf8),
        cmocka_unit_test(a_nul_passes_only_where_it_is_allowed),
        cmocka_unit_test(a_string_without_escapes_is_a_view_of_the_text),
        cmocka_unit_test(whole_numbers_go_to_two_to_the_53),
        cmocka_unit_test(objects_are_walked_member_by_member),
        cmocka_unit_test(nesting_stops_at_64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
