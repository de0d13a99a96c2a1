/* vecmath.c: see math/vecmath.h: the portable level, and the choice of a level. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* -O2 of gcc 12 does not unroll the loops over tiles */
#endif
#include "vecmath_body.h"

const VecMath *vecmath_at(CpuLevel level)
{
#if defined(__x86_64__)
    if (level >= CPU_AVX2) return &VECMATH_AVX2;
#endif
    (void)level;
    return &VECMATH_PORTABLE;
}
