/* limiter.c: see audio/limiter.h.
 *
 * Peaks: ITU-R BS.1770 Annex 2 asks for at least four times the rate. Ours is the interpolation of
 * libebur128 (a sinc of 49 taps under a Hann window, a quarter of a sample apart), so that the
 * meter that judges the result sees what the limiter saw.
 *
 * Gain, one value a block, all of it known beforehand: what every block needs, held over REACH
 * blocks to both sides (minimum), released exponentially, then averaged with a triangle of half
 * width REACH - 1, and interpolated to the neighbouring blocks. Each gain applied in a block is
 * thus an average of values none of which is above what that block needs: no overshoot. */
#include "audio/limiter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"
#include "chunks.h"
#include "gain_curve.h"

enum {
    PHASES = 4,
    TAPS = 12, /* of each phase but the one on the samples */
    DELAY = 6, /* samples from the newest input to the output's place */
    SPAN = 256,
    WIDE = SPAN + 8, /* one more than SPAN is needed, eight keep vectors whole */
    AROUND = 16,     /* samples before and behind a span */
    CHUNK = 256 * SPAN, /* frames handed to a thread */
    REACH = 6,          /* blocks: 2.2 ms at 44.1 kHz */
};

static const double LIMITER_RELEASE = 0.1; /* seconds */

typedef struct PeakJob {
    const AudioBuf *a;
    float *peak; /* [count], or of every chunk */
    float fir[PHASES - 1][TAPS];
    float least; /* a span whose samples are all smaller has nothing above the sample peak */
} PeakJob;

static void design_fir(float fir[PHASES - 1][TAPS])
{
    const int half = PHASES * DELAY;
    for (int f = 1; f < PHASES; f++) {
        for (int k = 0; k < TAPS; k++) {
            int j = f + PHASES * k;
            double t = M_PI * (j - half) / PHASES;
            fir[f - 1][k] = (float)(sin(t) / t * 0.5 * (1 - cos(M_PI * j / half)));
        }
    }
}

/* peak[i] = the largest magnitude at x[i] and up to the samples next to it. x has AROUND samples
 * before and behind its SPAN. */
LANES_WIDE static void span_peaks(float peak[SPAN], const float *x, float fir[PHASES - 1][TAPS])
{
    float between[WIDE] = {0}; /* between[i]: largest between x[i - 1] and x[i] */
    for (int i = 0; i < WIDE; i += 8) {
        for (int f = 0; f < PHASES - 1; f++) {
            Lane8 acc = {0};
            for (int k = 0; k < TAPS; k++)
                acc += fir[f][k] * *(const Lane8 *)(x + DELAY - 1 - k + i);
            for (int k = 0; k < 8; k++) {
                float m = fabsf(acc[k]);
                between[i + k] = m > between[i + k] ? m : between[i + k];
            }
        }
    }
    for (int i = 0; i < SPAN; i++) {
        float m = between[i] > between[i + 1] ? between[i] : between[i + 1];
        float on = fabsf(x[i]);
        m = on > m ? on : m;
        peak[i] = m > peak[i] ? m : peak[i];
    }
}

/* The frames from - AROUND .. from + SPAN + AROUND of one channel, zero outside the buffer. */
static void gather(float *to, const AudioBuf *a, int channel, int64_t from)
{
    const int n = AROUND + SPAN + AROUND;
    from -= AROUND;
    if (from >= 0 && from + n <= a->frames) {
        const float *x = a->x + from * a->channels + channel;
        for (int i = 0; i < n; i++) to[i] = x[i * a->channels];
        return;
    }
    for (int i = 0; i < n; i++) {
        int64_t at = from + i;
        to[i] = at >= 0 && at < a->frames ? a->x[at * a->channels + channel] : 0;
    }
}

/* Four magnitudes side by side. */
static float largest(const float *x, int64_t n)
{
    float most[4] = {0}, rest = 0;
    for (int64_t i = 0; i < n / 4; i++, x += 4)
        for (int k = 0; k < 4; k++) most[k] = fabsf(x[k]) > most[k] ? fabsf(x[k]) : most[k];
    for (int i = 0; i < n % 4; i++) rest = fmaxf(rest, fabsf(x[i]));
    return fmaxf(fmaxf(fmaxf(most[0], most[1]), fmaxf(most[2], most[3])), rest);
}

static void chunk_peaks(void *ud, int64_t from, int64_t end)
{
    PeakJob *job = ud;
    const AudioBuf *a = job->a;
    float in[AROUND + SPAN + AROUND];
    for (; from < end; from += SPAN) {
        float peak[SPAN] = {0};
        for (int c = 0; c < a->channels; c++) {
            gather(in, a, c, from);
            span_peaks(peak, in + AROUND, job->fir);
        }
        for (int64_t at = from; at < from + SPAN && at < a->frames; at += LIMITER_BLOCK)
            job->peak[at / LIMITER_BLOCK] = largest(peak + (at - from), LIMITER_BLOCK);
    }
}

