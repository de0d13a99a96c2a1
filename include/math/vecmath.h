/* vecmath.h: the loops over vectors that a forward pass needs besides its matrix products.
 *
 * A table of functions for each processor level. Every sum has a fixed order that depends on its
 * length alone. Errors are stated against the exact value, in ulp (units in the last place of f32);
 * NaN and infinities go through as in the formula, nothing traps. */
#ifndef MATH_VECMATH_H
#define MATH_VECMATH_H

#include <stdint.h>

#include "math/cpu.h"

typedef struct VecMath {
    /* sum of a[i] * b[i] */
    float (*dot)(const float *a, const float *b, int64_t n);
    /* y += s * x */
    void (*axpy)(float s, const float *x, float *y, int64_t n);
    /* sum of x[i] and of (x[i] - shift)^2, in double */
    double (*sum)(const float *x, int64_t n);
    double (*sum_squares)(const float *x, double shift, int64_t n);
    /* y = (x - shift) * scale * (w + offset) + b; b may be NULL; y may be x. RMSNorm: shift 0,
     * offset 0 or 1 (Gemma), scale 1 / sqrt(mean x^2 + eps); LayerNorm: shift mean, b. */
    void (*norm)(const float *x, float shift, float scale, const float *w, float offset,
                 const float *b, float *y, int64_t n);
    float (*max)(const float *x, int64_t n); /* n >= 1 */
    /* y = exp(x - shift), returns the sum, in double; error 2 ulp where |x - shift| < 87, 0 below
     * -104; y may be x. */
    double (*exp_sum)(const float *x, float shift, float *y, int64_t n);
    void (*scale)(float s, float *x, int64_t n);       /* x *= s */
    void (*tanh)(const float *x, float *y, int64_t n); /* error 3 ulp */
    /* Activations, multiplied by `up` when it is not NULL (gated MLP); y may be x or up.
     * Errors: silu 4 ulp; both GELUs 4 ulp or 1.5e-7 absolute. */
    void (*silu)(const float *x, const float *up, float *y, int64_t n);
    void (*gelu_tanh)(const float *x, const float *up, float *y, int64_t n);
    void (*gelu)(const float *x, const float *up, float *y, int64_t n); /* exact: erf */
    /* Rotates pairs (x[i], x[i + half]), i < half, by angles given as cos and sin [half]. */
    void (*rope)(float *x, const float *cos, const float *sin, int64_t half);
    /* c[i][j] = sum over l of a[i][l] * b[j][l]: a [m, k], b [n, k] (scores: queries, keys). */
    void (*mul_nt)(const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc,
                   int m, int n, int k);
    /* c[i][j] += sum over l of a[i][l] * b[l][j]: a [m, k], b [k, n] (patterns, values). */
    void (*mul_nn)(const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc,
                   int m, int n, int k);
} VecMath;

const VecMath *vecmath_at(CpuLevel level); /* the level must be supported */

#endif
