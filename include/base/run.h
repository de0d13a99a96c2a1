/* run.h: what is passed to everything that takes time: progress, interruption, threads. */
#ifndef BASE_RUN_H
#define BASE_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Run {
    /* Called from any thread, never concurrently; may be NULL. */
    void (*progress)(void *ud, const char *stage, int64_t done, int64_t total);
    void *ud;
    const volatile sig_atomic_t *stop; /* not 0: give up soon; may be NULL */
    int threads;                       /* 0 = all processors; changes time, never the result */
} Run;

/* True when the user asked to stop. run may be NULL. */
bool run_stopped(const Run *run);
void run_progress(const Run *run, const char *stage, int64_t done, int64_t total);
/* The number of threads to use, at least 1. run may be NULL. */
int run_threads(const Run *run);

/* Calls fn(ud, i, worker) once for every i in 0..n-1, on up to run->threads threads; worker is
 * 0..threads-1, for per-thread scratch memory. Indices are handed out in order. After a stop
 * the rest is skipped. Progress is reported under `stage` when it is not NULL. */
void parallel_for(const Run *run, const char *stage, int64_t n,
                  void (*fn)(void *ud, int64_t i, int worker), void *ud);

#endif
