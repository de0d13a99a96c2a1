/* http_text.c: see http_text.h. */
#include "http_text.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

enum { DIGITS = 18 }; /* what an int64_t holds surely */

/* Digits at *s, at most DIGITS; -1 when there are none or too many. */
static int64_t digits(const char **s)
{
    int64_t x = 0;
    int n = 0;
    for (; **s >= '0' && **s <= '9'; (*s)++)
        if (++n <= DIGITS) x = 10 * x + (**s - '0');
    return n == 0 || n > DIGITS ? -1 : x;
}

RangeKind range_parse(const char *value, int64_t size, int64_t *first, int64_t *count)
{
    static const char UNIT[] = "bytes=";
    *first = 0;
    *count = size;
    if (!value || strncasecmp(value, UNIT, strlen(UNIT)) != 0) return RANGE_WHOLE;
    const char *s = value + strlen(UNIT);
    bool suffix = *s == '-';
    int64_t from = suffix ? 0 : digits(&s);
    if (from < 0 || *s != '-') return RANGE_WHOLE;
    s++;
    bool open = *s == 0;
    int64_t to = open ? INT64_MAX : digits(&s);
    if (to < 0 || *s || (open && suffix) || (!suffix && to < from)) return RANGE_WHOLE;
    if (suffix) {
        from = to < size ? size - to : 0;
        if (to == 0) return RANGE_OUTSIDE;
        to = size - 1;
    }
    if (from >= size) return RANGE_OUTSIDE;
    *first = from;
    *count = (to < size ? to : size - 1) - from + 1;
    return RANGE_PART;
}

bool etag_matches(const char *value, const char *tag)
{
    size_t n = strlen(tag);
    if (!value) return false;
    if (strcmp(value, "*") == 0) return true;
    while (*value) {
        value += strspn(value, ", \t");
        if (strncmp(value, "W/", 2) == 0) value += 2;
        size_t m = strcspn(value, ", \t");
        if (m == n && strncmp(value, tag, n) == 0) return true;
        value += m;
    }
    return false;
}

static bool is_port(const char *s)
{
    int64_t port;
    return *s == 0 || (*s == ':' && parse_int(s + 1, 1, 65535, &port));
}

/* 127.x.x.x written with four numbers. */
static bool is_127(const char *s, size_t n)
{
    int part = 0, dots = 0, len = 0;
    for (size_t i = 0; i <= n; i++) {
        char c = i < n ? s[i] : '.';
        if (c == '.') {
            if (len == 0 || part > 255 || (dots == 0 && part != 127)) return false;
            dots++;
            part = len = 0;
        } else if (c >= '0' && c <= '9' && len < 3) {
            part = 10 * part + (c - '0');
            len++;
        } else {
            return false;
        }
    }
    return dots == 4;
}

bool host_is_loopback(const char *host)
{
    static const char V6[] = "[::1]";
    if (!host) return false;
    if (strncmp(host, V6, strlen(V6)) == 0) return is_port(host + strlen(V6));
    size_t n = strcspn(host, ":");
    if (!is_port(host + n)) return false;
    return (n == strlen("localhost") && strncasecmp(host, "localhost", n) == 0) || is_127(host, n);
}

bool origin_is_own(const char *origin, const char *host)
{
    static const char *const SCHEMES[] = {"http://", "https://"};
    for (size_t i = 0; host && i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (str_starts(origin, SCHEMES[i]) && strcasecmp(origin + strlen(SCHEMES[i]), host) == 0)
            return true;
    return false;
}

bool type_is_json(const char *type)
{
    static const char JSON[] = "application/json";
    if (!type || strncasecmp(type, JSON, strlen(JSON)) != 0) return false;
    const char *rest = type + strlen(JSON);
    rest += strspn(rest, " \t");
    return *rest == 0 || *rest == ';';
}
