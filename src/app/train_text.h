/* train_text.h: the tokens of a training, and which of them a step sees. Private to app/. */
#ifndef APP_TRAIN_TEXT_H
#define APP_TRAIN_TEXT_H

#include "app/train_job.h"
#include "base/str.h"
#include "token/tokenizer.h"

#define TRAIN_END "<|endoftext|>"

typedef struct Tokens {
    int32_t *id; /* [n] */
    int64_t n;
} Tokens;

/* Zero is empty. */
typedef struct TrainText {
    Tokenizer *tok;
    int vocab, end; /* rows that the model needs; id of the token between texts */
    Tokens train, valid;
    uint64_t mark;  /* of the tokenizer's file */
    bool wrote;     /* the tokenizer's file */
    Str text, test; /* as read, until they are tokens */
} TrainText;

/* Reads the texts, and writes nothing: what they are good for is known before anything goes. */
bool train_text_read(TrainText *t, const TrainJob *job, Err *err);
/* Makes tokens of them, by a tokenizer that is learned or copied from job->from (t->tok then is
 * open) into job->out; going_on: by the one that is there. */
bool train_text_open(TrainText *t, const TrainJob *job, bool going_on, const Run *run, Err *err);
void train_text_close(TrainText *t);
/* Sequences of `seq` tokens and the next one of each, without overlap. */
int64_t train_text_sequences(const Tokens *t, int seq);
/* The batch of a step into id [batch * (seq + 1)]: sequences in an order that is shuffled anew each
 * time round, the same for the same seed. */
void train_text_batch(const TrainText *t, const TrainJob *job, int64_t step, int32_t *id);

#endif
