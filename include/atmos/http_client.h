/* http_client.h: one request after another to one server, over a connection that is kept. */
#ifndef ATMOS_HTTP_CLIENT_H
#define ATMOS_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

typedef struct HttpClient HttpClient;

typedef struct HttpRequest {
    const char *url;      /* http:// or https:// */
    const char *key;      /* "Authorization: Bearer KEY"; NULL = none */
    const char *json;     /* body of a POST */
    double timeout;       /* seconds to connect, and without a byte after that */
    /* Of an answer of status 200, in order; false: enough, which is no failure. NULL: *body. */
    bool (*take)(void *ud, const char *bytes, size_t n);
    void *ud;
    Str *body;            /* the answer, at most HTTP_MAX_BODY bytes; of a failure always */
} HttpRequest;

enum { HTTP_MAX_BODY = 1 << 20 };

/* NULL and a message when the library does not start. */
HttpClient *http_client_open(Err *err);
void http_client_close(HttpClient *c); /* NULL is fine */

/* *status: the server's, 0 when there was no answer. False when there was none, it broke off, or
 * run was stopped ("interrupted"). */
bool http_client_call(HttpClient *c, const HttpRequest *ask, int *status, const Run *run, Err *err);
/* Waits; false when run was stopped. */
bool http_client_wait(double seconds, const Run *run);

#endif
