/* writer_api.c: see atmos/writer_api.h. What has come of an answer that breaks off is kept: the
 * next request goes on from there. */
#include "atmos/writer_api.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "atmos/completion.h"
#include "atmos/http_client.h"

static const double FIRST_WAIT = 0.5, LONGEST_WAIT = 8; /* seconds */

typedef struct Post {
    const ApiOpts *api;
    const WriterJob *job;
    HttpClient *client;
    Str url, text, ask, body; /* text: prompt and what has come */
    SseReader sse;
    int done, n;   /* tokens so far and wanted */
    int left;      /* of this request */
    bool ended, closed, stopped, said_done;
    Err err;       /* of an event */
} Post;

static bool put_text(Post *p, const char *text)
{
    SessionToken t = writer_frame(p->job->contour, p->done);
    t.text = (char *)text;
    str_puts(&p->text, text);
    p->done++;
    p->left--;
    p->stopped = !p->job->put(p->job->ud, &t);
    return !p->stopped;
}

static bool take_answer(Post *p, const char *json, size_t len, Err *err)
{
    CompletionPart part = {0};
    bool ok = completion_read(&part, json, len, err);
    /* a server that holds back half a character answers a request for one token with nothing */
    if (ok && (part.text.len || (p->api->block == 1 && part.closed && !part.ended)))
        put_text(p, str_text(&part.text));
    p->ended |= part.ended;
    p->closed |= part.closed;
    str_free(&part.text);
    return ok;
}

static bool on_event(void *ud, const char *data, size_t len)
{
    Post *p = ud;
    p->said_done = strcmp(data, "[DONE]") == 0;
    if (p->said_done || !take_answer(p, data, len, &p->err)) return false;
    return !p->stopped && p->left > 0;
}

static bool on_bytes(void *ud, const char *bytes, size_t n)
{
    Post *p = ud;
    return sse_read(&p->sse, bytes, n, on_event, p);
}

static double mean_temp(const Contour *c, int from, int n)
{
    double sum = 0;
    for (int i = from; i < from + n; i++) sum += c->temp[i];
    return sum / n;
}

static void prepare(Post *p)
{
    const ApiOpts *api = p->api;
    p->left = api->block < p->n - p->done ? api->block : p->n - p->done;
    CompletionAsk ask = {.model = api->model, .prompt = str_text(&p->text), .tokens = p->left,
                         .sampler = p->job->sampler, .stream = api->block > 1};
    ask.sampler.temp = mean_temp(p->job->contour, p->done, p->left);
    ask.sampler.seed += (uint64_t)p->done;
    p->ask.len = 0;
    completion_ask(&p->ask, &ask);
    sse_free(&p->sse);
    p->sse = (SseReader){0};
    p->err.msg[0] = '\0';
    p->said_done = p->closed = false;
}

/* What a status other than 200 means; *again: it may pass. */
static bool refuse(const Post *p, int status, bool *again, Err *err)
{
    char *said = completion_error(str_text(&p->body), p->body.len);
    *again = status == 429 || status >= 500;
    err_set(err, "%s: status %d%s%.300s%s", p->url.s, status, said ? ": " : "", said ? said : "",
            status == 401 ? " (the key is in LLMSONIFY_API_KEY)" : "");
    free(said);
    return false;
}

/* The end of a stream must be told: by [DONE], a finish_reason, or enough tokens. */
static bool check_stream(const Post *p, Err *err)
{
    if (p->err.msg[0]) return err_set(err, "%s: %.400s", p->url.s, p->err.msg);
    if (p->stopped || p->said_done || p->closed || p->left <= 0) return true;
    return err_set(err, "%s: the stream broke off%s", p->url.s,
                   sse_is_inside(&p->sse) ? " inside an event" : "");
}

/* One request. *again: when it failed, whether another may do better. */
static bool post_once(Post *p, bool *again, const Run *run, Err *err)
{
    int status, before = p->done;
    prepare(p);
    HttpRequest ask = {.url = p->url.s, .key = p->api->key, .json = p->ask.s,
                       .timeout = p->api->timeout, .take = p->api->block > 1 ? on_bytes : NULL,
                       .ud = p, .body = &p->body};
    *again = true;
    bool ok = http_client_call(p->client, &ask, &status, run, err);
    if (p->api->block > 1 && p->said_done) ok = true;
    if (!ok) return false;
    if (status != 200) return refuse(p, status, again, err);
    if (ask.take)
        ok = check_stream(p, err);
    else
        ok = take_answer(p, str_text(&p->body), p->body.len, err) ||
             err_wrap(err, "%s", p->url.s);
    if (ok && p->done == before && !p->ended && !p->stopped)
        return err_set(err, "%s: an answer without text", p->url.s);
    return ok;
}

static bool post(Post *p, void (*note)(void *ud, const char *line), void *note_ud, const Run *run,
                 Err *err)
{
    double wait = FIRST_WAIT;
    for (int tries = 0;; tries++) {
        bool again = false;
        int before = p->done;
        if (post_once(p, &again, run, err)) return true;
        if (run_stopped(run)) return err_set(err, "interrupted");
        if (p->done > before) tries = 0, wait = FIRST_WAIT; /* it went on: another failure */
        if (!again || tries >= p->api->retries) return false;
        Str line = {0};
        str_addf(&line, "%s; again in %.1f s", err->msg, wait);
        if (note) note(note_ud, line.s);
        str_free(&line);
        if (!http_client_wait(wait, run)) return err_set(err, "interrupted");
        wait = fmin(2 * wait, LONGEST_WAIT);
    }
}

bool writer_api(const ApiOpts *api, const char *prompt, const WriterJob *job,
                void (*note)(void *ud, const char *line), void *note_ud, const char **end,
                const Run *run, Err *err)
{
    Post p = {.api = api, .job = job, .n = job->n < job->contour->n ? job->n : job->contour->n};
    bool ok = (p.client = http_client_open(err)) != NULL;
    str_addf(&p.url, "%s%scompletions", api->url, str_ends(api->url, "/") ? "" : "/");
    str_puts(&p.text, prompt);
    while (ok && p.done < p.n && !p.ended && !p.stopped) ok = post(&p, note, note_ud, run, err);
    *end = !ok ? (run_stopped(run) ? "interrupted" : "failure")
           : p.stopped ? "stopped"
           : p.ended   ? "end of text"
           : p.n < job->n ? "end of the song" : "length";
    http_client_close(p.client);
    sse_free(&p.sse);
    str_free(&p.url);
    str_free(&p.text);
    str_free(&p.ask);
    str_free(&p.body);
    return ok;
}
