/* space_job.h: the jobs behind `llmsonify space`: fit, show; and finding a map. */
#ifndef APP_SPACE_JOB_H
#define APP_SPACE_JOB_H

#include "analysis/space.h"
#include "app/say.h"
#include "base/opt.h"
#include "base/str.h"

/* Our own sentences, as model_locate_file() takes it. */
#define SPACE_CORPUS "corpus/sentences.txt"
/* The map that lies beside a model's weights. */
#define SPACE_FILE "space.safetensors"

typedef struct SpaceFitJob {
    const OptList *model; /* at most one; empty = the default model */
    const char *corpus;   /* a sentence a line, UTF-8; NULL = SPACE_CORPUS */
    const char *output;
    int components, limit; /* limit: so many sentences at most, 0 = all */
    int memory;            /* MB for the sums, 0 = 256 */
    bool clobber;
    Say say;
} SpaceFitJob;

bool space_fit_check(const SpaceFitJob *job, Err *err); /* false: a usage error */
bool space_fit_make(const SpaceFitJob *job, const Run *run, Err *err);

/* file, or when NULL the one beside the model's weights; false with what to do when there is none,
 * or it is of another shape. A map of a model of another name is a warning. */
bool space_open(Space *s, const char *file, const Lm *lm, const Say *report, Err *err);

/* A fitted file as a table to read, or JSON. */
bool space_show(const char *path, bool json, Str *out, Err *err);

#endif
