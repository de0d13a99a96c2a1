/* atmos_compare.h: the same prompt and seeds under several songs: the job behind `llmsonify atmos
 * compare`. */
#ifndef APP_ATMOS_COMPARE_H
#define APP_ATMOS_COMPARE_H

#include "app/plot.h"
#include "app/text_model.h"
#include "atmos/contour.h"
#include "infer/sampler.h"

typedef struct CompareJob {
    TextJob text;
    const OptList *song;
    ContourOpts contour;
    SamplerOpts sampler;  /* its seed is the first */
    int n;                /* tokens of each text; fewer where the shortest song is shorter */
    int seeds;            /* texts of each piece */
    bool silence, shuffled;
    bool json;
    PlotJob plot;
    const char *output;   /* the picture; NULL = atmos-compare.png */
    bool clobber;
} CompareJob;

/* False when the job contradicts itself: a usage error. */
bool atmos_compare_check(const CompareJob *job, Err *err);
bool atmos_compare(const CompareJob *job, Str *out, const Run *run, Err *err);

#endif
