/* states.h: the residual stream of many prompts, one vector a prompt and layer. */
#ifndef APP_STATES_H
#define APP_STATES_H

#include "app/prompt_file.h"
#include "app/text_model.h"

/* Our own prompts, as model_locate_file() takes it. */
#define STATES_PROMPTS "prompts/album.csv"

enum { STATES_ALL = -2, STATES_LAST = 100000 }; /* instead of a layer */

typedef struct StatesJob {
    const OptList *model;      /* as in TextJob */
    const char *prompts;       /* file; NULL = STATES_PROMPTS */
    PromptColumns columns;
    int layer;                 /* -1 = embedding, STATES_ALL, STATES_LAST */
    int limit;                 /* the first so many prompts; 0 = all */
    bool last;                 /* the last token instead of the mean of all */
    bool sinks;                /* the mean takes in attention sinks and BOS too */
    Say say;
} StatesJob;

/* Owner; zero is empty. */
typedef struct States {
    PromptList prompts; /* n rows */
    char *model;        /* name */
    int n, layers, d;
    int first;          /* layer of the first of `layers`: -1 is the embedding */
    float *v;           /* [n, layers, d] */
    int *tokens;        /* [n] that went into the model */
} States;

/* Runs every prompt (BOS before it by the tokenizer's rules, cut to the model's context). The mean
 * leaves out attention sinks (analysis/sinks.h), where any other token is left. Prompts are shared
 * out over the threads; their number changes nothing. A layer that the model has not is refused. */
bool states_read(States *s, const StatesJob *job, const Run *run, Err *err);
void states_free(States *s);

#endif
