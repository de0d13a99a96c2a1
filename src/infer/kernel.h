/* kernel.h: the innermost loops of linear.c, one set for each processor level.
 *
 * A kernel computes the products of up to four weight rows with any number of tokens, over a block
 * of columns so short that the rows, as f32, stay in the first-level cache. Each product is summed
 * in the level's number of lanes, lane l taking the columns l, l + lanes, ..., then the lanes are
 * added pairwise. Which rows and tokens share a call never changes a sum. */
#ifndef INFER_KERNEL_H
#define INFER_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "math/cpu.h"
#include "tensor/view.h"

enum {
    KERNEL_ROWS = 4,
    KERNEL_COLS = 1024 /* longest block: 4 rows and 3 tokens as f32 are 28 KB */
};

typedef struct KernelArgs {
    const uint8_t *w[KERNEL_ROWS]; /* each [k], maybe unaligned; beyond nr: any readable row */
    const float *x;                /* [nt, k], rows ldx apart */
    float *y;                      /* [nt, nr], rows ldy apart */
    int64_t ldx, ldy;
    int64_t ahead; /* bytes from w[0] to what is read after these rows, to prefetch */
    int nr, nt, k; /* 1..KERNEL_ROWS, any, 1..KERNEL_COLS */
    bool add;      /* y += instead of y = */
} KernelArgs;

typedef void KernelFn(const KernelArgs *a);

typedef struct Kernels {
    KernelFn *f32;        /* never NULL */
    KernelFn *bf16, *f16; /* NULL: convert to f32 first */
    /* Rows row..row+n-1 of a transposed view without groups, bf16, f16 or f32, as f32 [n, cols];
     * NULL: use tensor_read_f32. */
    void (*read_transposed)(const Tensor *t, int64_t row, int n, float *out);
} Kernels;

const Kernels *kernels_at(CpuLevel level); /* the level must be supported */

extern const Kernels KERNELS_PORTABLE;
extern const Kernels KERNELS_AVX2;
extern const Kernels KERNELS_AVX512;

#endif
