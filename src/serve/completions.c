/* completions.c: see completions.h. The thread that writes puts text into a buffer and wakes the
 * stream. Neither waits for the other: when the client goes away the thread is told to stop, and
 * whoever is last, the thread or the stream, frees what they share. One lock guards all of it. */
#include "completions.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "completions_ask.h"

typedef struct Writing Writing;

struct Completions {
    Studio *studio;
    int threads, patience;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t ended; /* a thread has */
    Writing *first;       /* with a thread */
    int held;             /* answers that are under way or not all sent */
    int writing;          /* threads */
    bool stopping;
};

/* One answer under way. */
struct Writing {
    Completions *home;
    CompletionsAsk ask;
    int64_t created;  /* seconds since 1970 */
    double started;   /* seconds */
    Str whole;        /* of an answer that is not streamed */
    volatile sig_atomic_t stop; /* Run.stop: the one thing that is read without the lock */
    HttpStream *stream; /* NULL: the client has left */
    bool running;       /* its thread is */
    bool late;          /* stopped because it took too long */
    bool begun, end;    /* the status is known; nothing follows */
    int status;
    Str news;
    Writing *next;
};

static int64_t seconds_now(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec;
}

/* The object that an answer and each event of a stream is; usage NULL: left out. */
static void put_object(const Writing *w, Str *out, const char *text, const char *reason,
                       const StudioTextEnd *usage)
{
    JsonOut j;
    Str id = {0};
    str_addf(&id, "cmpl-%llx", (unsigned long long)w->ask.hash);
    jout_init(&j, out);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_string(&j, "id", id.s);
    jout_string(&j, "object", "text_completion");
    jout_int(&j, "created", w->created);
    jout_string(&j, "model", studio_model(w->home->studio, w->ask.text.model).name);
    jout_begin(&j, "choices", '[', true);
    jout_begin(&j, NULL, '{', true);
    jout_string(&j, "text", text);
    jout_int(&j, "index", 0);
    jout_string(&j, "logprobs", NULL);
    jout_string(&j, "finish_reason", reason);
    jout_end(&j, '}');
    jout_end(&j, ']');
    if (usage) {
        jout_begin(&j, "usage", '{', true);
        jout_int(&j, "prompt_tokens", usage->prompt);
        jout_int(&j, "completion_tokens", usage->tokens);
        jout_int(&j, "total_tokens", usage->prompt + usage->tokens);
        jout_end(&j, '}');
    }
    jout_end(&j, '}');
    str_free(&id);
}

/* ---- with the lock held ---------------------------------------------------------------------- */

/* What there is to send has changed. */
static void tell(Writing *w, int status, bool end)
{
    if (!w->begun) w->status = status;
    w->begun = true;
    w->end = end;
    if (w->stream) http_wake(w->stream);
}

static void end_event(Str *out)
{
    while (out->len && out->s[out->len - 1] == '\n') out->s[--out->len] = '\0';
    str_puts(out, "\n\n");
}

static void put_event(Writing *w, const char *text, const char *reason)
{
    str_puts(&w->news, "data: ");
    put_object(w, &w->news, text, reason, NULL);
    end_event(&w->news);
}

/* An event of a stream that has begun, otherwise the answer. */
static void put_error(Writing *w, int status, const char *message)
{
    JsonOut j;
    if (w->begun) str_puts(&w->news, "data: ");
    jout_init(&j, &w->news);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_begin(&j, "error", '{', true);
    jout_string(&j, "message", message);
    jout_string(&j, "type", status < 500 ? "invalid_request_error" : "server_error");
    jout_int(&j, "code", status);
    jout_end(&j, '}');
    jout_end(&j, '}');
    if (w->begun) end_event(&w->news);
    tell(w, status, true);
}

static void put_failure(Writing *w, const StudioTextEnd *end, Err *err)
{
    if (w->late)
        err_set(err, "it took longer than %d s: ask for less", w->home->patience);
    else if (w->home->stopping)
        err_set(err, "the server is shutting down");
    put_error(w, w->late || w->home->stopping ? 503 : end->refused ? 400 : 500, err->msg);
}

static void put_end(Writing *w, const StudioTextEnd *end)
{
    const char *reason = end->by_model ? "stop" : "length";
    if (w->ask.stream) {
        put_event(w, "", reason);
        str_puts(&w->news, "data: [DONE]\n\n");
    } else {
        put_object(w, &w->news, str_text(&w->whole), reason, end);
    }
    tell(w, 200, true);
}

/* By the stream and by the thread when they are done with it: the last one frees it. */
static void let_go(Writing *w)
{
    if (w->stream || w->running) return;
    w->home->held--;
    completions_ask_free(&w->ask);
    str_free(&w->whole);
    str_free(&w->news);
    free(w);
}

static void end_thread(Writing *w)
{
    Completions *c = w->home;
    Writing **at = &c->first;
    while (*at != w) at = &(*at)->next;
    *at = w->next;
    w->running = false;
    c->writing--;
    pthread_cond_broadcast(&c->ended);
}

/* ---- the thread that writes ------------------------------------------------------------------ */

static bool on_text(void *ud, const char *text, size_t len)
{
    Writing *w = ud;
    if (!w->ask.stream) {
        str_add(&w->whole, text, len);
    } else if (len > 0) {
        char *copy = mem_strndup(text, len);
        pthread_mutex_lock(&w->home->lock);
        put_event(w, copy, NULL);
        tell(w, 200, false);
        pthread_mutex_unlock(&w->home->lock);
        free(copy);
    }
    return true;
}

