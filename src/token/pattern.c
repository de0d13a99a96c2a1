/* pattern.c: see pattern.h. The only file that includes pcre2.h.
 *
 * What is rewritten: \s is Unicode's White_Space (PCRE2's own \s has U+180E besides), \w is
 * Unicode's word character (PCRE2's lacks marks and most connectors), \b with it, \uHHHH. ^ and $
 * match at lines, as in Ruby. The match limit grows with the text, so that a line of a million
 * spaces is matched and a hostile expression still ends. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "token/pattern.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

const char PATTERN_GPT2[] =
    "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

enum { JIT_STACK_START = 32 << 10, JIT_STACK_MAX = 4 << 20 }; /* bytes */

static const char WORD_SET[] = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

struct Pattern {
    char *literal; /* [n]; NULL for an expression */
    int n;
    pcre2_code *code;
    bool jit;
};

struct PatternScratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    bool valid;
    const char *text; /* text of the stretch below */
    int from, to;     /* well-formed stretch of it */
};

static bool refuse(Err *err, const char *regex, const char *what)
{
    return err_set(err, "split pattern \"%.120s\": %s not supported", regex, what);
}

/* \b and \B, by our own idea of a word character. */
static void put_boundary(Str *out, bool there)
{
    str_addf(out, "(?:(?<=[%s])(?%c[%s])|(?<![%s])(?%c[%s]))", WORD_SET, there ? '!' : '=',
             WORD_SET, WORD_SET, there ? '=' : '!', WORD_SET);
}

/* An escape that is one in both languages, with its braces: those are no repeat. */
static void copy_escape(Str *out, const char **p, char c)
{
    str_putc(out, '\\');
    str_putc(out, c);
    if (!strchr("pPx", c) || **p != '{') return;
    size_t n = strcspn(*p, "}");
    str_add(out, *p, n);
    *p += n;
    if (**p) str_putc(out, *(*p)++);
}

/* The escape at *p, rewritten; in_set: between brackets. */
static bool rewrite_escape(Str *out, const char **p, bool in_set, const char *regex, Err *err)
{
    char c = (*p)[1], what[] = "\\? is";
    what[1] = c;
    if (c == 0) return refuse(err, regex, "a backslash at the end is");
    if (strchr("hHKCGgkQM", c) || (c == 'W' && in_set)) return refuse(err, regex, what);
    *p += 2;
    switch (c) {
    case 's': str_puts(out, "\\p{White_Space}"); return true;
    case 'S': str_puts(out, "\\P{White_Space}"); return true;
    case 'w': str_addf(out, in_set ? "%s" : "[%s]", WORD_SET); return true;
    case 'W': str_addf(out, "[^%s]", WORD_SET); return true;
    case 'u':
        if (strspn(*p, "0123456789abcdefABCDEF") < 4) return refuse(err, regex, "this \\u is");
        str_addf(out, "\\x{%.4s}", *p);
        *p += 4;
        return true;
    case 'b':
    case 'B':
        if (in_set) break;
        put_boundary(out, c == 'b');
        return true;
    default: break;
    }
    copy_escape(out, p, c);
    return true;
}

/* The set that starts at *p with '['. */
static bool rewrite_set(Str *out, const char **p, const char *regex, Err *err)
{
    str_putc(out, *(*p)++);
    if (**p == '^') str_putc(out, *(*p)++);
    if (**p == ']') return refuse(err, regex, "an empty set [] is");
    while (**p != ']') {
        if (**p == 0) return refuse(err, regex, "a set without its ] is");
        if ((*p)[0] == '&' && (*p)[1] == '&') return refuse(err, regex, "&& between brackets is");
        if (**p == '[') return refuse(err, regex, "a set inside a set is");
        if (**p == '\\') {
            if (!rewrite_escape(out, p, true, regex, err)) return false;
        } else {
            str_putc(out, *(*p)++);
        }
    }
    str_putc(out, *(*p)++);
    return true;
}

/* Options and repeats that mean one thing in Ruby and another in PCRE2. */
static bool check_syntax(const char *p, const char *regex, Err *err)
{
    if (strncmp(p, "(?", 2) == 0) {
        size_t n = strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-");
        if ((p[2 + n] == ':' || p[2 + n] == ')') && n != strspn(p + 2, "ix-"))
            return refuse(err, regex, "an option other than (?i) and (?x) is");
        if (strchr("&RP|C", p[2]) && p[2]) return refuse(err, regex, "a call inside (?...) is");
    }
    if (strncmp(p, "(*", 2) == 0) return refuse(err, regex, "a verb (*...) is");
    if (strncmp(p, "{,", 2) == 0) return refuse(err, regex, "{,n} is");
    if (strncmp(p, "}+", 2) == 0) return refuse(err, regex, "{n,m}+ is");
    return true;
}

static bool rewrite(Str *out, const char *regex, bool unchanged, Err *err)
{
    for (const char *p = regex; *p;) {
        if (*p == '\\') {
            if (!rewrite_escape(out, &p, false, regex, err)) return false;
        } else if (*p == '[') {
            if (!rewrite_set(out, &p, regex, err)) return false;
        } else {
            if (!check_syntax(p, regex, err)) return false;
            str_putc(out, *p++);
        }
    }
    if (unchanged) {
        out->len = 0;
        str_puts(out, regex);
    }
    return true;
}

static pcre2_code *compile(const Str *text, int *code, size_t *at)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (context) {
        pcre2_set_newline(context, PCRE2_NEWLINE_LF);
        pcre2_set_parens_nest_limit(context, 100);
    }
    pcre2_code *p = pcre2_compile((PCRE2_SPTR)text->s, text->len,
                                  PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
                                  code, at, context);
    pcre2_compile_context_free(context);
    return p;
}

