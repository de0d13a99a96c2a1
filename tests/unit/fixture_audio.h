/* fixture_audio.h: tones and scratch folders for the tests of audio. */
#ifndef FIXTURE_AUDIO_H
#define FIXTURE_AUDIO_H

#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audio/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* A piece of a test signal: a stereo sine in phase. */
typedef struct Tone {
    double seconds, db; /* peak dBFS of each channel; below -200: silence */
} Tone;

/* Sine of hz with the levels of tone[0..n) one after another, phase-continuous. */
static inline void make_tones(AudioBuf *a, int rate, double hz, const Tone *tone, int n)
{
    int64_t frames = 0, at = 0;
    for (int t = 0; t < n; t++) frames += llround(tone[t].seconds * rate);
    audio_init(a, rate, 2, frames);
    for (int t = 0; t < n; t++) {
        double amp = tone[t].db < -200 ? 0 : pow(10, tone[t].db / 20);
        for (int64_t end = at + llround(tone[t].seconds * rate); at < end; at++)
            a->x[2 * at] = a->x[2 * at + 1] =
                (float)(amp * sin(2 * M_PI * hz * (double)at / rate));
    }
}

/* EBU Tech 3341, cases 15-19: one second of a sine of rate/divisor with the given start phase and
 * fades of 10 ms. */
static inline void make_peaks_between(AudioBuf *a, int rate, double divisor, double amplitude,
                                      double degrees)
{
    audio_init(a, rate, 2, rate);
    for (int64_t i = 0; i < a->frames; i++) {
        double edge = fmin(1, fmin((double)i, (double)(rate - 1 - i)) / (0.01 * rate));
        double x = amplitude * edge * sin(2 * M_PI * (double)i / divisor + degrees * M_PI / 180);
        a->x[2 * i] = a->x[2 * i + 1] = (float)x;
    }
}

/* Cases 20-23: at four times the rate, a sine of fs/6 with one period of fs/4 at twice the level,
 * low-passed (sinc of 129 taps under a Blackman window, cut at fs/2) and every fourth sample
 * taken from an offset. */
static inline void make_burst_between(AudioBuf *a, int rate, int offset)
{
    enum { OVER = 4, LENGTH = 4096 * OVER, AT = 2000 * OVER, HALF = 64 };
    double *x = mem_alloc(LENGTH, sizeof *x), phase = 0;
    for (int i = 0; i < LENGTH; i++) {
        bool burst = i >= AT && i < AT + 4 * OVER;
        double edge = fmin(1, fmin(i, LENGTH - 1 - i) / (480.0 * OVER));
        x[i] = (burst ? 1.0 : 0.5 * edge) * sin(phase);
        phase += 2 * M_PI / ((burst ? 4 : 6) * OVER);
        if (i == AT - 1) phase = 0; /* AT is a whole number of periods of neither: start at zero */
    }
    audio_init(a, rate, 2, LENGTH / OVER);
    for (int64_t n = 0; n < a->frames; n++) {
        double sum = 0;
        for (int k = -HALF; k <= HALF; k++) {
            int64_t i = n * OVER + offset + k;
            double t = M_PI * k / OVER, w = 0.42 + 0.5 * cos(M_PI * k / HALF) +
                                            0.08 * cos(2 * M_PI * k / HALF);
            if (i >= 0 && i < LENGTH) sum += x[i] * w / OVER * (k ? sin(t) / t : 1);
        }
        a->x[2 * n] = a->x[2 * n + 1] = (float)sum;
    }
    free(x);
}

static inline double rms_difference(const AudioBuf *a, const AudioBuf *b)
{
    double sum = 0;
    int64_t n = (a->frames < b->frames ? a->frames : b->frames) * a->channels;
    for (int64_t i = 0; i < n; i++) sum += pow((double)a->x[i] - b->x[i], 2);
    return n ? sqrt(sum / (double)n) : 0;
}

/* A new folder; remove it with scratch_remove. */
static inline char *scratch_make(void)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = path_join(tmp && tmp[0] ? tmp : "/tmp", "llmsonify-test.XXXXXX");
    if (!mkdtemp(dir)) abort();
    return dir;
}

/* Removes the files in the folder, the folder and the string. */
static inline void scratch_remove(char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char *path = path_join(dir, e->d_name);
        if (e->d_name[0] != '.') unlink(path);
        free(path);
    }
    if (d) closedir(d);
    rmdir(dir);
    free(dir);
}

#endif
