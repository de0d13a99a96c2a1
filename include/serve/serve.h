/* serve.h: the HTTP server behind `llmsonify serve`: a page and a small API over app/studio.h.
 *
 * What can be asked for is a table of modes that the command line hands over: each is a command
 * with some of its options, parsed by the command's own rows. So a request is refused in the words
 * in which the command would refuse it, and a piece says of itself which command makes it. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include "app/say.h"
#include "app/studio.h"
#include "base/opt.h"
#include "base/run.h"

typedef struct ServeMode {
    const char *name, *summary;
    bool prompt;          /* reads a prompt; otherwise the weights alone */
    const char *command;  /* "space play" */
    const char *fixed;    /* "--genre=acid", NULL = nothing */
    const char *preset_name, *preset; /* option and value where a request has none; NULL = none */
    const OptGroup *groups; /* the command's own */
    int ngroups;
    const void *defaults; /* struct of `size` bytes */
    size_t size;
    const char *const *allowed; /* options that a request may set, NULL-terminated */
    /* Fills the job of its kind from the parsed options; what it points to lives as long as they
     * do. prompt: NULL where there is none. False: a usage error. */
    bool (*job)(const void *opts, const char *echo, StudioJob *out, Err *err);
} ServeMode;

typedef struct ServeOpts {
    const char *bind; /* address or name */
    int port;         /* 0 = any that is free */
    const char *model; /* NULL = the default */
    const ServeMode *mode; /* [nmodes] */
    int nmodes;
    int queue;        /* jobs that may wait */
    int workers;      /* pieces made at once, 0 = as many as threads, at most 4 */
    int prompt_chars; /* code points of a prompt */
    int seconds;      /* of a piece */
    int patience;     /* seconds that a job may take */
    int cache;        /* MB of finished pieces */
    Say say;
} ServeOpts;

/* Serves until the run is stopped; then finishes what is being made and refuses the rest. */
bool serve_run(const ServeOpts *o, const Run *run, Err *err);

#endif
