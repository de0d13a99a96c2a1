/* vecmath.c: see infer/vecmath.h: the portable level, and the choice of a level. */
#include "infer/vecmath.h"

#include "vecmath_level.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* -O2 of gcc 12 does not unroll the loops over tiles */
#endif

#define LANES         4 /* what every x86-64 and ARM64 has */
#define MADD(a, b, c) ((a) * (b) + (c))
#include "vecmath_body.h"

static const VecMath PORTABLE = VECMATH_TABLE;

const VecMath *vecmath_at(CpuLevel level)
{
#if defined(__x86_64__)
    if (level >= CPU_AVX2) return &VECMATH_AVX2;
#endif
    (void)level;
    return &PORTABLE;
}
