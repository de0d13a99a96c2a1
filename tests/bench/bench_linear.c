/* bench_linear.c: matrix products of a forward pass against what the machine allows.
 *
 * Usage: bench_linear [SECONDS [SHAPE [DTYPE]]]   (seconds of each measurement, 1 by default)
 *
 * Weights of the shapes of two small models, with numbers from a formula, in 4 KB pages as those of
 * a mapped file. Decode: every matrix once, the vocabulary included, for one token; its bound is
 * the time in which the same memory can be read, by the same number of threads. Prefill: every
 * matrix of the layers for nt tokens, and the vocabulary for one; its bound is the rate of sgemm
 * 2048^3. Bounds and products are measured in turns and the best of each is taken, so that other
 * users of the machine disturb both alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_bounds.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/str.h"
#include "infer/linear.h"
#include "math/blas.h"

enum { MAX_TOKENS = 512, MATRICES = 7 };

typedef struct Shape {
    const char *name;
    int layers, d, q, kv, ff, vocab;
} Shape;

static const Shape SHAPES[] = {
    {"gemma-3-270m", 18, 640, 1024, 256, 2048, 262144},
    {"smollm-135m", 30, 576, 576, 192, 1536, 49152},
};

typedef struct Net {
    uint8_t *data; /* all weights, one after another */
    int64_t bytes;
    DType dtype;
    int layers;
    Linear *m;       /* [layers, MATRICES]: q k v o gate up down; then the vocabulary */
    int64_t weights; /* in the layers */
    int64_t head;
    float *x, *y[3]; /* [MAX_TOKENS, widest] and [MAX_TOKENS, widest] */
} Net;

static uint16_t bf16_of(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return (uint16_t)(u >> 16);
}

/* Numbers in -1/16..1/16 that do not repeat within a row. */
static void fill(Net *n)
{
    uint32_t s = 1;
    int64_t count = n->bytes / dtype_size(n->dtype);
    for (int64_t i = 0; i < count; i++) {
        s = s * 1664525u + 1013904223u;
        float f = ((float)(s >> 8) / 8388608.0f - 1.0f) / 16;
        uint16_t h = bf16_of(f);
        if (n->dtype == DT_F16) h = (uint16_t)(0x2800u | (s >> 16 & 0x87ffu)); /* +-1/32..1/16 */
        if (n->dtype == DT_F32)
            memcpy(n->data + 4 * i, &f, sizeof f);
        else
            memcpy(n->data + 2 * i, &h, sizeof h);
    }
}

