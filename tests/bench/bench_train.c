/* bench_train.c: tokens a second of a step of training: bench_train SEQ BATCH STEPS [THREADS]. A
 * Gemma 3 of wren's shape (3.4 million parameters), AdamW, gradients clipped. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "learn/decoder.h"

static int number(const char *s)
{
    double v = 0;
    if (!parse_double(s, 0, 1e6, &v)) exit(1);
    return (int)v;
}

int main(int argc, char **argv)
{
    Err err = {""};
    Decoder dec;
    AdamState adam;
    CpuLevel level;
    DecoderShape shape = decoder_shape(DECODER_GEMMA3, 4096, 160, 8);
    AdamW opts = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = 0.05};
    if (argc < 4 || !cpu_level_choose(&level, &err) || !decoder_open(&dec, &shape, level, &err)) {
        fprintf(stderr, "bench_train SEQ BATCH STEPS [THREADS] %s\n", err.msg);
        return 1;
    }
    Batch b = {.seq = number(argv[1]), .n = number(argv[2])};
    Run run = {.threads = argc > 4 ? number(argv[4]) : 0};
    int32_t *id = mem_alloc((int64_t)b.n * (b.seq + 1), sizeof *id);
    for (int i = 0; i < b.n * (b.seq + 1); i++) id[i] = (int32_t)((i * 2654435761u >> 7) % 4096);
    b.id = id;
    decoder_begin(&dec, 1);
    adam_alloc(&adam, &dec.params);
    double best = 0;
    for (int i = number(argv[3]); i > 0; i--) {
        double start = clock_seconds();
        decoder_gradient(&dec, &b, &run);
        double norm = gradient_norm(dec.grads, dec.params.size);
        adam_step(&adam, &dec.params, &opts, dec.grads, gradient_clip(norm, 1), 3e-3);
        double speed = b.n * b.seq / (clock_seconds() - start);
        best = speed > best ? speed : best;
    }
    printf("%.0f\n", best);
    adam_free(&adam);
    decoder_free(&dec);
    free(id);
    return 0;
}
