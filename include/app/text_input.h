/* text_input.h: the text that a user gives: on the command line, in a file, on standard input; and
 * its tokens. */
#ifndef APP_TEXT_INPUT_H
#define APP_TEXT_INPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "token/tokenizer.h"

typedef struct TextInput {
    const char *text;   /* NULL = in a file */
    const char *file;   /* NULL or "-" = standard input */
    bool special;       /* "<bos>" in the text is the token, not five characters */
    bool edges;         /* BOS and EOS by the tokenizer's rules */
    bool chat;          /* the text is a user's turn, written in the model's chat template */
    const char *system; /* system message of the chat; NULL = the template's own */
} TextInput;
#define TEXT_INPUT_DEFAULTS {.edges = true}

/* False when the input contradicts itself, or standard input is a terminal: a usage error. */
bool text_input_check(const TextInput *in, Err *err);
/* Replaces *out by the text. One newline at the end of a file or of standard input is not part of
 * it. Nothing, ill-formed UTF-8, zero bytes and more than TOKENIZER_MAX_TEXT are errors. */
bool text_input_read(const TextInput *in, Str *out, Err *err);
/* Replaces *ids by the tokens of text, which text_input_read gave. */
bool text_input_encode(const TextInput *in, const Tokenizer *tok, const Str *text, TokenIds *ids,
                       Err *err);
/* False for ill-formed UTF-8 and for zero bytes; the message says where. */
bool text_is_plain(const char *text, size_t len, Err *err);
/* "-p", "notes.txt", "standard input": what to call the input in a message. */
const char *text_input_name(const TextInput *in);

#endif
