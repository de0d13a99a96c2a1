/* toktext.h: text on its way from the prompt to the model.
 *
 * Normalising changes the bytes; every byte keeps the part of the source that it came from, so
 * that each token can say which bytes of the prompt it stands for. */
#ifndef TOKEN_TOKTEXT_H
#define TOKEN_TOKTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { TOKTEXT_MAX = 1 << 28 }; /* bytes after normalising: four times TOKENIZER_MAX_TEXT */

/* Owner; zero is an empty text. */
typedef struct TokText {
    char *s;            /* [n] */
    int32_t *from, *to; /* [n] bytes from..to of the source */
    int n, cap;
    bool full; /* something was left out because the text reached TOKTEXT_MAX */
} TokText;

void toktext_free(TokText *t);
void toktext_clear(TokText *t);
/* Appends bytes that come from themselves: source[at..at+n). */
void toktext_add_source(TokText *t, const char *source, int at, int n);
/* Appends n bytes that all stand for from..to of the source. */
void toktext_put(TokText *t, const char *s, int n, int32_t from, int32_t to);
/* Appends other[at..at+n) with its origins. */
void toktext_copy(TokText *t, const TokText *other, int at, int n);
/* False and a message when something was left out. */
bool toktext_check(const TokText *t, Err *err);

/* A token of a text, while its offsets still count in the normalised bytes. */
typedef struct TokOut {
    int32_t id;
    int from, to; /* bytes of the text */
} TokOut;

/* Owner; zero is empty. */
typedef struct TokOuts {
    TokOut *out; /* [n] */
    int n, cap;
} TokOuts;

void tokouts_add(TokOuts *list, int32_t id, int from, int to);
void tokouts_free(TokOuts *list);

#endif
