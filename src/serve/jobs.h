/* jobs.h: the pieces that are asked for: a bounded queue, the threads that work it off, and the
 * finished ones, kept while there is room.
 *
 * The same request has the same id, so that it is made once however often it is asked for. A job
 * that somebody holds a reference to stays whole, even when the store has let go of it. */
#ifndef SERVE_JOBS_H
#define SERVE_JOBS_H

#include "http.h"
#include "request.h"

typedef struct Jobs Jobs;
typedef struct Job Job;
typedef struct JobWatch JobWatch;

typedef enum JobPut { JOB_TAKEN, JOB_FULL, JOB_CLOSING } JobPut;

/* False when not one thread could be started to make pieces; *out is NULL then. */
bool jobs_open(Jobs **out, const ServeOpts *o, Studio *studio, int threads, Err *err);
/* Nothing more is taken in: what waits is refused. */
void jobs_refuse(Jobs *j);
/* Stops what is being made. */
void jobs_stop(Jobs *j);
int jobs_running(Jobs *j);
int jobs_watched(Jobs *j);
/* Ends the threads and frees every job. NULL is fine. */
void jobs_close(Jobs *j);
/* To be called a few times a second: jobs that take too long, streams that are silent too long. */
void jobs_tick(Jobs *j);

/* Takes the order in any case. *out is a reference, NULL unless JOB_TAKEN. */
JobPut jobs_put(Jobs *j, Order *order, Job **out);
Job *jobs_get(Jobs *j, const char *id); /* a reference; NULL when there is none */
void jobs_release(void *job);
void jobs_cancel(Job *job);

const char *job_id(const Job *job);
/* The answer to POST, and to GET. */
void job_tell_ticket(Job *job, Str *out);
void job_tell(Job *job, Str *out);
/* NULL unless the job is done and has it. Lives as long as the reference. */
const Str *job_part(Job *job, StudioPart part);
const char *job_format(const Job *job); /* "wav" */
bool job_is_done(Job *job);

/* A stream of a job's events; takes over the reference. For HttpReply. */
JobWatch *job_watch(Job *job);
void job_watch_pull(void *watch, Str *out, bool *end);
void job_watch_opened(void *watch, HttpStream *stream);
void job_watch_closed(void *watch);

#endif
