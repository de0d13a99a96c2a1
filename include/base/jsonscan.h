/* jsonscan.h: a strict reader of JSON text, one value after another, without a tree.
 *
 * For text from strangers, where cJSON is too kind (it stops strings at \u0000, lets invalid UTF-8,
 * control characters and numbers such as +1 or 01. pass), and for large text: a header of 100 MB
 * must not grow into gigabytes of nodes, and the half a million strings of a tokenizer.json would
 * take 220 MB and several times as long. RFC 8259, with whole numbers only up to 2^53.
 *
 * Strings are handed out as views of the text itself, or of `spare` when they had escapes: a view
 * lasts until the next string is read. Walking an object: jscan_open(s, '{'), then
 * while (jscan_member(s, &key)) read one value. The first failure sticks: everything after it fails
 * too, and scan->err says what was wrong and where. */
#ifndef BASE_JSONSCAN_H
#define BASE_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { JSCAN_DEPTH = 64 };

typedef struct StrView {
    const char *s; /* [n], not terminated */
    size_t n;      /* bytes */
} StrView;

typedef struct JsonScan {
    const char *text;
    size_t len, at;
    int depth;
    char closer[JSCAN_DEPTH]; /* '}' or ']' of each open bracket */
    bool fresh[JSCAN_DEPTH];  /* no element read yet */
    bool nul;                /* \u0000 is allowed in strings; the caller may set it */
    bool failed;
    Str spare;
    Err *err;
} JsonScan;

JsonScan jscan_start(const char *text, size_t len, Err *err);
void jscan_free(JsonScan *s);
/* What comes next: '{' '[' '"' 't' 'f' 'n', '0' for a number, 0 at the end of the text. */
char jscan_peek(JsonScan *s);
bool jscan_open(JsonScan *s, char bracket); /* '{' or '[' */
/* The next key of the object opened last. False at its end (which closes it) and after a failure:
 * ask s->failed. */
bool jscan_member(JsonScan *s, StrView *key);
bool jscan_element(JsonScan *s); /* the same for an array */
bool jscan_string(JsonScan *s, StrView *out);
/* jscan_member and jscan_string with a copy that lasts, replacing *key or *out. */
bool jscan_member_copy(JsonScan *s, Str *key);
bool jscan_string_copy(JsonScan *s, Str *out);
bool jscan_whole(JsonScan *s, int64_t *out); /* 0..2^53, no fraction, no exponent */
bool jscan_real(JsonScan *s, double *out);
bool jscan_bool(JsonScan *s, bool *out);
/* Passes any value; *raw is its text (may be NULL). */
bool jscan_skip(JsonScan *s, StrView *raw);
bool jscan_end(JsonScan *s); /* nothing but white space is left */
/* Sets the error ("... at byte N") and fails the scan. Always returns false. */
bool jscan_fail(JsonScan *s, const char *what);

/* The whole text is one strict JSON value. */
bool json_check(const char *text, size_t len, Err *err);

bool view_is(StrView v, const char *word);

#endif
