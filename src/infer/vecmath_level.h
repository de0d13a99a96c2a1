/* vecmath_level.h: tables of infer/vecmath.h that vecmath.c chooses from. */
#ifndef INFER_VECMATH_LEVEL_H
#define INFER_VECMATH_LEVEL_H

#include "infer/vecmath.h"

extern const VecMath VECMATH_PORTABLE;
extern const VecMath VECMATH_AVX2;

#endif
