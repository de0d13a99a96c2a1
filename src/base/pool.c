/* pool.c: see base/pool.h.
 *
 * One 64-bit word, the ticket, holds the number of the job (upper half) and how many of its tasks
 * are not yet taken (lower half). A task is taken by compare-and-swap, so a thread that comes late
 * can never take a task of a job that is over, nor read a job that is being set up: the fields of
 * the job are written before the ticket is released, and read only by who holds one of its tasks.
 * Waiting is spinning for SPIN_NS, then sleeping on a condition variable. Spinning is left out when
 * there are more threads than processors: it would keep the others from working. */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/run.h"

enum {
    SPIN_NS = 200000, /* longer than what lies between two products of a forward pass */
    SPIN_BATCH = 64   /* looks between two readings of the clock */
};

typedef struct PoolThread {
    Pool *pool;
    pthread_t id;
    int worker;
} PoolThread;

struct Pool {
    int threads; /* the caller's included */
    bool spin;
    PoolThread *thread; /* [threads], the first unused */

    void (*fn)(void *ud, int task, int worker); /* the job */
    void *ud;
    int ntasks;

    char pad_job[64];             /* cache lines of their own for what all threads write */
    atomic_uint_least64_t ticket; /* job << 32 | tasks not taken */
    char pad_ticket[64];
    atomic_int done; /* tasks finished */
    char pad_done[64];
    atomic_int sleepers; /* threads asleep on `work` */
    atomic_bool waiting; /* the caller sleeps on `ready` */
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t work, ready;
};

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint32_t tasks_left(uint64_t ticket)
{
    return (uint32_t)ticket;
}

static bool has_work(Pool *p)
{
    return tasks_left(atomic_load(&p->ticket)) > 0 || atomic_load(&p->stop);
}

static bool all_done(Pool *p)
{
    return atomic_load(&p->done) == p->ntasks;
}

/* Waits a moment for ready(p) without sleeping. False when it did not come. */
static bool spin_until(Pool *p, bool (*ready)(Pool *p))
{
    if (ready(p)) return true;
    if (!p->spin) return false;
    int64_t end = now_ns() + SPIN_NS;
    do {
        for (int i = 0; i < SPIN_BATCH; i++) {
            if (ready(p)) return true;
            relax();
        }
    } while (now_ns() < end);
    return false;
}

/* Takes and does tasks until none is left. */
static void do_tasks(Pool *p, int worker)
{
    uint64_t ticket = atomic_load(&p->ticket);
    while (tasks_left(ticket) > 0) {
        if (!atomic_compare_exchange_weak(&p->ticket, &ticket, ticket - 1)) continue;
        int n = p->ntasks;
        p->fn(p->ud, n - (int)tasks_left(ticket), worker);
        int done = atomic_fetch_add(&p->done, 1) + 1;
        if (done == n && atomic_load(&p->waiting)) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->ready);
            pthread_mutex_unlock(&p->lock);
        }
        ticket = atomic_load(&p->ticket);
    }
}

static void *pool_work(void *arg)
{
    PoolThread *t = arg;
    Pool *p = t->pool;
    for (;;) {
        if (!spin_until(p, has_work)) {
            pthread_mutex_lock(&p->lock);
            atomic_fetch_add(&p->sleepers, 1);
            while (!has_work(p)) pthread_cond_wait(&p->work, &p->lock);
            atomic_fetch_sub(&p->sleepers, 1);
            pthread_mutex_unlock(&p->lock);
        }
        if (atomic_load(&p->stop)) return NULL;
        do_tasks(p, t->worker);
    }
}

static void wake_sleepers(Pool *p)
{
    if (atomic_load(&p->sleepers) == 0) return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
}

static void wait_done(Pool *p)
{
    if (spin_until(p, all_done)) return;
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->waiting, true);
    while (!all_done(p)) pthread_cond_wait(&p->ready, &p->lock);
    atomic_store(&p->waiting, false);
    pthread_mutex_unlock(&p->lock);
}

Pool *pool_open(int threads)
{
    const Run wanted = {.threads = threads}, all = {.threads = 0};
    Pool *p = mem_alloc(1, sizeof *p);
    p->threads = run_threads(&wanted);
    p->spin = p->threads <= run_threads(&all);
    p->thread = mem_alloc(p->threads, sizeof *p->thread);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->ready, NULL);
    int started = 1;
    for (; started < p->threads; started++) {
        PoolThread *t = &p->thread[started];
        t->pool = p;
        t->worker = started;
        if (pthread_create(&t->id, NULL, pool_work, t) != 0) break;
    }
    p->threads = started;
    return p;
}

void pool_close(Pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->stop, true);
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (int i = 1; i < p->threads; i++) pthread_join(p->thread[i].id, NULL);
    pthread_cond_destroy(&p->ready);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p->thread);
    free(p);
}

int pool_threads(const Pool *p)
{
    return p ? p->threads : 1;
}

void pool_run(Pool *p, int ntasks, void (*fn)(void *ud, int task, int worker), void *ud)
{
    if (pool_threads(p) == 1 || ntasks <= 1) {
        for (int i = 0; i < ntasks; i++) fn(ud, i, 0);
        return;
    }
    p->fn = fn;
    p->ud = ud;
    p->ntasks = ntasks;
    atomic_store(&p->done, 0);
    uint64_t job = (atomic_load(&p->ticket) >> 32) + 1;
    atomic_store(&p->ticket, job << 32 | (uint32_t)ntasks);
    wake_sleepers(p);
    do_tasks(p, 0);
    wait_done(p);
}
