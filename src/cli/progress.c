/* progress.c: see progress.h. The line is redrawn at most ten times a second and removed before any
 * other message. */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

void progress_init(Progress *p, bool quiet, int verbose)
{
    const char *term = getenv("TERM");
    *p = (Progress){.quiet = quiet, .verbose = verbose};
    p->enabled = !quiet && isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void progress_update(void *ud, const char *stage, int64_t done, int64_t total)
{
    Progress *p = ud;
    if (!p->enabled) return;
    double t = clock_seconds();
    if (t - p->last < 0.1) return;
    p->last = t;
    p->shown = true;
    if (total > 0)
        fprintf(stderr, "\r\033[K%s %3d %%", stage, (int)(100 * done / total));
    else
        fprintf(stderr, "\r\033[K%s", stage);
    fflush(stderr);
}

void progress_clear(Progress *p)
{
    if (p->shown) fputs("\r\033[K", stderr);
    p->shown = false;
}

void progress_say(void *ud, SayLevel level, const char *text)
{
    Progress *p = ud;
    if (p->quiet || (level == SAY_MORE && p->verbose < 1)) return;
    progress_clear(p);
    fprintf(stderr, "llmsonify: %s%s\n", level == SAY_WARN ? "warning: " : "", text);
}
