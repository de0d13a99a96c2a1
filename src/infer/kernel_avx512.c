/* kernel_avx512.c: see kernel_body.h: sixteen lanes, AVX-512F with FMA and F16C. Only entered
 * through the table. There is no variant with the BF16 instructions: they round activations to 8
 * bits, and three of them, for the three parts of an f32 activation, cost more than the conversion
 * that they save. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma,f16c"))), apply_to = function)
#pragma clang fp contract(fast)
#else
#pragma GCC target("avx512f,avx2,fma,f16c")
#pragma GCC optimize("O3,fp-contract=fast")
#endif

#define KERNEL_LANES 16
#define KERNEL_SET   KERNELS_AVX512
#include "kernel_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
enum { KERNEL_AVX512_NOT_HERE }; /* a file must not be empty */
#endif
