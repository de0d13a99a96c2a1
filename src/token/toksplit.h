/* toksplit.h: the pre-tokenizer of a tokenizer file: text into pieces that no token crosses. */
#ifndef TOKEN_TOKSPLIT_H
#define TOKEN_TOKSPLIT_H

#include "token/pattern.h"
#include "token/toktext.h"

typedef enum SplitKind {
    SPLIT_PATTERN,   /* cut at the matches of a pattern */
    SPLIT_METASPACE, /* spaces to a mark, the mark in front, optionally cut before each mark */
    SPLIT_PREFIX     /* ByteLevel's add_prefix_space: a space in front unless there is one */
} SplitKind;

typedef enum SplitBehavior {
    SPLIT_REMOVED,   /* matches vanish */
    SPLIT_ISOLATED,  /* matches are pieces */
    SPLIT_PREVIOUS,  /* a match ends the piece before it */
    SPLIT_NEXT,      /* a match begins the piece after it */
    SPLIT_CONTIGUOUS /* neighbouring matches are one piece */
} SplitBehavior;

typedef enum SplitPrepend { SPLIT_NEVER, SPLIT_FIRST, SPLIT_ALWAYS } SplitPrepend;

typedef struct SplitStep {
    SplitKind kind;
    Pattern *pattern;
    SplitBehavior behavior;
    bool invert;          /* the text between the matches takes their part */
    char mark[5];         /* SPLIT_METASPACE: UTF-8, terminated */
    SplitPrepend prepend; /* SPLIT_METASPACE */
    bool cut;             /* SPLIT_METASPACE */
} SplitStep;

/* Owner; zero is no step: the whole text is one piece. */
typedef struct Splitter {
    SplitStep *step; /* [n] */
    int n, cap;
} Splitter;

typedef struct TokPiece {
    int from, to; /* bytes of the text */
} TokPiece;

/* Owner of pieces. */
typedef struct TokPieces {
    TokPiece *piece; /* [n] */
    int n, cap;
} TokPieces;

void splitter_free(Splitter *splitter);
SplitStep *splitter_add(Splitter *splitter, SplitKind kind);
void tokpieces_free(TokPieces *pieces);
/* Fills *pieces from the whole of *text, which steps may rewrite; the others are scratch. */
bool splitter_apply(const Splitter *splitter, TokText *text, TokPieces *pieces, TokText *spare,
                    TokPieces *spare_pieces, PatternScratch *scratch, Err *err);

#endif
