/* jsonscan.c: see tensor/jsonscan.h. Grammar: RFC 8259; UTF-8: Unicode 15, table 3-7. */
#include "tensor/jsonscan.h"

#include <stdlib.h>
#include <string.h>

Scan scan_start(const char *text, size_t len, Err *err)
{
    return (Scan){.text = text, .len = len, .err = err};
}

bool scan_fail(Scan *s, const char *what)
{
    if (!s->failed) err_set(s->err, "%s at byte %lld", what, (long long)s->at);
    s->failed = true;
    return false;
}

/* The byte at offset `ahead` from here, 0 past the end (a 0 byte is no JSON anywhere). */
static unsigned char scan_byte(const Scan *s, size_t ahead)
{
    return s->at + ahead < s->len ? (unsigned char)s->text[s->at + ahead] : 0;
}

static void scan_space(Scan *s)
{
    while (s->at < s->len && strchr(" \t\r\n", s->text[s->at]) && s->text[s->at]) s->at++;
}

char scan_peek(Scan *s)
{
    scan_space(s);
    unsigned char c = scan_byte(s, 0);
    return c == '-' || (c >= '0' && c <= '9') ? '0' : (char)c;
}

bool scan_open(Scan *s, char bracket)
{
    if (s->failed) return false;
    if (scan_peek(s) != bracket)
        return scan_fail(s, bracket == '{' ? "expected an object" : "expected an array");
    if (s->depth == SCAN_MAX_DEPTH) return scan_fail(s, "JSON nested deeper than 64");
    s->closer[s->depth] = bracket == '{' ? '}' : ']';
    s->fresh[s->depth++] = true;
    s->at++;
    return true;
}

