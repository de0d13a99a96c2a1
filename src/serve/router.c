/* router.c: see router.h. */
#include "router.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static const struct {
    const char *path;
    Route route;
    const char *methods;
} FIXED[] = {
    {"/", ROUTE_PAGE, "GET, HEAD"},
    {"/healthz", ROUTE_HEALTH, "GET, HEAD"},
    {"/api/models", ROUTE_MODELS, "GET, HEAD"},
    {"/api/sonify", ROUTE_SONIFY, "POST"},
    {"/v1/models", ROUTE_V1_MODELS, "GET, HEAD"},
    {"/v1/completions", ROUTE_V1_COMPLETIONS, "POST"},
};

static const struct {
    const char *name;
    StudioPart part;
} FILES[] = {
    {"piece.mid", STUDIO_MIDI},   {"piece.json", STUDIO_JSON},  {"words.json", STUDIO_WORDS},
    {"heat.json", STUDIO_HEAT},   {"piece.wav", STUDIO_AUDIO},  {"piece.flac", STUDIO_AUDIO},
    {"piece.ogg", STUDIO_AUDIO},  {"piece.opus", STUDIO_AUDIO}, {"piece.mp3", STUDIO_AUDIO},
};

static bool is_id(const char *s)
{
    return strspn(s, "0123456789abcdef") >= JOB_ID && (s[JOB_ID] == 0 || s[JOB_ID] == '/');
}

static bool is_asset_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    return n > 0 && n < sizeof((RouteMatch *)0)->name && s[n] == 0 && s[0] != '.';
}

static void match_job(const char *s, RouteMatch *out)
{
    const char *rest = s + JOB_ID;
    memcpy(out->id, s, JOB_ID);
    if (*rest == 0) {
        out->route = ROUTE_JOB;
        out->methods = "GET, HEAD, DELETE";
        return;
    }
    rest++;
    out->methods = "GET, HEAD";
    if (strcmp(rest, "events") == 0) out->route = ROUTE_EVENTS;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        if (strcmp(rest, FILES[i].name) != 0) continue;
        out->route = ROUTE_FILE;
        out->part = FILES[i].part;
        snprintf(out->name, sizeof out->name, "%s", rest);
    }
}

void router_match(const char *path, RouteMatch *out)
{
    static const char ASSETS[] = "/assets/", JOBS[] = "/api/jobs/";
    *out = (RouteMatch){.route = ROUTE_NONE, .methods = ""};
    for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++)
        if (strcmp(path, FIXED[i].path) == 0) {
            out->route = FIXED[i].route;
            out->methods = FIXED[i].methods;
        }
    if (str_starts(path, ASSETS) && is_asset_name(path + strlen(ASSETS))) {
        out->route = ROUTE_ASSET;
        out->methods = "GET, HEAD";
        snprintf(out->name, sizeof out->name, "%s", path + strlen(ASSETS));
    }
    if (str_starts(path, JOBS) && is_id(path + strlen(JOBS))) match_job(path + strlen(JOBS), out);
}

bool router_allows(const RouteMatch *m, const char *method)
{
    size_t n = strlen(method);
    for (const char *at = m->methods; *at;) {
        size_t word = strcspn(at, ",");
        if (word == n && strncmp(at, method, n) == 0) return true;
        at += word + strspn(at + word, ", ");
    }
    return false;
}
