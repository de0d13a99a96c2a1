/* kernel.c: the sets of kernels by level. */
#include "kernel.h"

const Kernels *kernels_at(CpuLevel level)
{
    (void)level;
    return &KERNELS_PORTABLE;
}
