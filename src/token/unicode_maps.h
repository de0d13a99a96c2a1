/* unicode_maps.h: the character tables of Unicode that normalising needs. */
#ifndef TOKEN_UNICODE_MAPS_H
#define TOKEN_UNICODE_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef enum UnicodeForm { UNICODE_NFC, UNICODE_NFD, UNICODE_NFKC, UNICODE_NFKD } UnicodeForm;

bool unicode_is_space(int32_t c); /* White_Space */
bool unicode_is_word(int32_t c);  /* letters, marks, digits, connectors */
bool unicode_is_mark(int32_t c);  /* category Mn, Mc or Me */
/* Lower case of one character without context; returns the number of code points, 1 or 2. */
int unicode_lower(int32_t c, int32_t out[2]);
/* Bytes of the grapheme cluster at s[0..n), at most about 512 of them; 0 at an ill-formed byte. */
int unicode_cluster(const char *s, int n);
/* Replaces *out by the normal form of one cluster. False when it is the cluster itself. */
bool unicode_normalize(UnicodeForm form, const char *s, int n, Str *out);

#endif
