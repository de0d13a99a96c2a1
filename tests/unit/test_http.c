/* test_http.c: streams that wait: woken, left by their clients, cut off by the server's end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "serve/http.h"

/* A stream that says what it is told to. */
typedef struct Source {
    HttpStream *_Atomic stream;
    _Atomic int status; /* 0 = not known yet */
    const char *_Atomic text; /* NULL = nothing yet; then the end */
    _Atomic int asked, pulled, closed;
} Source;

typedef struct Fixture {
    HttpServer *http;
    Source source;
    int fd;
} Fixture;

static void opened(void *ud, HttpStream *stream)
{
    atomic_store(&((Source *)ud)->stream, stream);
}

static bool begin(void *ud, int *status, const char **type)
{
    Source *s = ud;
    *status = atomic_load(&s->status);
    *type = "text/plain";
    atomic_fetch_add(&s->asked, 1);
    return *status != 0;
}

static void pull(void *ud, Str *out, bool *end)
{
    Source *s = ud;
    const char *text = atomic_load(&s->text);
    if (text) str_puts(out, text);
    *end = text != NULL;
    atomic_fetch_add(&s->pulled, 1);
}

static void closed(void *ud)
{
    atomic_fetch_add(&((Source *)ud)->closed, 1);
}

static void answer(void *ud, const HttpCall *call, HttpReply *out)
{
    out->status = 200;
    out->type = "text/event-stream";
    out->ud = ud;
    out->opened = opened;
    out->pull = pull;
    out->closed = closed;
    if (strcmp(call->path, "/late") == 0) out->begin = begin;
}

static void wait_ms(int ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

/* Half a minute is for ever: it is there within milliseconds. */
static void wait_for(const _Atomic int *n, int least, HttpServer *tick)
{
    for (int i = 0; i < 3000 && atomic_load(n) < least; i++) {
        if (tick) http_tick(tick);
        wait_ms(10);
    }
    assert_int_equal(atomic_load(n), least);
}

static void ask(Fixture *f, const char *path)
{
    Err err = {""};
    Str request = {0};
    int port = 0;
    bool loopback;
    *f = (Fixture){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    if (!http_open(&f->http, "127.0.0.1", &port, &loopback, answer, &f->source, &err))
        fail_msg("%s", err.msg);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(f->fd, (struct sockaddr *)&to, sizeof to), 0);
    str_addf(&request, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    assert_int_equal(write(f->fd, request.s, request.len), request.len);
    str_free(&request);
}

/* All until the server closes the connection. */
static char *read_all(const Fixture *f)
{
    Str s = {0};
    char buf[512];
    ssize_t n;
    while ((n = read(f->fd, buf, sizeof buf)) > 0) str_add(&s, buf, (size_t)n);
    str_puts(&s, "");
    return s.s;
}

static void finish(Fixture *f)
{
    if (f->fd >= 0) close(f->fd);
    http_close(f->http);
    assert_int_equal(atomic_load(&f->source.closed), 1);
}

static void a_stream_that_waits_is_woken_by_news(void **state)
{
    Fixture f;
    (void)state;
    ask(&f, "/");
    wait_for(&f.source.pulled, 1, NULL);
    atomic_store(&f.source.text, "here it is");
    http_wake(atomic_load(&f.source.stream));
    char *all = read_all(&f);
    assert_non_null(strstr(all, "HTTP/1.1 200"));
    assert_non_null(strstr(all, "here it is"));
    free(all);
    finish(&f);
}

static void a_status_may_be_told_late(void **state)
{
    Fixture f;
    (void)state;
    ask(&f, "/late");
    wait_for(&f.source.asked, 1, NULL);
    http_wake(atomic_load(&f.source.stream)); /* in vain: it is still not known */
    wait_for(&f.source.asked, 2, NULL);
    assert_int_equal(atomic_load(&f.source.pulled), 0);
    atomic_store(&f.source.text, "no");
    atomic_store(&f.source.status, 503);
    http_wake(atomic_load(&f.source.stream));
    char *all = read_all(&f);
    assert_non_null(strstr(all, "HTTP/1.1 503"));
    assert_non_null(strstr(all, "Content-Type: text/plain"));
    free(all);
    finish(&f);
}

static void a_client_that_leaves_is_noticed_while_its_stream_waits(void **state)
{
    static const char *const PATH[] = {"/", "/late"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        Fixture f;
        ask(&f, PATH[i]);
        wait_for(i ? &f.source.asked : &f.source.pulled, 1, NULL);
        for (int k = 0; k < 3; k++) http_tick(f.http); /* it is still there */
        wait_ms(20);
        assert_int_equal(atomic_load(&f.source.closed), 0);
        close(f.fd);
        f.fd = -1;
        wait_for(&f.source.closed, 1, f.http);
        finish(&f);
    }
}

static void the_server_ends_while_a_stream_waits(void **state)
{
    static const char *const PATH[] = {"/", "/late"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        Fixture f;
        ask(&f, PATH[i]);
        wait_for(i ? &f.source.asked : &f.source.pulled, 1, NULL);
        http_quiesce(f.http);
        http_close(f.http);
        assert_int_equal(atomic_load(&f.source.closed), 1);
        char *all = read_all(&f); /* the connection is closed, with nothing said */
        assert_null(strstr(all, "here"));
        free(all);
        close(f.fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_that_waits_is_woken_by_news),
        cmocka_unit_test(a_status_may_be_told_late),
        cmocka_unit_test(a_client_that_leaves_is_noticed_while_its_stream_waits),
        cmocka_unit_test(the_server_ends_while_a_stream_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
