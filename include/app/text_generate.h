/* text_generate.h: a text that goes on, the job behind `llmsonify generate`. */
#ifndef APP_TEXT_GENERATE_H
#define APP_TEXT_GENERATE_H

#include <stdbool.h>

#include "app/text_model.h"
#include "infer/sampler.h"

typedef struct GenerateJob {
    TextJob text; /* .say: speed and seed */
    int n;        /* tokens at most; 0 = until the text or the context ends */
    bool ignore_end;
    SamplerOpts sampler;
    const OptList *stop; /* the text ends before any of these */
    /* The text as it comes, without the prompt, and a newline at its end. False: stop. */
    bool (*put)(void *ud, const char *text, size_t len);
    void *ud;
} GenerateJob;

/* False after an interruption too; what was generated has been put. */
bool text_generate(const GenerateJob *job, const Run *run, Err *err);

#endif
