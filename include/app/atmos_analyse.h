/* atmos_analyse.h: what a song would do to a sampler, without a model: the job behind
 * `llmsonify atmos analyse`. */
#ifndef APP_ATMOS_ANALYSE_H
#define APP_ATMOS_ANALYSE_H

#include "app/plot.h"
#include "app/say.h"
#include "atmos/conductor.h"
#include "base/json.h"

typedef enum AnalyseForm { ANALYSE_TEXT, ANALYSE_JSON, ANALYSE_CSV } AnalyseForm;

typedef struct AnalyseJob {
    const char *song;
    ContourOpts contour;
    AnalyseForm form;
    PlotJob plot;
    const char *output; /* the picture's name; NULL = SONG-atmos.png here. With an ending: wanted */
    bool clobber;
    Say say;
} AnalyseJob;

/* False when the job contradicts itself: a usage error. */
bool atmos_analyse_check(const AnalyseJob *job, Err *err);
bool atmos_analyse(const AnalyseJob *job, Str *out, Err *err);

/* The settings as a member of an object, and what is said of a contour's columns. */
typedef struct ContourRange {
    double min, mean, max;
} ContourRange;
ContourRange contour_range(const double *v, int n);
void atmos_json_settings(JsonOut *j, const ContourOpts *o);

#endif
