/* space_corpus.h: a text file, a sentence a line, as tokens and words. Private to app/. */
#ifndef APP_SPACE_CORPUS_H
#define APP_SPACE_CORPUS_H

#include "app/space_words.h"
#include "base/file.h"

/* Zero is closed. */
typedef struct CorpusFile {
    FileMap map;
    int64_t at;   /* of the next line */
    int line;     /* its number, from 0 */
    int n;        /* sentences to be read: lines that are not blank */
    const Tokenizer *tok;
    int32_t vocab; /* the model's */
    TokenIds ids;
    SpaceWords words;
} CorpusFile;

/* limit: so many sentences at most, 0 = all. */
bool corpus_open(CorpusFile *c, const char *path, int limit, const Tokenizer *tok, int64_t vocab,
                 Err *err);
void corpus_close(CorpusFile *c);
/* SpaceCorpus.text; ud is a CorpusFile. In order, or 0 to begin again. */
bool corpus_text(void *ud, int i, SpaceText *out, Err *err);

#endif