float *limiter_peaks(const AudioBuf *a, int64_t *count, const Run *run)
{
    PeakJob job = {.a = a};
    *count = (a->frames + LIMITER_BLOCK - 1) / LIMITER_BLOCK;
    job.peak = mem_alloc(*count, sizeof *job.peak);
    design_fir(job.fir);
    for_chunks(run, a->frames, CHUNK, chunk_peaks, &job);
    return job.peak;
}

static void chunk_samples(void *ud, int64_t from, int64_t end)
{
    PeakJob *job = ud;
    const int channels = job->a->channels;
    job->peak[from / CHUNK] = largest(job->a->x + from * channels, (end - from) * channels);
}

/* The largest peak of a chunk's loud spans. */
static void chunk_peak(void *ud, int64_t from, int64_t end)
{
    PeakJob *job = ud;
    const AudioBuf *a = job->a;
    float in[AROUND + SPAN + AROUND], *most = &job->peak[from / CHUNK];
    for (; from < end; from += SPAN) {
        for (int c = 0; c < a->channels; c++) {
            float peak[SPAN] = {0};
            gather(in, a, c, from);
            if (largest(in, AROUND + SPAN + AROUND) < job->least) continue;
            span_peaks(peak, in + AROUND, job->fir);
            *most = fmaxf(*most, largest(peak, SPAN));
        }
    }
}

/* The most that interpolation can make of samples of 1: the sum of the taps' magnitudes. */
static float fir_gain(float fir[PHASES - 1][TAPS])
{
    float gain = 1;
    for (int f = 0; f < PHASES - 1; f++) {
        float sum = 0;
        for (int k = 0; k < TAPS; k++) sum += fabsf(fir[f][k]);
        gain = fmaxf(gain, sum);
    }
    return gain;
}

double limiter_sample_peak(const AudioBuf *a, const Run *run)
{
    int64_t chunks = (a->frames + CHUNK - 1) / CHUNK;
    PeakJob job = {.a = a, .peak = mem_alloc(chunks, sizeof *job.peak)};
    for_chunks(run, a->frames, CHUNK, chunk_samples, &job);
    float most = largest(job.peak, chunks);
    free(job.peak);
    return most;
}

/* Soft spans need no interpolation. */
double limiter_peak(const AudioBuf *a, const Run *run)
{
    int64_t chunks = (a->frames + CHUNK - 1) / CHUNK;
    PeakJob job = {.a = a, .peak = mem_alloc(chunks, sizeof *job.peak)};
    float samples = (float)limiter_sample_peak(a, run);
    design_fir(job.fir);
    job.least = 0.9999f * samples / fir_gain(job.fir); /* less a float's rounding */
    for_chunks(run, a->frames, CHUNK, chunk_peak, &job);
    float most = fmaxf(samples, largest(job.peak, chunks));
    free(job.peak);
    return most;
}

/* held [n] = the least of need [n + 2 REACH] within REACH, released slowly. */
static void hold(double *held, const double *need, int64_t n, double keep)
{
    double now = 1;
    for (int64_t b = 0; b < n; b++) {
        const double *v = need + b;
        double least = v[0];
        for (int k = 1; k <= 2 * REACH; k++) least = v[k] < least ? v[k] : least;
        held[b] = least;
    }
    for (int64_t b = 0; b < n; b++) {
        now = 1 - keep * (1 - now);
        if (held[b] < now) now = held[b];
        held[b] = now;
    }
}

/* A triangle of half width REACH - 1 over v [n + 2 REACH], times drive. */
static void smooth(double *out, const double *v, int64_t n, double drive)
{
    for (int64_t b = 0; b < n; b++) {
        double sum = 0;
        for (int k = 1; k < 2 * REACH; k++) sum += (REACH - abs(k - REACH)) * v[b + k];
        out[b] = drive / (REACH * REACH) * sum;
    }
}

double *limiter_gains(const float *peaks, int64_t n, double drive, double ceiling, int rate)
{
    double *need = mem_alloc(n + 2 * REACH, sizeof *need);
    double *held = mem_alloc(n + 2 * REACH, sizeof *held);
    double keep = exp(-(double)LIMITER_BLOCK / (rate * LIMITER_RELEASE));
    for (int64_t b = 0; b < n; b++) {
        double peak = drive * (double)peaks[b];
        need[REACH + b] = peak > ceiling ? ceiling / peak : 1;
    }
    for (int k = 0; k < REACH; k++) need[k] = need[n + REACH + k] = 1;
    hold(held + REACH, need, n, keep);
    for (int k = 0; k < REACH; k++) { /* the ends are continued */
        held[k] = held[REACH];
        held[n + REACH + k] = held[n + REACH - 1];
    }
    smooth(need, held, n, drive);
    free(held);
    return need;
}

void limiter_run(AudioBuf *a, const float *peaks, double drive, double ceiling, const Run *run)
{
    int64_t n = (a->frames + LIMITER_BLOCK - 1) / LIMITER_BLOCK;
    double *gain = limiter_gains(peaks, n, drive, ceiling, a->rate);
    gain_curve_apply(a, &(GainCurve){gain, n, LIMITER_BLOCK}, run);
    free(gain);
}
