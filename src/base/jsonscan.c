/* jsonscan.c: see base/jsonscan.h. Grammar: RFC 8259. */
#include "base/jsonscan.h"

#include <float.h>
#include <string.h>

#include "base/utf8.h"

JsonScan jscan_start(const char *text, size_t len, Err *err)
{
    return (JsonScan){.text = text ? text : "", .len = len, .err = err};
}

void jscan_free(JsonScan *s)
{
    str_free(&s->spare);
}

bool jscan_fail(JsonScan *s, const char *what)
{
    if (!s->failed) err_set(s->err, "%s at byte %lld", what, (long long)s->at);
    s->failed = true;
    return false;
}

/* The byte here, 0 past the end (a 0 byte is no JSON anywhere). */
static unsigned char here(const JsonScan *s)
{
    return s->at < s->len ? (unsigned char)s->text[s->at] : 0;
}

static void pass_space(JsonScan *s)
{
    const char *p = s->text + s->at, *end = s->text + s->len;
    if (p < end && *p == '\n') p++;
    while (end - p >= 8 && memcmp(p, "        ", 8) == 0) p += 8; /* indentation */
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r')) p++;
    s->at = (size_t)(p - s->text);
}

char jscan_peek(JsonScan *s)
{
    pass_space(s);
    unsigned char c = here(s);
    return c == '-' || (c >= '0' && c <= '9') ? '0' : (char)c;
}

bool jscan_open(JsonScan *s, char bracket)
{
    if (s->failed) return false;
    if (jscan_peek(s) != bracket)
        return jscan_fail(s, bracket == '{' ? "expected an object" : "expected an array");
    if (s->depth == JSCAN_DEPTH) return jscan_fail(s, "JSON nested deeper than 64");
    s->closer[s->depth] = bracket == '{' ? '}' : ']';
    s->fresh[s->depth++] = true;
    s->at++;
    return true;
}

