/* bpe.h: byte-pair encoding: symbols merged pair by pair, the lowest rank first.
 *
 * Two forms: over bytes (GPT-2 and all its kin) and over characters with bytes as the last resort
 * (SentencePiece). Equal ranks merge from the left. */
#ifndef TOKEN_BPE_H
#define TOKEN_BPE_H

#include "token/toktext.h"
#include "token/tokvocab.h"

typedef struct BpeMerge {
    int32_t left, right, made; /* ids */
    uint32_t rank;
} BpeMerge;

typedef struct BpePair {
    uint64_t key; /* left << 32 | right; BPE_NO_PAIR in an empty slot */
    uint32_t rank;
    int32_t made;
} BpePair;

/* Options first, set by the reader of the file. Zero with unk = -1 is an empty model. */
typedef struct Bpe {
    bool byte_level;    /* symbols are bytes; the vocabulary writes them in GPT-2's alphabet */
    bool byte_fallback; /* a character without a token becomes tokens <0x00>..<0xFF> */
    bool fuse_unk;      /* neighbouring unknown characters are one token */
    bool ignore_merges; /* a piece that is a token is that token */
    int32_t unk;        /* -1: unknown characters vanish, as in the reference */

    const TokVocab *vocab;
    BpeMerge *merge; /* [nmerges], until bpe_finish */
    int nmerges, cap;
    BpePair *pair; /* [mask + 1] */
    uint32_t mask;
    int32_t byte_id[256]; /* -1 = none */
    int32_t ascii_id[128];
    uint8_t *joined; /* bit [257 * a + b]: a token has a character of class a before one of b */
    bool cuts;       /* cutting long pieces by `joined` changes nothing */
    char alphabet[256][3]; /* GPT-2's letter for each byte, 1 or 2 bytes, terminated */
} Bpe;

/* Scratch of one thread. Zero is ready; a cache of words appears when a text is long. */
typedef struct BpeScratch {
    struct BpeSymbol *sym;
    int nsym, cap_sym;
    struct BpeCandidate *heap;
    int nheap, cap_heap;
    struct BpeWord *cache;
    TokOuts kept;
    int64_t seen; /* bytes so far */
} BpeScratch;

void bpe_free(Bpe *bpe);
void bpe_scratch_free(BpeScratch *scratch);
void bpe_add_merge(Bpe *bpe, int32_t left, int32_t right, int32_t made, uint32_t rank);
/* After the last merge; vocab outlives the model. */
void bpe_finish(Bpe *bpe, const TokVocab *vocab);
/* GPT-2's letter for every byte, 1 or 2 bytes, terminated. */
void bpe_alphabet(char alphabet[256][3]);
/* The bytes that a token of a byte-level vocabulary stands for, appended to *out; false when the
 * text has a letter outside GPT-2's alphabet. */
bool bpe_bytes_of(const char *text, size_t n, Str *out);
/* Appends the tokens of the piece text->s[from..to). */
void bpe_encode(const Bpe *bpe, BpeScratch *scratch, const TokText *text, int from, int to,
                TokOuts *out);

#endif
