/* theory_job.h: the music theory of latent space, measured on a text. */
#ifndef APP_THEORY_JOB_H
#define APP_THEORY_JOB_H

#include "app/text_model.h"

typedef struct TheoryJob {
    TextJob text;
    const char *only; /* a section's word, "rhythm"; NULL = all */
    bool json;
} TheoryJob;

/* "counterpoint", "rhythm", ...: NULL after the last. */
const char *theory_section(int i);
/* False when the job contradicts itself: a usage error. */
bool theory_check(const TheoryJob *job, Err *err);
/* Appends the report. */
bool theory_report(const TheoryJob *job, Str *out, const Run *run, Err *err);

#endif
