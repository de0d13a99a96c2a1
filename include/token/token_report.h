/* token_report.h: tokens as text to read, for `llmsonify tokenize`. */
#ifndef TOKEN_TOKEN_REPORT_H
#define TOKEN_TOKEN_REPORT_H

#include "token/tokenizer.h"

typedef enum TokenForm {
    TOKEN_FORM_TABLE, /* one line a token: index, id, start, length, text in quotes */
    TOKEN_FORM_IDS,   /* "2 9259 1902" on one line */
    TOKEN_FORM_JSON   /* {"tokens": [{"id": 2, "start": 0, "length": 0, "text": "<bos>"}]} */
} TokenForm;

/* Appends the tokens to *out. Texts are what tokenizer_piece gives, with U+FFFD for bytes that are
 * no whole character. */
void token_report(const Tokenizer *tok, const TokenIds *ids, TokenForm form, Str *out);
/* Replaces *ids by the ids in text: whole numbers with white space or commas between them, brackets
 * around them allowed. Each must be below the size of the vocabulary. */
bool token_report_parse(const Tokenizer *tok, const char *text, TokenIds *ids, Err *err);

#endif
