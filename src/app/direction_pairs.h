/* direction_pairs.h: files of pairs of prompts: high TAB low, a pair a line; empty lines and those
 * that begin with # are left out. */
#ifndef APP_DIRECTION_PAIRS_H
#define APP_DIRECTION_PAIRS_H

#include "base/err.h"

typedef struct PromptPair {
    char *high, *low;
    int line; /* from 1 */
} PromptPair;

/* Zero is empty. */
typedef struct PairList {
    PromptPair *pair; /* [n] */
    int n, cap;
} PairList;

/* Errors name the line. Fewer than two pairs are an error. */
bool pairs_read(PairList *out, const char *path, Err *err);
void pairs_free(PairList *list);

#endif
