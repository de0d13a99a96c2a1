/* utf8.c: see utf8.h. */
#include "base/utf8.h"

#include <string.h>

/* Length that the first byte announces; 0 for a byte that starts nothing. */
static int announced(unsigned char a)
{
    if (a < 0x80) return 1;
    if (a < 0xc2 || a > 0xf4) return 0;
    return a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
}

/* The range of the second byte depends on the first; that of the others does not. */
static bool follows(unsigned char a, int i, unsigned char c)
{
    unsigned char lo = 0x80, hi = 0xbf;
    if (i == 1) {
        if (a == 0xe0) lo = 0xa0;
        if (a == 0xed) hi = 0x9f;
        if (a == 0xf0) lo = 0x90;
        if (a == 0xf4) hi = 0x8f;
    }
    return c >= lo && c <= hi;
}

int utf8_step(const char *s, int64_t n, bool *ok)
{
    *ok = false;
    if (n <= 0) return 0;
    unsigned char a = (unsigned char)s[0];
    int want = announced(a), i = 1;
    while (i < want && i < n && follows(a, i, (unsigned char)s[i])) i++;
    *ok = want > 0 && i == want;
    return i;
}

int utf8_length(const char *s, int64_t n)
{
    bool ok;
    int length = utf8_step(s, n, &ok);
    return ok ? length : 0;
}

bool utf8_partial(const char *s, int64_t n)
{
    bool ok;
    return n > 0 && utf8_step(s, n, &ok) == n && !ok && announced((unsigned char)s[0]) > n;
}

int32_t utf8_code(const char *s, int length)
{
    static const unsigned char mask[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    int32_t c = (unsigned char)s[0] & mask[length];
    for (int i = 1; i < length; i++) c = c << 6 | ((unsigned char)s[i] & 0x3f);
    return c;
}

int utf8_put(char out[4], int32_t c)
{
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

bool utf8_valid(const char *s, int64_t n)
{
    for (int64_t i = 0; i < n;) {
        uint64_t eight;
        if (i + 8 <= n) {
            memcpy(&eight, s + i, 8);
            if (!(eight & UINT64_C(0x8080808080808080))) {
                i += 8;
                continue;
            }
        }
        int length = utf8_length(s + i, n - i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}
