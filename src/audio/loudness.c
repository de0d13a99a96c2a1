/* loudness.c: see audio/loudness.h. The only file that includes ebur128.h.
 *
 * ITU-R BS.1770: K-weighting, 400 ms blocks, gates at -70 LUFS and -10 LU; EBU Tech 3342 for the
 * range; true peak at four times the rate. Frames are fed a second at a time. The loudness alone
 * of mono and stereo, which mastering asks for again and again, is kweight.c's. */
#include "audio/loudness.h"

#include <assert.h>
#include <ebur128.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "kweight.h"
#include "meter.h"

static ebur128_state *state_new(const AudioBuf *a, int mode)
{
    ebur128_state *st = ebur128_init((unsigned)a->channels, (unsigned long)a->rate, mode);
    assert(st); /* fails for rates and channel counts that AudioBuf does not hold */
    return st;
}

static void feed(ebur128_state *st, const AudioBuf *a, int64_t from, int64_t to)
{
    for (int64_t at = from; at < to; at += a->rate) {
        int64_t n = to - at < a->rate ? to - at : a->rate;
        ebur128_add_frames_float(st, a->x + at * a->channels, (size_t)n);
    }
}

static double decibel(double amplitude)
{
    return amplitude > 0 ? 20 * log10(amplitude) : -HUGE_VAL;
}

static void measure_peaks(ebur128_state *st, AudioMeasure *m)
{
    double sample = 0, between = 0, v;
    for (unsigned c = 0; c < st->channels; c++) {
        if (ebur128_sample_peak(st, c, &v) == EBUR128_SUCCESS && v > sample) sample = v;
        if (ebur128_true_peak(st, c, &v) == EBUR128_SUCCESS && v > between) between = v;
    }
    m->sample_peak = decibel(sample);
    m->true_peak = decibel(between);
}

void audio_measure(const AudioBuf *a, AudioMeasure *m)
{
    *m = (AudioMeasure){.seconds = (double)a->frames / a->rate};
    ebur128_state *st = state_new(a, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
    feed(st, a, 0, a->frames);
    if (ebur128_loudness_global(st, &m->lufs) != EBUR128_SUCCESS) m->lufs = -HUGE_VAL;
    if (ebur128_loudness_range(st, &m->lra) != EBUR128_SUCCESS) m->lra = 0;
    measure_peaks(st, m);
    ebur128_destroy(&st);
    meter_samples(a, m);
    m->centroid = meter_centroid(a);
}

double audio_lufs_on(const AudioBuf *a, const Run *run)
{
    double lufs;
    if (a->channels <= 2) return kweight_lufs(a, NULL, run);
    ebur128_state *st = state_new(a, EBUR128_MODE_I);
    feed(st, a, 0, a->frames);
    if (ebur128_loudness_global(st, &lufs) != EBUR128_SUCCESS) lufs = -HUGE_VAL;
    ebur128_destroy(&st);
    return lufs;
}

double audio_lufs(const AudioBuf *a)
{
    return audio_lufs_on(a, &(Run){.threads = 1});
}

int64_t audio_loudness_curve(const AudioBuf *a, double window, double hop, double **out)
{
    /* not by ebur128_set_max_window: 1.2.6 forgets to divide by 1000 and takes gigabytes */
    ebur128_state *st = state_new(a, window > 0.4 ? EBUR128_MODE_S : EBUR128_MODE_M);
    unsigned long ms = (unsigned long)lround(window * 1000);
    int64_t count = (int64_t)((double)a->frames / a->rate / hop + 1e-9), at = 0;
    assert(window > 0 && window <= 3 && hop > 0);
    *out = mem_alloc(count, sizeof **out);
    for (int64_t i = 0; i < count; i++) {
        int64_t to = llround((double)(i + 1) * hop * a->rate);
        double lufs;
        feed(st, a, at, to < a->frames ? to : a->frames);
        at = to;
        bool ok = ebur128_loudness_window(st, ms, &lufs) == EBUR128_SUCCESS;
        (*out)[i] = ok ? lufs : -HUGE_VAL;
    }
    ebur128_destroy(&st);
    return count;
}

struct LoudnessMeter {
    ebur128_state *st;
};

LoudnessMeter *loudness_meter_open(int rate, int channels)
{
    LoudnessMeter *m = mem_alloc(1, sizeof *m);
    m->st = state_new(&(AudioBuf){.rate = rate, .channels = channels}, EBUR128_MODE_M);
    return m;
}

void loudness_meter_close(LoudnessMeter *m)
{
    if (m) ebur128_destroy(&m->st);
    free(m);
}

void loudness_meter_add(LoudnessMeter *m, const float *x, int64_t frames)
{
    ebur128_add_frames_float(m->st, x, (size_t)frames);
}

double loudness_meter_momentary(const LoudnessMeter *m)
{
    double lufs;
    return ebur128_loudness_momentary(m->st, &lufs) == EBUR128_SUCCESS ? lufs : -HUGE_VAL;
}
