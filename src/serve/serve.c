/* serve.c: see serve/serve.h: opens what serves, waits, and closes it in order. */
#include "serve/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api.h"
#include "app/version.h"
#include "base/clock.h"

static const double GRACE = 10;   /* seconds for what is being made when we are asked to stop */
static const double LINGER = 0.3; /* seconds in which it may still be fetched */
enum { TICK = 100 };              /* ms */

static void wait_ms(int ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

/* Waits until nothing runs or the time is over. */
static void wait_for_jobs(Jobs *jobs, double seconds)
{
    for (double end = clock_seconds() + seconds; jobs_running(jobs) && clock_seconds() < end;)
        wait_ms(10);
}

static void wait_for_texts(Completions *c, double seconds, int (*count)(Completions *c))
{
    for (double end = clock_seconds() + seconds; count(c) && clock_seconds() < end;) wait_ms(10);
}

static void shut_down(Api *api, HttpServer *http)
{
    bool busy = jobs_running(api->jobs) > 0;
    completions_stop(api->completions);
    jobs_refuse(api->jobs);
    wait_for_jobs(api->jobs, GRACE);
    jobs_stop(api->jobs);
    wait_for_jobs(api->jobs, GRACE);
    if (busy) wait_ms((int)(1000 * LINGER));
    wait_for_texts(api->completions, GRACE, completions_writing);
    http_quiesce(http);
    for (double end = clock_seconds() + LINGER; jobs_watched(api->jobs) && clock_seconds() < end;)
        wait_ms(10);
    wait_for_texts(api->completions, LINGER, completions_open_replies);
    http_close(http);
}

/* As it is written in a link. */
static void say_where(const ServeOpts *o, int port, bool loopback)
{
    bool v6 = strchr(o->bind, ':') != NULL;
    say(&o->say, SAY_INFO, "serving http://%s%s%s:%d/ (Ctrl-C ends it)", v6 ? "[" : "", o->bind,
        v6 ? "]" : "", port);
    if (!loopback)
        say(&o->say, SAY_WARN,
            "%s can be reached from other machines: whoever can connect can have pieces made",
            o->bind);
}

static bool serve(const ServeOpts *o, Api *api, const Run *run, Err *err)
{
    HttpServer *http = NULL;
    int port = o->port;
    if (!http_open(&http, o->bind, &port, &api->loopback, api_answer, api, err)) return false;
    say_where(o, port, api->loopback);
    while (!run_stopped(run)) {
        wait_ms(TICK);
        jobs_tick(api->jobs);
        completions_tick(api->completions);
        http_tick(http);
    }
    shut_down(api, http);
    return true;
}

bool serve_run(const ServeOpts *o, const Run *run, Err *err)
{
    Api api = {.o = o, .build = "-" LLMSONIFY_VERSION};
    if (!studio_open(&api.studio, o->model, run, err)) return false;
    api_models(o, api.studio, &api.models);
    completions_models(api.studio, &api.v1_models);
    api.completions = completions_open(api.studio, run_threads(run), o->patience);
    bool ok = jobs_open(&api.jobs, o, api.studio, run_threads(run), err) &&
              serve(o, &api, run, err);
    jobs_close(api.jobs);
    completions_close(api.completions);
    studio_close(api.studio);
    str_free(&api.models);
    str_free(&api.v1_models);
    return ok;
}
