/* tokenizer_parts.h: what a Tokenizer is made of, and the readers that fill it. */
#ifndef TOKEN_TOKENIZER_PARTS_H
#define TOKEN_TOKENIZER_PARTS_H

#include "base/json.h"
#include "token/added.h"
#include "token/bpe.h"
#include "token/tokenizer.h"
#include "token/toknorm.h"
#include "token/toksplit.h"
#include "token/unigram.h"

typedef enum TokenizerKind { TOKENIZER_BPE, TOKENIZER_UNIGRAM } TokenizerKind;

/* How a text is put together again. */
typedef struct DecodeRules {
    bool byte_level;       /* letters of GPT-2's alphabet are bytes */
    bool byte_fallback;    /* <0x0A> is a byte */
    char *from[8], *to[8]; /* [nreplace] literals, replaced in every token */
    int nreplace;
    char mark[5];        /* Metaspace: this is a space, "" = none... */
    bool first_unmarked; /* ...and the first token loses its marks */
    char strip[5];       /* taken off the start of the text, "" = nothing... */
    int nstrip;          /* ...at most so many times */
    bool fused;          /* while reading: a Fuse has been met */
    int steps;           /* while reading: splitter steps when ByteLevel was met */
} DecodeRules;

typedef enum ChatFamily {
    CHAT_NONE,
    CHAT_GEMMA,
    CHAT_LLAMA2,
    CHAT_LLAMA3,
    CHAT_CHATML,
    CHAT_PHI3,
    CHAT_MISTRAL,
    CHAT_ZEPHYR
} ChatFamily;

typedef struct IdList {
    int32_t *id; /* [n] */
    int n, cap;
} IdList;

struct Tokenizer {
    TokenizerKind kind;
    TokVocab vocab;
    Bpe bpe;
    Unigram unigram;
    AddedTokens added;
    Normalizer norm;
    Splitter splitter;
    DecodeRules decode;
    IdList before, after; /* TOKENIZE_EDGES */
    bool sentencepiece;   /* read from a tokenizer.model */

    Str pieces;         /* what tokens decode to, one after another */
    uint32_t *piece_at; /* [vocab.n + 1] */
    uint8_t *special;   /* [vocab.n] */

    int32_t bos, eos, unk, pad; /* -1 = none */
    IdList ends;
    char *chat_template; /* NULL = none */
    ChatFamily chat;
};

void idlist_add(IdList *list, int32_t id);
bool idlist_has(const IdList *list, int32_t id);

/* Each reads one file into a zeroed Tokenizer (ids -1) and leaves it ready but for finishing. */
bool tokenizer_read_json(Tokenizer *tok, const char *path, Err *err);
bool tokenizer_read_model(Tokenizer *tok, const char *path, Err *err);
/* A token from a list of added ones: new, or known with the same id. */
bool tokenizer_add_token(Tokenizer *tok, StrView text, int64_t id, AddedToken flags, Err *err);

/* Members of tokenizer.json; j is the value, null included. */
bool tokenizer_read_normalizer(Tokenizer *tok, const Json *j, Err *err);
bool tokenizer_read_pre_tokenizer(Tokenizer *tok, const Json *j, Err *err);
bool tokenizer_read_post_processor(Tokenizer *tok, const Json *j, Err *err);
bool tokenizer_read_decoder(Tokenizer *tok, const Json *j, Err *err);

/* tokenizer_config.json, generation_config.json, config.json and chat_template.jinja of a
 * directory, those that are there. Tokens that they add come before the vocabulary is final. */
bool tokenizer_read_configs(Tokenizer *tok, const char *dir, Err *err);
/* After the vocabulary is final: bytes of every piece. */
void tokenizer_build_pieces(Tokenizer *tok);
/* Recognises chat_template, or without one the tokens of a chat. */
void tokenizer_detect_chat(Tokenizer *tok);

#endif
