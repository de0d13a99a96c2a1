/* api.h: what each path answers. */
#ifndef SERVE_API_H
#define SERVE_API_H

#include "completions.h"
#include "http.h"
#include "jobs.h"

typedef struct Api {
    const ServeOpts *o;
    Studio *studio;
    Jobs *jobs;
    Completions *completions;
    bool loopback; /* only loopback names are served */
    Str models;    /* the answer of /api/models */
    Str v1_models; /* of /v1/models */
    char build[20]; /* part of every ETag: another build's page is another page */
} Api;

/* For http_open. */
void api_answer(void *api, const HttpCall *call, HttpReply *out);
/* Appends what GET /api/models answers. */
void api_models(const ServeOpts *o, const Studio *studio, Str *out);

#endif
