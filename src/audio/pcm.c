/* pcm.c: see pcm.h.
 *
 * Triangular (TPDF) dither, Lipshitz, Wannamaker and Vanderkooy 1992: the sum of two uniform
 * variates of one step each makes mean and power of the rounding error independent of the signal.
 * The variates are a hash of the sample's index (splitmix64, Steele et al. 2014): the same audio
 * gives the same bytes. Digital silence is left alone. */
#include "pcm.h"

static uint64_t splitmix64(uint64_t i)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double clamp(double v, double lo, double hi)
{
    return v < lo ? lo : v > hi ? hi : v;
}

/* v rounded, for v >= -offset: a shift to positive numbers makes truncation do (no libm call). */
static int32_t nearest(double v, int32_t offset)
{
    return (int32_t)(v + offset + 0.5) - offset;
}

void pcm_to_16(int16_t *out, const float *x, int64_t n, int64_t index)
{
    for (int64_t i = 0; i < n; i++) {
        uint64_t h = splitmix64((uint64_t)(index + i));
        double tpdf = ((double)(uint32_t)h - (double)(h >> 32)) / 4294967296.0; /* steps, -1..1 */
        double v = x[i] == 0 ? 0 : (double)x[i] * 32768 + tpdf;
        out[i] = (int16_t)nearest(clamp(v, -32768, 32767), 32768);
    }
}

void pcm_to_24(int32_t *out, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        out[i] = nearest(clamp((double)x[i] * 8388608, -8388608, 8388607), 8388608) * 256;
}
