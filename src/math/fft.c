/* fft.c: see math/fft.h. The only file that includes kiss_fft.h (single precision; the sequences
 * are short, so that is about 1e-6 of the largest bin). */
#include "math/fft.h"

#include <kissfft/kiss_fft.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/stats.h"

void fft_power(const double *x, int n, double *power)
{
    size_t bytes = 0;
    kiss_fft_alloc(n, 0, NULL, &bytes); /* asks for the size only */
    void *mem = mem_alloc((int64_t)bytes, 1);
    kiss_fft_cfg cfg = kiss_fft_alloc(n, 0, mem, &bytes);
    kiss_fft_cpx *in = mem_alloc(n, sizeof *in), *out = mem_alloc(n, sizeof *out);
    double mean = stats_mean(x, n);
    for (int i = 0; i < n; i++) in[i].r = (float)(x[i] - mean);
    kiss_fft(cfg, in, out);
    for (int k = 1; k <= n / 2; k++)
        power[k - 1] = (double)out[k].r * out[k].r + (double)out[k].i * out[k].i;
    free(in);
    free(out);
    free(mem);
}
