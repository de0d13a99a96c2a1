/* http.c: see http.h. The only file that includes microhttpd.h.
 *
 * One thread polls all connections with epoll and hands out bytes that are in memory; nobody
 * waits in it for a piece or for a slow client. A stream without news is suspended and woken by
 * whoever has some; as nobody polls its socket then, http_tick() looks whether the client is still
 * there. One that has closed its sending side counts as gone, as with other servers.
 * Locks are taken in this order: the server's, a stream's, those of the library. */
#include "http.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "http_listen.h"

enum { CONNECTIONS = 512, IDLE = 20, BLOCK = 32 << 10, HEAD = 24 << 10 };

struct HttpServer {
    struct MHD_Daemon *daemon;
    HttpAnswer *answer;
    void *ud;
    pthread_mutex_t lock; /* of what follows */
    HttpStream *first;
    bool closing;
};

struct HttpStream {
    HttpServer *server;
    HttpStream *next;
    struct MHD_Connection *connection;
    int fd;
    HttpReply reply;
    Str text; /* pulled, not yet sent */
    size_t at;
    bool end;
    pthread_mutex_t lock; /* of what follows */
    bool suspended, news;
    bool cut; /* nothing more is sent, and it never sleeps again */
};

/* A request that is being read, or whose stream has not begun. */
typedef struct Reading {
    Str body;
    bool too_large;
    HttpStream *stream;
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

static void wake(HttpStream *s, bool cut)
{
    pthread_mutex_lock(&s->lock);
    s->news = true;
    s->cut = s->cut || cut;
    if (s->suspended) {
        s->suspended = false;
        MHD_resume_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
}

void http_wake(HttpStream *s)
{
    wake(s, false);
}

typedef enum Nap { NAP_NEWS, NAP_ASLEEP, NAP_CUT } Nap;

static void expect_news(HttpStream *s)
{
    pthread_mutex_lock(&s->lock);
    s->news = false;
    pthread_mutex_unlock(&s->lock);
}

/* The connection sleeps unless there has been news since expect_news(). */
static Nap nap(HttpStream *s)
{
    pthread_mutex_lock(&s->lock);
    Nap how = s->cut ? NAP_CUT : s->news ? NAP_NEWS : NAP_ASLEEP;
    if (how == NAP_ASLEEP) {
        s->suspended = true;
        MHD_suspend_connection(s->connection);
    }
    pthread_mutex_unlock(&s->lock);
    return how;
}

/* NAP_NEWS: there is something to send, or the end. */
static Nap stream_fill(HttpStream *s)
{
    while (s->at == s->text.len && !s->end) {
        expect_news(s);
        s->text.len = s->at = 0;
        s->reply.pull(s->reply.ud, &s->text, &s->end);
        if (s->text.len || s->end) break;
        Nap how = nap(s);
        if (how != NAP_NEWS) return how;
    }
    return NAP_NEWS;
}

/* NAP_NEWS: its status is known. */
static Nap stream_begin(HttpStream *s)
{
    HttpReply *r = &s->reply;
    Nap how = NAP_NEWS;
    do {
        expect_news(s);
        if (!r->begin || r->begin(r->ud, &r->status, &r->type)) return NAP_NEWS;
        how = nap(s);
    } while (how == NAP_NEWS);
    return how;
}

static ssize_t stream_read(void *ud, uint64_t pos, char *buf, size_t max)
{
    HttpStream *s = ud;
    (void)pos;
    Nap how = stream_fill(s);
    if (how != NAP_NEWS) return how == NAP_CUT ? MHD_CONTENT_READER_END_WITH_ERROR : 0;
    size_t left = s->text.len - s->at, n = left < max ? left : max;
    if (n == 0) return MHD_CONTENT_READER_END_OF_STREAM;
    memcpy(buf, s->text.s + s->at, n);
    s->at += n;
    return (ssize_t)n;
}

static HttpStream *stream_open(HttpServer *server, struct MHD_Connection *c, const HttpReply *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    HttpStream *s = mem_alloc(1, sizeof *s);
    *s = (HttpStream){.server = server, .connection = c, .fd = info ? info->connect_fd : -1,
                      .reply = *r};
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_lock(&server->lock);
    s->next = server->first;
    server->first = s;
    s->cut = server->closing;
    pthread_mutex_unlock(&server->lock);
    r->opened(r->ud, s);
    return s;
}

static void stream_free(void *ud)
{
    HttpStream *s = ud;
    pthread_mutex_lock(&s->server->lock);
    HttpStream **at = &s->server->first;
    while (*at != s) at = &(*at)->next;
    *at = s->next;
    pthread_mutex_unlock(&s->server->lock);
    s->reply.closed(s->reply.ud);
    pthread_mutex_destroy(&s->lock);
    str_free(&s->text);
    free(s);
}

static bool has_left(const HttpStream *s)
{
    char byte;
    ssize_t n = s->fd < 0 ? 1 : recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void http_tick(HttpServer *server)
{
    pthread_mutex_lock(&server->lock);
    for (HttpStream *s = server->first; s; s = s->next)
        if (has_left(s)) wake(s, true);
    pthread_mutex_unlock(&server->lock);
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

static struct MHD_Response *body_response(HttpReply *r)
{
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

static enum MHD_Result send_response(struct MHD_Connection *c, struct MHD_Response *out,
                                     const HttpReply *r)
{
    add_headers(out, r);
    enum MHD_Result ok = MHD_queue_response(c, (unsigned)r->status, out);
    MHD_destroy_response(out);
    return ok;
}

static enum MHD_Result send_reply(struct MHD_Connection *c, HttpReply *r)
{
    struct MHD_Response *out = body_response(r);
    return out ? send_response(c, out, r) : MHD_NO;
}

/* Called again when the connection was woken, until the response owns the stream. */
static enum MHD_Result send_stream(struct MHD_Connection *c, HttpStream **stream)
{
    HttpStream *s = *stream;
    Nap how = stream_begin(s);
    if (how != NAP_NEWS) return how == NAP_CUT ? MHD_NO : MHD_YES;
    struct MHD_Response *out =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, stream_read, s, stream_free);
    if (!out) return MHD_NO;
    *stream = NULL;
    return send_response(c, out, &s->reply);
}

/* ---- requests -------------------------------------------------------------------------------- */

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer(HttpServer *s, struct MHD_Connection *c, const char *path,
                              const char *method, Reading *in)
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
    if (!reply.pull) return send_reply(c, &reply);
    in->stream = stream_open(s, c, &reply);
    return send_stream(c, &in->stream);
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
    if (in->stream) return send_stream(c, &in->stream);
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
    if (in && in->stream) stream_free(in->stream);
    if (in) str_free(&in->body);
    free(in);
    *state = NULL;
}

/* ---- the server ------------------------------------------------------------------------------ */

bool http_open(HttpServer **out, const char *bind_to, int *port, bool *loopback,
               HttpAnswer *answer_with, void *ud, Err *err)
{
    int fd = http_listen(bind_to, port, loopback, err);
    if (fd < 0) return false;
    HttpServer *s = mem_alloc(1, sizeof *s);
    *s = (HttpServer){.answer = answer_with, .ud = ud};
    pthread_mutex_init(&s->lock, NULL);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(2 * HEAD),
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    *out = s;
    if (s->daemon) return true;
    close(fd);
    pthread_mutex_destroy(&s->lock);
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
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    for (HttpStream *at = s->first; at; at = at->next) wake(at, true);
    pthread_mutex_unlock(&s->lock);
    MHD_stop_daemon(s->daemon); /* demands that no connection is suspended */
    pthread_mutex_destroy(&s->lock);
    free(s);
}
