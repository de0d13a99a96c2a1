/* kernel_portable.c: see kernel.h. Plain C in eight lanes, which compilers turn into the vector
 * instructions that every processor of the target has. */
#include "kernel.h"

#include <string.h>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* -O2 of gcc 12 does not vectorise loops of unknown length */
#endif

enum { LANES = 8 };

static float dot_row(const float *restrict w, const float *restrict x, int k)
{
    float lane[LANES] = {0};
    int i = 0;
    for (; i + LANES <= k; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += w[i + l] * x[i + l];
    for (int l = 0; i + l < k; l++) lane[l] += w[i + l] * x[i + l];
    float low = (lane[0] + lane[1]) + (lane[2] + lane[3]);
    float high = (lane[4] + lane[5]) + (lane[6] + lane[7]);
    return low + high;
}

static void rows_f32(const KernelArgs *a)
{
    float row[KERNEL_COLS];
    for (int r = 0; r < a->nr; r++) {
        memcpy(row, a->w[r], (size_t)a->k * sizeof *row);
        for (int t = 0; t < a->nt; t++) {
            float sum = dot_row(row, a->x + t * a->ldx, a->k);
            float *y = a->y + t * a->ldy + r;
            *y = a->add ? *y + sum : sum;
        }
    }
}

const Kernels KERNELS_PORTABLE = {.f32 = rows_f32};