static void *write_text(void *ud)
{
    Writing *w = ud;
    Completions *c = w->home;
    const Run run = {.stop = &w->stop, .threads = c->threads};
    StudioTextEnd end;
    Err err = {""};
    w->ask.text.prompt = w->ask.prompt;
    w->ask.text.stop = (const char *const *)w->ask.stop;
    w->ask.text.put = on_text;
    w->ask.text.ud = w;
    w->ask.text.threads = c->threads;
    bool ok = studio_text(c->studio, &w->ask.text, &end, &run, &err);
    pthread_mutex_lock(&c->lock);
    if (ok)
        put_end(w, &end);
    else
        put_failure(w, &end, &err);
    end_thread(w);
    let_go(w);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- the stream ------------------------------------------------------------------------------ */

static bool start_thread(Writing *w)
{
    pthread_t thread;
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    bool ok = pthread_create(&thread, &detached, write_text, w) == 0;
    pthread_attr_destroy(&detached);
    return ok;
}

static void opened(void *ud, HttpStream *stream)
{
    Writing *w = ud;
    Completions *c = w->home;
    pthread_mutex_lock(&c->lock);
    w->stream = stream;
    w->stop = c->stopping;
    w->started = clock_seconds();
    w->running = true;
    w->next = c->first;
    c->first = w;
    c->writing++;
    if (!start_thread(w)) {
        end_thread(w);
        put_error(w, 503, "no thread can be started: try again later");
    }
    pthread_mutex_unlock(&c->lock);
}

static bool begin(void *ud, int *status, const char **type)
{
    Writing *w = ud;
    pthread_mutex_lock(&w->home->lock);
    bool begun = w->begun;
    *status = w->status;
    *type = w->ask.stream && w->status == 200 ? "text/event-stream" : "application/json";
    pthread_mutex_unlock(&w->home->lock);
    return begun;
}

static void pull(void *ud, Str *out, bool *end)
{
    Writing *w = ud;
    pthread_mutex_lock(&w->home->lock);
    str_add(out, str_text(&w->news), w->news.len);
    w->news.len = 0;
    *end = w->end;
    pthread_mutex_unlock(&w->home->lock);
}

static void closed(void *ud)
{
    Writing *w = ud;
    Completions *c = w->home;
    pthread_mutex_lock(&c->lock);
    w->stop = 1;
    w->stream = NULL;
    let_go(w);
    pthread_mutex_unlock(&c->lock);
}

/* ---- all of them ----------------------------------------------------------------------------- */

Completions *completions_open(Studio *studio, int threads, int patience)
{
    Completions *c = mem_alloc(1, sizeof *c);
    *c = (Completions){.studio = studio, .threads = threads, .patience = patience};
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->ended, NULL);
    return c;
}

void completions_stop(Completions *c)
{
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    for (Writing *w = c->first; w; w = w->next) w->stop = 1;
    pthread_mutex_unlock(&c->lock);
}

void completions_tick(Completions *c)
{
    double now = clock_seconds();
    pthread_mutex_lock(&c->lock);
    for (Writing *w = c->first; w; w = w->next)
        if (!w->stop && now - w->started > c->patience) {
            w->late = true;
            w->stop = 1;
        }
    pthread_mutex_unlock(&c->lock);
}

int completions_writing(Completions *c)
{
    pthread_mutex_lock(&c->lock);
    int n = c->writing;
    pthread_mutex_unlock(&c->lock);
    return n;
}

int completions_open_replies(Completions *c)
{
    pthread_mutex_lock(&c->lock);
    int n = c->held;
    pthread_mutex_unlock(&c->lock);
    return n;
}

void completions_close(Completions *c)
{
    if (!c) return;
    pthread_mutex_lock(&c->lock);
    while (c->writing) pthread_cond_wait(&c->ended, &c->lock);
    pthread_mutex_unlock(&c->lock);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* A place among those that are answered. */
static bool take_place(Completions *c, int *status, Err *err)
{
    pthread_mutex_lock(&c->lock);
    *status = c->stopping ? 503 : c->held >= COMPLETIONS_MOST ? 429 : 200;
    if (*status == 200) c->held++;
    pthread_mutex_unlock(&c->lock);
    if (*status == 200) return true;
    return err_set(err, *status == 503 ? "the server is shutting down"
                                       : "too many texts are being written");
}

bool completions_reply(Completions *c, const Str *body, HttpReply *out, int *status, Err *err)
{
    CompletionsAsk ask = {.stream = false};
    *status = 400;
    if (!completions_ask(&ask, c->studio, str_text(body), body->len, status, err)) return false;
    if (!take_place(c, status, err)) {
        completions_ask_free(&ask);
        return false;
    }
    Writing *w = mem_alloc(1, sizeof *w);
    *w = (Writing){.home = c, .ask = ask, .created = seconds_now()};
    out->ud = w;
    out->opened = opened;
    out->begin = begin;
    out->pull = pull;
    out->closed = closed;
    return true;
}

void completions_models(const Studio *studio, Str *out)
{
    JsonOut j;
    jout_init(&j, out);
    jout_begin(&j, NULL, '{', false);
    jout_string(&j, "object", "list");
    jout_begin(&j, "data", '[', false);
    for (int i = 0; i < studio_count(studio); i++) {
        jout_begin(&j, NULL, '{', true);
        jout_string(&j, "id", studio_model(studio, i).name);
        jout_string(&j, "object", "model");
        jout_int(&j, "created", 0);
        jout_string(&j, "owned_by", "llmsonify");
        jout_end(&j, '}');
    }
    jout_end(&j, ']');
    jout_end(&j, '}');
    str_putc(out, '\n');
}