bool jscan_element(JsonScan *s)
{
    if (s->failed || s->depth == 0) return false;
    char closer = s->closer[s->depth - 1];
    bool fresh = s->fresh[s->depth - 1];
    char c = jscan_peek(s);
    if (c == closer) {
        s->at++;
        s->depth--;
        return false;
    }
    if (!fresh && c != ',')
        return jscan_fail(s, closer == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
    if (!fresh) {
        s->at++;
        if (jscan_peek(s) == closer) return jscan_fail(s, "comma without a value");
    }
    s->fresh[s->depth - 1] = false;
    return true;
}

bool jscan_member(JsonScan *s, StrView *key)
{
    if (!jscan_element(s) || !jscan_string(s, key)) return false;
    if (jscan_peek(s) != ':') return jscan_fail(s, "expected ':'");
    s->at++;
    return true;
}

/* Four hex digits at text[at]; -1 when they are not. */
static int32_t hex4(const JsonScan *s, size_t at)
{
    int32_t v = 0;
    if (at + 4 > s->len) return -1;
    for (size_t i = at; i < at + 4; i++) {
        char c = s->text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* \uXXXX, the scan stands on the backslash; surrogates come in pairs. */
static bool pass_unicode(JsonScan *s)
{
    char bytes[4];
    int32_t c = hex4(s, s->at + 2);
    if (c < 0) return jscan_fail(s, "bad \\u escape");
    if (c == 0 && !s->nul) return jscan_fail(s, "\\u0000 in a string");
    size_t used = 6;
    if (c >= 0xd800 && c < 0xdc00 && s->at + 8 <= s->len &&
        memcmp(s->text + s->at + 6, "\\u", 2) == 0) {
        int32_t low = hex4(s, s->at + 8);
        if (low < 0xdc00 || low > 0xdfff) return jscan_fail(s, "unpaired surrogate");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        used = 12;
    }
    if (c >= 0xd800 && c <= 0xdfff) return jscan_fail(s, "unpaired surrogate");
    str_add(&s->spare, bytes, (size_t)utf8_put(bytes, c));
    s->at += used;
    return true;
}

static bool pass_escape(JsonScan *s)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char c = s->at + 1 < s->len ? s->text[s->at + 1] : 0;
    if (c == 'u') return pass_unicode(s);
    const char *p = c ? strchr(from, c) : NULL;
    if (!p) return jscan_fail(s, "bad escape in a string");
    str_putc(&s->spare, to[p - from]);
    s->at += 2;
    return true;
}

/* Passes characters that stand for themselves, up to a quote, a backslash or a fault. */
static bool pass_plain(JsonScan *s)
{
    size_t at = s->at;
    for (;;) {
        unsigned char c = at < s->len ? (unsigned char)s->text[at] : 0;
        if (c >= 0x80) {
            int n = utf8_length(s->text + at, (int64_t)(s->len - at));
            if (n == 0) break;
            at += (size_t)n;
        } else if (c < 0x20 || c == '"' || c == '\\') {
            break;
        } else {
            at++;
        }
    }
    s->at = at;
    unsigned char c = here(s);
    if (c == '"' || c == '\\') return true;
    if (at >= s->len) return jscan_fail(s, "string without an end");
    return jscan_fail(s, c < 0x20 ? "control character in a string" : "invalid UTF-8");
}

bool jscan_string(JsonScan *s, StrView *out)
{
    if (s->failed) return false;
    if (jscan_peek(s) != '"') return jscan_fail(s, "expected a string");
    size_t start = ++s->at;
    if (!pass_plain(s)) return false;
    if (here(s) == '"') {
        *out = (StrView){s->text + start, s->at++ - start};
        return true;
    }
    s->spare.len = 0;
    for (;;) {
        str_add(&s->spare, s->text + start, s->at - start);
        if (here(s) == '"') break;
        if (!pass_escape(s)) return false;
        start = s->at;
        if (!pass_plain(s)) return false;
    }
    s->at++;
    *out = (StrView){s->spare.s, s->spare.len};
    return true;
}

bool jscan_member_copy(JsonScan *s, Str *key)
{
    StrView view;
    if (!jscan_member(s, &view)) return false;
    key->len = 0;
    str_add(key, view.s, view.n);
    return true;
}

bool jscan_string_copy(JsonScan *s, Str *out)
{
    StrView view;
    if (!jscan_string(s, &view)) return false;
    out->len = 0;
    str_add(out, view.s, view.n);
    return true;
}

static bool pass_digits(JsonScan *s)
{
    size_t start = s->at;
    while (here(s) >= '0' && here(s) <= '9') s->at++;
    return s->at > start || jscan_fail(s, "bad number");
}

static bool pass_number(JsonScan *s)
{
    if (here(s) == '-') s->at++;
    size_t start = s->at;
    bool zero = here(s) == '0';
    if (!pass_digits(s)) return false;
    if (zero && s->at > start + 1) return jscan_fail(s, "number with a leading zero");
    if (here(s) == '.') {
        s->at++;
        if (!pass_digits(s)) return false;
    }
    if (here(s) == 'e' || here(s) == 'E') {
        s->at++;
        if (here(s) == '+' || here(s) == '-') s->at++;
        if (!pass_digits(s)) return false;
    }
    return true;
}

/* Fails with the number's text, which began at `start`. */
static bool fail_number(JsonScan *s, size_t start, const char *what)
{
    int n = s->at - start > 24 ? 24 : (int)(s->at - start);
    s->failed = true;
    return err_set(s->err, "%.*s %s at byte %lld", n, s->text + start, what, (long long)start);
}

bool jscan_whole(JsonScan *s, int64_t *out)
{
    if (s->failed) return false;
    if (jscan_peek(s) != '0') return jscan_fail(s, "expected a number");
    size_t start = s->at;
    if (!pass_number(s)) return false;
    if (s->text[start] == '-') return fail_number(s, start, "is negative");
    int64_t v = 0;
    for (size_t i = start; i < s->at; i++) {
        char c = s->text[i];
        if (c < '0' || c > '9') return fail_number(s, start, "is no whole number");
        v = v * 10 + (c - '0');
        if (v > INT64_C(1) << 53) return fail_number(s, start, "is beyond 2^53");
    }
    *out = v;
    return true;
}

bool jscan_real(JsonScan *s, double *out)
{
    char word[64];
    if (s->failed) return false;
    if (jscan_peek(s) != '0') return jscan_fail(s, "expected a number");
    size_t start = s->at;
    if (!pass_number(s)) return false;
    size_t n = s->at - start;
    if (n >= sizeof word) return jscan_fail(s, "number of more than 63 characters");
    memcpy(word, s->text + start, n);
    word[n] = 0;
    return parse_double(word, -DBL_MAX, DBL_MAX, out) || jscan_fail(s, "number out of range");
}

static bool pass_word(JsonScan *s, const char *word)
{
    size_t n = strlen(word);
    if (s->len - s->at < n || memcmp(s->text + s->at, word, n) != 0)
        return jscan_fail(s, "not valid JSON");
    s->at += n;
    return true;
}

bool jscan_bool(JsonScan *s, bool *out)
{
    if (s->failed) return false;
    char c = jscan_peek(s);
    *out = c == 't';
    if (c != 't' && c != 'f') return jscan_fail(s, "expected true or false");
    return pass_word(s, c == 't' ? "true" : "false");
}

/* One scalar, or the opening bracket of a value. */
static bool pass_atom(JsonScan *s)
{
    StrView view;
    char c = jscan_peek(s);
    switch (c) {
    case '{':
    case '[': return jscan_open(s, c);
    case '"': return jscan_string(s, &view);
    case '0': return pass_number(s);
    case 't': return pass_word(s, "true");
    case 'f': return pass_word(s, "false");
    case 'n': return pass_word(s, "null");
    default: return jscan_fail(s, s->at < s->len ? "not valid JSON" : "JSON ends early");
    }
}

bool jscan_skip(JsonScan *s, StrView *raw)
{
    StrView key;
    int base = s->depth;
    if (s->failed) return false;
    pass_space(s);
    size_t start = s->at;
    pass_atom(s);
    while (!s->failed && s->depth > base) {
        bool object = s->closer[s->depth - 1] == '}';
        if (object ? jscan_member(s, &key) : jscan_element(s)) pass_atom(s);
    }
    if (raw) *raw = (StrView){s->text + start, s->at - start};
    return !s->failed;
}

bool jscan_end(JsonScan *s)
{
    if (s->failed) return false;
    pass_space(s);
    return s->at == s->len || jscan_fail(s, "extra bytes after the JSON value");
}

bool json_check(const char *text, size_t len, Err *err)
{
    JsonScan s = jscan_start(text, len, err);
    bool ok = jscan_skip(&s, NULL) && jscan_end(&s);
    jscan_free(&s);
    return ok;
}

bool view_is(StrView v, const char *word)
{
    return v.n == strlen(word) && memcmp(v.s, word, v.n) == 0;
}
