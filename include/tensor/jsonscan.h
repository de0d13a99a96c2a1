/* jsonscan.h: a strict reader of JSON text, one value after another, without a tree.
 *
 * For text from strangers, where cJSON is too kind (it stops strings at \u0000, lets invalid UTF-8,
 * control characters and numbers such as +1 or 01. pass) and where a header of 100 MB must not grow
 * into gigabytes of nodes. RFC 8259, with whole numbers only up to 2^53 where one is asked for.
 * Walking an object: scan_open(s, '{'), then while (scan_member(s, &key)) read one value. The first
 * failure sticks: everything after it fails too, and scan->err says what was wrong and where. */
#ifndef TENSOR_JSONSCAN_H
#define TENSOR_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { SCAN_MAX_DEPTH = 64 };

typedef struct Scan {
    const char *text;
    size_t len, at;
    int depth;
    char closer[SCAN_MAX_DEPTH]; /* '}' or ']' of each open bracket */
    bool fresh[SCAN_MAX_DEPTH];  /* no element read yet */
    bool failed;
    Err *err;
} Scan;

Scan scan_start(const char *text, size_t len, Err *err);
/* What comes next: '{' '[' '"' 't' 'f' 'n', '0' for a number, 0 at the end of the text. */
char scan_peek(Scan *s);
bool scan_open(Scan *s, char bracket); /* '{' or '[' */
/* The next key of the object that was opened last, replacing *key. False at its end (which closes
 * it) and after a failure: ask s->failed. */
bool scan_member(Scan *s, Str *key);
/* The same for an array. */
bool scan_element(Scan *s);
bool scan_string(Scan *s, Str *out); /* replaces *out; a string with \u0000 in it is refused */
/* A whole number within 0..2^53, written without fraction or exponent. */
bool scan_whole(Scan *s, int64_t *out);
bool scan_skip(Scan *s); /* any value */
/* True when nothing but white space is left. */
bool scan_end(Scan *s);
/* Sets the error ("... at byte N") and fails the scan. Always returns false. */
bool scan_fail(Scan *s, const char *what);

/* The whole text is one strict JSON value. */
bool json_check(const char *text, size_t len, Err *err);

#endif
