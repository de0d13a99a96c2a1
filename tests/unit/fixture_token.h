/* fixture_token.h: tokenizer files made by a test, and ids and pieces as text to compare. */
#ifndef FIXTURE_TOKEN_H
#define FIXTURE_TOKEN_H

#include "fixture_model.h"
#include "token/tokenizer.h"

/* A tokenizer.json of its parts, each JSON text. */
typedef struct TokenFile {
    const char *added, *normalizer, *pre, *post, *decoder, *model; /* NULL: none */
} TokenFile;

static inline char *token_file_text(TokenFile f)
{
    Str s = {0};
    str_addf(&s, "{\"version\": \"1.0\", \"truncation\": null, \"padding\": null, ");
    str_addf(&s, "\"added_tokens\": [%s], ", f.added ? f.added : "");
    str_addf(&s, "\"normalizer\": %s, ", f.normalizer ? f.normalizer : "null");
    str_addf(&s, "\"pre_tokenizer\": %s, ", f.pre ? f.pre : "null");
    str_addf(&s, "\"post_processor\": %s, ", f.post ? f.post : "null");
    str_addf(&s, "\"decoder\": %s, ", f.decoder ? f.decoder : "{\"type\": \"Fuse\"}");
    str_addf(&s, "\"model\": %s}", f.model);
    return s.s;
}

/* Opens bytes as DIR/name; other files of the directory are {name, text} pairs up to a NULL. */
static inline Tokenizer *token_open_bytes(const char *name, const void *bytes, size_t n,
                                          const char *const *others, Err *err)
{
    char *dir = scratch_make(), *path = path_join(dir, name);
    Tokenizer *tok;
    write_bytes(path, bytes, n);
    for (; others && others[0]; others += 2) write_text(dir, others[0], others[1]);
    tokenizer_open(&tok, dir, err);
    scratch_remove(dir);
    free(path);
    free(dir);
    return tok;
}

static inline Tokenizer *token_try(TokenFile f, Err *err)
{
    char *text = token_file_text(f);
    Tokenizer *tok = token_open_bytes("tokenizer.json", text, strlen(text), NULL, err);
    free(text);
    return tok;
}

static inline Tokenizer *token_make(TokenFile f)
{
    Err err = {""};
    Tokenizer *tok = token_try(f, &err);
    if (!tok) fail_msg("%s", err.msg);
    return tok;
}

/* "2 17 4" */
static inline void assert_ids(const Tokenizer *tok, const char *text, size_t n, int flags,
                              const char *want)
{
    TokenIds ids = {0};
    Str got = {0};
    Err err = {""};
    if (!tokenizer_encode(tok, text, n, flags, &ids, &err)) fail_msg("%s", err.msg);
    str_puts(&got, "");
    for (int i = 0; i < ids.n; i++) str_addf(&got, i ? " %d" : "%d", ids.id[i]);
    if (strcmp(got.s, want) != 0) fail_msg("\"%s\" is %s, not %s", text, got.s, want);
    token_ids_free(&ids);
    str_free(&got);
}

/* Tokens as the vocabulary writes them, "▁a|b|c". */
static inline void assert_tokens(const Tokenizer *tok, const char *text, int flags,
                                 const char *want)
{
    TokenIds ids = {0};
    Str got = {0};
    Err err = {""};
    if (!tokenizer_encode(tok, text, strlen(text), flags, &ids, &err)) fail_msg("%s", err.msg);
    str_puts(&got, "");
    for (int i = 0; i < ids.n; i++) {
        size_t n;
        const char *s = tokenizer_text(tok, ids.id[i], &n);
        if (i) str_putc(&got, '|');
        str_add(&got, s, n);
    }
    if (strcmp(got.s, want) != 0) fail_msg("\"%s\" is \"%s\", not \"%s\"", text, got.s, want);
    token_ids_free(&ids);
    str_free(&got);
}

static inline void assert_decoded(const Tokenizer *tok, const int32_t *ids, int n, int flags,
                                  const char *want)
{
    Str got = {0};
    str_puts(&got, "");
    tokenizer_decode(tok, ids, n, flags, &got);
    assert_string_equal(got.s, want);
    str_free(&got);
}

/* Appends the 256 byte tokens <0x00>.. as vocabulary members with ids from `first`. */
static inline void add_byte_tokens(Str *vocab, int first)
{
    for (int b = 0; b < 256; b++) str_addf(vocab, ", \"<0x%02X>\": %d", b, first + b);
}

/* xorshift64: the same numbers everywhere. */
static inline uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
