/* completions.c: see completions.h. The thread that writes puts text into a buffer and wakes the
 * stream; when the client goes away it is told to stop and waited for. */
#include "completions.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "completions_ask.h"

struct Completions {
    Studio *studio;
    int threads;
    _Atomic int busy;    /* replies that are open */
    _Atomic int writing; /* threads */
    volatile sig_atomic_t stop;
};

/* One answer under way. */
typedef struct Writing {
    Completions *home;
    CompletionsAsk ask;
    int64_t created; /* seconds since 1970 */
    HttpStream *stream;
    pthread_t thread;
    bool started;
    volatile sig_atomic_t stop;
    Str whole;            /* of an answer that is not streamed */
    pthread_mutex_t lock; /* of what follows */
    Str news;
    bool end;
} Writing;

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

static void put_event(Writing *w, const char *text, const char *reason)
{
    pthread_mutex_lock(&w->lock);
    str_puts(&w->news, "data: ");
    put_object(w, &w->news, text, reason, NULL);
    while (w->news.len && w->news.s[w->news.len - 1] == '\n') w->news.s[--w->news.len] = '\0';
    str_puts(&w->news, "\n\n");
    pthread_mutex_unlock(&w->lock);
    http_wake(w->stream);
}

static bool on_text(void *ud, const char *text, size_t len)
{
    Writing *w = ud;
    if (!w->ask.stream) {
        str_add(&w->whole, text, len);
    } else if (len > 0) {
        char *copy = mem_strndup(text, len);
        put_event(w, copy, NULL);
        free(copy);
    }
    return !w->stop && !w->home->stop;
}

static void put_error(Writing *w, const char *message)
{
    JsonOut j;
    if (w->ask.stream) str_puts(&w->news, "data: ");
    jout_init(&j, &w->news);
    j.compact = true;
    jout_begin(&j, NULL, '{', true);
    jout_begin(&j, "error", '{', true);
    jout_string(&j, "message", message);
    jout_end(&j, '}');
    jout_end(&j, '}');
    str_puts(&w->news, "\n\n");
}

static void *write_text(void *ud)
{
    Writing *w = ud;
    const Run run = {.stop = &w->home->stop, .threads = w->home->threads};
    StudioTextEnd end;
    Err err = {""};
    w->ask.text.prompt = w->ask.prompt;
    w->ask.text.stop = (const char *const *)w->ask.stop;
    w->ask.text.put = on_text;
    w->ask.text.ud = w;
    w->ask.text.threads = w->home->threads;
    bool ok = studio_text(w->home->studio, &w->ask.text, &end, &run, &err);
    const char *reason = end.by_model ? "stop" : "length";
    if (ok && w->ask.stream) put_event(w, "", reason);
    pthread_mutex_lock(&w->lock);
    if (!ok)
        put_error(w, err.msg);
    else if (w->ask.stream)
        str_puts(&w->news, "data: [DONE]\n\n");
    else
        put_object(w, &w->news, str_text(&w->whole), reason, &end);
    w->end = true;
    pthread_mutex_unlock(&w->lock);
    http_wake(w->stream);
    atomic_fetch_sub(&w->home->writing, 1);
    return NULL;
}

static void opened(void *ud, HttpStream *stream)
{
    Writing *w = ud;
    w->stream = stream;
    atomic_fetch_add(&w->home->writing, 1);
    w->started = pthread_create(&w->thread, NULL, write_text, w) == 0;
    w->end = !w->started;
    if (!w->started) atomic_fetch_sub(&w->home->writing, 1);
}

static void pull(void *ud, Str *out, bool *end)
{
    Writing *w = ud;
    pthread_mutex_lock(&w->lock);
    str_add(out, str_text(&w->news), w->news.len);
    w->news.len = 0;
    *end = w->end;
    pthread_mutex_unlock(&w->lock);
}

static void closed(void *ud)
{
    Writing *w = ud;
    w->stop = 1;
    if (w->started) pthread_join(w->thread, NULL);
    atomic_fetch_sub(&w->home->busy, 1);
    completions_ask_free(&w->ask);
    pthread_mutex_destroy(&w->lock);
    str_free(&w->whole);
    str_free(&w->news);
    free(w);
}

Completions *completions_open(Studio *studio, int threads)
{
    Completions *c = mem_alloc(1, sizeof *c);
    c->studio = studio;
    c->threads = threads;
    return c;
}

void completions_stop(Completions *c)
{
    c->stop = 1;
}

int completions_writing(const Completions *c)
{
    return atomic_load(&c->writing);
}

int completions_open_replies(const Completions *c)
{
    return atomic_load(&c->busy);
}

void completions_close(Completions *c)
{
    free(c);
}

bool completions_reply(Completions *c, const Str *body, HttpReply *out, int *status, Err *err)
{
    CompletionsAsk ask = {.stream = false};
    *status = 400;
    if (!completions_ask(&ask, c->studio, str_text(body), body->len, status, err)) return false;
    bool stopping = c->stop;
    if (stopping || atomic_fetch_add(&c->busy, 1) >= COMPLETIONS_MOST) {
        if (!stopping) atomic_fetch_sub(&c->busy, 1);
        completions_ask_free(&ask);
        *status = stopping ? 503 : 429;
        return err_set(err, "%s",
                       stopping ? "the server is shutting down"
                                : "too many texts are being written");
    }
    Writing *w = mem_alloc(1, sizeof *w);
    w->home = c;
    w->ask = ask;
    w->created = seconds_now();
    pthread_mutex_init(&w->lock, NULL);
    out->status = 200;
    out->type = ask.stream ? "text/event-stream" : "application/json";
    out->ud = w;
    out->opened = opened;
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
