/* bench_bounds.h: what the machine allows: reading memory, and sgemm. For the benchmarks of matrix
 * products. */
#ifndef BENCH_BOUNDS_H
#define BENCH_BOUNDS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "math/blas.h"

enum { GEMM_N = 2048, READ_PART = 1 << 20 };

typedef struct Reading {
    const uint8_t *data;
    int64_t bytes;
    uint64_t sum[256][8];
} Reading;

static inline void read_part(void *ud, int task, int worker)
{
    Reading *r = ud;
    uint64_t s[4] = {0};
    int64_t at = (int64_t)task * READ_PART, end = at + READ_PART;
    for (end = end < r->bytes ? end : r->bytes; at + 64 <= end; at += 64) {
        uint64_t v[8];
        __builtin_prefetch(r->data + at + 1024);
        memcpy(v, r->data + at, sizeof v);
        for (int i = 0; i < 4; i++) s[i] += v[i] ^ v[i + 4];
    }
    r->sum[worker][0] += s[0] + s[1] + s[2] + s[3];
}

/* Seconds in which the pool's threads read these bytes once. */
static inline double read_seconds(const void *data, int64_t bytes, Pool *pool)
{
    static Reading r;
    r.data = data;
    r.bytes = bytes;
    double t = clock_seconds();
    pool_run(pool, (int)(bytes / READ_PART), read_part, &r);
    return clock_seconds() - t;
}

static inline double gemm_gflops(void)
{
    int64_t n = (int64_t)GEMM_N * GEMM_N;
    float *a = mem_alloc(n, sizeof *a), *b = mem_alloc(n, sizeof *b), *c = mem_alloc(n, sizeof *c);
    for (int64_t i = 0; i < n; i++) a[i] = b[i] = (float)(i % 89) / 89;
    BlasShape s = {
        .m = GEMM_N, .n = GEMM_N, .k = GEMM_N, .lda = GEMM_N, .ldb = GEMM_N, .ldc = GEMM_N};
    double best = 1e9;
    for (int r = 0; r < 4; r++) {
        double t = clock_seconds();
        blas_gemm_f32(&s, a, b, c);
        t = clock_seconds() - t;
        best = t < best ? t : best;
    }
    free(a);
    free(b);
    free(c);
    return 2e-9 * GEMM_N * GEMM_N * GEMM_N / best;
}

#endif
