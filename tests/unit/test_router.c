/* test_router.c: paths and header values of the HTTP server. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "serve/http_text.h"
#include "serve/router.h"

#define ID "0123456789abcdef0123456789abcdef"

static RouteMatch match(const char *path)
{
    RouteMatch m;
    router_match(path, &m);
    return m;
}

static void every_path_has_its_route(void **state)
{
    (void)state;
    assert_int_equal(match("/").route, ROUTE_PAGE);
    assert_int_equal(match("/healthz").route, ROUTE_HEALTH);
    assert_int_equal(match("/api/models").route, ROUTE_MODELS);
    assert_int_equal(match("/api/sonify").route, ROUTE_SONIFY);
    assert_int_equal(match("/api/jobs/" ID).route, ROUTE_JOB);
    assert_int_equal(match("/api/jobs/" ID "/events").route, ROUTE_EVENTS);
    RouteMatch m = match("/api/jobs/" ID "/piece.flac");
    assert_int_equal(m.route, ROUTE_FILE);
    assert_int_equal(m.part, STUDIO_AUDIO);
    assert_string_equal(m.id, ID);
    assert_string_equal(m.name, "piece.flac");
    m = match("/assets/app-1.js");
    assert_int_equal(m.route, ROUTE_ASSET);
    assert_string_equal(m.name, "app-1.js");
}

static void what_is_no_path_of_ours_has_none(void **state)
{
    static const char *const PATHS[] = {
        "", "//", "/index.html", "/api", "/api/models/", "/api/jobs/", "/api/jobs/123",
        "/api/jobs/" ID "0", "/api/jobs/" ID "/", "/api/jobs/" ID "/piece.exe",
        "/api/jobs/" ID "/../x", "/api/jobs/0123456789ABCDEF0123456789abcdef", "/assets/",
        "/assets/../x", "/assets/.x", "/assets/a/b", "/assets/a%2fb",
        "/assets/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        if (match(PATHS[i]).route != ROUTE_NONE) fail_msg("%s has a route", PATHS[i]);
    }
}

static void a_route_allows_its_methods_only(void **state)
{
    RouteMatch sonify = match("/api/sonify"), job = match("/api/jobs/" ID);
    (void)state;
    assert_true(router_allows(&sonify, "POST"));
    assert_false(router_allows(&sonify, "GET"));
    assert_true(router_allows(&job, "DELETE"));
    assert_true(router_allows(&job, "HEAD"));
    assert_false(router_allows(&job, "DEL"));
    assert_false(router_allows(&job, "GET, HEAD"));
    assert_false(router_allows(&job, ""));
}

static void check_range(const char *value, int64_t size, RangeKind kind, int64_t first,
                        int64_t count)
{
    int64_t from, n;
    if (range_parse(value, size, &from, &n) != kind) fail_msg("%s: another kind", value);
    if (kind == RANGE_OUTSIDE) return;
    assert_int_equal(from, first);
    assert_int_equal(n, count);
}

static void ranges_are_those_of_rfc_9110(void **state)
{
    (void)state;
    check_range("bytes=0-0", 10, RANGE_PART, 0, 1);
    check_range("bytes=2-5", 10, RANGE_PART, 2, 4);
    check_range("Bytes=2-", 10, RANGE_PART, 2, 8);
    check_range("bytes=2-99", 10, RANGE_PART, 2, 8);
    check_range("bytes=-3", 10, RANGE_PART, 7, 3);
    check_range("bytes=-30", 10, RANGE_PART, 0, 10);
    check_range("bytes=10-", 10, RANGE_OUTSIDE, 0, 0);
    check_range("bytes=-0", 10, RANGE_OUTSIDE, 0, 0);
    check_range("bytes=0-", 0, RANGE_OUTSIDE, 0, 0);
}

static void what_is_no_single_range_is_the_whole(void **state)
{
    static const char *const VALUES[] = {
        NULL, "", "bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1-2,4-5",
        "lines=1-2", "bytes=1-2x", "bytes= 1-2", "bytes=99999999999999999999-", "bytes=--1"};
    (void)state;
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++)
        check_range(VALUES[i], 10, RANGE_WHOLE, 0, 10);
}

static void only_names_of_this_machine_are_loopback(void **state)
{
    static const char *const OWN[] = {"localhost", "LocalHost:5000", "127.0.0.1", "127.0.0.1:1",
                                      "127.1.2.3:65535", "[::1]", "[::1]:5000"};
    static const char *const OTHERS[] = {
        NULL, "", "example.org", "localhost.example.org", "127.0.0.1.example.org", "128.0.0.1",
        "127.0.0", "127.0.0.1.", "127.0.0.256", "localhost:", "localhost:0", "localhost:x",
        "localhost:65536", "[::2]", "[::1]x", "127.0.0.1:5000:1", "0.0.0.0", "10.127.0.1"};
    (void)state;
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (!host_is_loopback(OWN[i])) fail_msg("%s is ours", OWN[i]);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (host_is_loopback(OTHERS[i])) fail_msg("%s is not ours", OTHERS[i]);
}

static void an_origin_is_own_when_its_host_is_the_requests(void **state)
{
    (void)state;
    assert_true(origin_is_own("http://localhost:5000", "localhost:5000"));
    assert_true(origin_is_own("https://a.example", "A.example"));
    assert_false(origin_is_own("http://localhost:5001", "localhost:5000"));
    assert_false(origin_is_own("null", "localhost"));
    assert_false(origin_is_own("ftp://localhost", "localhost"));
    assert_false(origin_is_own("http://localhost", NULL));
}

static void tags_match_one_of_a_list(void **state)
{
    (void)state;
    assert_true(etag_matches("\"a\"", "\"a\""));
    assert_true(etag_matches("\"b\", W/\"a\"", "\"a\""));
    assert_true(etag_matches("*", "\"a\""));
    assert_false(etag_matches("\"aa\"", "\"a\""));
    assert_false(etag_matches("", "\"a\""));
    assert_false(etag_matches(NULL, "\"a\""));
}

static void json_is_known_by_its_type(void **state)
{
    (void)state;
    assert_true(type_is_json("application/json"));
    assert_true(type_is_json("Application/JSON; charset=utf-8"));
    assert_false(type_is_json("application/jsonp"));
    assert_false(type_is_json("text/plain"));
    assert_false(type_is_json(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_has_its_route),
        cmocka_unit_test(what_is_no_path_of_ours_has_none),
        cmocka_unit_test(a_route_allows_its_methods_only),
        cmocka_unit_test(ranges_are_those_of_rfc_9110),
        cmocka_unit_test(what_is_no_single_range_is_the_whole),
        cmocka_unit_test(only_names_of_this_machine_are_loopback),
        cmocka_unit_test(an_origin_is_own_when_its_host_is_the_requests),
        cmocka_unit_test(tags_match_one_of_a_list),
        cmocka_unit_test(json_is_known_by_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
