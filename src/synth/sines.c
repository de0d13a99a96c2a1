/* sines.c: see synth/sines.h. All chords have the same sines and the same fades, only their
 * amplitudes differ: with the fades in the table, the whole piece is one matrix product
 * [n, dims] x [dims, frames of a chord], cut into rows of chords for the threads. */
#include "synth/sines.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/blas.h"

enum { ROWS = 32 }; /* chords in one product */

typedef struct Sines {
    const float *amp;
    float *table; /* [dims, frames] */
    int n, dims, frames, rate;
    double fade;
    const double *hz;
    AudioBuf *out;
} Sines;

static void fill_row(void *ud, int64_t d, int worker)
{
    Sines *s = ud;
    double turn = 2 * M_PI * s->hz[d] / s->rate, fade = s->fade * s->rate,
           level = 1 / sqrt(s->dims);
    (void)worker;
    for (int i = 0; i < s->frames; i++) {
        double near = fmin(i, s->frames - 1 - i);
        double e = near < fade ? sin(M_PI_2 * near / fade) : 1;
        s->table[d * s->frames + i] = (float)(level * e * e * sin(turn * i));
    }
}

static void multiply(void *ud, int64_t part, int worker)
{
    Sines *s = ud;
    int64_t first = part * ROWS;
    int m = s->n - first < ROWS ? (int)(s->n - first) : ROWS;
    (void)worker;
    BlasShape shape = {.m = m, .n = s->frames, .k = s->dims, .lda = s->dims, .ldb = s->frames,
                       .ldc = s->frames};
    blas_gemm_f32(&shape, s->amp + first * s->dims, s->table, s->out->x + first * s->frames);
}

void sines_render(AudioBuf *out, const float *amp, int n, const double *hz, int dims,
                  const SinesOpts *opts, const Run *run)
{
    Sines s = {.amp = amp, .n = n, .dims = dims, .rate = opts->rate, .fade = opts->fade, .hz = hz,
               .frames = (int)lrint(opts->seconds * opts->rate), .out = out};
    blas_one_thread();
    audio_init(out, opts->rate, 1, (int64_t)n * s.frames);
    s.table = mem_alloc((int64_t)dims * s.frames, sizeof *s.table);
    parallel_for(run, NULL, dims, fill_row, &s);
    parallel_for(run, "sines", (n + ROWS - 1) / ROWS, multiply, &s);
    free(s.table);
}