static bool net_open(Net *n, const Shape *s, DType dtype)
{
    const int64_t dim[MATRICES][2] = {{s->q, s->d},  {s->kv, s->d}, {s->kv, s->d}, {s->d, s->q},
                                      {s->ff, s->d}, {s->ff, s->d}, {s->d, s->ff}};
    *n = (Net){.dtype = dtype, .layers = s->layers, .head = (int64_t)s->vocab * s->d};
    for (int i = 0; i < MATRICES; i++) n->weights += s->layers * dim[i][0] * dim[i][1];
    n->bytes = (n->weights + n->head) * dtype_size(dtype);
    n->data =
        mmap(NULL, (size_t)n->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (n->data == MAP_FAILED) return false;
    fill(n);
    n->m = mem_alloc(s->layers * MATRICES + 1, sizeof *n->m);
    uint8_t *at = n->data;
    Err err;
    for (int i = 0; i <= s->layers * MATRICES; i++) {
        bool head = i == s->layers * MATRICES;
        Tensor t = {.dtype = dtype, .ndim = 2, .data = at};
        t.shape[0] = head ? s->vocab : dim[i % MATRICES][0];
        t.shape[1] = t.ld = head ? s->d : dim[i % MATRICES][1];
        if (!linear_init(&n->m[i], &t, &err)) return false;
        at += t.shape[0] * t.shape[1] * dtype_size(dtype);
    }
    int64_t wide = (int64_t)MAX_TOKENS * s->ff;
    n->x = mem_alloc(wide, sizeof(float));
    for (int64_t i = 0; i < wide; i++) n->x[i] = (float)(i % 97) / 97 - 0.5f;
    for (int i = 0; i < 3; i++)
        n->y[i] = mem_alloc(wide > s->vocab ? wide : s->vocab, sizeof(float));
    return true;
}

static void net_close(Net *n)
{
    munmap(n->data, (size_t)n->bytes);
    free(n->m);
    free(n->x);
    for (int i = 0; i < 3; i++) free(n->y[i]);
}

static void products(const Net *n, const Linear *first, int count, int nt, Pool *pool)
{
    LinearCall call[3];
    for (int i = 0; i < count; i++)
        call[i] = (LinearCall){.l = first + i,
                               .x = n->x,
                               .y = n->y[i],
                               .nt = nt,
                               .ldx = first[i].in,
                               .ldy = first[i].out};
    linear_apply_all(call, count, pool);
}

static void pass(const Net *n, int nt, Pool *pool)
{
    for (int l = 0; l < n->layers; l++) {
        const Linear *m = n->m + l * MATRICES;
        products(n, m, 3, nt, pool);
        products(n, m + 3, 1, nt, pool);
        products(n, m + 4, 2, nt, pool);
        products(n, m + 6, 1, nt, pool);
    }
    products(n, n->m + n->layers * MATRICES, 1, 1, pool);
}

static void bench_net(const Net *n, const char *name, int threads, double peak, double seconds)
{
    static const int TOKENS[] = {2, 4, 8, 32, 128, 512};
    Pool *pool = pool_open(threads);
    double read = 1e9, decode = 1e9;
    for (double end = clock_seconds() + seconds; clock_seconds() < end;) {
        double t = read_seconds(n->data, n->bytes, pool);
        read = t < read ? t : read;
        t = clock_seconds();
        pass(n, 1, pool);
        t = clock_seconds() - t;
        decode = t < decode ? t : decode;
    }
    printf("%-13s %-5s %d  read %5.1f GB/s  decode %6.1f tok/s %5.1f GB/s %4.0f %%\n", name,
           dtype_name(n->dtype), threads, 1e-9 * (double)n->bytes / read, 1 / decode,
           1e-9 * (double)n->bytes / decode, 100 * read / decode);
    for (size_t i = 0; i < sizeof TOKENS / sizeof *TOKENS; i++) {
        int nt = TOKENS[i];
        double best = 1e9;
        for (double end = clock_seconds() + seconds / 2; clock_seconds() < end;) {
            double t = clock_seconds();
            pass(n, nt, pool);
            t = clock_seconds() - t;
            best = t < best ? t : best;
        }
        double rate = 2e-9 * ((double)n->weights * nt + (double)n->head) / best;
        printf("%-13s %-5s %d  %3d tokens %8.1f tok/s %6.1f GFLOP/s %4.0f %% of sgemm\n", name,
               dtype_name(n->dtype), threads, nt, nt / best, rate, 100 * rate / peak);
    }
    pool_close(pool);
}

int main(int argc, char **argv)
{
    static const DType DTYPES[] = {DT_BF16, DT_F16, DT_F32};
    double seconds = 1, peak[3] = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1 && !parse_double(argv[1], 0.01, 60, &seconds)) {
        fputs("usage: bench_linear [SECONDS [SHAPE [DTYPE]]]\n", stderr);
        return 1;
    }
    peak[2] = gemm_gflops(); /* BLAS begins with a thread for each processor */
    blas_one_thread();
    peak[1] = gemm_gflops();
    Err err;
    CpuLevel level;
    if (!cpu_level_choose(&level, &err)) {
        fprintf(stderr, "bench_linear: %s\n", err.msg);
        return 2;
    }
    printf("kernels %s, BLAS %s\nsgemm %d^3: %.1f GFLOP/s, all processors %.1f\n",
           cpu_level_name(level), blas_core(), GEMM_N, peak[1], peak[2]);
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++) {
        if (argc > 2 && strcmp(argv[2], SHAPES[s].name) != 0) continue;
        for (size_t d = 0; d < sizeof DTYPES / sizeof *DTYPES; d++) {
            if (argc > 3 && strcmp(argv[3], dtype_name(DTYPES[d])) != 0) continue;
            Net n;
            if (!net_open(&n, &SHAPES[s], DTYPES[d])) return 2;
            for (int t = 1; t <= 2; t++) bench_net(&n, SHAPES[s].name, t, peak[t], seconds);
            net_close(&n);
        }
    }
    return 0;
}