Pattern *pattern_compile(const char *regex, Err *err)
{
    Str text = {0};
    int code = 0;
    size_t at = 0;
    pcre2_code *made = NULL;
    /* PCRE2 before 10.40 does not know White_Space and Alphabetic: its own \s and \w must do. */
    for (int attempt = 0; attempt < 2 && !made; attempt++) {
        text.len = 0;
        if (!rewrite(&text, regex, attempt == 1, err)) goto fail;
        if (text.len == 0) str_puts(&text, "");
        made = compile(&text, &code, &at);
        if (!made && code != PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY) break;
    }
    if (!made) {
        PCRE2_UCHAR why[120] = "";
        pcre2_get_error_message(code, why, sizeof why);
        err_set(err, "split pattern \"%.120s\": %s", regex, (const char *)why);
        goto fail;
    }
    str_free(&text);
    Pattern *p = mem_alloc(1, sizeof *p);
    p->code = made;
    p->jit = pcre2_jit_compile(made, PCRE2_JIT_COMPLETE) == 0;
    return p;
fail:
    str_free(&text);
    return NULL;
}

Pattern *pattern_literal(const char *s, int n)
{
    Pattern *p = mem_alloc(1, sizeof *p);
    p->literal = mem_strndup(s, (size_t)n);
    p->n = n;
    return p;
}

void pattern_free(Pattern *p)
{
    if (!p) return;
    free(p->literal);
    pcre2_code_free(p->code);
    free(p);
}

PatternScratch *pattern_scratch(bool valid)
{
    PatternScratch *scratch = mem_alloc(1, sizeof *scratch);
    scratch->valid = valid;
    return scratch;
}

void pattern_scratch_free(PatternScratch *scratch)
{
    if (!scratch) return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
    pcre2_jit_stack_free(scratch->stack);
    free(scratch);
}

void pattern_new_text(PatternScratch *scratch)
{
    scratch->text = NULL;
}

/* What PCRE2 needs is made at the first expression: a literal needs none of it. */
static bool scratch_ready(PatternScratch *scratch, Err *err)
{
    if (scratch->data) return true;
    scratch->context = pcre2_match_context_create(NULL);
    scratch->data = pcre2_match_data_create(1, NULL);
    scratch->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
    if (!scratch->context || !scratch->data || !scratch->stack)
        return err_set(err, "out of memory while matching the split pattern");
    pcre2_jit_stack_assign(scratch->context, NULL, scratch->stack);
    return true;
}

/* Sets the scratch's stretch to the well-formed one that holds `at` or comes next. */
static void find_stretch(PatternScratch *scratch, const char *s, int n, int at)
{
    if (scratch->text == s && at >= scratch->from && at < scratch->to && scratch->to <= n) return;
    int from = at;
    while (from < n && utf8_length(s + from, n - from) == 0) from++;
    int to = from;
    for (int length; to < n && (length = utf8_length(s + to, n - to)) > 0;) to += length;
    scratch->text = s;
    scratch->from = from;
    scratch->to = to;
}

/* One attempt in s[0..n), which is well formed. */
static bool match_once(const Pattern *p, PatternScratch *scratch, const char *s, int n, int at,
                       int *from, int *to, Err *err)
{
    uint64_t limit = 10000000 + 16 * (uint64_t)n;
    pcre2_set_match_limit(scratch->context, limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX);
    int found = p->jit ? pcre2_jit_match(p->code, (PCRE2_SPTR)s, (size_t)n, (size_t)at, 0,
                                         scratch->data, scratch->context)
                       : PCRE2_ERROR_JIT_STACKLIMIT;
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(p->code, (PCRE2_SPTR)s, (size_t)n, (size_t)at,
                            PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK, scratch->data, scratch->context);
    *from = *to = -1;
    if (found == PCRE2_ERROR_NOMATCH) return true;
    if (found < 0) {
        PCRE2_UCHAR why[120] = "";
        pcre2_get_error_message(found, why, sizeof why);
        return err_set(err, "the split pattern fails at byte %d: %s", at, (const char *)why);
    }
    const size_t *pair = pcre2_get_ovector_pointer(scratch->data);
    *from = (int)pair[0];
    *to = (int)pair[1];
    return true;
}

static void next_literal(const Pattern *p, const char *s, int n, int at, int *from, int *to)
{
    *from = *to = -1;
    while (n - at >= p->n) {
        const char *hit = memchr(s + at, p->literal[0], (size_t)(n - at - p->n + 1));
        if (!hit) return;
        at = (int)(hit - s);
        if (memcmp(hit, p->literal, (size_t)p->n) == 0) {
            *from = at;
            *to = at + p->n;
            return;
        }
        at++;
    }
}

bool pattern_next(const Pattern *p, PatternScratch *scratch, const char *s, int n, int at,
                  int *from, int *to, Err *err)
{
    if (p->literal) {
        next_literal(p, s, n, at, from, to);
        return true;
    }
    if (!scratch_ready(scratch, err)) return false;
    *from = *to = -1;
    while (at < n) {
        int base = 0, end = n;
        if (!scratch->valid) {
            find_stretch(scratch, s, n, at);
            base = scratch->from;
            end = scratch->to;
            if (base >= n) break;
            if (at < base) at = base;
        }
        if (!match_once(p, scratch, s + base, end - base, at - base, from, to, err)) return false;
        if (*from >= 0 && *to > *from) {
            *from += base;
            *to += base;
            return true;
        }
        bool none = *from < 0;
        at = none ? end : base + *from;
        *from = *to = -1;
        if (none && scratch->valid) break;
        if (!none && at < end) at += utf8_length(s + at, end - at);
    }
    return true;
}
