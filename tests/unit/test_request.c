/* test_request.c: the body of POST /api/sonify. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "serve/request.h"

enum { CHARS = 20 };

static void parse(Request *r, const char *text)
{
    Err err = {""};
    *r = (Request){.n = 0};
    if (!request_parse(text, strlen(text), CHARS, r, &err)) fail_msg("%s: %s", text, err.msg);
}

static void refuse(const char *text, const char *why)
{
    Request r = {.n = 0};
    Err err = {""};
    if (request_parse(text, strlen(text), CHARS, &r, &err)) fail_msg("%s is taken", text);
    if (!strstr(err.msg, why)) fail_msg("%s: '%s' does not say '%s'", text, err.msg, why);
    assert_null(r.prompt);
    assert_int_equal(r.n, 0);
}

static void every_field_is_read(void **state)
{
    Request r;
    (void)state;
    parse(&r, "{\"model\": \"wren\", \"mode\": \"space\", \"prompt\": \"d\\u00e9j\\u00e0\"}");
    assert_string_equal(r.model, "wren");
    assert_string_equal(r.mode, "space");
    assert_string_equal(r.prompt, "d\xc3\xa9j\xc3\xa0");
    assert_int_equal(r.n, 0);
    request_free(&r);
    parse(&r, "{\"prompt\": \"\\\\u0000 is zero\"}"); /* a text about it, not the character */
    assert_string_equal(r.prompt, "\\u0000 is zero");
    request_free(&r);
}

static void options_become_the_words_of_the_command_line(void **state)
{
    static const char *const EXPECT[][2] = {
        {"tempo", "96.5"}, {"length", "90"}, {"root", "D"}, {"voices", "flute,strings"},
        {"raw", "true"}, {"audio", "false"}};
    Request r;
    (void)state;
    parse(&r, "{\"options\": {\"tempo\": 96.5, \"length\": 90, \"root\": \"D\", \"voices\": "
              "[\"flute\", \"strings\"], \"raw\": true, \"audio\": false, \"scale\": null, "
              "\"layers\": []}}");
    assert_int_equal(r.n, 6);
    for (int i = 0; i < r.n; i++) {
        assert_string_equal(r.option[i].name, EXPECT[i][0]);
        assert_string_equal(r.option[i].value, EXPECT[i][1]);
    }
    request_free(&r);
}

static void null_is_as_if_it_were_not_there(void **state)
{
    Request r;
    (void)state;
    parse(&r, "{\"model\": null, \"prompt\": null, \"options\": null, \"mode\": \"acid\"}");
    assert_null(r.model);
    assert_null(r.prompt);
    request_free(&r);
}

static void a_prompt_is_counted_in_characters(void **state)
{
    Request r;
    Str s = {0};
    (void)state;
    str_puts(&s, "{\"prompt\": \"");
    for (int i = 0; i < CHARS; i++) str_puts(&s, "\xf0\x9f\x90\xa6");
    str_puts(&s, "\"}");
    parse(&r, s.s);
    request_free(&r);
    s.len -= 2;
    str_puts(&s, "x\"}");
    refuse(s.s, "21 characters, the limit is 20");
    str_free(&s);
}

static void what_is_no_request_is_refused_with_the_reason(void **state)
{
    (void)state;
    refuse("", "empty");
    refuse("{", "not valid JSON");
    refuse("{} {}", "extra bytes");
    refuse("[]", "object");
    refuse("{\"prompt\": 1}", "must be a string");
    refuse("{\"prompt\": \"a\", \"prompt\": \"b\"}", "twice");
    refuse("{\"mode\": \"a\", \"mode\": \"b\"}", "twice");
    refuse("{\"path\": \"a\"}", "no field \"path\"");
    refuse("{\"options\": []}", "must be an object");
    refuse("{\"options\": {\"a\": {}}}", "must be a string, a number");
    refuse("{\"options\": {\"a\": 1e999}}", "options");
    refuse("{\"options\": {\"a\": 1, \"a\": 2}}", "twice");
    refuse("{\"options\": {\"a\": [[1]]}}", "options");
    refuse("{\"prompt\": \"a\\u0000b\"}", "zero");
    refuse("{\"prompt\": \"a\xff\"}", "UTF-8");
}

static void a_zero_byte_is_refused(void **state)
{
    static const char TEXT[] = "{\"mode\": \"a\0b\"}";
    Request r = {.n = 0};
    Err err = {""};
    (void)state;
    assert_false(request_parse(TEXT, sizeof TEXT - 1, CHARS, &r, &err));
    assert_non_null(strstr(err.msg, "zero"));
}

static void options_are_bounded(void **state)
{
    Str s = {0};
    (void)state;
    str_puts(&s, "{\"options\": {");
    for (int i = 0; i < 33; i++) str_addf(&s, "%s\"o%d\": 1", i ? ", " : "", i);
    str_puts(&s, "}}");
    refuse(s.s, "more than 32");
    s.len = 0;
    str_puts(&s, "{\"options\": {\"a\": [");
    for (int i = 0; i < 300; i++) str_addf(&s, "%s\"b\"", i ? "," : "");
    str_puts(&s, "]}}");
    refuse(s.s, "longer than 256");
    str_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(options_become_the_words_of_the_command_line),
        cmocka_unit_test(null_is_as_if_it_were_not_there),
        cmocka_unit_test(a_prompt_is_counted_in_characters),
        cmocka_unit_test(what_is_no_request_is_refused_with_the_reason),
        cmocka_unit_test(a_zero_byte_is_refused),
        cmocka_unit_test(options_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
