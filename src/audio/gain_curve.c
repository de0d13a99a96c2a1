/* gain_curve.c: see gain_curve.h.
 *
 * Between block middles the amplitude is interpolated linearly: no steps, so no clicks. */
#include "gain_curve.h"

#include "base/mem.h"

double *block_power(const AudioBuf *a, int block, int64_t *count)
{
    int64_t n = (a->frames + block - 1) / block;
    double *power = mem_alloc(n, sizeof *power);
    for (int64_t b = 0; b < n; b++) {
        int64_t from = b * block * a->channels;
        int64_t to = (b + 1 < n ? (b + 1) * block : a->frames) * a->channels;
        double sum = 0;
        for (int64_t i = from; i < to; i++) sum += (double)a->x[i] * a->x[i];
        power[b] = sum / (double)(to - from);
    }
    *count = n;
    return power;
}

static void apply_ramp(AudioBuf *a, int64_t from, int64_t to, double g0, double g1)
{
    if (to > a->frames) to = a->frames;
    double step = to > from ? (g1 - g0) / (double)(to - from) : 0;
    for (int64_t i = from; i < to; i++) {
        float g = (float)(g0 + step * (double)(i - from));
        for (int c = 0; c < a->channels; c++) a->x[i * a->channels + c] *= g;
    }
}

void apply_block_gain(AudioBuf *a, int block, const double *gain, int64_t count)
{
    if (count == 0) return;
    apply_ramp(a, 0, block / 2, gain[0], gain[0]);
    for (int64_t b = 0; b < count; b++) {
        double next = b + 1 < count ? gain[b + 1] : gain[b];
        apply_ramp(a, b * block + block / 2, (b + 1) * block + block / 2, gain[b], next);
    }
}
