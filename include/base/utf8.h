/* utf8.h: UTF-8 one character at a time, ill-formed bytes included (Unicode 15, table 3-7). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/* Length of the well-formed character at s[0..n), 0 when there is none. */
int utf8_length(const char *s, int64_t n);
/* Length of the well-formed character, or else of the longest ill-formed part that stands for one
 * U+FFFD (1..3 bytes; Unicode 15, section 3.9). 0 only at n = 0. *ok says which. */
int utf8_step(const char *s, int64_t n, bool *ok);
/* True when s[0..n) is the start of a well-formed character that more bytes could complete. */
bool utf8_partial(const char *s, int64_t n);
/* The code point of a well-formed character of `length` bytes. */
int32_t utf8_code(const char *s, int length);
/* Writes code point c; returns its length. */
int utf8_put(char out[4], int32_t c);
bool utf8_valid(const char *s, int64_t n);

#endif
