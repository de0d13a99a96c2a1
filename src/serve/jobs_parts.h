/* jobs_parts.h: what jobs.c and job_tell.c share. */
#ifndef SERVE_JOBS_PARTS_H
#define SERVE_JOBS_PARTS_H

#include <pthread.h>
#include <signal.h>

#include "jobs.h"

typedef enum JobState {
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_DONE,
    JOB_FAILED,
    JOB_CANCELLED
} JobState;

/* Everything is changed under the store's lock; the piece never after the job is done. */
struct Job {
    Jobs *store;
    Order *order;
    StudioPiece piece;
    Err err;
    JobState state;
    char stage[32];
    int64_t done, total;
    volatile sig_atomic_t stop; /* Run.stop: the one thing that is read without the lock */
    bool late;          /* stopped because it took too long */
    int refs;           /* of the store itself, and of others */
    uint64_t news;      /* grows with every change worth telling */
    uint64_t used;      /* when it was last asked for, as a count */
    double started, told; /* seconds */
    Job *next;          /* in the store, the newest first */
};

struct JobWatch {
    Job *job;
    HttpStream *stream;
    uint64_t seen;
    double last; /* when something was said, seconds */
    bool silent; /* for too long */
    JobWatch *next;
};

struct Jobs {
    const ServeOpts *o;
    Studio *studio;
    pthread_mutex_t lock;
    pthread_cond_t work;
    Job *first;
    JobWatch *watch;
    pthread_t *thread; /* [nthreads] */
    int nthreads, threads, running, waiting;
    bool refusing, closing;
    uint64_t clock;
};

/* With the lock held: the place in the queue from 1, 0 when it does not wait. */
int job_position(const Job *job);
/* With the lock held: the whole of GET /api/jobs/ID. */
void job_write(const Job *job, Str *out);
const char *job_state_name(JobState state);

#endif
