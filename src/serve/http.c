/* http.c: see http.h. The only file that includes microhttpd.h.
 *
 * One thread polls all connections with epoll and hands out bytes that are in memory; nobody
 * waits in it for a piece or for a slow client. A stream without news is suspended and woken by
 * whoever has some. The listening socket is made here, so that its errors can be named. */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { CONNECTIONS = 512, IDLE = 20, BACKLOG = 128, BLOCK = 32 << 10, HEAD = 24 << 10 };

struct HttpServer {
    struct MHD_Daemon *daemon;
    HttpAnswer *answer;
    void *ud;
};

struct HttpStream {
    pthread_mutex_t lock;
    struct MHD_Connection *connection;
    HttpReply reply;
    Str text; /* pulled, not yet sent */
    size_t at;
    bool end, suspended, news;
};

/* A request that is being read. */
typedef struct Reading {
    Str body;
    bool too_large;
} Reading;

/* What every reply says. The page's parts come from here, its audio too; nothing inline. */
static const char *const HEADERS[][2] = {
    {"Content-Security-Policy",
     "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
     "media-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
     "form-action 'self'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
};

/* ---- streams --------------------------------------------------------------------------------- */

void http_wake(HttpStream *s)
{
    pthread_mutex_lock(&s->lock);
    s->news = true;
    if (s->suspended) {
        s->suspended = false;
        MHD_resume_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
}

/* False: nothing to read now, and the connection sleeps. */
static bool stream_fill(HttpStream *s)
{
    while (s->at == s->text.len && !s->end) {
        pthread_mutex_lock(&s->lock);
        s->news = false;
        pthread_mutex_unlock(&s->lock);
        s->text.len = s->at = 0;
        s->reply.pull(s->reply.ud, &s->text, &s->end);
        if (s->text.len || s->end) break;
        pthread_mutex_lock(&s->lock);
        bool sleep = !s->news;
        if (sleep) {
            s->suspended = true;
            MHD_suspend_connection(s->connection);
        }
        pthread_mutex_unlock(&s->lock);
        if (sleep) return false;
    }
    return true;
}

static ssize_t stream_read(void *ud, uint64_t pos, char *buf, size_t max)
{
    HttpStream *s = ud;
    (void)pos;
    if (!stream_fill(s)) return 0;
    size_t left = s->text.len - s->at, n = left < max ? left : max;
    if (n == 0) return MHD_CONTENT_READER_END_OF_STREAM;
    memcpy(buf, s->text.s + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static void stream_free(void *ud)
{
    HttpStream *s = ud;
    s->reply.closed(s->reply.ud);
    pthread_mutex_destroy(&s->lock);
    str_free(&s->text);
    free(s);
}

static struct MHD_Response *stream_response(struct MHD_Connection *c, const HttpReply *r)
{
    HttpStream *s = mem_alloc(1, sizeof *s);
    *s = (HttpStream){.connection = c, .reply = *r};
    pthread_mutex_init(&s->lock, NULL);
    r->opened(r->ud, s);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, stream_read, s, stream_free);
}

/* ---- bodies ---------------------------------------------------------------------------------- */

static ssize_t body_read(void *ud, uint64_t pos, char *buf, size_t max)
{
    const HttpReply *r = ud;
    uint64_t left = (uint64_t)r->size - pos;
    size_t n = left < max ? (size_t)left : max;
    memcpy(buf, r->data + pos, n);
    return (ssize_t)n;
}

static void body_free(void *ud)
{
    HttpReply *r = ud;
    if (r->release) r->release(r->ud);
    free(r);
}

static struct MHD_Response *body_response(struct MHD_Connection *c, HttpReply *r)
{
    if (r->pull) return stream_response(c, r);
    if (!r->data) {
        struct MHD_Response *out =
            MHD_create_response_from_buffer(r->text.len, r->text.s, MHD_RESPMEM_MUST_COPY);
        str_free(&r->text);
        return out;
    }
    HttpReply *kept = mem_alloc(1, sizeof *kept);
    *kept = *r;
    return MHD_create_response_from_callback((uint64_t)r->size, BLOCK, body_read, kept, body_free);
}

static void add_header(struct MHD_Response *out, const char *name, const char *value)
{
    if (value && *value) MHD_add_response_header(out, name, value);
}

static void add_headers(struct MHD_Response *out, const HttpReply *r)
{
    char text[96];
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        add_header(out, HEADERS[i][0], HEADERS[i][1]);
    add_header(out, "Content-Type", r->type);
    add_header(out, "Cache-Control", r->cache ? "no-cache" : "no-store");
    add_header(out, "ETag", r->etag);
    add_header(out, "Location", r->location);
    add_header(out, "Content-Disposition", r->disposition);
    add_header(out, "Allow", r->allow);
    if (r->ranges) add_header(out, "Accept-Ranges", "bytes");
    if (r->retry) {
        snprintf(text, sizeof text, "%d", r->retry);
        add_header(out, "Retry-After", text);
    }
    if (r->status == 206)
        snprintf(text, sizeof text, "bytes %lld-%lld/%lld", (long long)r->first,
                 (long long)(r->first + r->size - 1), (long long)r->total);
    if (r->status == 416)
        snprintf(text, sizeof text, "bytes */%lld", (long long)r->total);
    if (r->status == 206 || r->status == 416) add_header(out, "Content-Range", text);
}

static enum MHD_Result send_reply(struct MHD_Connection *c, HttpReply *r)
{
    struct MHD_Response *out = body_response(c, r);
    if (!out) return MHD_NO;
    add_headers(out, r);
    enum MHD_Result ok = MHD_queue_response(c, (unsigned)r->status, out);
    MHD_destroy_response(out);
    return ok;
}

/* ---- requests -------------------------------------------------------------------------------- */

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer(const HttpServer *s, struct MHD_Connection *c, const char *path,
                              const char *method, const Reading *in)
{
    HttpReply reply = {.status = 500, .type = "application/json"};
    const char *download = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "download");
    HttpCall call = {.method = method, .path = path, .host = header(c, "Host"),
                     .origin = header(c, "Origin"), .site = header(c, "Sec-Fetch-Site"),
                     .type = header(c, "Content-Type"), .range = header(c, "Range"),
                     .if_range = header(c, "If-Range"),
                     .if_none_match = header(c, "If-None-Match"),
                     .download = download && strcmp(download, "1") == 0, .body = &in->body,
                     .too_large = in->too_large};
    s->answer(s->ud, &call, &reply);
    return send_reply(c, &reply);
}

/* The length that the client announces is enough to refuse it: nothing of it is read then. */
static bool announces_too_much(struct MHD_Connection *c)
{
    const char *length = header(c, "Content-Length");
    int64_t n;
    return length && (!parse_int(length, 0, INT64_MAX, &n) || n > HTTP_BODY_MAX);
}

static enum MHD_Result on_request(void *ud, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    Reading *in = *state;
    (void)version;
    if (!in) {
        *state = in = mem_alloc(1, sizeof *in);
        in->too_large = announces_too_much(c);
        return in->too_large ? answer(ud, c, url, method, in) : MHD_YES;
    }
    if (*size) {
        in->too_large = in->too_large || in->body.len + *size > HTTP_BODY_MAX;
        if (!in->too_large) str_add(&in->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return answer(ud, c, url, method, in);
}

static void on_completed(void *ud, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode why)
{
    Reading *in = *state;
    (void)ud;
    (void)c;
    (void)why;
    if (in) str_free(&in->body);
    free(in);
    *state = NULL;
}

/* ---- the socket ------------------------------------------------------------------------------ */

static bool is_loopback(const struct sockaddr *a)
{
    static const uint8_t ONE[16] = {[15] = 1};
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)a;
        return ntohl(in->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *in6 = (const void *)a;
    return a->sa_family == AF_INET6 && memcmp(&in6->sin6_addr, ONE, sizeof ONE) == 0;
}

static int bound_port(int fd)
{
    struct sockaddr_storage a;
    socklen_t size = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &size) != 0) return 0;
    if (a.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)(void *)&a)->sin_port);
    return ntohs(((const struct sockaddr_in6 *)(void *)&a)->sin6_port);
}

