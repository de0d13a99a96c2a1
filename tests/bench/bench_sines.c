/* bench_sines.c: seconds for N chords of D sines of 0.3 s at 44100 Hz by sines_render(), the best
 * of three; then a checksum in f64, so that the prototype beside it can be held against the sound.
 * usage: bench_sines N D OUT.f32 (the first chord) */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "synth/sines.h"

int main(int argc, char **argv)
{
    const SinesOpts opts = {.rate = 44100, .seconds = 0.3, .fade = 0.02};
    int64_t n, dims;
    double best = INFINITY;
    if (argc != 4 || !parse_int(argv[1], 1, 100000, &n) || !parse_int(argv[2], 2, 4096, &dims))
        return 1;
    float *amp = mem_alloc(n * dims, sizeof *amp);
    double *hz = mem_alloc(dims, sizeof *hz);
    for (int64_t i = 0; i < n * dims; i++)
        amp[i] = (float)((double)(i * 7919 % 2001 - 1000) / 1000);
    for (int64_t d = 0; d < dims; d++)
        hz[d] = 60 * pow(4000.0 / 60, (double)d / (double)(dims - 1));
    for (int k = 0; k < 3; k++) {
        AudioBuf a = {0};
        double begin = clock_seconds();
        sines_render(&a, amp, (int)n, hz, (int)dims, &opts, NULL);
        best = fmin(best, clock_seconds() - begin);
        FILE *f = k == 2 ? fopen(argv[3], "wb") : NULL;
        if (f) {
            fwrite(a.x, sizeof *a.x, 13230, f);
            fclose(f);
        }
        audio_free(&a);
    }
    printf("%.4f\n", best);
    free(amp);
    free(hz);
    return 0;
}
