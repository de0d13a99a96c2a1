/* tokvocab.h: the vocabulary: token texts by id, and ids by text.
 *
 * Texts live one after another in one block; the table of texts has 8 bytes a slot, of which one
 * is the hash itself, so that a miss rarely touches the block. Ids may have gaps. */
#ifndef TOKEN_TOKVOCAB_H
#define TOKEN_TOKVOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/jsonscan.h"

enum {
    TOKVOCAB_MAX_IDS = 1 << 22,  /* 16 times the largest vocabulary in use */
    TOKVOCAB_MAX_TEXT = 1 << 12, /* bytes of one token */
    TOKVOCAB_BATCH = 512,
    TOKVOCAB_MAX_GAP = 1 << 16 /* ids without a token, beyond as many as there are tokens */
};

typedef struct TokEntry {
    uint32_t at, len; /* bytes in the block; at = UINT32_MAX: no such token */
} TokEntry;

typedef struct TokSlot {
    uint32_t hash;
    int32_t id; /* plus one; 0 = empty */
} TokSlot;

typedef struct TokVocab {
    Str block;
    TokEntry *entry; /* [n] by id */
    int n, cap, count;
    TokSlot *slot; /* [mask + 1] */
    uint32_t mask;
} TokVocab;

void tokvocab_free(TokVocab *v);
/* Both the text and the id must be new. */
bool tokvocab_add(TokVocab *v, StrView text, int64_t id, Err *err);
/* After all tokens are added: false when the ids leave too large gaps. */
bool tokvocab_check(const TokVocab *v, Err *err);
/* The id, or -1. */
int32_t tokvocab_find(const TokVocab *v, const char *s, size_t n);
/* The ids of text[0..n), at most TOKVOCAB_BATCH, into id. Much faster than one by one: the misses
 * of the processor's cache overlap. */
void tokvocab_find_many(const TokVocab *v, const StrView *text, int n, int32_t *id);
/* The text of a token; s is NULL when there is none. */
StrView tokvocab_text(const TokVocab *v, int32_t id);

#endif