bool scan_element(Scan *s)
{
    if (s->failed || s->depth == 0) return false;
    char closer = s->closer[s->depth - 1];
    bool fresh = s->fresh[s->depth - 1];
    char c = scan_peek(s);
    if (c == closer) {
        s->at++;
        s->depth--;
        return false;
    }
    if (!fresh && c != ',')
        return scan_fail(s, closer == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
    if (!fresh) {
        s->at++;
        if (scan_peek(s) == closer) return scan_fail(s, "comma without a value");
    }
    s->fresh[s->depth - 1] = false;
    return true;
}

bool scan_member(Scan *s, Str *key)
{
    if (!scan_element(s) || !scan_string(s, key)) return false;
    if (scan_peek(s) != ':') return scan_fail(s, "expected ':'");
    s->at++;
    return true;
}

/* Length of the well-formed UTF-8 sequence here, 0 when there is none. */
static int scan_utf8(const Scan *s)
{
    unsigned char a = scan_byte(s, 0), b = scan_byte(s, 1);
    int n = a >= 0xf0 && a < 0xf5 ? 4 : a >= 0xe0 && a < 0xf0 ? 3 : a >= 0xc2 && a < 0xe0 ? 2 : 0;
    for (int i = 1; i < n; i++)
        if ((scan_byte(s, (size_t)i) & 0xc0) != 0x80) return 0;
    if ((a == 0xe0 && b < 0xa0) || (a == 0xed && b >= 0xa0)) return 0;
    if ((a == 0xf0 && b < 0x90) || (a == 0xf4 && b >= 0x90)) return 0;
    return n;
}

/* Four hex digits after \u; -1 when they are not. */
static int scan_hex4(const Scan *s, size_t ahead)
{
    int v = 0;
    for (size_t i = 0; i < 4; i++) {
        unsigned char c = scan_byte(s, ahead + i);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        v = v * 16 + digit;
    }
    return v;
}

static void put_utf8(Str *out, int32_t c)
{
    if (c < 0x80) {
        str_putc(out, (char)c);
    } else if (c < 0x800) {
        str_putc(out, (char)(0xc0 | c >> 6));
        str_putc(out, (char)(0x80 | (c & 0x3f)));
    } else {
        if (c < 0x10000) {
            str_putc(out, (char)(0xe0 | c >> 12));
        } else {
            str_putc(out, (char)(0xf0 | c >> 18));
            str_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        str_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        str_putc(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* \uXXXX, the scan stands on the backslash; surrogates come in pairs. */
static bool scan_unicode(Scan *s, Str *out)
{
    int32_t c = scan_hex4(s, 2);
    if (c < 0) return scan_fail(s, "bad \\u escape");
    if (c == 0) return scan_fail(s, "\\u0000 in a string");
    size_t used = 6;
    if (c >= 0xd800 && c < 0xdc00 && scan_byte(s, 6) == '\\' && scan_byte(s, 7) == 'u') {
        int32_t low = scan_hex4(s, 8);
        if (low < 0xdc00 || low > 0xdfff) return scan_fail(s, "unpaired surrogate");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        used = 12;
    }
    if (c >= 0xd800 && c <= 0xdfff) return scan_fail(s, "unpaired surrogate");
    put_utf8(out, c);
    s->at += used;
    return true;
}

static bool scan_escape(Scan *s, Str *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    unsigned char c = scan_byte(s, 1);
    if (c == 'u') return scan_unicode(s, out);
    const char *p = c ? strchr(from, c) : NULL;
    if (!p) return scan_fail(s, "bad escape in a string");
    str_putc(out, to[p - from]);
    s->at += 2;
    return true;
}

bool scan_string(Scan *s, Str *out)
{
    if (s->failed) return false;
    if (scan_peek(s) != '"') return scan_fail(s, "expected a string");
    out->len = 0;
    str_add(out, "", 0);
    for (s->at++;;) {
        unsigned char c = scan_byte(s, 0);
        if (s->at >= s->len) return scan_fail(s, "string without an end");
        if (c == '"') break;
        if (c < 0x20) return scan_fail(s, "control character in a string");
        if (c == '\\') {
            if (!scan_escape(s, out)) return false;
            continue;
        }
        int n = c < 0x80 ? 1 : scan_utf8(s);
        if (n == 0) return scan_fail(s, "invalid UTF-8");
        str_add(out, s->text + s->at, (size_t)n);
        s->at += (size_t)n;
    }
    s->at++;
    return true;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool scan_digits(Scan *s)
{
    if (!is_digit(scan_byte(s, 0))) return scan_fail(s, "bad number");
    while (is_digit(scan_byte(s, 0))) s->at++;
    return true;
}

static bool scan_number(Scan *s)
{
    if (scan_byte(s, 0) == '-') s->at++;
    if (scan_byte(s, 0) == '0' && is_digit(scan_byte(s, 1)))
        return scan_fail(s, "number with a leading zero");
    if (!scan_digits(s)) return false;
    if (scan_byte(s, 0) == '.') {
        s->at++;
        if (!scan_digits(s)) return false;
    }
    if (scan_byte(s, 0) == 'e' || scan_byte(s, 0) == 'E') {
        s->at++;
        if (scan_byte(s, 0) == '+' || scan_byte(s, 0) == '-') s->at++;
        if (!scan_digits(s)) return false;
    }
    return true;
}

/* Fails with the text from `start` to here in the message. */
static bool fail_number(Scan *s, size_t start, const char *what)
{
    if (s->failed) return false;
    int n = s->at - start > 24 ? 24 : (int)(s->at - start);
    s->failed = true;
    return err_set(s->err, "%.*s %s at byte %lld", n, s->text + start, what, (long long)start);
}

bool scan_whole(Scan *s, int64_t *out)
{
    if (s->failed) return false;
    if (scan_peek(s) != '0') return scan_fail(s, "expected a number");
    size_t start = s->at;
    if (!scan_number(s)) return false;
    if (s->text[start] == '-') return fail_number(s, start, "is negative");
    int64_t v = 0;
    for (size_t i = start; i < s->at; i++) {
        if (!is_digit((unsigned char)s->text[i]))
            return fail_number(s, start, "is no whole number");
        v = v * 10 + (s->text[i] - '0');
        if (v > INT64_C(1) << 53) return fail_number(s, start, "is beyond 2^53");
    }
    *out = v;
    return true;
}

static bool scan_word(Scan *s, const char *word)
{
    for (size_t i = 0; word[i]; i++)
        if (scan_byte(s, i) != (unsigned char)word[i]) return scan_fail(s, "not valid JSON");
    s->at += strlen(word);
    return true;
}

/* One scalar, or the opening bracket of a value. */
static bool scan_atom(Scan *s, Str *text)
{
    char c = scan_peek(s);
    switch (c) {
    case '{':
    case '[': return scan_open(s, c);
    case '"': return scan_string(s, text);
    case '0': return scan_number(s);
    case 't': return scan_word(s, "true");
    case 'f': return scan_word(s, "false");
    case 'n': return scan_word(s, "null");
    default: return scan_fail(s, s->at < s->len ? "not valid JSON" : "JSON ends early");
    }
}

bool scan_skip(Scan *s)
{
    Str text = {0};
    int base = s->depth;
    if (!s->failed) scan_atom(s, &text);
    while (!s->failed && s->depth > base) {
        bool object = s->closer[s->depth - 1] == '}';
        if (object ? scan_member(s, &text) : scan_element(s)) scan_atom(s, &text);
    }
    str_free(&text);
    return !s->failed;
}

bool scan_end(Scan *s)
{
    if (s->failed) return false;
    scan_space(s);
    return s->at == s->len || scan_fail(s, "extra bytes after the JSON value");
}

bool json_check(const char *text, size_t len, Err *err)
{
    Scan s = scan_start(text, len, err);
    return scan_skip(&s) && scan_end(&s);
}
