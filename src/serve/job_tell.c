/* job_tell.c: what is said of a job: as JSON, and as a stream of events (the WHATWG's text/
 * event-stream: "event: NAME", "data: LINE", an empty line). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "jobs_parts.h"

const char *job_state_name(JobState state)
{
    static const char *const NAME[] = {"queued", "running", "done", "failed", "cancelled"};
    return NAME[state];
}

const char *job_id(const Job *job)
{
    return job->order->id;
}

const char *job_format(const Job *job)
{
    return job->order->job.format;
}

static void put_url(JsonOut *j, const char *key, const Job *job, const char *rest)
{
    Str s = {0};
    str_addf(&s, "/api/jobs/%s%s", job->order->id, rest);
    jout_string(j, key, str_text(&s));
    str_free(&s);
}

static void put_part(JsonOut *j, const char *key, const Job *job, StudioPart part,
                     const char *name)
{
    if (job->piece.part[part].len)
        put_url(j, key, job, name);
    else
        jout_string(j, key, NULL);
}

static void put_result(JsonOut *j, const Job *job)
{
    const StudioPiece *p = &job->piece;
    char audio[32];
    snprintf(audio, sizeof audio, "/piece.%s", job->order->job.format);
    jout_begin(j, "result", '{', true);
    jout_string(j, "title", p->title);
    jout_number(j, "seconds", p->seconds, 9);
    jout_string(j, "key", *p->key ? p->key : NULL);
    jout_number(j, "tempo", p->tempo, 6);
    jout_string(j, "command", job->order->command);
    jout_begin(j, "files", '{', true);
    put_part(j, "midi", job, STUDIO_MIDI, "/piece.mid");
    put_part(j, "audio", job, STUDIO_AUDIO, audio);
    put_part(j, "json", job, STUDIO_JSON, "/piece.json");
    put_part(j, "words", job, STUDIO_WORDS, "/words.json");
    put_part(j, "heat", job, STUDIO_HEAT, "/heat.json");
    jout_end(j, '}');
    jout_end(j, '}');
}

/* Closes the outermost object without the end of the line that files have. */
static void end_line(JsonOut *j)
{
    jout_end(j, '}');
    j->out->s[--j->out->len] = 0;
}

/* The request is JSON already. */
static void put_raw(JsonOut *j, const char *key, const char *json)
{
    jout_begin(j, key, '{', true);
    j->out->len--;
    str_puts(j->out, json);
    j->depth--;
}

void job_write(const Job *job, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_string(&j, "id", job->order->id);
    jout_string(&j, "state", job_state_name(job->state));
    jout_string(&j, "stage", job->stage);
    jout_int(&j, "done", job->done);
    jout_int(&j, "total", job->total);
    jout_int(&j, "position", job_position(job));
    if (*job->err.msg && job->state != JOB_DONE) {
        jout_begin(&j, "error", '{', true);
        jout_string(&j, "message", job->err.msg);
        jout_end(&j, '}');
    }
    put_raw(&j, "request", job->order->request);
    if (job->state == JOB_DONE) put_result(&j, job);
    end_line(&j);
}

void job_tell(Job *job, Str *out)
{
    pthread_mutex_lock(&job->store->lock);
    job_write(job, out);
    pthread_mutex_unlock(&job->store->lock);
}

/* What a share link needs: everything that is not a letter, a digit or -._~ as %XX. */
static void add_query(Str *out, const char *prefix, const char *name, const char *value)
{
    str_addf(out, "%s%s%s=", out->len > 2 ? "&" : "", prefix, name);
    for (const unsigned char *s = (const unsigned char *)value; *s; s++) {
        bool plain = (*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
                     (*s >= 'A' && *s <= 'Z') || strchr("-._~", *s);
        str_addf(out, plain ? "%c" : "%%%02X", *s);
    }
}

static void put_share(JsonOut *j, const Job *job)
{
    Err none;
    Str link = {0};
    Json *root = json_parse(job->order->request, strlen(job->order->request), &none);
    str_puts(&link, "/?");
    for (const Json *m = json_child(root); m; m = json_next(m))
        if (json_string(m)) add_query(&link, "", json_key(m), json_string(m));
    for (const Json *m = json_child(json_get(root, "options")); m; m = json_next(m))
        add_query(&link, "o.", json_key(m), json_string(m));
    jout_string(j, "share", str_text(&link));
    json_free(root);
    str_free(&link);
}

void job_tell_ticket(Job *job, Str *out)
{
    JsonOut j;
    pthread_mutex_lock(&job->store->lock);
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_string(&j, "id", job->order->id);
    jout_string(&j, "state", job_state_name(job->state));
    jout_int(&j, "position", job_position(job));
    put_url(&j, "url", job, "");
    put_url(&j, "events", job, "/events");
    put_share(&j, job);
    end_line(&j);
    pthread_mutex_unlock(&job->store->lock);
}

/* ---- events ---------------------------------------------------------------------------------- */

JobWatch *job_watch(Job *job)
{
    JobWatch *w = mem_alloc(1, sizeof *w);
    *w = (JobWatch){.job = job, .seen = UINT64_MAX, .last = clock_seconds()};
    return w;
}

void job_watch_opened(void *watch, HttpStream *stream)
{
    JobWatch *w = watch;
    Jobs *j = w->job->store;
    pthread_mutex_lock(&j->lock);
    w->stream = stream;
    w->next = j->watch;
    j->watch = w;
    pthread_mutex_unlock(&j->lock);
}

void job_watch_closed(void *watch)
{
    JobWatch *w = watch;
    Job *job = w->job;
    Jobs *j = job->store;
    pthread_mutex_lock(&j->lock);
    for (JobWatch **at = &j->watch; *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            break;
        }
    pthread_mutex_unlock(&j->lock);
    free(w);
    jobs_release(job);
}

static void put_progress(const Job *job, Str *out)
{
    JsonOut j;
    str_puts(out, "event: progress\ndata: ");
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_string(&j, "state", job_state_name(job->state));
    jout_string(&j, "stage", job->stage);
    jout_int(&j, "done", job->done);
    jout_int(&j, "total", job->total);
    jout_int(&j, "position", job_position(job));
    end_line(&j);
    str_puts(out, "\n\n");
}

void job_watch_pull(void *watch, Str *out, bool *end)
{
    JobWatch *w = watch;
    const Job *job = w->job;
    pthread_mutex_lock(&job->store->lock);
    bool over = job->state != JOB_QUEUED && job->state != JOB_RUNNING;
    if (over) {
        str_addf(out, "event: %s\ndata: ", job_state_name(job->state));
        job_write(job, out);
        str_puts(out, "\n\n");
        *end = true;
    } else if (w->seen != job->news) {
        put_progress(job, out);
    } else if (w->silent) {
        str_puts(out, ": still there\n\n");
    }
    w->seen = job->news;
    if (out->len) w->last = clock_seconds();
    w->silent = false;
    pthread_mutex_unlock(&job->store->lock);
}
