/* crew.c: see base/crew.h. A ring under one lock: its items are pieces of work of a second, so that
 * the lock costs nothing. */
#include "base/crew.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

struct Crew {
    void (*work)(void *ud, void *item);
    void *ud;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    void **ring; /* [cap] */
    int cap, first, n;
    bool closing;
    pthread_t *thread; /* [nthreads] */
    int nthreads;
};

static void *crew_work(void *arg)
{
    Crew *c = arg;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        while (c->n == 0 && !c->closing) pthread_cond_wait(&c->filled, &c->lock);
        if (c->n == 0) {
            pthread_mutex_unlock(&c->lock);
            return NULL;
        }
        void *item = c->ring[c->first];
        c->first = (c->first + 1) % c->cap;
        c->n--;
        pthread_cond_signal(&c->emptied);
        pthread_mutex_unlock(&c->lock);
        c->work(c->ud, item);
    }
}

Crew *crew_open(int threads, int waiting, void (*work)(void *ud, void *item), void *ud)
{
    Crew *c = mem_alloc(1, sizeof *c);
    c->work = work;
    c->ud = ud;
    c->cap = waiting > 0 ? waiting : 1;
    c->ring = mem_alloc(c->cap, sizeof *c->ring);
    c->thread = mem_alloc(threads, sizeof *c->thread);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->filled, NULL);
    pthread_cond_init(&c->emptied, NULL);
    for (; c->nthreads < threads; c->nthreads++)
        if (pthread_create(&c->thread[c->nthreads], NULL, crew_work, c) != 0) break;
    return c;
}

void crew_put(Crew *c, void *item)
{
    if (c->nthreads == 0) {
        c->work(c->ud, item);
        return;
    }
    pthread_mutex_lock(&c->lock);
    while (c->n == c->cap) pthread_cond_wait(&c->emptied, &c->lock);
    c->ring[(c->first + c->n) % c->cap] = item;
    c->n++;
    pthread_cond_signal(&c->filled);
    pthread_mutex_unlock(&c->lock);
}

void crew_close(Crew *c)
{
    if (!c) return;
    pthread_mutex_lock(&c->lock);
    c->closing = true;
    pthread_cond_broadcast(&c->filled);
    pthread_mutex_unlock(&c->lock);
    for (int i = 0; i < c->nthreads; i++) pthread_join(c->thread[i], NULL);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->filled);
    pthread_cond_destroy(&c->emptied);
    free(c->thread);
    free(c->ring);
    free(c);
}
