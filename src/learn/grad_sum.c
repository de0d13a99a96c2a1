/* grad_sum.c: see grad_sum.h. Threads split the numbers, not the lanes: each sum has one order. */
#include "grad_sum.h"

#include <stddef.h>

enum { PART = 1 << 16 }; /* numbers at a time */

typedef struct Sum {
    float *g;
    int lanes;
    int64_t stride, n;
} Sum;

static void sum_part(void *ud, int64_t i, int worker)
{
    const Sum *s = ud;
    (void)worker;
    int64_t from = i * PART, to = from + PART < s->n ? from + PART : s->n;
    for (int lane = 1; lane < s->lanes; lane++) {
        const float *other = s->g + lane * s->stride;
        for (int64_t k = from; k < to; k++) s->g[k] += other[k];
    }
}

void grad_sum(float *g, int lanes, int64_t stride, int64_t n, const Run *run)
{
    Sum s = {g, lanes, stride, n};
    parallel_for(run, NULL, (n + PART - 1) / PART, sum_part, &s);
}
