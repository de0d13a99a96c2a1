/* unigram.h: the unigram language model: of all ways to cut a piece into tokens, the likeliest. */
#ifndef TOKEN_UNIGRAM_H
#define TOKEN_UNIGRAM_H

#include "token/bytetrie.h"
#include "token/toktext.h"
#include "token/tokvocab.h"

/* Zero with unk = -1 is an empty model. */
typedef struct Unigram {
    int32_t unk;        /* -1: an unknown character is an error */
    bool byte_fallback; /* unknown characters become tokens <0x00>..<0xFF> */
    double *score;      /* [n] log probability by id */
    int n, cap;
    double min_score;
    ByteTrie trie;
    int32_t byte_id[256];
} Unigram;

typedef struct UnigramBest {
    double score;
    int from; /* where the best last token starts; -1 = not reached */
    int32_t id;
} UnigramBest;

typedef struct UnigramScratch {
    UnigramBest *best; /* [piece + 1] */
    int cap;
} UnigramScratch;

void unigram_free(Unigram *u);
void unigram_scratch_free(UnigramScratch *scratch);
/* matches: the token may stand for its own text (false for control tokens). */
void unigram_add(Unigram *u, StrView text, int32_t id, double score, bool matches);
void unigram_finish(Unigram *u, const TokVocab *vocab);
/* Appends the tokens of the piece text->s[from..to). */
bool unigram_encode(const Unigram *u, UnigramScratch *scratch, const TokText *text, int from,
                    int to, TokOuts *out, Err *err);

#endif
