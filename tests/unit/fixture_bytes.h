/* fixture_bytes.h: bytes written as hexadecimal digits, and bytes found in bytes, for tests. */
#ifndef FIXTURE_BYTES_H
#define FIXTURE_BYTES_H

#include <string.h>

#include "base/str.h"

static inline int fixture_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "4d 54" as two bytes; anything that is no digit is passed over. */
static inline Str fixture_hex(const char *hex)
{
    Str out = {0};
    for (int high = -1; *hex; hex++) {
        int d = fixture_digit(*hex);
        if (d < 0) continue;
        if (high >= 0) str_putc(&out, (char)(high << 4 | d));
        high = high >= 0 ? -1 : d;
    }
    return out;
}

/* How often the bytes of `hex` stand in out. */
static inline int fixture_count_hex(const Str *out, const char *hex)
{
    Str want = fixture_hex(hex);
    int n = 0;
    for (size_t i = 0; i + want.len <= out->len; i++)
        n += memcmp(out->s + i, want.s, want.len) == 0;
    str_free(&want);
    return n;
}

#endif
