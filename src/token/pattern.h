/* pattern.h: where a pattern matches next: a literal string or a regular expression.
 *
 * Tokenizer files write expressions for Oniguruma (Ruby syntax). They are rewritten for PCRE2 where
 * the two differ, and refused by name where PCRE2 would quietly match something else. */
#ifndef TOKEN_PATTERN_H
#define TOKEN_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* GPT-2's expression (encoder.py), which "ByteLevel" uses. */
extern const char PATTERN_GPT2[];

typedef struct Pattern Pattern;
/* What one thread needs while it matches. */
typedef struct PatternScratch PatternScratch;

Pattern *pattern_literal(const char *s, int n);
Pattern *pattern_compile(const char *regex, Err *err); /* NULL on failure */
void pattern_free(Pattern *p);

/* valid: every text to come is well-formed UTF-8. Otherwise ill-formed bytes end a match and are in
 * none. */
PatternScratch *pattern_scratch(bool valid);
void pattern_scratch_free(PatternScratch *scratch);
/* Call when the text at the same address has changed. */
void pattern_new_text(PatternScratch *scratch);

/* The first match at or after `at` that is not empty; *from = -1 when there is none. Only s[0..n)
 * is looked at, also by look-ahead and look-behind. False on failure. */
bool pattern_next(const Pattern *p, PatternScratch *scratch, const char *s, int n, int at,
                  int *from, int *to, Err *err);

#endif
