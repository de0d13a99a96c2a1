/* writer_api.h: a model behind an OpenAI-compatible server writes while a contour conducts. */
#ifndef ATMOS_WRITER_API_H
#define ATMOS_WRITER_API_H

#include "atmos/writer.h"

typedef struct ApiOpts {
    const char *url;   /* "http://localhost:1234/v1"; NULL = no server */
    const char *key;   /* NULL = none */
    const char *model; /* NULL = the server's own */
    int block;         /* tokens a request; 1: each at its own temperature; more are streamed, at
                          the mean temperature of their frames */
    double timeout;    /* seconds without a byte */
    int retries;       /* of a request that failed for now: no answer, 429, 5xx, a broken answer */
} ApiOpts;
#define API_DEFAULTS {.block = 1, .timeout = 30, .retries = 3}

/* As writer_local, from a prompt that is text; the request for token i has the seed + i; decode
 * and ignore_end are the server's business. Between retries it waits 0.5 s, 1 s, 2 s ... up to 8 s;
 * note (may be NULL) is told why. */
bool writer_api(const ApiOpts *api, const char *prompt, const WriterJob *job,
                void (*note)(void *ud, const char *line), void *note_ud, const char **end,
                const Run *run, Err *err);

#endif
