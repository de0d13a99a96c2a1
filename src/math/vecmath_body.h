/* vecmath_body.h: the functions of math/vecmath.h over vectors of LANES floats, compiled once for
 * each level. A file that includes it may define LANES, MADD(a, b, c), which is a * b + c of
 * vectors, and VECMATH_TABLE, the name of the table; else they are the portable level's.
 *
 * exp, tanh and erf after the Cephes library (S. Moshier, single precision: expf.c, tanhf.c,
 * ndtrf.c): exp(x) = 2^n exp(r) with |r| <= ln 2 / 2 and a polynomial; the others follow from it
 * or from a polynomial where that would cancel. sigmoid(x) is written with exp(-|x|), which neither
 * overflows nor cancels. No table, no branch: both sides of a choice are computed, then selected.
 */
#ifndef MATH_VECMATH_BODY_H
#define MATH_VECMATH_BODY_H

#include <string.h>

#include "vecmath_level.h"

#ifndef VECMATH_TABLE
#define VECMATH_TABLE VECMATH_PORTABLE
#define LANES         4 /* what every x86-64 and ARM64 has */
#define MADD(a, b, c) ((a) * (b) + (c))
#endif

#define INLINE static inline __attribute__((always_inline))

typedef float V __attribute__((vector_size(LANES * sizeof(float))));
typedef int32_t I __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef double D __attribute__((vector_size(LANES * sizeof(double))));

INLINE V splat(float x)
{
    return x - (V){0};
}

INLINE V load(const float *p)
{
    V v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, V v)
{
    memcpy(p, &v, sizeof v);
}

/* The first n < LANES floats, then zeros. */
INLINE V load_part(const float *p, int64_t n)
{
    V v = {0};
    for (int64_t i = 0; i < n; i++) v[i] = p[i];
    return v;
}

INLINE void store_part(float *p, V v, int64_t n)
{
    for (int64_t i = 0; i < n; i++) p[i] = v[i];
}

INLINE float sum_lanes(V v)
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int l = 0; l < half; l++) v[l] += v[l + half];
    return v[0];
}

INLINE double sum_lanes_d(const D *v)
{
    double sum = 0;
    for (int l = 0; l < LANES; l++) sum += (*v)[l];
    return sum;
}

INLINE V either(I mask, V yes, V no)
{
    return (V)((mask & (I)yes) | (~mask & (I)no));
}

INLINE V magnitude(V x)
{
    return (V)((I)x & 0x7fffffff);
}

INLINE V with_sign(V x, V sign)
{
    return (V)((I)x | ((I)sign & INT32_MIN));
}

/* 2^n, -126 <= n <= 127 */
INLINE V power_of_two(I n)
{
    return (V)((n + 127) << 23);
}

INLINE V exp_v(V x)
{
    const V magic = splat(12582912.0f);     /* 1.5 * 2^23: rounds to an integer in the low bits */
    x = either(x > 89.0f, splat(89.0f), x); /* infinity from 88.72 on */
    x = either(x < -104.0f, splat(-104.0f), x); /* 0 from -103.97 on */
    V shifted = MADD(x, splat(1.44269504f), magic), n = shifted - magic;
    V r = MADD(n, splat(-0.693359375f), x); /* ln 2 in two parts: the first product is exact */
    r = MADD(n, splat(2.12194440e-4f), r);
    V p = MADD(splat(1.9875691500e-4f), r, splat(1.3981999507e-3f));
    p = MADD(p, r, splat(8.3334519073e-3f));
    p = MADD(p, r, splat(4.1665795894e-2f));
    p = MADD(p, r, splat(1.6666665459e-1f));
    p = MADD(p, r, splat(5.0000001201e-1f));
    p = MADD(p, r * r, r) + 1.0f;
    I k = (I)shifted - (I)magic, half = k >> 1;
    return p * power_of_two(half) * power_of_two(k - half); /* so that subnormals come out right */
}

