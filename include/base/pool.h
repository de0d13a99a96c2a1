/* pool.h: threads that stay awake for many small pieces of work in a row.
 *
 * parallel_for (base/run.h) starts its threads for every call, which suits work of seconds.
 * Decoding one token is some hundred matrix-vector products of 10 to 100 microseconds: a Pool
 * keeps its threads, lets them spin for a moment after each piece and puts them to sleep after
 * that. Work is split by output, so that the number of threads never changes a result. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

typedef struct Pool Pool;

/* threads: how many work, the caller of pool_run among them; 0 = all processors. When the system
 * has no more threads to give, the pool has fewer. Never NULL. */
Pool *pool_open(int threads);
void pool_close(Pool *pool);        /* NULL is fine */
int pool_threads(const Pool *pool); /* 1 for NULL */

/* Calls fn(ud, task, worker) once for every task in 0..ntasks-1 and returns when all are done.
 * worker is 0..threads-1 (0 is the caller), for memory of its own. Tasks are handed out in order.
 * One caller at a time; fn must not call pool_run on the same pool. A NULL pool: no threads. */
void pool_run(Pool *pool, int ntasks, void (*fn)(void *ud, int task, int worker), void *ud);

#endif
