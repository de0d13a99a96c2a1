/* vecmath_level.h: tables of math/vecmath.h that vecmath.c chooses from. */
#ifndef MATH_VECMATH_LEVEL_H
#define MATH_VECMATH_LEVEL_H

#include "math/vecmath.h"

extern const VecMath VECMATH_PORTABLE;
extern const VecMath VECMATH_AVX2;

#endif
