/* fixture_audio.h: tones and scratch folders for the tests of audio. */
#ifndef FIXTURE_AUDIO_H
#define FIXTURE_AUDIO_H

#include <dirent.h>
#include <math.h>
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
