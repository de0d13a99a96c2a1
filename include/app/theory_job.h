/* theory_job.h: the music theory of latent space, measured: on a text, on texts against each other,
 * on models against each other. Every job appends its findings as text or JSON. */
#ifndef APP_THEORY_JOB_H
#define APP_THEORY_JOB_H

#include "app/text_model.h"

typedef struct TheoryJob {
    TextJob text;          /* the model; the text, where one is read */
    const char *only;      /* a section's word, "rhythm"; NULL = all */
    const OptList *item;   /* texts, or models, or checkpoints; NULL = none */
    const char *response;  /* form: NULL = generated */
    int tokens;            /* form: of the generated response, at most */
    int experiment;        /* 1..7 */
    bool json;
    const char *plot;      /* .png or .svg, NULL = none */
    bool clobber;
} TheoryJob;

typedef bool TheoryMeasure(const TheoryJob *job, Str *out, const Run *run, Err *err);

/* "notes", "intervals", ...: NULL after the last. */
const char *theory_section(int i);
/* False when the job contradicts itself: a usage error. text: one is read with the model. */
bool theory_check(const TheoryJob *job, bool text, Err *err);

TheoryMeasure theory_report; /* a text: all sections, or one */
TheoryMeasure theory_interval, theory_chord, theory_variation; /* texts: two, two, two and more */
TheoryMeasure theory_form;   /* a prompt and its response */
TheoryMeasure theory_timbre, theory_tuning; /* models; checkpoints in their order */
TheoryMeasure theory_interference;          /* a base and two models made from it */
TheoryMeasure theory_experiment;            /* seed 002, section XV */

#endif
