/* vecmath_avx2.c: math/vecmath.h for AVX2 and FMA. Only entered through the table. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "vecmath_level.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#pragma GCC optimize("O3")
#endif

#define VECMATH_TABLE VECMATH_AVX2
#define LANES         8
#define MADD(a, b, c) ((V)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#include "vecmath_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
enum { VECMATH_AVX2_NOT_HERE }; /* a file must not be empty */
#endif
