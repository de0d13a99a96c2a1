/* run.c: see base/run.h. Work is split by output (an index is computed by one thread alone), so
 * that the number of threads cannot change a result. */
#include "base/run.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

enum { RUN_MAX_THREADS = 256 };

typedef struct Loop {
    const Run *run;
    const char *stage;
    int64_t n;
    void (*fn)(void *ud, int64_t i, int worker);
    void *ud;
    atomic_llong next, done;
    pthread_mutex_t lock; /* around progress */
} Loop;

typedef struct Worker {
    Loop *loop;
    int id;
} Worker;

bool run_stopped(const Run *run)
{
    return run && run->stop && *run->stop;
}

void run_progress(const Run *run, const char *stage, int64_t done, int64_t total)
{
    if (run && run->progress) run->progress(run->ud, stage, done, total);
}

int run_threads(const Run *run)
{
    long n = run ? run->threads : 0;
    if (n <= 0) n = sysconf(_SC_NPROCESSORS_ONLN);
    if (n < 1) n = 1;
    return n > RUN_MAX_THREADS ? RUN_MAX_THREADS : (int)n;
}

static void *loop_work(void *arg)
{
    Worker *w = arg;
    Loop *loop = w->loop;
    for (;;) {
        int64_t i = atomic_fetch_add(&loop->next, 1);
        if (i >= loop->n || run_stopped(loop->run)) return NULL;
        loop->fn(loop->ud, i, w->id);
        int64_t done = atomic_fetch_add(&loop->done, 1) + 1;
        if (loop->stage && loop->run && loop->run->progress) {
            pthread_mutex_lock(&loop->lock);
            run_progress(loop->run, loop->stage, done, loop->n);
            pthread_mutex_unlock(&loop->lock);
        }
    }
}

void parallel_for(const Run *run, const char *stage, int64_t n,
                  void (*fn)(void *ud, int64_t i, int worker), void *ud)
{
    Loop loop = {.run = run, .stage = stage, .n = n, .fn = fn, .ud = ud};
    int threads = run_threads(run);
    if (threads > n) threads = n > 0 ? (int)n : 1;
    pthread_mutex_init(&loop.lock, NULL);
    pthread_t *tid = mem_alloc(threads, sizeof *tid);
    Worker *worker = mem_alloc(threads, sizeof *worker);
    int started = 1;
    for (int t = 0; t < threads; t++) worker[t] = (Worker){&loop, t};
    for (; started < threads; started++)
        if (pthread_create(&tid[started], NULL, loop_work, &worker[started]) != 0) break;
    loop_work(&worker[0]);
    for (int t = 1; t < started; t++) pthread_join(tid[t], NULL);
    pthread_mutex_destroy(&loop.lock);
    free(tid);
    free(worker);
}
