/* jobs.c: see jobs.h. One lock guards the store; pieces are made and sent without it. */
#include "jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "jobs_parts.h"

enum { KEPT = 256, MOST_WORKERS = 4 };
static const double TELL_EVERY = 0.05; /* seconds between two reports of progress */
static const double SILENCE = 15;      /* seconds until a stream is kept alive */

/* ---- with the lock held ---------------------------------------------------------------------- */

static void release_locked(Job *job)
{
    if (--job->refs > 0) return;
    order_free(job->order);
    studio_piece_free(&job->piece);
    free(job);
}

static void unlink_job(Jobs *j, Job *job)
{
    for (Job **at = &j->first; *at; at = &(*at)->next)
        if (*at == job) {
            *at = job->next;
            release_locked(job);
            return;
        }
}

static bool is_over(const Job *job)
{
    return job->state != JOB_QUEUED && job->state != JOB_RUNNING;
}

static Job *find(const Jobs *j, const char *id)
{
    for (Job *job = j->first; job; job = job->next)
        if (strcmp(job->order->id, id) == 0) return job;
    return NULL;
}

static void tell(Job *job)
{
    job->news++;
    job->told = clock_seconds();
    for (JobWatch *w = job->store->watch; w; w = w->next)
        if (w->job == job && w->stream) http_wake(w->stream);
}

static int64_t bytes_of(const Job *job)
{
    int64_t n = 0;
    for (int i = 0; i < STUDIO_PARTS; i++) n += (int64_t)job->piece.part[i].cap;
    return n;
}

/* Lets go of the finished job that was asked for longest ago, until there is room. */
static void make_room(Jobs *j, const Job *keep)
{
    for (;;) {
        int n = 0;
        int64_t bytes = 0;
        Job *oldest = NULL;
        for (Job *job = j->first; job; job = job->next) {
            if (!is_over(job)) continue;
            n++;
            bytes += bytes_of(job);
            if (job != keep && (!oldest || job->used < oldest->used)) oldest = job;
        }
        if (!oldest || (n <= KEPT && bytes <= (int64_t)j->o->cache << 20)) return;
        unlink_job(j, oldest);
    }
}

static void finish(Job *job, JobState state)
{
    job->state = state;
    tell(job);
    make_room(job->store, job);
}

/* The one that has waited longest. */
static Job *take_next(Jobs *j)
{
    Job *last = NULL;
    for (Job *job = j->first; job; job = job->next)
        if (job->state == JOB_QUEUED) last = job;
    if (!last) return NULL;
    last->state = JOB_RUNNING;
    last->refs++;
    last->started = clock_seconds();
    j->waiting--;
    j->running++;
    for (Job *job = j->first; job; job = job->next)
        if (job->state == JOB_QUEUED) tell(job); /* their places have changed */
    tell(last);
    return last;
}

int job_position(const Job *job)
{
    int n = 1;
    if (job->state != JOB_QUEUED) return 0;
    for (const Job *other = job->next; other; other = other->next) n += other->state == JOB_QUEUED;
    return n;
}

/* ---- the threads that make pieces ------------------------------------------------------------ */

static void on_progress(void *ud, const char *stage, int64_t done, int64_t total)
{
    Job *job = ud;
    pthread_mutex_lock(&job->store->lock);
    bool other = strcmp(stage, job->stage) != 0;
    snprintf(job->stage, sizeof job->stage, "%s", stage);
    job->done = done;
    job->total = total;
    if (other || clock_seconds() - job->told > TELL_EVERY) tell(job);
    pthread_mutex_unlock(&job->store->lock);
}

/* So many of the machine's threads for the next piece as its neighbours leave. */
static int share_of(const Jobs *j)
{
    int n = j->running + j->waiting;
    if (n > j->nthreads) n = j->nthreads;
    return j->threads > n ? j->threads / n : 1;
}

static void make(StudioSeat *seat, Job *job, int threads)
{
    Jobs *j = job->store;
    StudioPiece piece = {.seconds = 0};
    Err err = {{0}};
    const Run run = {.progress = on_progress, .ud = job, .stop = &job->stop, .threads = threads};
    bool ok = studio_make(seat, &job->order->job, &piece, &run, &err);
    pthread_mutex_lock(&j->lock);
    j->running--;
    job->piece = piece;
    if (!ok && job->late) err_set(&err, "it took longer than %d s: ask for less", j->o->patience);
    job->err = err;
    if (ok) snprintf(job->stage, sizeof job->stage, "done");
    if (ok) job->done = job->total = 1;
    finish(job, ok ? JOB_DONE : job->stop && !job->late ? JOB_CANCELLED : JOB_FAILED);
    release_locked(job);
    pthread_mutex_unlock(&j->lock);
}

static void *work(void *ud)
{
    Jobs *j = ud;
    StudioSeat *seat = studio_sit(j->studio, 1);
    pthread_mutex_lock(&j->lock);
    while (!j->closing) {
        Job *job = take_next(j);
        if (!job) {
            pthread_cond_wait(&j->work, &j->lock);
            continue;
        }
        int threads = share_of(j);
        pthread_mutex_unlock(&j->lock);
        make(seat, job, threads);
        pthread_mutex_lock(&j->lock);
    }
    pthread_mutex_unlock(&j->lock);
    studio_rise(seat);
    return NULL;
}

/* ---- the store ------------------------------------------------------------------------------- */

