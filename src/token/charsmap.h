/* charsmap.h: SentencePiece's precompiled_charsmap: character sequences and what replaces them. */
#ifndef TOKEN_CHARSMAP_H
#define TOKEN_CHARSMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

typedef struct Charsmap Charsmap;

/* Copies the bytes. NULL on failure. */
Charsmap *charsmap_open(const void *bytes, size_t n, Err *err);
/* The same from base64 text, as tokenizer.json has it. */
Charsmap *charsmap_open_base64(const char *text, Err *err);
void charsmap_close(Charsmap *map);
/* Length of the longest sequence in the table that s[0..n) starts with, and what replaces it; 0
 * when there is none. */
int charsmap_find(const Charsmap *map, const char *s, int n, const char **to, int *nto);

#endif
