/* text_model.h: a model that has a text to read: the beginning of every job with a prompt. */
#ifndef APP_TEXT_MODEL_H
#define APP_TEXT_MODEL_H

#include <stdbool.h>

#include "app/say.h"
#include "app/text_input.h"
#include "base/opt.h"
#include "base/run.h"
#include "infer/lm.h"

typedef struct TextJob {
    const OptList *model; /* as for sources_load, at most one; empty = the default model */
    TextInput in;
    int context;          /* positions, 0 = what the model was made for */
    const char *direction; /* for features: as direction_load takes it; NULL = none */
    Say say;
} TextJob;

/* Zero is closed. */
typedef struct TextModel {
    Model m;
    Tokenizer *tok;
    Lm *lm;
    TokenIds ids; /* of the text, each in the model's vocabulary */
} TextModel;

/* False when the job contradicts itself: a usage error. */
bool text_model_check(const TextJob *job, Err *err);
/* Reads the text, opens the model, makes the tokens. t must be zero; it may be half open after a
 * failure: close it either way. */
bool text_model_open(TextModel *t, const TextJob *job, const Run *run, Err *err);
/* The model alone: tok is NULL, ids are empty. */
bool text_model_open_mute(TextModel *t, const TextJob *job, const Run *run, Err *err);
void text_model_close(TextModel *t);
/* The tokenizer alone: asked may also be a directory, tokenizer.json or tokenizer.model without
 * weights. */
bool text_tokenizer_open(Tokenizer **tok, const OptList *asked, Err *err);

/* A text that goes on does not end with the token that a tokenizer puts at its end. */
void text_model_drop_end(TextModel *t);
/* False when there are more tokens than the context less `room`. */
bool text_model_fits(const TextModel *t, int room, Err *err);
/* Replaces *out by the token's text as it stands inside a text, to read. */
void text_token_name(const Tokenizer *tok, int32_t id, Str *out);
/* [ids.n] the names of all tokens, "<E5>" for a part of a character; free them with
 * text_model_labels_free. */
char **text_model_labels(const TextModel *t);
void text_model_labels_free(const TextModel *t, char **label);

#endif
