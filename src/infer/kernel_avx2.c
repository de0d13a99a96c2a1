/* kernel_avx2.c: see kernel_body.h: eight lanes, AVX2 with FMA and F16C. Only entered through the
 * table. */
#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#else
#pragma GCC target("avx2,fma,f16c")
#pragma GCC optimize("O3") /* -O2 of gcc 12 does not unroll the loops over a tile */
#endif

#define KERNEL_LANES 8
#define KERNEL_SET   KERNELS_AVX2
#include "kernel_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
enum { KERNEL_AVX2_NOT_HERE }; /* a file must not be empty */
#endif
