/* toknorm.h: the normalizer of a tokenizer file, as a list of steps. */
#ifndef TOKEN_TOKNORM_H
#define TOKEN_TOKNORM_H

#include "token/charsmap.h"
#include "token/pattern.h"
#include "token/toktext.h"

typedef enum NormKind {
    NORM_NFC, /* in the order of UnicodeForm */
    NORM_NFD,
    NORM_NFKC,
    NORM_NFKD,
    NORM_LOWER,
    NORM_MARKS,   /* drops marks (StripAccents) */
    NORM_NMT,     /* controls dropped, odd spaces made plain */
    NORM_STRIP,   /* white space at the ends */
    NORM_SQUEEZE, /* SentencePiece's remove_extra_whitespaces: ends off, runs of U+0020 to one */
    NORM_PREPEND, /* text, unless the piece is empty */
    NORM_REPLACE, /* every match of pattern by text */
    NORM_CHARSMAP /* SentencePiece's table of character sequences */
} NormKind;

typedef struct NormStep {
    NormKind kind;
    char *text; /* [n] */
    int n;
    bool left, right; /* NORM_STRIP */
    Pattern *pattern;
    Charsmap *map;
} NormStep;

/* Owner; zero is no step. */
typedef struct Normalizer {
    NormStep *step; /* [n] */
    int n, cap;
} Normalizer;

void normalizer_free(Normalizer *norm);
/* The new step, empty. */
NormStep *normalizer_add(Normalizer *norm, NormKind kind);
/* Appends a step that puts `text` for every `what` (both UTF-8). */
void normalizer_add_replace(Normalizer *norm, const char *what, const char *text);
void normalizer_add_prepend(Normalizer *norm, const char *text);
/* *text is normalised; *spare is scratch. */
bool normalizer_apply(const Normalizer *norm, TokText *text, TokText *spare,
                      PatternScratch *scratch, Err *err);

#endif
