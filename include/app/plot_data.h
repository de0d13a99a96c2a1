/* plot_data.h: pictures of a table of numbers: the job behind `llmsonify plot`. */
#ifndef APP_PLOT_DATA_H
#define APP_PLOT_DATA_H

#include "app/data_table.h"

typedef enum PlotKind {
    PLOT_PCA, PLOT_TSNE, PLOT_UMAP, PLOT_HEATMAP, PLOT_VARIANCE, PLOT_SCREE, PLOT_CORRELATION,
    PLOT_DENSITY, PLOT_KINDS
} PlotKind;

typedef enum PlotColour { COLOUR_AUTO, COLOUR_CATEGORY, COLOUR_NORM, COLOUR_INDEX } PlotColour;

typedef struct PlotDataJob {
    DataJob data;         /* path NULL = states of prompts (ours when there is no file of them) */
    StatesJob states;
    PlotKind kind;
    PlotKind plane;       /* of PLOT_DENSITY: PLOT_PCA, PLOT_TSNE or PLOT_UMAP */
    int dims;             /* 2 or 3 */
    PlotColour colour;    /* auto: by category where there are any, else by norm */
    double perplexity, min_dist;
    int neighbours;
    const char *output;   /* .png, .svg, .html; "-" = PNG; NULL with json */
    bool json;            /* the numbers on standard output */
    bool clobber;
    Say say;
} PlotDataJob;

/* False when the job contradicts itself: a usage error. */
bool plot_data_check(const PlotDataJob *job, Err *err);
/* json: replaced by the numbers when job->json. */
bool plot_data_run(const PlotDataJob *job, Str *json, const Run *run, Err *err);

#endif
