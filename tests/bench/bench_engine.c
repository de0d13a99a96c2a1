/* bench_engine.c: what the native engine costs.
 *
 *   bench_engine FEATURES.json [SECONDS]
 *   bench_engine --time COMMAND ...
 *
 * First the CPU time of one voice of every instrument, in nanoseconds a frame; then acid and house
 * of SECONDS (180), composed from the features: wall-clock and CPU seconds of the engine alone, on
 * one and two threads. The second form runs a command without its output and prints its wall-clock
 * and CPU seconds. Used by bench_engine.sh. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "genre/genre.h"
#include "synth/engine.h"
#include "synth/instrument.h"

enum { RATE = 44100, NOISE = 65536 };

static double seconds_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Sums of hash digits: the cost does not depend on what the noise is. */
static float *make_noise(void)
{
    float *x = mem_alloc(NOISE, sizeof *x);
    uint32_t h = 1;
    for (int i = 0; i < NOISE; i++) {
        h = h * 1664525u + 1013904223u;
        x[i] = (float)((h >> 8) / 16777216.0 - 0.5) * 3.46f;
    }
    return x;
}

static void bench_instrument(const Instrument *ins, const InstrumentEnv *env)
{
    float left[INSTRUMENT_BLOCK], right[INSTRUMENT_BLOCK];
    void *state = mem_alloc(1, ins->state_size);
    int64_t frames = 0;
    double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int note = 0; note < 16; note++) {
        ins->init(state, env);
        ins->note_on(state, &(VoiceNote){.key = (float)(36 + 2 * note), .vel = 0.8f});
        for (int i = 0; i < RATE / 2; i += INSTRUMENT_BLOCK, frames += INSTRUMENT_BLOCK)
            if (!ins->render(state, left, right, INSTRUMENT_BLOCK)) break;
    }
    double took = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start;
    printf("%-14s %7.1f ns a frame\n", ins->name, 1e9 * took / (double)frames);
    free(state);
}

static bool bench_genre(const char *name, const FeatureSet *fs, double length, const float *noise,
                        int threads, Err *err)
{
    const FeatureSet *set[1] = {fs};
    GenreOpts opts = {.root = -1, .mode = -1, .seconds = length};
    EngineOpts engine = {.noise = noise, .nnoise = NOISE, .style = name};
    Run run = {.threads = threads};
    Score s = {0};
    AudioBuf a;
    if (!genre_find(name)->compose(set, 1, &opts, &s, err)) return false;
    double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    bool ok = engine_render(&s, &engine, &a, &run, err);
    if (ok)
        printf("%-6s %6.1f s, %d thread%s: %6.2f s wall, %6.2f s CPU\n", name,
               (double)a.frames / a.rate, threads, threads > 1 ? "s" : " ",
               seconds_of(CLOCK_MONOTONIC) - wall, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    audio_free(&a);
    score_free(&s);
    return ok;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static int time_command(char **argv)
{
    struct rusage used;
    int status;
    double start = seconds_of(CLOCK_MONOTONIC);
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        dup2(null, 2);
        execvp(argv[0], argv);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 2;
    getrusage(RUSAGE_CHILDREN, &used);
    printf("%.3f %.3f\n", seconds_of(CLOCK_MONOTONIC) - start,
           seconds(used.ru_utime) + seconds(used.ru_stime));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--time") == 0) return time_command(argv + 2);
    Err err = {{0}};
    FeatureSet fs = {0};
    InstrumentEnv env;
    double length = 180;
    int n;
    if (argc < 2 || (argc > 2 && !parse_double(argv[2], 10, 3600, &length))) {
        fprintf(stderr, "usage: bench_engine FEATURES.json [SECONDS]\n");
        return 1;
    }
    float *noise = make_noise();
    const Instrument *const *list = instrument_list(&n);
    instrument_env_init(&env, RATE, 120, noise, NOISE);
    for (int i = 0; i < n; i++) bench_instrument(list[i], &env);
    instrument_env_free(&env);
    bool ok = feat_read_json(&fs, argv[1], &err);
    for (int i = 0; ok && i < 4; i++)
        ok = bench_genre(i / 2 ? "house" : "acid", &fs, length, noise, 1 + i % 2, &err);
    if (!ok) fprintf(stderr, "bench_engine: %s\n", err.msg);
    feat_free(&fs);
    free(noise);
    return ok ? 0 : 2;
}
