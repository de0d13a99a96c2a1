/* tokscan.h: a strict reader of large JSON text that hands out views instead of copies.
 *
 * A tokenizer.json holds up to half a million small strings; as a tree it takes 220 MB and several
 * times as long. Strings are views of the text itself, or of `spare` when they had escapes: a view
 * lasts until the next string is read. RFC 8259; U+0000 in a string is allowed, since views have
 * lengths. The first failure sticks: everything after it fails too. */
#ifndef TOKEN_TOKSCAN_H
#define TOKEN_TOKSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { TOKSCAN_DEPTH = 64 };

typedef struct TokView {
    const char *s; /* [n], not terminated */
    size_t n;      /* bytes */
} TokView;

typedef struct TokScan {
    const char *text;
    size_t len, at;
    int depth;
    char closer[TOKSCAN_DEPTH]; /* '}' or ']' of each open bracket */
    bool fresh[TOKSCAN_DEPTH];  /* no element read yet */
    bool failed;
    Str spare;
    Err *err;
} TokScan;

TokScan tokscan_start(const char *text, size_t len, Err *err);
void tokscan_free(TokScan *s);
/* What comes next: '{' '[' '"' 't' 'f' 'n', '0' for a number, 0 at the end of the text. */
char tokscan_peek(TokScan *s);
bool tokscan_open(TokScan *s, char bracket); /* '{' or '[' */
/* The next key of the object opened last. False at its end (which closes it) and after a failure:
 * ask s->failed. */
bool tokscan_member(TokScan *s, TokView *key);
bool tokscan_element(TokScan *s); /* the same for an array */
bool tokscan_string(TokScan *s, TokView *out);
bool tokscan_whole(TokScan *s, int64_t *out); /* 0..2^53, no fraction, no exponent */
bool tokscan_real(TokScan *s, double *out);
bool tokscan_bool(TokScan *s, bool *out);
/* Passes any value; *raw is its text (may be NULL). */
bool tokscan_skip(TokScan *s, TokView *raw);
bool tokscan_end(TokScan *s); /* nothing but white space is left */
/* Sets the error ("... at byte N") and fails the scan. Always returns false. */
bool tokscan_fail(TokScan *s, const char *what);

bool tokview_is(TokView v, const char *word);

#endif
