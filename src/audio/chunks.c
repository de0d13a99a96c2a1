/* chunks.c: see chunks.h. */
#include "chunks.h"

#include <stddef.h>

typedef struct Chunks {
    int64_t n, size;
    void (*fn)(void *ud, int64_t from, int64_t to);
    void *ud;
} Chunks;

static void one_chunk(void *ud, int64_t i, int worker)
{
    const Chunks *c = ud;
    int64_t from = i * c->size, to = from + c->size;
    (void)worker;
    c->fn(c->ud, from, to < c->n ? to : c->n);
}

void for_chunks(const Run *run, int64_t n, int64_t size,
                void (*fn)(void *ud, int64_t from, int64_t to), void *ud)
{
    Run whole = {.threads = run_threads(run)};
    Chunks c = {.n = n, .size = size, .fn = fn, .ud = ud};
    parallel_for(&whole, NULL, (n + size - 1) / size, one_chunk, &c);
}
