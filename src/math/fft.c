/* fft.c: see math/fft.h. The only file that includes kiss_fft.h (single precision: about 1e-6 of
 * the largest bin). */
#include "math/fft.h"

#include <kissfft/kiss_fft.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"

/* A plan's memory is KissFFT's, so that it is one block that free() takes. */
static kiss_fft_cfg make_plan(int n, bool inverse)
{
    size_t bytes = 0;
    kiss_fft_alloc(n, inverse, NULL, &bytes); /* asks for the size only */
    void *mem = mem_alloc((int64_t)bytes, 1);
    return kiss_fft_alloc(n, inverse, mem, &bytes);
}

void fft_power(const double *x, int n, double *power)
{
    kiss_fft_cfg cfg = make_plan(n, false);
    kiss_fft_cpx *in = mem_alloc(n, sizeof *in), *out = mem_alloc(n, sizeof *out);
    double mean = stats_mean(x, n);
    for (int i = 0; i < n; i++) in[i].r = (float)(x[i] - mean);
    kiss_fft(cfg, in, out);
    for (int k = 1; k <= n / 2; k++)
        power[k - 1] = (double)out[k].r * out[k].r + (double)out[k].i * out[k].i;
    free(in);
    free(out);
    free(cfg);
}

Fft *fft_open(int n, bool inverse)
{
    return (Fft *)make_plan(n, inverse);
}

void fft_close(Fft *f)
{
    free(f);
}

void fft_run(const Fft *f, const float *in, float *out)
{
    kiss_fft((kiss_fft_cfg)f, (const kiss_fft_cpx *)in, (kiss_fft_cpx *)out);
}