bool jobs_open(Jobs **out, const ServeOpts *o, Studio *studio, int threads, Err *err)
{
    Jobs *j = mem_alloc(1, sizeof *j);
    int n = o->workers ? o->workers : threads < MOST_WORKERS ? threads : MOST_WORKERS;
    *j = (Jobs){.o = o, .studio = studio, .threads = threads};
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->work, NULL);
    j->thread = mem_alloc(n, sizeof *j->thread);
    int code = 0;
    for (; j->nthreads < n; j->nthreads++)
        if ((code = pthread_create(&j->thread[j->nthreads], NULL, work, j)) != 0) break;
    *out = j;
    if (j->nthreads > 0) return true;
    jobs_close(j);
    *out = NULL;
    return err_set(err, "no thread can be started to make pieces: %s", strerror(code));
}

void jobs_refuse(Jobs *j)
{
    pthread_mutex_lock(&j->lock);
    j->refusing = true;
    for (Job *job = j->first; job; job = job->next) {
        if (job->state != JOB_QUEUED) continue;
        j->waiting--;
        job->state = JOB_CANCELLED;
        err_set(&job->err, "the server is shutting down");
        tell(job);
    }
    pthread_mutex_unlock(&j->lock);
}

void jobs_stop(Jobs *j)
{
    pthread_mutex_lock(&j->lock);
    for (Job *job = j->first; job; job = job->next)
        if (job->state == JOB_RUNNING) job->stop = 1;
    pthread_mutex_unlock(&j->lock);
}

int jobs_running(Jobs *j)
{
    pthread_mutex_lock(&j->lock);
    int n = j->running;
    pthread_mutex_unlock(&j->lock);
    return n;
}

int jobs_watched(Jobs *j)
{
    int n = 0;
    pthread_mutex_lock(&j->lock);
    for (const JobWatch *w = j->watch; w; w = w->next) n++;
    pthread_mutex_unlock(&j->lock);
    return n;
}

void jobs_close(Jobs *j)
{
    if (!j) return;
    pthread_mutex_lock(&j->lock);
    j->closing = true;
    pthread_cond_broadcast(&j->work);
    pthread_mutex_unlock(&j->lock);
    for (int i = 0; i < j->nthreads; i++) pthread_join(j->thread[i], NULL);
    while (j->first) unlink_job(j, j->first);
    pthread_cond_destroy(&j->work);
    pthread_mutex_destroy(&j->lock);
    free(j->thread);
    free(j);
}

void jobs_tick(Jobs *j)
{
    double now = clock_seconds();
    pthread_mutex_lock(&j->lock);
    for (Job *job = j->first; job; job = job->next)
        if (job->state == JOB_RUNNING && !job->stop && now - job->started > j->o->patience) {
            job->late = true;
            job->stop = 1;
        }
    for (JobWatch *w = j->watch; w; w = w->next)
        if (w->stream && now - w->last > SILENCE) {
            w->silent = true;
            http_wake(w->stream);
        }
    pthread_mutex_unlock(&j->lock);
}

/* A job of that id which is under way, or made already. */
static Job *reuse(Jobs *j, const char *id)
{
    Job *job = find(j, id);
    bool useless = job && (job->state == JOB_FAILED || job->state == JOB_CANCELLED ||
                           (job->state == JOB_RUNNING && job->stop));
    if (!useless) return job;
    unlink_job(j, job);
    return NULL;
}

JobPut jobs_put(Jobs *j, Order *order, Job **out)
{
    *out = NULL;
    pthread_mutex_lock(&j->lock);
    Job *job = reuse(j, order->id);
    JobPut put = j->refusing ? JOB_CLOSING : job || j->waiting < j->o->queue ? JOB_TAKEN : JOB_FULL;
    if (put == JOB_TAKEN && !job) {
        job = mem_alloc(1, sizeof *job);
        *job = (Job){.store = j, .order = order, .refs = 1, .next = j->first};
        order = NULL;
        j->first = job;
        j->waiting++;
        pthread_cond_signal(&j->work);
    }
    if (put == JOB_TAKEN) {
        job->refs++;
        job->used = ++j->clock;
        *out = job;
    }
    pthread_mutex_unlock(&j->lock);
    order_free(order);
    return put;
}

Job *jobs_get(Jobs *j, const char *id)
{
    pthread_mutex_lock(&j->lock);
    Job *job = find(j, id);
    if (job) {
        job->refs++;
        job->used = ++j->clock;
    }
    pthread_mutex_unlock(&j->lock);
    return job;
}

void jobs_release(void *ud)
{
    Job *job = ud;
    Jobs *j = job->store;
    pthread_mutex_lock(&j->lock);
    release_locked(job);
    pthread_mutex_unlock(&j->lock);
}

void jobs_cancel(Job *job)
{
    Jobs *j = job->store;
    pthread_mutex_lock(&j->lock);
    if (job->state == JOB_RUNNING) job->stop = 1;
    if (job->state == JOB_QUEUED) {
        j->waiting--;
        finish(job, JOB_CANCELLED);
    }
    pthread_mutex_unlock(&j->lock);
}

const Str *job_part(Job *job, StudioPart part)
{
    pthread_mutex_lock(&job->store->lock);
    bool has = job->state == JOB_DONE && job->piece.part[part].len > 0;
    pthread_mutex_unlock(&job->store->lock);
    return has ? &job->piece.part[part] : NULL;
}

bool job_is_done(Job *job)
{
    pthread_mutex_lock(&job->store->lock);
    bool done = job->state == JOB_DONE;
    pthread_mutex_unlock(&job->store->lock);
    return done;
}