INLINE V tanh_v(V x)
{
    V a = magnitude(x), z = x * x;
    V p = MADD(splat(-5.70498872745e-3f), z, splat(2.06390887954e-2f));
    p = MADD(p, z, splat(-5.37397155531e-2f));
    p = MADD(p, z, splat(1.33314422036e-1f));
    p = MADD(p, z, splat(-3.33332819422e-1f));
    p = MADD(p * z, x, x);
    V big = 1.0f - 2.0f / (exp_v(a + a) + 1.0f);
    return with_sign(either(a > 0.625f, big, p), x);
}

/* x / (1 + exp(-s)) */
INLINE V times_sigmoid(V x, V s)
{
    V e = exp_v(-magnitude(s));
    return x * either(s < 0.0f, e, splat(1.0f)) / (1.0f + e);
}

INLINE V silu_v(V x)
{
    return times_sigmoid(x, x);
}

/* 0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3) */
INLINE V gelu_tanh_v(V x)
{
    V z = MADD(x * x, splat(1.59576912f * 0.044715f), splat(1.59576912f));
    return times_sigmoid(x, x * z);
}

/* erfc(a) * a * exp(a * a), a >= 1, from q = 1 / a^2: one polynomial up to a = 2, one beyond. */
INLINE V erfc_scaled(V a, V q)
{
    V p = MADD(splat(2.326819970068386e-2f), q, splat(-1.387039388740657e-1f));
    p = MADD(p, q, splat(3.687424674597105e-1f));
    p = MADD(p, q, splat(-5.824733027278666e-1f));
    p = MADD(p, q, splat(6.210004621745983e-1f));
    p = MADD(p, q, splat(-4.944515323274145e-1f));
    p = MADD(p, q, splat(3.404879937665872e-1f));
    p = MADD(p, q, splat(-2.741127028184656e-1f));
    p = MADD(p, q, splat(5.638259427386472e-1f));
    V r = MADD(splat(-1.047766399936249e+1f), q, splat(1.297719955372516e+1f));
    r = MADD(r, q, splat(-7.495518717768503e+0f));
    r = MADD(r, q, splat(2.921019019210786e+0f));
    r = MADD(r, q, splat(-1.015265279202700e+0f));
    r = MADD(r, q, splat(4.218463358204948e-1f));
    r = MADD(r, q, splat(-2.820767439740514e-1f));
    r = MADD(r, q, splat(5.641895067754075e-1f));
    return either(a < 2.0f, p, r);
}

/* x Phi(x): Phi = (1 + erf(a)) / 2 or erfc(a) / 2 with a = |x| / sqrt 2 */
INLINE V gelu_v(V x)
{
    V a = magnitude(x) * 0.707106781f, z = a * a;
    V p = MADD(splat(7.853861353153693e-5f), z, splat(-8.010193625184903e-4f));
    p = MADD(p, z, splat(5.188327685732524e-3f));
    p = MADD(p, z, splat(-2.685381193529856e-2f));
    p = MADD(p, z, splat(1.128358514861418e-1f));
    p = MADD(p, z, splat(-3.761262582423300e-1f));
    p = MADD(p, z, splat(1.128379165726710f));
    V b = either(a < 1.0f, splat(1.0f), a);
    V far = exp_v(-0.5f * x * x) / b * erfc_scaled(b, 1.0f / (b * b)); /* erfc(a), a >= 1 */
    V erfc = either(a < 1.0f, 1.0f - a * p, far);
    V phi = either(x < 0.0f, 0.5f * erfc, 1.0f - 0.5f * erfc);
    return either(a > 14.0f, either(x < 0.0f, splat(-0.0f), x), x * phi);
}

INLINE void map(V (*op)(V x), const float *x, const float *up, float *y, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V v = op(load(x + i));
        store(y + i, up ? v * load(up + i) : v);
    }
    if (i == n) return;
    V v = op(load_part(x + i, n - i));
    store_part(y + i, up ? v * load_part(up + i, n - i) : v, n - i);
}

