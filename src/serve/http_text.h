/* http_text.h: what the values of some HTTP headers mean. */
#ifndef SERVE_HTTP_TEXT_H
#define SERVE_HTTP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum RangeKind { RANGE_WHOLE, RANGE_PART, RANGE_OUTSIDE } RangeKind;

/* "bytes=A-B", "bytes=A-", "bytes=-N" of a body of size bytes (RFC 9110, 14): one range. Anything
 * else, several ranges too, is the whole. NULL: none was asked for. */
RangeKind range_parse(const char *value, int64_t size, int64_t *first, int64_t *count);
/* If-None-Match: a list of tags or "*". tag with its quotes. */
bool etag_matches(const char *value, const char *tag);
/* Host: NAME or NAME:PORT, of a server that this machine alone can reach: localhost, 127.x.x.x,
 * [::1]. Another name is a page elsewhere that has been pointed here (DNS rebinding). */
bool host_is_loopback(const char *host);
/* Origin: http://HOST or https://HOST with the same host as the request's own. */
bool origin_is_own(const char *origin, const char *host);
/* Content-Type: application/json, with parameters or without. */
bool type_is_json(const char *type);

#endif
