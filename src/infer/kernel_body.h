/* kernel_body.h: the kernels of kernel.h for x86-64, compiled once for each width of vectors. The
 * file that includes it defines KERNEL_LANES (8: AVX2, 16: AVX-512) and KERNEL_SET, the name of the
 * table.
 *
 * A tile is four rows times three tokens: a vector of sums for each pair, which fill the registers
 * of AVX2 together with one vector of weights and one of each token. Both rows and tokens are read
 * along the columns, as they lie: nothing is packed or transposed, and a vector of weights is
 * loaded once for three multiplications, one of a token once for four. For more tokens than
 * FEW_TOKENS the rows are first converted into a panel of f32 (f32 rows too: rows a multiple of
 * 4 KB apart would share few places of the cache). */
#ifndef INFER_KERNEL_BODY_H
#define INFER_KERNEL_BODY_H

#ifndef KERNEL_LANES /* alone: as kernel_avx2.c does */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,fma,f16c")
#endif
#define KERNEL_LANES 8
#define KERNEL_SET   KERNELS_AVX2
#endif

#include <immintrin.h>
#include <string.h>

#include "kernel.h"
#include "kernel_transpose.h"

#define INLINE static inline __attribute__((always_inline))

enum {
    TOKENS = 3,
    LANES = KERNEL_LANES,
    FEW_TOKENS = 16, /* up to which the weights are read in place for each tile */
    UNROLL = 4,      /* vectors of columns between two prefetches */
    LINE = 64        /* bytes of a cache line */
};

typedef enum Kind { KIND_F32, KIND_BF16, KIND_F16 } Kind;

#if KERNEL_LANES == 8
typedef __m256 V;
typedef __m128i Half;

INLINE V zero(void)
{
    return _mm256_setzero_ps();
}

INLINE V load_f32(const void *p)
{
    return _mm256_loadu_ps(p);
}

INLINE void store_f32(float *p, const V *v)
{
    _mm256_storeu_ps(p, *v);
}

#define MADD(a, b, c) _mm256_fmadd_ps(a, b, c)

INLINE V from_bf16(Half h)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
}

INLINE V from_f16(Half h)
{
    return _mm256_cvtph_ps(h);
}

INLINE __m256 fold(const V *v)
{
    return *v;
}
#else
/* Vectors of the compiler, so that a processor without AVX-512 can run the same source in tests: it
 * must be compiled with contraction, which makes one instruction of a * b + c. */
typedef float V __attribute__((vector_size(64), aligned(32)));
typedef uint16_t Half __attribute__((vector_size(32)));
typedef uint32_t Bits __attribute__((vector_size(64)));

INLINE V zero(void)
{
    return (V){0};
}

INLINE V load_f32(const void *p)
{
    V v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store_f32(float *p, const V *v)
{
    memcpy(p, v, sizeof *v);
}

#define MADD(a, b, c) ((a) * (b) + (c))

INLINE V from_bf16(Half h)
{
    return (V)(__builtin_convertvector(h, Bits) << 16);
}

INLINE V from_f16(Half h)
{
    __m128i part[2];
    memcpy(part, &h, sizeof h);
    __m256 half[2] = {_mm256_cvtph_ps(part[0]), _mm256_cvtph_ps(part[1])};
    return load_f32(half);
}

/* Lane l + lane l + 8. */
INLINE __m256 fold(const V *v)
{
    __m256 half[2];
    memcpy(half, v, sizeof *v);
    return _mm256_add_ps(half[0], half[1]);
}
#endif

/* The sums of the lanes of four vectors: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)) of eight. */
INLINE __m128 sum_four(const V *v)
{
    __m256 low = _mm256_hadd_ps(fold(v), fold(v + 1));
    __m256 high = _mm256_hadd_ps(fold(v + 2), fold(v + 3));
    __m256 s = _mm256_hadd_ps(low, high);
    return _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1));
}

INLINE int size_of(Kind kind)
{
    return kind == KIND_F32 ? 4 : 2;
}

INLINE V load_weights(Kind kind, const uint8_t *p)
{
    if (kind == KIND_F32) return load_f32(p);
    Half h;
    memcpy(&h, p, sizeof h);
    return kind == KIND_BF16 ? from_bf16(h) : from_f16(h);
}

/* The last n < LANES columns of a row or token, then zeros. */
INLINE V load_rest(Kind kind, const void *p, int n)
{
    uint8_t bytes[LANES * 4] = {0};
    memcpy(bytes, p, (size_t)(n * size_of(kind)));
    return load_weights(kind, bytes);
}

/* Adds one vector of columns, `at` columns from the start, to the sums. */
INLINE void tile_step(Kind kind, V sum[TOKENS][KERNEL_ROWS], const uint8_t *const *w,
                      const float *x, int64_t ldx, int tokens, int at)
{
    V v[TOKENS];
    for (int t = 0; t < tokens; t++) v[t] = load_f32(x + t * ldx + at);
    for (int r = 0; r < KERNEL_ROWS; r++) {
        V row = load_weights(kind, w[r] + (int64_t)at * size_of(kind));
        for (int t = 0; t < tokens; t++) sum[t][r] = MADD(row, v[t], sum[t][r]);
    }
}