static void vec_tanh(const float *x, float *y, int64_t n)
{
    map(tanh_v, x, NULL, y, n);
}

static void vec_silu(const float *x, const float *up, float *y, int64_t n)
{
    map(silu_v, x, up, y, n);
}

static void vec_gelu_tanh(const float *x, const float *up, float *y, int64_t n)
{
    map(gelu_tanh_v, x, up, y, n);
}

static void vec_gelu(const float *x, const float *up, float *y, int64_t n)
{
    map(gelu_v, x, up, y, n);
}

static double vec_exp_sum(const float *x, float shift, float *y, int64_t n)
{
    D sum = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V v = exp_v(load(x + i) - shift);
        store(y + i, v);
        sum += __builtin_convertvector(v, D);
    }
    double rest = 0;
    if (i < n) {
        V v = exp_v(load_part(x + i, n - i) - shift);
        store_part(y + i, v, n - i);
        for (int64_t l = 0; l < n - i; l++) rest += (double)v[l];
    }
    return sum_lanes_d(&sum) + rest;
}

static float vec_dot(const float *a, const float *b, int64_t n)
{
    V sum[4] = {{0}}; /* independent sums, or each would wait for the one before */
    int64_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES)
        for (int s = 0; s < 4; s++)
            sum[s] = MADD(load(a + i + s * LANES), load(b + i + s * LANES), sum[s]);
    for (; i + LANES <= n; i += LANES) sum[0] = MADD(load(a + i), load(b + i), sum[0]);
    if (i < n) sum[1] = MADD(load_part(a + i, n - i), load_part(b + i, n - i), sum[1]);
    return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

static void vec_axpy(float s, const float *x, float *y, int64_t n)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) store(y + i, MADD(splat(s), load(x + i), load(y + i)));
    if (i == n) return;
    V v = MADD(splat(s), load_part(x + i, n - i), load_part(y + i, n - i));
    store_part(y + i, v, n - i);
}

static void vec_scale(float s, float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) x[i] *= s;
}

static double vec_sum(const float *x, int64_t n)
{
    D sum = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) sum += __builtin_convertvector(load(x + i), D);
    if (i < n) sum += __builtin_convertvector(load_part(x + i, n - i), D);
    return sum_lanes_d(&sum);
}

static double vec_sum_squares(const float *x, double shift, int64_t n)
{
    D sum = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        D v = __builtin_convertvector(load(x + i), D) - shift;
        sum += v * v;
    }
    double rest = 0;
    for (; i < n; i++) rest += ((double)x[i] - shift) * ((double)x[i] - shift);
    return sum_lanes_d(&sum) + rest;
}

static void vec_norm(const float *x, float shift, float scale, const float *w, float offset,
                     const float *b, float *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        float v = (x[i] - shift) * scale * (w[i] + offset);
        y[i] = b ? v + b[i] : v;
    }
}

static float vec_max(const float *x, int64_t n)
{
    V top = splat(x[0]);
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V v = load(x + i);
        top = either(v > top, v, top);
    }
    float max = top[0];
    for (int l = 1; l < LANES; l++) max = top[l] > max ? top[l] : max;
    for (; i < n; i++) max = x[i] > max ? x[i] : max;
    return max;
}

static void vec_rope(float *x, const float *cos, const float *sin, int64_t half)
{
    for (int64_t i = 0; i < half; i++) {
        float a = x[i], b = x[i + half];
        x[i] = a * cos[i] - b * sin[i];
        x[i + half] = b * cos[i] + a * sin[i];
    }
}

/* Four rows of b against m_ rows of a, m_ constant after inlining. */
INLINE void nt_tile(const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc,
                    int m_, int n_, int k)
{
    V sum[4][4] = {{{0}}};
    int l = 0;
    for (; l + LANES <= k; l += LANES)
        for (int j = 0; j < n_; j++) {
            V v = load(b + j * ldb + l);
            for (int i = 0; i < m_; i++) sum[i][j] = MADD(load(a + i * lda + l), v, sum[i][j]);
        }
    if (l < k)
        for (int j = 0; j < n_; j++) {
            V v = load_part(b + j * ldb + l, k - l);
            for (int i = 0; i < m_; i++)
                sum[i][j] = MADD(load_part(a + i * lda + l, k - l), v, sum[i][j]);
        }
    for (int i = 0; i < m_; i++)
        for (int j = 0; j < n_; j++) c[i * ldc + j] = sum_lanes(sum[i][j]);
}

