/* completions_ask.h: what a request to /v1/completions asks for. */
#ifndef SERVE_COMPLETIONS_ASK_H
#define SERVE_COMPLETIONS_ASK_H

#include "app/studio_text.h"

/* Owner; zero is empty. text.prompt and text.stop are set by whoever gives it its place. */
typedef struct CompletionsAsk {
    StudioText text;
    bool stream;
    char *prompt;
    char *stop[4];
    uint64_t hash; /* of the request */
} CompletionsAsk;

/* Any bytes. *status: 400, or 404 when there is no such model. *ask is empty after a failure. */
bool completions_ask(CompletionsAsk *ask, const Studio *studio, const char *json, size_t len,
                     int *status, Err *err);
void completions_ask_free(CompletionsAsk *ask);

#endif
