/* space_words.h: from the bytes of a text and its tokens to the words that are played.
 *
 * A word is a run of characters without white space; of scripts that write none between words (Han,
 * kana) every character is one. Punctuation belongs to the word before it, or when there is none to
 * the word after. A word's tokens are all that touch one of its bytes. */
#ifndef APP_SPACE_WORDS_H
#define APP_SPACE_WORDS_H

#include "analysis/space.h"
#include "base/str.h"
#include "token/tokenizer.h"

typedef struct SpaceWord {
    int32_t start, end;           /* bytes */
    int32_t start_char, end_char; /* code points */
} SpaceWord;

/* Zero is empty. */
typedef struct SpaceWords {
    int n, cap;
    SpaceWord *word; /* [n] */
    SpaceSpan *span; /* [n] its tokens; two words may share one */
    char **label;    /* [n] its text */
} SpaceWords;

/* Replaces *w. text is well-formed UTF-8. A text without letters is one word; one without tokens
 * has no words. */
void space_words_find(SpaceWords *w, const char *text, size_t len, const TokenIds *ids);
void space_words_free(SpaceWords *w);

#endif
