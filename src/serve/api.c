/* api.c: see api.h. Errors are {"error": {"message", "remedy"}}. */
#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "base/hash.h"
#include "base/json.h"
#include "http_text.h"
#include "router.h"

static void refuse(HttpReply *out, int status, const char *message, const char *remedy)
{
    JsonOut j;
    out->status = status;
    out->type = "application/json";
    out->text.len = 0;
    jout_init(&j, &out->text);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_begin(&j, "error", '{', true);
    jout_string(&j, "message", message);
    if (remedy) jout_string(&j, "remedy", remedy);
    jout_end(&j, '}');
    jout_end(&j, '}');
}

/* ---- bodies that lie in memory --------------------------------------------------------------- */

/* All of it, a part, or nothing new. out->etag is set. */
static void reply_bytes(const HttpCall *call, const char *data, size_t size, HttpReply *out)
{
    int64_t first, count;
    out->status = 200;
    out->cache = true;
    if (call->if_none_match && etag_matches(call->if_none_match, out->etag)) {
        out->status = 304;
        return;
    }
    bool stale = call->if_range && strcmp(call->if_range, out->etag) != 0;
    const char *range = out->ranges && !stale ? call->range : NULL;
    RangeKind kind = range_parse(range, (int64_t)size, &first, &count);
    out->total = (int64_t)size;
    if (kind == RANGE_OUTSIDE) {
        refuse(out, 416, "there are no such bytes", NULL);
        return;
    }
    if (kind == RANGE_PART) out->status = 206;
    out->data = data + first;
    out->first = first;
    out->size = count;
}

