/* bench_weights.c: analyses the weights of one model and says what that took.
 *
 * Usage: bench_weights MODEL [THREADS [FEATURES.json]]
 *
 * Prints seconds, the rate of the Gram matrices' arithmetic (n^2 k for a matrix of shorter side n
 * and longer side k, half of a full product) against the f32 matrix products that BLAS manages in
 * the same run on as many threads, and the peak of anonymous memory, which is sampled every
 * millisecond (RssAnon; file pages are the kernel's to drop). */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "analysis/weights.h"
#include "base/file.h"
#include "base/mem.h"
#include "math/blas.h"
#include "math/gram.h"

enum { PEAK_N = 640, PEAK_ROUNDS = 40 };

/* A "Name:  123 kB" line of /proc/self/status, in kB; 0 when it cannot be read. */
static long status_kb(const char *name)
{
    char line[256];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0) kb = strtol(line + strlen(name), NULL, 10);
    if (f) fclose(f);
    return kb;
}

typedef struct Watch {
    atomic_bool stop;
    long peak_kb;
} Watch;

static void *watch_memory(void *ud)
{
    Watch *w = ud;
    const struct timespec pause = {.tv_nsec = 1000000};
    while (!atomic_load(&w->stop)) {
        long kb = status_kb("RssAnon:");
        if (kb > w->peak_kb) w->peak_kb = kb;
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void multiply(void *ud, int64_t i, int worker)
{
    (void)ud, (void)i, (void)worker;
    int64_t n = (int64_t)PEAK_N * PEAK_N;
    float *a = mem_alloc(n, sizeof *a), *c = mem_alloc(n, sizeof *c);
    for (int64_t k = 0; k < n; k++) a[k] = 1.0f / (float)(k + 1);
    BlasShape s = {.m = PEAK_N, .n = PEAK_N, .k = PEAK_N, .lda = PEAK_N, .ldb = PEAK_N,
                   .ldc = PEAK_N};
    for (int r = 0; r < PEAK_ROUNDS; r++) blas_gemm_f32(&s, a, a, c);
    free(a);
    free(c);
}

/* GFLOP/s of sgemm on all threads. */
static double measure_peak(const Run *run)
{
    int threads = run_threads(run);
    double best = 0;
    for (int r = 0; r < 3; r++) {
        double t = clock_seconds();
        parallel_for(run, NULL, threads, multiply, NULL);
        t = clock_seconds() - t;
        double rate = 2e-9 * PEAK_N * PEAK_N * PEAK_N * PEAK_ROUNDS * threads / t;
        best = rate > best ? rate : best;
    }
    return best;
}

static double gram_work(const Model *m)
{
    double sum = 0;
    for (int i = 0; i < m->nparts; i++) {
        if (m->part[i].t.ndim != 2) continue;
        double rows = (double)tensor_rows(&m->part[i].t), cols = (double)tensor_cols(&m->part[i].t);
        sum += rows * cols * (rows < cols ? rows : cols);
    }
    return sum * 1e-9;
}

static bool save(const FeatureSet *fs, const char *path, Err *err)
{
    Str out = {0};
    feat_write_json(fs, &out);
    bool ok = out_file(path, out.s, out.len, err);
    str_free(&out);
    return ok;
}

int main(int argc, char **argv)
{
    int64_t threads = 0;
    if (argc < 2 || argc > 4 || (argc > 2 && !parse_int(argv[2], 0, 256, &threads))) {
        fputs("usage: bench_weights MODEL [THREADS [FEATURES.json]]\n", stderr);
        return 1;
    }
    Err err;
    Model m = {0};
    FeatureSet fs = {0};
    Watch watch = {.stop = false};
    pthread_t tid;
    const Run run = {.threads = (int)threads};
    pthread_create(&tid, NULL, watch_memory, &watch);
    double start = clock_seconds();
    bool ok = model_open(&m, argv[1], &err) && analyse_weights(&m, &fs, &run, &err);
    double seconds = clock_seconds() - start;
    atomic_store(&watch.stop, true);
    pthread_join(tid, NULL);
    if (ok && argc > 3) ok = save(&fs, argv[3], &err);
    if (!ok) {
        fprintf(stderr, "bench_weights: %s\n", err.msg);
        return 2;
    }
    double work = gram_work(&m), peak = measure_peak(&run);
    printf("seconds %.3f\nthreads %d\ngram_gflop %.1f\ngram_gflops %.1f\nsgemm_gflops %.1f\n"
           "share_of_sgemm %.2f\nanonymous_mb %.1f\nblas_core %s\nkernel %s\n",
           seconds, run_threads(&run), work, work / seconds, peak, work / seconds / peak,
           (double)watch.peak_kb / 1024, blas_core(), gram_kernel());
    feat_free(&fs);
    model_close(&m);
    return 0;
}
