/* http_listen.h: the socket of a server, made here and not by the library that reads from it, so
 * that its errors can be named. */
#ifndef SERVE_HTTP_LISTEN_H
#define SERVE_HTTP_LISTEN_H

#include <stdbool.h>

#include "base/err.h"

/* -1 after a failure. bind_to: a name or an address. *port 0 becomes the one that was free;
 * *loopback: it can be reached from this machine only. */
int http_listen(const char *bind_to, int *port, bool *loopback, Err *err);

#endif