static int listen_at(const char *bind_to, int *port, bool *loopback, Err *err)
{
    char text[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
    int on = 1;
    snprintf(text, sizeof text, "%d", *port);
    int code = getaddrinfo(bind_to, text, &hints, &list);
    if (code != 0) {
        err_set(err, "--bind: '%s': %s; give an address of this machine, 127.0.0.1", bind_to,
                gai_strerror(code));
        return -1;
    }
    const struct addrinfo *at = list; /* of a name's addresses, the one that every client tries */
    while (at->ai_next && at->ai_family != AF_INET) at = at->ai_next;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        if (errno == EADDRINUSE)
            err_set(err, "port %d of %s is taken: give another with --port", *port, bind_to);
        else
            err_set(err, "cannot listen at %s port %d: %s", bind_to, *port, strerror(errno));
        if (fd >= 0) close(fd);
        fd = -1;
    } else {
        *loopback = is_loopback(at->ai_addr);
        *port = bound_port(fd);
    }
    freeaddrinfo(list);
    return fd;
}

bool http_open(HttpServer **out, const char *bind_to, int *port, bool *loopback,
               HttpAnswer *answer_with, void *ud, Err *err)
{
    int fd = listen_at(bind_to, port, loopback, err);
    if (fd < 0) return false;
    HttpServer *s = mem_alloc(1, sizeof *s);
    *s = (HttpServer){.answer = answer_with, .ud = ud};
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(2 * HEAD),
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    *out = s;
    if (s->daemon) return true;
    close(fd);
    free(s);
    *out = NULL;
    return err_set(err, "the HTTP server cannot be started");
}

void http_quiesce(HttpServer *s)
{
    MHD_socket fd = MHD_quiesce_daemon(s->daemon);
    if (fd != MHD_INVALID_SOCKET) close(fd);
}

void http_close(HttpServer *s)
{
    if (!s) return;
    MHD_stop_daemon(s->daemon);
    free(s);
}
