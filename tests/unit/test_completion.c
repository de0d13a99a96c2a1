/* test_completion.c: requests, answers and streams of /v1/completions, as text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "atmos/completion.h"

static void a_request_says_what_is_asked_and_no_more(void **state)
{
    CompletionAsk ask = {.prompt = "a \"b\"\n", .tokens = 1,
                         .sampler = {.temp = 1.25, .top_p = 1, .seed = 7}};
    Str s = {0};
    (void)state;
    completion_ask(&s, &ask);
    assert_non_null(strstr(s.s, "\"prompt\": \"a \\\"b\\\"\\n\""));
    assert_non_null(strstr(s.s, "\"temperature\": 1.25"));
    assert_non_null(strstr(s.s, "\"max_tokens\": 1"));
    assert_non_null(strstr(s.s, "\"stream\": false"));
    assert_null(strstr(s.s, "top_"));
    assert_null(strstr(s.s, "\"model\""));
    s.len = 0;
    ask.model = "m";
    ask.sampler.top_k = 5;
    ask.sampler.top_p = 0.5;
    completion_ask(&s, &ask);
    assert_non_null(strstr(s.s, "\"model\": \"m\""));
    assert_non_null(strstr(s.s, "\"top_k\": 5"));
    assert_non_null(strstr(s.s, "\"top_p\": 0.5"));
    str_free(&s);
}

static bool read_it(const char *json, CompletionPart *part, Err *err)
{
    *part = (CompletionPart){0};
    return completion_read(part, json, strlen(json), err);
}

static void answers_give_text_and_say_whether_it_ended(void **state)
{
    CompletionPart p;
    Err err;
    (void)state;
    assert_true(read_it("{\"choices\":[{\"text\":\" hi\",\"finish_reason\":\"length\"}]}", &p,
                        &err));
    assert_string_equal(p.text.s, " hi");
    assert_true(!p.ended && p.closed);
    str_free(&p.text);
    assert_true(read_it("{\"choices\":[{\"text\":\"\",\"finish_reason\":\"stop\"}]}", &p, &err));
    assert_true(p.ended && p.closed && p.text.len == 0);
    str_free(&p.text);
    assert_true(read_it("{\"choices\":[{\"text\":\"x\",\"finish_reason\":null}]}", &p, &err));
    assert_true(!p.ended && !p.closed);
    str_free(&p.text);
}

static void what_is_no_answer_is_refused_in_words(void **state)
{
    static const char *const BAD[][2] = {
        {"<html>", "no JSON"},
        {"{\"choices\":[]}", "no choices[0].text"},
        {"{\"choices\":[{\"message\":{\"content\":\"x\"}}]}", "no choices[0].text"},
        {"{\"error\":{\"message\":\"no such model\"}}", "the server says: no such model"},
        {"{\"error\":\"out of memory\"}", "the server says: out of memory"},
        {"", "no JSON"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        CompletionPart p;
        Err err = {""};
        assert_false(read_it(BAD[i][0], &p, &err));
        if (!strstr(err.msg, BAD[i][1])) fail_msg("%s: %s", BAD[i][0], err.msg);
        str_free(&p.text);
    }
}

static bool collect(void *ud, const char *data, size_t len)
{
    str_add(ud, data, len);
    str_putc(ud, '|');
    return strcmp(data, "[DONE]") != 0;
}

static const char STREAM[] = ": a comment\r\ndata: one\r\n\r\nevent: x\ndata:two\n\n\n\ndata: a\n"
                             "data: b\n\ndata: [DONE]\n\ndata: never\n\n";

static void events_are_the_same_however_they_are_cut(void **state)
{
    size_t n = strlen(STREAM);
    (void)state;
    for (size_t cut = 1; cut <= n; cut++) {
        SseReader r = {0};
        Str got = {0};
        bool on = true;
        for (size_t at = 0; on && at < n; at += cut)
            on = sse_read(&r, STREAM + at, n - at < cut ? n - at : cut, collect, &got);
        assert_false(on);
        assert_string_equal(got.s, "one|two|a\nb|[DONE]|");
        sse_free(&r);
        str_free(&got);
    }
}

static void half_an_event_is_known_for_one(void **state)
{
    SseReader r = {0};
    Str got = {0};
    (void)state;
    assert_false(sse_is_inside(&r));
    assert_true(sse_read(&r, "data: one\n\n", 11, collect, &got));
    assert_false(sse_is_inside(&r));
    assert_true(sse_read(&r, "data: tw", 8, collect, &got));
    assert_true(sse_is_inside(&r));
    assert_string_equal(got.s, "one|");
    assert_true(sse_read(&r, "o\n", 2, collect, &got));
    assert_true(sse_is_inside(&r));
    sse_free(&r);
    str_free(&got);
}

static void an_event_without_end_is_given_up(void **state)
{
    static char block[4096];
    SseReader r = {0};
    Str got = {0};
    int blocks = 0;
    (void)state;
    memset(block, 'x', sizeof block);
    while (blocks < 1000 && sse_read(&r, block, sizeof block, collect, &got)) blocks++;
    assert_true(blocks < 300);
    sse_free(&r);
    str_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_says_what_is_asked_and_no_more),
        cmocka_unit_test(answers_give_text_and_say_whether_it_ended),
        cmocka_unit_test(what_is_no_answer_is_refused_in_words),
        cmocka_unit_test(events_are_the_same_however_they_are_cut),
        cmocka_unit_test(half_an_event_is_known_for_one),
        cmocka_unit_test(an_event_without_end_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
