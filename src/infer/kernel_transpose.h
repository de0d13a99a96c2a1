/* kernel_transpose.h: rows of a weight that is stored by columns, for the levels of x86-64. */
#ifndef INFER_KERNEL_TRANSPOSE_H
#define INFER_KERNEL_TRANSPOSE_H

#include <stdint.h>

#include "tensor/view.h"

/* Kernels.read_transposed with AVX2. */
void transpose_read_avx2(const Tensor *t, int64_t row, int n, float *out);

#endif
