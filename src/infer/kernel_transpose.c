/* kernel_transpose.c: see kernel_transpose.h. Blocks of eight by eight: eight vectors are loaded
 * along the stored rows, transposed by three rounds of swaps (of numbers, pairs, halves), and
 * stored along the columns. Stored rows lie far apart, which no processor fetches ahead by itself:
 * with each block the next one along the columns is asked for. */
#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,fma,f16c")
#pragma GCC optimize("O3") /* -O2 of gcc 12 does not unroll the loops over a block */
#endif
#include <immintrin.h>
#include <string.h>

#include "kernel_transpose.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#endif

#define INLINE static inline __attribute__((always_inline))

enum { SIDE = 8 };

INLINE __m256 load_side(DType dtype, const uint8_t *p)
{
    if (dtype == DT_F32) return _mm256_loadu_ps((const float *)p);
    __m128i h = _mm_loadu_si128((const __m128i *)p);
    if (dtype == DT_F16) return _mm256_cvtph_ps(h);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
}

/* Only m < SIDE numbers, then zeros. */
static __m256 load_few(DType dtype, const uint8_t *p, int m)
{
    uint8_t bytes[SIDE * 4] = {0};
    memcpy(bytes, p, (size_t)m * (dtype == DT_F32 ? 4 : 2));
    return load_side(dtype, bytes);
}

INLINE void transpose(__m256 v[SIDE])
{
    __m256 a[SIDE], b[SIDE];
    for (int i = 0; i < SIDE; i += 2) {
        a[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
    }
    for (int i = 0; i < SIDE; i += 4)
        for (int j = 0; j < 2; j++) {
            b[i + 2 * j] = _mm256_shuffle_ps(a[i + j], a[i + j + 2], 0x44);
            b[i + 2 * j + 1] = _mm256_shuffle_ps(a[i + j], a[i + j + 2], 0xee);
        }
    for (int i = 0; i < SIDE / 2; i++) {
        v[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
        v[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
    }
}

/* m rows and k columns of the view, both up to SIDE, from p on. */
INLINE void read_block(DType dtype, const uint8_t *p, int64_t stride, int m, int k, float *out,
                       int64_t cols)
{
    __m256 v[SIDE];
    for (int j = 0; j < SIDE; j++) {
        v[j] = _mm256_setzero_ps();
        if (j >= k) continue;
        _mm_prefetch((const char *)p + (SIDE + j) * stride, _MM_HINT_T0);
        v[j] = m == SIDE ? load_side(dtype, p + j * stride) : load_few(dtype, p + j * stride, m);
    }
    transpose(v);
    for (int i = 0; i < SIDE; i++) {
        float row[SIDE];
        if (i >= m) break;
        _mm256_storeu_ps(k == SIDE ? out + i * cols : row, v[i]);
        if (k < SIDE) memcpy(out + i * cols, row, (size_t)k * sizeof *row);
    }
}

INLINE void read_rows(DType dtype, const Tensor *t, int64_t row, int n, float *out)
{
    int size = dtype == DT_F32 ? 4 : 2;
    int64_t cols = tensor_cols(t), stride = t->ld * size;
    for (int64_t j = 0; j < cols; j += SIDE) {
        const uint8_t *p = (const uint8_t *)t->data + j * stride + row * size;
        int k = cols - j < SIDE ? (int)(cols - j) : SIDE, i = 0;
        for (; k == SIDE && i + SIDE <= n; i += SIDE)
            read_block(dtype, p + i * size, stride, SIDE, SIDE, out + i * cols + j, cols);
        for (; i < n; i += SIDE) {
            int m = n - i < SIDE ? n - i : SIDE;
            read_block(dtype, p + i * size, stride, m, k, out + i * cols + j, cols);
        }
    }
}

void transpose_read_avx2(const Tensor *t, int64_t row, int n, float *out)
{
    if (t->dtype == DT_F32)
        read_rows(DT_F32, t, row, n, out);
    else if (t->dtype == DT_BF16)
        read_rows(DT_BF16, t, row, n, out);
    else
        read_rows(DT_F16, t, row, n, out);
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
#else
enum { KERNEL_TRANSPOSE_NOT_HERE }; /* a file must not be empty */
#endif
