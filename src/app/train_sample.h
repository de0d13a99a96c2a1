/* train_sample.h: what a model in the making says. Private to app/. */
#ifndef APP_TRAIN_SAMPLE_H
#define APP_TRAIN_SAMPLE_H

#include "base/str.h"
#include "learn/decoder.h"
#include "token/tokenizer.h"

enum { TRAIN_SAMPLE_TOKENS = 30 };

/* Appends the prompt and how the model goes on, always with its likeliest token, up to
 * TRAIN_SAMPLE_TOKENS of them or the end of the text: in quotes, on one line. */
void train_sample(Decoder *dec, const Tokenizer *tok, const char *prompt, Str *out);

#endif
