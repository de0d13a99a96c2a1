/* improv_job.h: a model writes and is heard: the jobs behind `llmsonify monitor` and `llmsonify
 * atmos --loop`. */
#ifndef APP_IMPROV_JOB_H
#define APP_IMPROV_JOB_H

#include "app/text_model.h"
#include "atmos/contour.h"
#include "atmos/session.h"

typedef struct ImprovJob {
    TextJob text;        /* .direction: tension is the projection on it; NULL = surprisal */
    ContourOpts contour; /* .tps always; the rest when loop */
    SamplerOpts sampler; /* its temperature when not loop */
    bool loop;           /* the loudness of the music so far is the next token's temperature */
    bool ignore_end;
    int n;               /* tokens */
    double threshold;    /* of tension */
    bool device;         /* play it; needed when there is no output */
    const char *output;  /* NAME: NAME.wav, NAME.mid and NAME.json; with an ending just that file;
                            NULL = none */
    const char *save;    /* .npz of the session; NULL = none */
    bool clobber;
    const char *command; /* for the files' own description */
    /* Each token as it is played; false: enough. */
    bool (*put)(void *ud, const SessionToken *t, bool tense);
    void *ud;
} ImprovJob;

/* False when the job contradicts itself: a usage error. */
bool improv_check(const ImprovJob *job, Err *err);
/* What was made before an interruption or a failure is written too. */
bool improv_run(const ImprovJob *job, const Run *run, Err *err);

#endif
