/* str.c: see base/str.h. */
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void str_reserve(Str *str, size_t more)
{
    size_t need = str->len + more + 1;
    if (need <= str->cap) return;
    str->cap = need > 2 * str->cap ? need : 2 * str->cap;
    if (str->cap < 64) str->cap = 64;
    str->s = mem_resize(str->s, (int64_t)str->cap, 1);
}

void str_free(Str *str)
{
    free(str->s);
    *str = (Str){0};
}

void str_add(Str *str, const void *bytes, size_t n)
{
    str_reserve(str, n);
    if (n) memcpy(str->s + str->len, bytes, n);
    str->len += n;
    str->s[str->len] = 0;
}

void str_puts(Str *str, const char *s)
{
    str_add(str, s, strlen(s));
}

void str_putc(Str *str, char c)
{
    str_add(str, &c, 1);
}

void str_addv(Str *str, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    if (n > 0) {
        str_reserve(str, (size_t)n);
        vsnprintf(str->s + str->len, (size_t)n + 1, fmt, again);
        str->len += (size_t)n;
    }
    va_end(again);
}

void str_addf(Str *str, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str_addv(str, fmt, ap);
    va_end(ap);
}

const char *str_text(const Str *str)
{
    return str->s ? str->s : "";
}

static bool starts_number(const char *s)
{
    if (*s == '-' || *s == '+') s++;
    return (*s >= '0' && *s <= '9') || *s == '.';
}

bool parse_int(const char *s, int64_t lo, int64_t hi, int64_t *out)
{
    char *end;
    if (!starts_number(s)) return false;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || end == s || *end || v < lo || v > hi) return false;
    *out = v;
    return true;
}

bool parse_double(const char *s, double lo, double hi, double *out)
{
    char *end;
    if (!starts_number(s)) return false;
    errno = 0;
    double v = strtod(s, &end);
    if (errno == ERANGE || end == s || *end || !isfinite(v) || v < lo || v > hi) return false;
    *out = v;
    return true;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_join(const char *dir, const char *name)
{
    Str s = {0};
    str_puts(&s, dir);
    if (s.len && s.s[s.len - 1] != '/') str_putc(&s, '/');
    str_puts(&s, name);
    return s.s;
}

uint16_t load_le16(const void *p)
{
    const uint8_t *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}

uint32_t load_le32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

uint64_t load_le64(const void *p)
{
    return load_le32(p) | (uint64_t)load_le32((const uint8_t *)p + 4) << 32;
}

uint16_t load_be16(const void *p)
{
    const uint8_t *b = p;
    return (uint16_t)(b[0] << 8 | b[1]);
}

uint32_t load_be32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3];
}

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Optimal string alignment (Damerau 1964, restricted): three rows are enough. */
int str_distance(const char *a, const char *b)
{
    enum { CAP = 64 };
    int rows[3][CAP + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > CAP || m > CAP) return CAP;
    int *prev2 = rows[0], *prev = rows[1], *cur = rows[2];
    for (int j = 0; j <= m; j++) prev[j] = prev2[j] = j;
    for (int i = 1; i <= n; i++) {
        cur[0] = i;
        for (int j = 1; j <= m; j++) {
            int cost = a[i - 1] != b[j - 1];
            cur[j] = min3(prev[j] + 1, cur[j - 1] + 1, prev[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cur[j] = cur[j] < prev2[j - 2] + 1 ? cur[j] : prev2[j - 2] + 1;
        }
        int *spare = prev2;
        prev2 = prev, prev = cur, cur = spare;
    }
    return prev[m];
}
