/* completion.h: the text of OpenAI's /v1/completions: a request, an answer, a stream of events. */
#ifndef ATMOS_COMPLETION_H
#define ATMOS_COMPLETION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "infer/sampler.h"

typedef struct CompletionAsk {
    const char *model; /* NULL = the server's own */
    const char *prompt;
    int tokens;
    SamplerOpts sampler; /* temp, seed, and the filters that are on */
    bool stream;
} CompletionAsk;

/* Appends the request's JSON. */
void completion_ask(Str *out, const CompletionAsk *ask);

typedef struct CompletionPart {
    Str text;    /* the caller's to free; may be empty */
    bool ended;  /* the model ended its text: finish_reason "stop" */
    bool closed; /* there is a finish_reason, whichever */
} CompletionPart;

/* An answer, or an event of a stream. False when it is none: what the server says of it, or what
 * was expected. part->text is appended to. */
bool completion_read(CompletionPart *part, const char *json, size_t len, Err *err);
/* The server's own words in an answer that is an error, NULL when there are none: a new string. */
char *completion_error(const char *json, size_t len);

/* Server-sent events (WHATWG HTML, 9.2) as they come in pieces. Zero is ready. */
typedef struct SseReader {
    Str line, data;
} SseReader;

enum { SSE_MAX = 1 << 20 }; /* bytes of an event */

/* Calls event(ud, data) for each event that is whole; false when one of those was, or when an event
 * is too long. */
bool sse_read(SseReader *r, const char *bytes, size_t n,
              bool (*event)(void *ud, const char *data, size_t len), void *ud);
/* True when there is the beginning of an event that has not ended. */
bool sse_is_inside(const SseReader *r);
void sse_free(SseReader *r);

#endif
