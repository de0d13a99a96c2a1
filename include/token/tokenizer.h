/* tokenizer.h: text to token ids and back, by the files that come with a model.
 *
 * Read are tokenizer.json (BPE and Unigram, every normaliser, pre-tokenizer, post-processor and
 * decoder that the supported model families use) or else tokenizer.model (SentencePiece), with
 * tokenizer_config.json, generation_config.json and config.json beside them. What is not supported
 * is refused by name. Truncation and padding in a tokenizer.json are the caller's business, as in
 * the reference implementation.
 *
 * A Tokenizer is constant once open: any number of threads may use it. */
#ifndef TOKEN_TOKENIZER_H
#define TOKEN_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

typedef struct Tokenizer Tokenizer;

enum { TOKENIZER_MAX_TEXT = 64 << 20 }; /* bytes of text in one call */

/* path: a model directory, a tokenizer.json or a tokenizer.model. *out is NULL on failure. */
bool tokenizer_open(Tokenizer **out, const char *path, Err *err);
void tokenizer_close(Tokenizer *tok); /* NULL is fine */

/* Owner of ids and where they come from; zero is empty. */
typedef struct TokenIds {
    int32_t *id;          /* [n] */
    int32_t *start, *len; /* [n] bytes of the text; len 0 for what the tokenizer itself put there */
    int n, cap;
} TokenIds;

void token_ids_free(TokenIds *ids);
void token_ids_add(TokenIds *ids, int32_t id, int32_t start, int32_t len);

enum {
    TOKENIZE_EDGES = 1,  /* add BOS and EOS by the tokenizer's own rules */
    TOKENIZE_SPECIAL = 2 /* "<bos>" in the text is the token; otherwise five characters */
};

/* Replaces *out by the tokens of text[0..len). Ill-formed UTF-8: byte-level tokenizers and those
 * with byte fallback keep the bytes; for others each ill-formed part reads as U+FFFD. Characters
 * that have no token vanish when the vocabulary has no unknown token (BPE), as in the reference. */
bool tokenizer_encode(const Tokenizer *tok, const char *text, size_t len, int flags, TokenIds *out,
                      Err *err);

/* The bytes of a token inside a text, valid as long as the tokenizer: " the" for "▁the", a byte
 * for a byte token, "<bos>" for a special one. Not terminated; NULL when there is no such token. */
const char *tokenizer_piece(const Tokenizer *tok, int32_t id, size_t *len);
/* The token as the vocabulary writes it ("▁the"). Not terminated; NULL when there is none. */
const char *tokenizer_text(const Tokenizer *tok, int32_t id, size_t *len);
/* The id of a token as the vocabulary writes it, "<end_of_turn>"; -1 when there is none. */
int32_t tokenizer_find(const Tokenizer *tok, const char *text);

/* One more than the largest id. A model may have more rows than that (padding). */
int tokenizer_vocab(const Tokenizer *tok);
/* -1 when there is none. */
int32_t tokenizer_bos(const Tokenizer *tok);
int32_t tokenizer_eos(const Tokenizer *tok);
int32_t tokenizer_unk(const Tokenizer *tok);
int32_t tokenizer_pad(const Tokenizer *tok);
/* True for every id that ends a generated text: eos by any of the files, the end of a chat turn. */
bool tokenizer_is_end(const Tokenizer *tok, int32_t id);
bool tokenizer_is_special(const Tokenizer *tok, int32_t id);
/* True when TOKENIZE_EDGES puts BOS in front. */
bool tokenizer_adds_bos(const Tokenizer *tok);
const char *tokenizer_kind(const Tokenizer *tok); /* "byte-level BPE", "BPE", "Unigram" */

/* A decoder turns ids into text as they come; only whole characters are let out. */
enum {
    DECODE_SPECIAL = 1, /* special tokens as their text; otherwise they are left out */
    DECODE_INSIDE = 2,  /* the text goes on from elsewhere: no leading space is taken off */
    DECODE_REPLACE = 4  /* ill-formed bytes become U+FFFD; otherwise they come out as they are */
};

/* Zero plus tok and flags is ready; owns nothing. */
typedef struct TokenDecoder {
    const Tokenizer *tok;
    int flags;
    bool started; /* a token has been let through */
    int stripped; /* leading characters taken off so far */
    int npending;
    char pending[4]; /* [npending] the start of a character */
} TokenDecoder;

/* Appends what the token completes to *out. Ids without a token add nothing. */
void token_decoder_add(TokenDecoder *dec, int32_t id, Str *out);
/* Appends the bytes of a character that never ended. */
void token_decoder_end(TokenDecoder *dec, Str *out);
/* All of the above; *out is appended to. */
void tokenizer_decode(const Tokenizer *tok, const int32_t *ids, int n, int flags, Str *out);

/* A chat as the model was trained to read it. */
typedef enum ChatRole { CHAT_SYSTEM, CHAT_USER, CHAT_ASSISTANT } ChatRole;

typedef struct ChatTurn {
    ChatRole role;
    const char *text;
} ChatTurn;

/* The template's family: "gemma", "llama2", "llama3", "chatml", "phi3", "mistral", "zephyr"; NULL
 * when the model has none of these. */
const char *tokenizer_chat_family(const Tokenizer *tok);
/* Replaces *out by the text of the turns, followed by the beginning of the assistant's turn if the
 * last one is the user's. Encode it with TOKENIZE_SPECIAL and without TOKENIZE_EDGES: what BOS it
 * needs is in it. */
bool tokenizer_chat(const Tokenizer *tok, const ChatTurn *turns, int n, Str *out, Err *err);

#endif
