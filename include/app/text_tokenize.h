/* text_tokenize.h: text to tokens and back, the job behind `llmsonify tokenize`. */
#ifndef APP_TEXT_TOKENIZE_H
#define APP_TEXT_TOKENIZE_H

#include <stdbool.h>

#include "app/text_model.h"
#include "token/token_report.h"

/* Appends the tokens of the input. */
bool text_tokenize(const TextJob *job, TokenForm form, Str *out, Err *err);
/* The input is ids in digits, as the forms IDS and an array of JSON have them; appends their text
 * and a newline. in.special: special tokens as their text; otherwise they are left out. */
bool text_detokenize(const TextJob *job, Str *out, Err *err);

#endif