INLINE void tile_rest(Kind kind, V sum[TOKENS][KERNEL_ROWS], const uint8_t *const *w,
                      const float *x, int64_t ldx, int tokens, int at, int n)
{
    for (int r = 0; r < KERNEL_ROWS; r++) {
        V row = load_rest(kind, w[r] + (int64_t)at * size_of(kind), n);
        for (int t = 0; t < tokens; t++)
            sum[t][r] = MADD(row, load_rest(KIND_F32, x + t * ldx + at, n), sum[t][r]);
    }
}

INLINE void tile_store(const KernelArgs *a, V sum[TOKENS][KERNEL_ROWS], float *y, int tokens)
{
    for (int t = 0; t < tokens; t++, y += a->ldy) {
        float s[KERNEL_ROWS];
        _mm_storeu_ps(s, sum_four(sum[t]));
        if (a->nr == KERNEL_ROWS) {
            __m128 v = _mm_loadu_ps(s);
            _mm_storeu_ps(y, a->add ? _mm_add_ps(_mm_loadu_ps(y), v) : v);
            continue;
        }
        for (int r = 0; r < a->nr; r++) y[r] = a->add ? y[r] + s[r] : s[r];
    }
}

/* Asks for the weights that later calls will read, as many as four rows have between the columns
 * `at` and the next: one stream in the order of memory, although four rows are read side by side.
 * Processors fetch ahead along one stream; four that jump reached 3/4 of its rate. */
INLINE void fetch_ahead(Kind kind, const KernelArgs *a, int at)
{
    const char *p = (const char *)a->w[0] + (int64_t)at * KERNEL_ROWS * size_of(kind) + a->ahead;
    for (int b = 0; b < KERNEL_ROWS * UNROLL * LANES * size_of(kind); b += LINE)
        _mm_prefetch(p + b, _MM_HINT_T0);
}

/* The rows w times `tokens` (a constant after inlining) tokens from t on. */
INLINE void tile(Kind kind, const KernelArgs *a, const uint8_t *const *w, int t, int tokens,
                 bool fetch)
{
    V sum[TOKENS][KERNEL_ROWS];
    const float *x = a->x + t * a->ldx;
    for (int i = 0; i < tokens; i++)
        for (int r = 0; r < KERNEL_ROWS; r++) sum[i][r] = zero();
    int at = 0;
    for (; at + UNROLL * LANES <= a->k; at += UNROLL * LANES) {
        if (fetch) fetch_ahead(kind, a, at);
        for (int u = 0; u < UNROLL; u++) tile_step(kind, sum, w, x, a->ldx, tokens, at + u * LANES);
    }
    for (; at + LANES <= a->k; at += LANES) tile_step(kind, sum, w, x, a->ldx, tokens, at);
    if (at < a->k) tile_rest(kind, sum, w, x, a->ldx, tokens, at, a->k - at);
    tile_store(a, sum, a->y + t * a->ldy, tokens);
}

/* All tokens; the last four as two and two. fetch: the first tile reads weights from memory. */
INLINE void all_tiles(Kind kind, const KernelArgs *a, const uint8_t *const *w, bool fetch)
{
    int t = 0;
    for (; t + TOKENS <= a->nt && a->nt - t != TOKENS + 1; t += TOKENS)
        tile(kind, a, w, t, TOKENS, fetch && t == 0);
    for (; t + 2 <= a->nt; t += 2) tile(kind, a, w, t, 2, fetch && t == 0);
    if (t < a->nt) tile(kind, a, w, t, 1, fetch);
}

INLINE void row_to_f32(Kind kind, const uint8_t *w, int k, float *out)
{
    for (int i = 0; i < k; i += LANES) {
        const uint8_t *p = w + i * size_of(kind);
        V v = i + LANES <= k ? load_weights(kind, p) : load_rest(kind, p, k - i);
        store_f32(out + i, &v);
    }
}

INLINE void kernel(Kind kind, const KernelArgs *a)
{
    if (a->nt <= FEW_TOKENS) {
        all_tiles(kind, a, a->w, true);
        return;
    }
    float panel[KERNEL_ROWS][KERNEL_COLS] __attribute__((aligned(LINE)));
    const uint8_t *w[KERNEL_ROWS];
    for (int at = 0; at < a->k; at += UNROLL * LANES) {
        int n = a->k - at < UNROLL * LANES ? a->k - at : UNROLL * LANES;
        fetch_ahead(kind, a, at);
        for (int r = 0; r < KERNEL_ROWS; r++)
            row_to_f32(kind, a->w[r] + at * size_of(kind), n, panel[r] + at);
    }
    for (int r = 0; r < KERNEL_ROWS; r++) w[r] = (const uint8_t *)panel[r];
    all_tiles(KIND_F32, a, w, false);
}

static void kernel_f32(const KernelArgs *a)
{
    kernel(KIND_F32, a);
}

static void kernel_bf16(const KernelArgs *a)
{
    kernel(KIND_BF16, a);
}

static void kernel_f16(const KernelArgs *a)
{
    kernel(KIND_F16, a);
}

const Kernels KERNEL_SET = {.f32 = kernel_f32,
                            .bf16 = kernel_bf16,
                            .f16 = kernel_f16,
                            .read_transposed = transpose_read_avx2};

#endif
