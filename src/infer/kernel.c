/* kernel.c: the sets of kernels by level. */
#include "kernel.h"

const Kernels *kernels_at(CpuLevel level)
{
#if defined(__x86_64__)
    if (level == CPU_AVX512) return &KERNELS_AVX512;
    if (level == CPU_AVX2) return &KERNELS_AVX2;
#endif
    (void)level;
    return &KERNELS_PORTABLE;
}
