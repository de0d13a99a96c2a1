/* train_job.h: a language model from a text, the job behind `llmsonify train`.
 *
 * The directory gets tokenizer.json, config.json and model.safetensors as Hugging Face's tools read
 * them, train.csv (the course of the losses), and while it lasts train.safetensors: the state that
 * another run goes on from, to the same weights that it would have had in one. With keep there are
 * models of the way in it, step-000010/ and so on: see app/train_keep.h. */
#ifndef APP_TRAIN_JOB_H
#define APP_TRAIN_JOB_H

#include <stdbool.h>

#include "app/say.h"
#include "base/opt.h"
#include "base/run.h"
#include "learn/decoder.h"

typedef struct TrainJob {
    const OptList *text; /* files of UTF-8 text, in this order */
    const char *valid;   /* a file, NULL = the last hundredth of the text */
    const char *out;     /* directory, made when it is not there */
    const char *from;    /* a model to go on from, with its tokenizer; NULL = from nothing */
    DecoderArch arch;
    int vocab, width, layers, heads, head_size, ff, context; /* 0 = what suits the width */
    int seq;                                                 /* tokens of a sequence */
    int batch;                                               /* sequences a step */
    int steps, warm;
    double rate, floor, hold, decay, clip;
    int seed;
    int every;          /* steps between looks at the validation text, and saved states */
    int keep;           /* models: 0 or 1 = the last one only */
    const char *sample; /* what the model goes on from at every look; NULL or "" = no sample */
    bool resume, clobber;
    Say say;
} TrainJob;

/* False after an interruption too: then the state is saved, and --resume goes on. */
bool train_job(const TrainJob *job, const Run *run, Err *err);

#endif