static void vec_mul_nt(const float *a, int64_t lda, const float *b, int64_t ldb, float *c,
                       int64_t ldc, int m, int n, int k)
{
    for (int j = 0; j < n; j += 4) {
        const float *bj = b + j * ldb;
        int i = 0;
        if (n - j >= 4) {
            for (; i + 3 <= m; i += 3)
                nt_tile(a + i * lda, lda, bj, ldb, c + i * ldc + j, ldc, 3, 4, k);
            for (; i < m; i++) nt_tile(a + i * lda, lda, bj, ldb, c + i * ldc + j, ldc, 1, 4, k);
        } else {
            for (; i < m; i++)
                for (int s = 0; s < n - j; s++)
                    nt_tile(a + i * lda, lda, bj + s * ldb, ldb, c + i * ldc + j + s, ldc, 1, 1, k);
        }
    }
}

/* m_ rows and w_ vectors of columns of c, both constant after inlining. */
INLINE void nn_tile(const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc,
                    int m_, int w_, int k)
{
    V sum[4][2];
    for (int i = 0; i < m_; i++)
        for (int w = 0; w < w_; w++) sum[i][w] = load(c + i * ldc + w * LANES);
    for (int l = 0; l < k; l++) {
        V v[2];
        for (int w = 0; w < w_; w++) v[w] = load(b + l * ldb + w * LANES);
        for (int i = 0; i < m_; i++) {
            V s = splat(a[i * lda + l]);
            for (int w = 0; w < w_; w++) sum[i][w] = MADD(s, v[w], sum[i][w]);
        }
    }
    for (int i = 0; i < m_; i++)
        for (int w = 0; w < w_; w++) store(c + i * ldc + w * LANES, sum[i][w]);
}

/* The last n < LANES columns of a row. */
INLINE void nn_rest(const float *a, const float *b, int64_t ldb, float *c, int n, int k)
{
    V sum = load_part(c, n);
    for (int l = 0; l < k; l++) sum = MADD(splat(a[l]), load_part(b + l * ldb, n), sum);
    store_part(c, sum, n);
}

static void vec_mul_nn(const float *a, int64_t lda, const float *b, int64_t ldb, float *c,
                       int64_t ldc, int m, int n, int k)
{
    int j = 0;
    for (; j + 2 * LANES <= n; j += 2 * LANES) {
        int i = 0;
        for (; i + 4 <= m; i += 4)
            nn_tile(a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc, 4, 2, k);
        for (; i < m; i++) nn_tile(a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc, 1, 2, k);
    }
    for (; j + LANES <= n; j += LANES)
        for (int i = 0; i < m; i++)
            nn_tile(a + i * lda, lda, b + j, ldb, c + i * ldc + j, ldc, 1, 1, k);
    if (j < n)
        for (int i = 0; i < m; i++) nn_rest(a + i * lda, b + j, ldb, c + i * ldc + j, n - j, k);
}

const VecMath VECMATH_TABLE = {.dot = vec_dot,
                               .axpy = vec_axpy,
                               .sum = vec_sum,
                               .sum_squares = vec_sum_squares,
                               .norm = vec_norm,
                               .max = vec_max,
                               .exp_sum = vec_exp_sum,
                               .scale = vec_scale,
                               .tanh = vec_tanh,
                               .silu = vec_silu,
                               .gelu_tanh = vec_gelu_tanh,
                               .gelu = vec_gelu,
                               .rope = vec_rope,
                               .mul_nt = vec_mul_nt,
                               .mul_nn = vec_mul_nn};

#endif
