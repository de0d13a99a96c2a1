/* bench_jepa.c: examples a second of a step of training the joint embedding in its last phase:
 * bench_jepa EXAMPLES STEPS [THREADS]. AdamW, gradients clipped, the target follows. */
#include <stdio.h>
#include <stdlib.h>

#include "../unit/fixture_jepa.h"
#include "base/clock.h"

static int number(const char *s)
{
    int64_t v = 0;
    if (!parse_int(s, 1, 1000000, &v)) exit(1);
    return (int)v;
}

int main(int argc, char **argv)
{
    static const AdamW OPTS = {.beta1 = 0.9, .beta2 = 0.98, .eps = 1e-8, .decay = 0.05};
    static const JepaWeights WEIGHTS = {1, 0.04, 0.1};
    Err err = {""};
    Jepa j;
    AdamState adam;
    CpuLevel level;
    if (argc < 3 || !cpu_level_choose(&level, &err) || !jepa_open(&j, level, &err)) {
        fprintf(stderr, "bench_jepa EXAMPLES STEPS [THREADS] %s\n", err.msg);
        return 1;
    }
    int n = number(argv[1]);
    Run run = {.threads = argc > 3 ? number(argv[3]) : 0};
    Made m = made_batch(n);
    jepa_begin(&j, 1);
    adam_alloc(&adam, &j.params);
    bool *moves = mem_alloc(j.params.n, sizeof *moves);
    jepa_trained(&j, JEPA_JOINT, moves);
    double best = 0;
    for (int i = number(argv[2]); i > 0; i--) {
        double start = clock_seconds();
        jepa_gradient(&j, JEPA_JOINT, &m.all, &WEIGHTS, &run);
        double scale = gradient_clip(gradient_norm(j.grads, j.params.size), 1);
        adam_step_of(&adam, &j.params, &OPTS, j.grads, scale, 1e-4, moves);
        jepa_follow(&j, 0.996);
        double speed = n / (clock_seconds() - start);
        best = speed > best ? speed : best;
    }
    printf("%.1f\n", best);
    free(moves);
    adam_free(&adam);
    jepa_free(&j);
    made_free(&m);
    return 0;
}
