/* space_plot.h: a learned space drawn: the job behind `llmsonify space plot`. */
#ifndef APP_SPACE_PLOT_H
#define APP_SPACE_PLOT_H

#include "app/say.h"
#include "base/opt.h"
#include "view/space_map.h"

enum { SPACE_PLOT_LAST = -1, SPACE_PLOT_MIDDLE = -2 };

typedef struct SpacePlotJob {
    const OptList *model; /* at most one; where the space lies beside it */
    const char *space;    /* file; NULL = the one beside the model */
    int layer[SPACE_MAP_PANELS], nlayers; /* hidden states, or one of the above */
    int across, up;       /* components, from 1 */
    const char *output;   /* .png, .svg; "-" = PNG on standard output */
    bool clobber;
    Say say;
} SpacePlotJob;

bool space_plot_check(const SpacePlotJob *job, Err *err); /* false: a usage error */
bool space_plot(const SpacePlotJob *job, Err *err);

#endif
