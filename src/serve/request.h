/* request.h: the body of POST /api/sonify, and the job that it asks for.
 *
 *   {"model": "wren", "mode": "space", "prompt": "...", "options": {"tempo": 90, "root": "D"}}
 *
 * Options become the words of the mode's command ("--tempo=90") and are parsed by the command's own
 * rows; the command that would make the same piece is what names it: the id is its hash. */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include "base/json.h"
#include "router.h"
#include "serve/serve.h"

typedef struct RequestOption {
    char *name, *value;
} RequestOption;

/* Zero is empty. */
typedef struct Request {
    char *model, *mode, *prompt; /* NULL = not given */
    RequestOption *option;       /* [n] in order; flags are "true" or "false", lists have commas */
    int n, cap;
} Request;

/* Any bytes. Names and types only: whether there is such a mode is seen later. *r must be zero. */
bool request_parse(const char *text, size_t len, int prompt_chars, Request *r, Err *err);
void request_free(Request *r);

/* A request understood: owns what its job points to. */
typedef struct Order {
    const ServeMode *mode;
    void *opts;      /* mode->size bytes */
    OptList words;   /* that they were parsed from */
    char *echo;      /* "llmsonify space play --prompt '...'" */
    char *command;   /* the same with --engine and --format: what the id is a hash of */
    char *request;   /* what was asked for as JSON, options as they were understood */
    StudioJob job;
    char id[JOB_ID + 1];
} Order;

/* NULL and a message when something in it is not to be had. */
Order *order_make(const ServeOpts *o, const Studio *studio, const Request *r, Err *err);
void order_free(Order *order); /* NULL is fine */

/* A row of a mode that requests may set, NULL when there is none of that name. */
const Opt *mode_row(const ServeMode *mode, const char *name, const OptGroup **group);
/* The greatest that a request may ask for. */
double mode_most(const ServeOpts *o, const Opt *row);
const ServeMode *mode_find(const ServeOpts *o, const char *name);

#endif
