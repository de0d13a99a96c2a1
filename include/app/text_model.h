/* text_model.h: a model with its tokenizer, ready to read text. */
#ifndef APP_TEXT_MODEL_H
#define APP_TEXT_MODEL_H

#include <stdbool.h>

#include "app/say.h"
#include "app/text_input.h"
#include "base/opt.h"
#include "base/run.h"
#include "infer/lm.h"

/* Zero is closed. */
typedef struct TextModel {
    Model m;
    Tokenizer *tok;
    Lm *lm;
} TextModel;

/* False when several models are asked for: a usage error. */
bool text_model_check(const OptList *asked, Err *err);
/* asked: as for sources_load, at most one. context: positions, 0 = what the model was made for.
 * *t is closed after a failure. */
bool text_model_open(TextModel *t, const OptList *asked, int context, const Say *report,
                     const Run *run, Err *err);
void text_model_close(TextModel *t);
/* The tokenizer alone: asked may also be a directory, tokenizer.json or tokenizer.model without
 * weights. */
bool text_tokenizer_open(Tokenizer **tok, const OptList *asked, Err *err);

/* False when an id is outside the model's vocabulary. */
bool text_model_knows(const TextModel *t, const TokenIds *ids, Err *err);
/* The same, and when there are more of them than the context less `room`. */
bool text_model_fits(const TextModel *t, const TokenIds *ids, int room, Err *err);
/* Replaces *out by the token's text as it stands inside a text, to read. */
void text_token_name(const Tokenizer *tok, int32_t id, Str *out);

#endif
