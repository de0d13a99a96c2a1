/* progress.h: messages and one line of progress on standard error. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "app/say.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct Progress {
    bool enabled;  /* standard error is a terminal that can move its cursor */
    bool shown;    /* a line is on the screen */
    bool quiet;
    int verbose;
    double last;   /* seconds, when the line was last drawn */
} Progress;

void progress_init(Progress *p, bool quiet, int verbose);
/* The callback of Run; ud is the Progress. */
void progress_update(void *ud, const char *stage, int64_t done, int64_t total);
void progress_clear(Progress *p);
/* The callback of Say; ud is the Progress. Prints "llmsonify: TEXT". */
void progress_say(void *ud, SayLevel level, const char *text);

#endif
