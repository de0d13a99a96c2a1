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
#include "gain_curve.h"

enum {
    PHASES = 4,
    TAPS = 12, /* of each phase but the one on the samples */
    DELAY = 6, /* samples from the newest input to the output's place */
    SPAN = 256,
    WIDE = SPAN + 4, /* one more than SPAN is needed, four keep vectors whole */
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

/* peak[i] = the largest magnitude at x[i] and up to the samples next to it. x has TAPS samples
 * before and TAPS behind its SPAN. */
static void span_peaks(float peak[SPAN], const float *x, float fir[PHASES - 1][TAPS])
{
    float between[WIDE] = {0}; /* between[i]: largest between x[i - 1] and x[i] */
    for (int i = 0; i < WIDE; i += 4) {
        for (int f = 0; f < PHASES - 1; f++) {
            Lane4 acc = {0};
            for (int k = 0; k < TAPS; k++)
                acc += fir[f][k] * *(const Lane4 *)(x + DELAY - 1 - k + i);
            for (int k = 0; k < 4; k++) {
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

/* The frames from - TAPS .. from + SPAN + TAPS of one channel, zero outside the buffer. */
static void gather(float *to, const AudioBuf *a, int channel, int64_t from)
{
    for (int64_t i = -TAPS; i < SPAN + TAPS; i++) {
        int64_t at = from + i;
        *to++ = at >= 0 && at < a->frames ? a->x[at * a->channels + channel] : 0;
    }
}

static void chunk_peaks(void *ud, int64_t chunk, int worker)
{
    PeakJob *job = ud;
    const AudioBuf *a = job->a;
    float in[TAPS + SPAN + TAPS];
    int64_t end = (chunk + 1) * CHUNK < a->frames ? (chunk + 1) * CHUNK : a->frames;
    (void)worker;
    for (int64_t from = chunk * CHUNK; from < end; from += SPAN) {
        float peak[SPAN] = {0};
        for (int c = 0; c < a->channels; c++) {
            gather(in, a, c, from);
            span_peaks(peak, in + TAPS, job->fir);
        }
        for (int i = 0; i < SPAN && from + i < a->frames; i++) {
            float *block = &job->peak[(from + i) / LIMITER_BLOCK];
            if (peak[i] > *block) *block = peak[i];
        }
    }
}

float *limiter_peaks(const AudioBuf *a, int64_t *count, const Run *run)
{
    PeakJob job = {.a = a};
    Run whole = {.threads = run_threads(run)};
    *count = (a->frames + LIMITER_BLOCK - 1) / LIMITER_BLOCK;
    job.peak = mem_alloc(*count, sizeof *job.peak);
    design_fir(job.fir);
    parallel_for(&whole, NULL, (a->frames + CHUNK - 1) / CHUNK, chunk_peaks, &job);
    return job.peak;
}

static float largest(const float *x, int64_t n)
{
    float most = 0;
    for (int64_t i = 0; i < n; i++) most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

/* The largest peak of a chunk's loud spans. */
static void chunk_peak(void *ud, int64_t chunk, int worker)
{
    PeakJob *job = ud;
    const AudioBuf *a = job->a;
    float in[TAPS + SPAN + TAPS];
    int64_t end = (chunk + 1) * CHUNK < a->frames ? (chunk + 1) * CHUNK : a->frames;
    (void)worker;
    for (int64_t from = chunk * CHUNK; from < end; from += SPAN) {
        for (int c = 0; c < a->channels; c++) {
            float peak[SPAN] = {0};
            gather(in, a, c, from);
            if (largest(in, TAPS + SPAN + TAPS) < job->least) continue;
            span_peaks(peak, in + TAPS, job->fir);
            job->peak[chunk] = fmaxf(job->peak[chunk], largest(peak, SPAN));
        }
    }
}

/* No interpolated value is larger than the largest sample round it times the sum of the taps'
 * magnitudes: soft spans need no interpolation. */
double limiter_peak(const AudioBuf *a, const Run *run)
{
    PeakJob job = {.a = a};
    Run whole = {.threads = run_threads(run)};
    int64_t chunks = (a->frames + CHUNK - 1) / CHUNK;
    float most = largest(a->x, a->frames * a->channels), gain = 1;
    design_fir(job.fir);
    for (int f = 0; f < PHASES - 1; f++) {
        float sum = 0;
        for (int k = 0; k < TAPS; k++) sum += fabsf(job.fir[f][k]);
        gain = fmaxf(gain, sum);
    }
    job.least = 0.9999f * most / gain; /* less a float's rounding */
    job.peak = mem_alloc(chunks, sizeof *job.peak);
    parallel_for(&whole, NULL, chunks, chunk_peak, &job);
    for (int64_t i = 0; i < chunks; i++) most = fmaxf(most, job.peak[i]);
    free(job.peak);
    return most;
}

static double around_min(const double *v, int64_t n, int64_t at)
{
    double least = v[at];
    for (int64_t i = at > REACH ? at - REACH : 0; i <= at + REACH && i < n; i++)
        if (v[i] < least) least = v[i];
    return least;
}

/* Triangle of half width REACH - 1; the ends are continued. */
static double around_mean(const double *v, int64_t n, int64_t at)
{
    double sum = 0;
    for (int64_t k = 1 - REACH; k < REACH; k++) {
        int64_t i = at + k < 0 ? 0 : at + k >= n ? n - 1 : at + k;
        sum += (double)(REACH - llabs(k)) * v[i];
    }
    return sum / (REACH * REACH);
}

/* Gains for all blocks, [n]. */
static double *gain_curve(const float *peaks, int64_t n, double drive, double ceiling, int rate)
{
    double *need = mem_alloc(n, sizeof *need), *gain = mem_alloc(n, sizeof *gain);
    double keep = exp(-(double)LIMITER_BLOCK / (rate * LIMITER_RELEASE)), held = 1;
    for (int64_t b = 0; b < n; b++) {
        double peak = drive * (double)peaks[b];
        need[b] = peak > ceiling ? ceiling / peak : 1;
    }
    for (int64_t b = 0; b < n; b++) {
        double least = around_min(need, n, b);
        held = 1 - keep * (1 - held);
        if (least < held) held = least;
        gain[b] = held;
    }
    for (int64_t b = 0; b < n; b++) need[b] = drive * around_mean(gain, n, b);
    free(gain);
    return need;
}

void limiter_run(AudioBuf *out, const AudioBuf *in, const float *peaks, double drive,
                 double ceiling)
{
    int64_t n = (in->frames + LIMITER_BLOCK - 1) / LIMITER_BLOCK;
    double *gain = gain_curve(peaks, n, drive, ceiling, in->rate);
    if (out->x != in->x)
        memcpy(out->x, in->x, (size_t)(in->frames * in->channels) * sizeof *in->x);
    apply_block_gain(out, LIMITER_BLOCK, gain, n);
    free(gain);
}
