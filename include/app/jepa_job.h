/* jepa_job.h: a joint embedding of layers and music: learned, and judged on what was kept out.
 *
 * What is written: -o NAME.safetensors, NAME.csv with the course, and while it lasts
 * NAME.state.safetensors, from which --resume goes on to the same bytes. The file says what it was
 * learned from, so that what it is judged on later can be kept apart. */
#ifndef APP_JEPA_JOB_H
#define APP_JEPA_JOB_H

#include "app/say.h"
#include "base/opt.h"
#include "base/run.h"
#include "base/str.h"
#include "learn/corpus.h"
#include "learn/jepa_eval.h"
#include "learn/jepa_train.h"

typedef struct JepaTrainJob {
    const OptList *midi;  /* folders or files */
    const OptList *model; /* to learn from; empty = the default model */
    const OptList *test;  /* models kept out */
    CorpusRules rules;
    double hold; /* share of the files kept out, 0..0.9 */
    const char *out;
    JepaPlan plan;
    int every; /* steps between looks and saved states */
    bool resume, clobber;
    bool half; /* bf16 */
    Say say;
} JepaTrainJob;

/* False when the job contradicts itself: a usage error. */
bool jepa_train_check(const JepaTrainJob *job, Err *err);
/* False after an interruption too: then the state is saved. */
bool jepa_train_job(const JepaTrainJob *job, const Run *run, Err *err);

typedef struct JepaEvalJob {
    const char *jepa;     /* a file, a directory or a name; NULL = that of --generator jepa */
    const OptList *midi;  /* files that were learned from are left out */
    const OptList *model; /* and so are models */
    JepaEvalPlan plan;
    bool json;
    const char *plot; /* NAME.png or .svg, and NAME-latents, NAME-course beside it; NULL = none */
    bool clobber;
    Say say;
} JepaEvalJob;

bool jepa_eval_check(const JepaEvalJob *job, Err *err);
/* out: replaced by the table, or by JSON. */
bool jepa_eval_job(const JepaEvalJob *job, Str *out, const Run *run, Err *err);

#endif