static void reply_asset(const Api *api, const char *name, const HttpCall *call, HttpReply *out)
{
    const Asset *a = asset_find(name);
    if (!a) {
        refuse(out, 404, "there is no such part of the page", NULL);
        return;
    }
    out->type = asset_type(name);
    snprintf(out->etag, sizeof out->etag, "\"%016llx%s\"",
             (unsigned long long)hash_fnv1a(a->bytes, a->size), api->build);
    reply_bytes(call, (const char *)a->bytes, a->size, out);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static void refuse_unknown(HttpReply *out)
{
    refuse(out, 404, "there is no such job",
           "finished jobs are kept for a while only: POST the request again");
}

static void reply_file(const Api *api, const RouteMatch *m, const HttpCall *call, HttpReply *out)
{
    Job *job = jobs_get(api->jobs, m->id);
    const Str *bytes = job ? job_part(job, m->part) : NULL;
    const char *dot = strrchr(m->name, '.');
    if (bytes && m->part == STUDIO_AUDIO && strcmp(dot + 1, job_format(job)) != 0) bytes = NULL;
    if (!job) {
        refuse_unknown(out);
        return;
    }
    if (!bytes) {
        bool done = job_is_done(job);
        refuse(out, done ? 404 : 409, done ? "the piece has no such file" : "it is not made yet",
               done ? NULL : "wait for the job to be done");
        jobs_release(job);
        return;
    }
    out->type = asset_type(m->name);
    out->ranges = true;
    snprintf(out->etag, sizeof out->etag, "\"%s-%s\"", m->id, m->name);
    if (call->download)
        snprintf(out->disposition, sizeof out->disposition,
                 "attachment; filename=\"llmsonify-%.8s%s%s\"", m->id,
                 str_starts(m->name, "piece") ? "" : str_starts(m->name, "words") ? "-words"
                                                                                  : "-heat", dot);
    reply_bytes(call, bytes->s, bytes->len, out);
    if (out->data) {
        out->release = jobs_release;
        out->ud = job;
    } else {
        jobs_release(job);
    }
}

static void reply_job(const Api *api, const RouteMatch *m, const HttpCall *call, HttpReply *out)
{
    Job *job = jobs_get(api->jobs, m->id);
    if (!job) {
        refuse_unknown(out);
        return;
    }
    if (strcmp(call->method, "DELETE") == 0) jobs_cancel(job);
    out->status = 200;
    job_tell(job, &out->text);
    str_putc(&out->text, '\n');
    jobs_release(job);
}

static void reply_events(const Api *api, const RouteMatch *m, HttpReply *out)
{
    Job *job = jobs_get(api->jobs, m->id);
    if (!job) {
        refuse_unknown(out);
        return;
    }
    out->status = 200;
    out->type = "text/event-stream";
    out->ud = job_watch(job);
    out->opened = job_watch_opened;
    out->pull = job_watch_pull;
    out->closed = job_watch_closed;
}

static void reply_put(const Api *api, Order *order, HttpReply *out)
{
    Job *job;
    JobPut put = jobs_put(api->jobs, order, &job);
    if (put == JOB_CLOSING) {
        refuse(out, 503, "the server is shutting down", "try again later");
        out->retry = 10;
    } else if (put == JOB_FULL) {
        refuse(out, 429, "too many pieces are waiting", "try again in a few seconds");
        out->retry = 3;
    } else {
        out->status = 202;
        job_tell_ticket(job, &out->text);
        str_putc(&out->text, '\n');
        snprintf(out->location, sizeof out->location, "/api/jobs/%s", job_id(job));
        jobs_release(job);
    }
}

static void reply_sonify(const Api *api, const HttpCall *call, HttpReply *out)
{
    Request r = {.n = 0};
    Err err = {{0}};
    if (!type_is_json(call->type)) {
        refuse(out, 415, "the body must be JSON", "send Content-Type: application/json");
        return;
    }
    Order *order = NULL;
    if (request_parse(str_text(call->body), call->body->len, api->o->prompt_chars, &r, &err))
        order = order_make(api->o, api->studio, &r, &err);
    if (order)
        reply_put(api, order, out);
    else
        refuse(out, 400, err.msg, "GET /api/models lists models, modes, options and limits");
    request_free(&r);
}

static void reply_completions(const Api *api, const HttpCall *call, HttpReply *out)
{
    int status;
    Err err = {{0}};
    if (!type_is_json(call->type))
        refuse(out, 415, "the body must be JSON", "send Content-Type: application/json");
    else if (!completions_reply(api->completions, call->body, out, &status, &err))
        refuse(out, status, err.msg, NULL);
}

/* ---- every request --------------------------------------------------------------------------- */

/* A page elsewhere must not be able to ask us for anything. */
static bool is_foreign(const Api *api, const HttpCall *call, HttpReply *out)
{
    bool writes = strcmp(call->method, "GET") != 0 && strcmp(call->method, "HEAD") != 0;
    if (api->loopback && !host_is_loopback(call->host)) {
        refuse(out, 421, "this server answers to localhost only",
               "open http://127.0.0.1 or http://localhost with its port");
        return true;
    }
    bool foreign = (call->origin && !origin_is_own(call->origin, call->host)) ||
                   (call->site && strcmp(call->site, "cross-site") == 0);
    if (writes && foreign) refuse(out, 403, "requests from other sites are refused", NULL);
    return writes && foreign;
}

static void reply_route(const Api *api, const RouteMatch *m, const HttpCall *call, HttpReply *out)
{
    switch (m->route) {
    case ROUTE_PAGE: reply_asset(api, "index.html", call, out); break;
    case ROUTE_ASSET: reply_asset(api, m->name, call, out); break;
    case ROUTE_HEALTH:
        out->status = 200;
        out->type = "text/plain; charset=utf-8";
        str_puts(&out->text, "ok\n");
        break;
    case ROUTE_MODELS:
        out->status = 200;
        str_add(&out->text, api->models.s, api->models.len);
        break;
    case ROUTE_SONIFY: reply_sonify(api, call, out); break;
    case ROUTE_JOB: reply_job(api, m, call, out); break;
    case ROUTE_EVENTS: reply_events(api, m, out); break;
    case ROUTE_FILE: reply_file(api, m, call, out); break;
    case ROUTE_V1_MODELS:
        out->status = 200;
        str_add(&out->text, api->v1_models.s, api->v1_models.len);
        break;
    case ROUTE_V1_COMPLETIONS: reply_completions(api, call, out); break;
    case ROUTE_NONE: break;
    }
}

void api_answer(void *ud, const HttpCall *call, HttpReply *out)
{
    const Api *api = ud;
    RouteMatch m;
    if (is_foreign(api, call, out)) return;
    router_match(call->path, &m);
    if (call->too_large) {
        refuse(out, 413, "the body is too large", "64 KiB at most; a prompt is far less");
    } else if (m.route == ROUTE_NONE) {
        refuse(out, 404, "there is nothing here", "the API is described in the README");
    } else if (!router_allows(&m, call->method)) {
        refuse(out, 405, "this method is not allowed here", m.methods);
        snprintf(out->allow, sizeof out->allow, "%s", m.methods);
    } else {
        reply_route(api, &m, call, out);
    }
}
