/* text_score.h: how surprising a text is to a model, the job behind `llmsonify score`. */
#ifndef APP_TEXT_SCORE_H
#define APP_TEXT_SCORE_H

#include <stdbool.h>

#include "app/text_model.h"

typedef enum ScoreForm { SCORE_TEXT, SCORE_JSON, SCORE_CSV } ScoreForm;

typedef struct ScoreJob {
    TextJob text;
    int window, overlap; /* tokens, see infer/surprisal.h; 0 = the context, half the window */
    ScoreForm form;
    bool summary; /* no line for each token; CSV has nothing else */
} ScoreJob;

bool text_score_check(const ScoreJob *job, Err *err); /* false: a usage error */
/* Appends surprisal and entropy of every token, then what they come to together. */
bool text_score(const ScoreJob *job, Str *out, const Run *run, Err *err);

#endif
