/* compressor.c: see audio/compressor.h.
 *
 * Feed-forward, RMS, soft knee and smoothing of the gain in dB: Giannoulis, Massberg and Reiss,
 * "Digital dynamic range compressor design", JAES 60 (2012), equations 4 (knee) and 17 (branching
 * smoother). Level and gain are computed every 32 frames, under a millisecond. */
#include "audio/compressor.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "gain_curve.h"

enum { COMPRESSOR_BLOCK = 32, LEVEL_BLOCKS_A_SECOND = 10 };

static const double LEVEL_FLOOR = -60; /* dBFS: below, a block does not sound */

static double amplitude(double db)
{
    return pow(10, db / 20);
}

static double power_db(double power)
{
    return 10 * log10(power + 1e-20);
}

double compressor_curve(const CompressorOpts *o, double level_db)
{
    double over = level_db - o->threshold_db, slope = 1 / o->ratio - 1;
    if (2 * over <= -o->knee_db) return 0;
    if (2 * over >= o->knee_db) return slope * over;
    double in_knee = over + o->knee_db / 2;
    return slope * in_knee * in_knee / (2 * o->knee_db);
}

double compressor_run(AudioBuf *a, const CompressorOpts *o, const Run *run)
{
    int64_t n;
    double *curve = block_power(a, COMPRESSOR_BLOCK, &n, run);
    double dt = (double)COMPRESSOR_BLOCK / a->rate;
    double attack = exp(-dt / o->attack), release = exp(-dt / o->release);
    double gain = 0, most = 0;
    for (int64_t b = 0; b < n; b++) {
        double want = compressor_curve(o, power_db(curve[b]));
        double keep = want < gain ? attack : release;
        gain = keep * gain + (1 - keep) * want;
        if (gain < most) most = gain;
        curve[b] = gain == 0 ? 1 : amplitude(gain);
    }
    if (most < 0) gain_curve_apply(a, &(GainCurve){curve, n, COMPRESSOR_BLOCK}, run);
    free(curve);
    return -most;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double compressor_level(const AudioBuf *a, double quantile, const Run *run)
{
    int64_t n, kept = 0;
    double *level = block_power(a, a->rate / LEVEL_BLOCKS_A_SECOND, &n, run);
    for (int64_t b = 0; b < n; b++)
        if (power_db(level[b]) > LEVEL_FLOOR) level[kept++] = power_db(level[b]);
    qsort(level, (size_t)kept, sizeof *level, by_value);
    double at = kept ? level[(int64_t)(quantile * (double)(kept - 1))] : -HUGE_VAL;
    free(level);
    return at;
}

/* Mean over 2 * reach + 1 values, fewer at the ends; NULL weight counts all. */
static double *sliding_mean(const double *v, const double *weight, int64_t n, int64_t reach)
{
    double *sum = mem_alloc(n + 1, sizeof *sum), *count = mem_alloc(n + 1, sizeof *count);
    double *mean = mem_alloc(n, sizeof *mean);
    for (int64_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1;
        sum[i + 1] = sum[i] + w * v[i];
        count[i + 1] = count[i] + w;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t from = i > reach ? i - reach : 0, to = i + reach + 1 < n ? i + reach + 1 : n;
        double w = count[to] - count[from];
        mean[i] = w > 0 ? (sum[to] - sum[from]) / w : 0;
    }
    free(sum);
    free(count);
    return mean;
}

/* Mean of the sounding part's level in dB, the point around which the fader moves. */
static double mean_level(const double *power, const double *sounds, int64_t n)
{
    double sum = 0, count = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += sounds[i] * power_db(power[i]);
        count += sounds[i];
    }
    return count > 0 ? sum / count : 0;
}

void leveller_run(AudioBuf *a, const LevellerOpts *o, const Run *run)
{
    int block = a->rate / LEVEL_BLOCKS_A_SECOND;
    int64_t n, reach = (int64_t)(o->seconds * LEVEL_BLOCKS_A_SECOND / 2);
    double *power = block_power(a, block, &n, run);
    double *sounds = mem_alloc(n, sizeof *sounds);
    for (int64_t i = 0; i < n; i++) sounds[i] = power_db(power[i]) > LEVEL_FLOOR ? 1 : 0;
    double *level = sliding_mean(power, sounds, n, reach);
    double centre = mean_level(level, sounds, n);
    for (int64_t i = 0; i < n; i++) {
        double gain = level[i] > 0 ? o->amount * (centre - power_db(level[i])) : 0;
        level[i] = fmax(-o->range_db, fmin(o->range_db, gain));
    }
    double *smooth = sliding_mean(level, sounds, n, reach);
    for (int64_t i = 0; i < n; i++) smooth[i] = amplitude(smooth[i]);
    gain_curve_apply(a, &(GainCurve){smooth, n, block}, run);
    free(power);
    free(sounds);
    free(level);
    free(smooth);
}
