/* train_keep.h: models that a training leaves, on the way and at its end. Private to app/.
 *
 * On the way they lie in step-000010/ and so on inside the directory of the model, each a whole
 * model. job->keep of them are made, the last one the model itself, at steps in even ratios from a
 * hundredth of all steps on: that early most happens. Where two would fall on one step there is
 * one. */
#ifndef APP_TRAIN_KEEP_H
#define APP_TRAIN_KEEP_H

#include "train_text.h"

/* The model as it is now, into job->out, where its tokenizer is already. */
bool train_keep_last(const TrainJob *job, const TrainText *text, const Decoder *dec, Err *err);
/* The model after `step` steps, if it is one of those to keep. */
bool train_keep_step(const TrainJob *job, const TrainText *text, const Decoder *dec, int64_t step,
                     Err *err);
/* Removes what an earlier training into job->out has kept. */
void train_keep_clear(const TrainJob *job);

#endif
