/* added.h: tokens that are looked for in the text before anything else: special ones and others. */
#ifndef TOKEN_ADDED_H
#define TOKEN_ADDED_H

#include "token/bytetrie.h"
#include "token/toknorm.h"
#include "token/tokvocab.h"

enum { ADDED_MAX_TEXT = 1024 }; /* bytes of one added token */

typedef struct AddedToken {
    int32_t id;
    bool special;
    bool single_word;    /* only where no word character touches it */
    bool lstrip, rstrip; /* takes the white space before, behind it */
    bool normalized;     /* looked for in the normalised text... */
    bool as_is;          /* ...without being normalised itself */
} AddedToken;

/* Owner; zero is empty. */
typedef struct AddedTokens {
    AddedToken *token; /* [n] */
    int n, cap;
    ByteTrie raw, normal; /* values are indices of `token` */
} AddedTokens;

typedef struct AddedMatch {
    int from, to; /* bytes, with the white space taken */
    int32_t id;   /* -1: none up to the end of the text */
    int resume;   /* where the search goes on: before the white space taken behind the token */
} AddedMatch;

void added_free(AddedTokens *added);
bool added_add(AddedTokens *added, AddedToken token, StrView text, Err *err);
/* After the last token, once the normalizer is known. */
bool added_finish(AddedTokens *added, const TokVocab *vocab, const Normalizer *norm, Err *err);
/* The first match in s[resume..n): leftmost, of those the longest. The text before `done` is used
 * up. Special tokens only if `special`. */
AddedMatch added_next(const AddedTokens *added, const ByteTrie *trie, const char *s, int n,
                      int done, int resume, bool special);

#endif
