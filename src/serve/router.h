/* router.h: from a path to what it means. Nothing of a path ever names a file. */
#ifndef SERVE_ROUTER_H
#define SERVE_ROUTER_H

#include <stdbool.h>

#include "app/studio.h"

enum { JOB_ID = 32 }; /* hex digits */

typedef enum Route {
    ROUTE_NONE,
    ROUTE_PAGE,   /* / */
    ROUTE_ASSET,  /* /assets/NAME */
    ROUTE_HEALTH, /* /healthz */
    ROUTE_MODELS, /* /api/models */
    ROUTE_SONIFY, /* /api/sonify */
    ROUTE_JOB,    /* /api/jobs/ID */
    ROUTE_EVENTS, /* /api/jobs/ID/events */
    ROUTE_FILE,   /* /api/jobs/ID/piece.mid ... */
    ROUTE_V1_MODELS,
    ROUTE_V1_COMPLETIONS,
} Route;

typedef struct RouteMatch {
    Route route;
    const char *methods; /* "GET, HEAD": what it allows */
    char id[JOB_ID + 1];
    StudioPart part;
    char name[64]; /* of an asset or a file */
} RouteMatch;

void router_match(const char *path, RouteMatch *out);
bool router_allows(const RouteMatch *m, const char *method);

#endif
