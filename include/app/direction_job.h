/* direction_job.h: a concept's direction in a model: read, or fitted to pairs of prompts; the jobs
 * behind `llmsonify direction`.
 *
 * What a direction may be asked for as:
 *   NULL                 the bundled list "refusal"
 *   a name               models/directions/NAME.tsv, found as models are (model/find.h)
 *   a .safetensors file  one that was fitted before
 *   any other file       pairs, a line each: high TAB low; without empty lines and # comments */
#ifndef APP_DIRECTION_JOB_H
#define APP_DIRECTION_JOB_H

#include <stdbool.h>

#include "analysis/direction.h"
#include "app/text_model.h"

#define DIRECTION_DEFAULT "refusal"
#define DIRECTION_WEAK 0.6 /* mean AUC below which a direction is used with a warning */

/* Of the open model t (text_model_open). The tokens of pairs are made by its tokenizer, with BOS by
 * the tokenizer's own rules. Fits unless asked is a .safetensors file; what the model has taken in
 * before is then forgotten. Warns when the mean AUC is below DIRECTION_WEAK. r must be zero. */
bool direction_load(Direction *r, TextModel *t, const char *asked, const Say *say, const Run *run,
                    Err *err);
/* The same with the prompts of pairs written as those of `in` are: special, edges, chat, system. */
bool direction_load_as(Direction *r, TextModel *t, const char *asked, const TextInput *in,
                       const Say *say, const Run *run, Err *err);

typedef struct DirectionJob {
    TextJob text;       /* the model; of in: special, edges, chat, system, for every prompt */
    const char *asked;  /* see above */
    const char *name;   /* NULL = the file's name without its ending */
    const char *layers; /* "all", "A-B" or "A" (blocks, from 0), NULL = the final half */
    int method;         /* DirectionMethod */
    const char *output; /* fit: a .safetensors file, "-", or NULL: MODEL-NAME.safetensors */
    bool clobber, json;
} DirectionJob;

/* False when the job contradicts itself: a usage error. */
bool direction_check(const DirectionJob *job, bool fit, Err *err);
/* Fits, writes the file, appends the table of layers to *out (nothing when output is "-"). */
bool direction_make(const DirectionJob *job, Str *out, const Run *run, Err *err);
/* Appends the table. A file that was fitted before needs no model. */
bool direction_show(const DirectionJob *job, Str *out, const Run *run, Err *err);

/* Appends r as a table to read, or as JSON. */
void direction_print(const Direction *r, bool json, Str *out);

#endif
