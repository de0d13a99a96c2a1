/* rows_states.h: option rows of commands that read the states of many prompts. */
#ifndef CLI_ROWS_STATES_H
#define CLI_ROWS_STATES_H

#include "app/states.h"
#include "rows.h"

typedef struct StatesRows {
    const char *prompts, *column, *category, *layer;
    int pool, limit;
    bool sinks;
} StatesRows;

extern const Opt rows_states[7];

/* False when a row makes no sense. */
bool rows_states_job(StatesJob *job, const StatesRows *r, const ModelRows *m, Err *err);

#endif
