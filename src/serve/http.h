/* http.h: requests in, replies out; what is between them and the sockets is in http.c alone. */
#ifndef SERVE_HTTP_H
#define SERVE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { HTTP_BODY_MAX = 64 << 10 }; /* bytes */

/* Valid during the call only. */
typedef struct HttpCall {
    const char *method, *path;
    /* NULL when absent. */
    const char *host, *origin, *site, *type, *range, *if_range, *if_none_match;
    bool download;     /* ?download=1 */
    const Str *body;
    bool too_large;    /* the body is, and was not kept */
} HttpCall;

/* A stream that a reply goes on with. */
typedef struct HttpStream HttpStream;

typedef struct HttpReply {
    int status;
    const char *type; /* Content-Type; constant */
    /* The body: text when data is NULL; otherwise size bytes at data until release(ud). */
    Str text;
    const char *data;
    int64_t size;
    int64_t first, total; /* 206 and 416: where the part begins, of how many bytes */
    void (*release)(void *ud);
    void *ud;
    /* A stream: appends what there is to out, *end when nothing follows. closed: the last call,
     * also when the client has left. begin (or NULL: at once): false as long as the status and the
     * type are not known; it is asked again after each http_wake. */
    void (*pull)(void *ud, Str *out, bool *end);
    void (*opened)(void *ud, HttpStream *stream);
    void (*closed)(void *ud);
    bool (*begin)(void *ud, int *status, const char **type);
    char etag[112], location[96], disposition[128], allow[32];
    int retry; /* seconds, 0 = not said */
    bool ranges; /* Accept-Ranges */
    bool cache;  /* to be kept and asked for again by its ETag; otherwise not kept at all */
} HttpReply;

typedef struct HttpServer HttpServer;

typedef void HttpAnswer(void *ud, const HttpCall *call, HttpReply *out);

/* bind: a name or an address. port 0: *port becomes the one that was free. *loopback: it can be
 * reached from this machine only. answer is called from one thread. */
bool http_open(HttpServer **out, const char *bind, int *port, bool *loopback, HttpAnswer *answer,
               void *ud, Err *err);
/* Takes no new connections. */
void http_quiesce(HttpServer *s);
/* To be called a few times a second: streams whose clients have left are closed, even those that
 * wait for news. */
void http_tick(HttpServer *s);
/* Streams that have not ended are cut off. */
void http_close(HttpServer *s);

/* There is something to pull. From any thread, until `closed`. */
void http_wake(HttpStream *stream);

#endif
