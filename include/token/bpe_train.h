/* bpe_train.h: a byte-level BPE tokenizer from a text (Sennrich et al. 2016; bytes and expression
 * of GPT-2, Radford et al. 2019), as a tokenizer.json that Hugging Face's tools read. */
#ifndef TOKEN_BPE_TRAIN_H
#define TOKEN_BPE_TRAIN_H

#include "base/err.h"
#include "base/run.h"
#include "base/str.h"

typedef struct BpeTraining {
    int vocab;           /* tokens in all, over 256 + the special one */
    const char *special; /* ends a text: id 0, and where it stands in the text it is cut out */
} BpeTraining;

/* Merges the pair that occurs most often (of equals, the one of the lowest ids) again and again.
 * text [len] UTF-8 (ill-formed bytes are left out). Fewer tokens than asked for come of a short
 * text: *made. *json is replaced. False when nothing can be learned or on an interruption. */
bool bpe_train(const char *text, int64_t len, const BpeTraining *how, Str *json, int *made,
               const Run *run, Err *err);

#endif
