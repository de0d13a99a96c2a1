/* view.c: see tensor/view.h. Numbers in a checkpoint are little-endian and may be unaligned; the
 * conversions are plain loops over restrict pointers with memcpy loads, which gcc and clang turn
 * into vector code on any little-endian processor.
 *
 * F16 and F8 are rebuilt from their bits without tables: exponent and mantissa are shifted into
 * place and the bias is added; a subnormal gets an implicit one and has it subtracted again, in
 * normal f32 numbers, so that flush-to-zero modes cannot hurt. F8 as in Micikevicius et al., "FP8
 * formats for deep learning" (2022): E4M3 has no infinity and one NaN pattern (0x7f, either sign);
 * E5M2 is the upper half of an F16. */
#include "tensor/view.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "conversions load little-endian numbers");

/* -O2 of gcc 12 does not vectorise loops of unknown length. */
#if defined(__GNUC__) && !defined(__clang__)
#define KERNEL __attribute__((optimize("O3")))
#else
#define KERNEL
#endif
#define INLINE static inline __attribute__((always_inline)) /* or they are called from the loops */

enum { VIEW_TILE = 16 }; /* rows of a transposed view read together: one cache line of f32 */

static const struct {
    const char *name;
    int size;
} DTYPE[DT_COUNT] = {
    [DT_BOOL] = {"BOOL", 1},       [DT_U8] = {"U8", 1},           [DT_I8] = {"I8", 1},
    [DT_F8_E5M2] = {"F8_E5M2", 1}, [DT_F8_E4M3] = {"F8_E4M3", 1}, [DT_I16] = {"I16", 2},
    [DT_U16] = {"U16", 2},         [DT_F16] = {"F16", 2},         [DT_BF16] = {"BF16", 2},
    [DT_I32] = {"I32", 4},         [DT_U32] = {"U32", 4},         [DT_F32] = {"F32", 4},
    [DT_F64] = {"F64", 8},         [DT_I64] = {"I64", 8},         [DT_U64] = {"U64", 8},
};

INLINE float bits_f32(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* em: magnitude bits with the mantissa moved to f32's place; bias: what the exponent lacks; top:
 * the smallest em that is not finite. Masks, not branches, so that the loops become vector code. */
INLINE float small_float(uint32_t em, uint32_t bias, uint32_t top, uint32_t sign)
{
    uint32_t finite = em + (bias << 23);
    uint32_t special = em + ((255u - (top >> 23)) << 23);
    float tiny = bits_f32(finite + (1u << 23)) - bits_f32((bias + 1) << 23);
    uint32_t tiny_bits;
    memcpy(&tiny_bits, &tiny, sizeof tiny_bits);
    uint32_t is_tiny = 0u - (uint32_t)((int32_t)em < 1 << 23);
    uint32_t is_special = 0u - (uint32_t)((int32_t)em >= (int32_t)top);
    finite = (tiny_bits & is_tiny) | (finite & ~is_tiny);
    return bits_f32((special & is_special) | (finite & ~is_special) | sign);
}

INLINE float f16_f32(uint16_t h)
{
    return small_float((uint32_t)(h & 0x7fff) << 13, 112, 0x1fu << 23,
                       (uint32_t)(h & 0x8000) << 16);
}

INLINE float e4m3_f32(uint8_t b)
{
    uint32_t em = (uint32_t)(b & 0x7f) << 20, sign = (uint32_t)(b & 0x80) << 24;
    return em == 0x7fu << 20 ? bits_f32(0x7fc00000u | sign)
                             : small_float(em, 120, 0xffu << 23, sign);
}

KERNEL static void bf16_run(const uint8_t *restrict src, float *restrict dst, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, src + 2 * i, sizeof h);
        uint32_t w = (uint32_t)h << 16;
        memcpy(dst + i, &w, sizeof w);
    }
}

KERNEL static void f16_run(const uint8_t *restrict src, float *restrict dst, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, src + 2 * i, sizeof h);
        dst[i] = f16_f32(h);
    }
}

/* One conversion loop for a C type. */
#define RUN(name, type)                                                                            \
    KERNEL static void name(const uint8_t *restrict src, float *restrict dst, int64_t n)           \
    {                                                                                              \
        for (int64_t i = 0; i < n; i++) {                                                          \
            type v;                                                                                \
            memcpy(&v, src + (int64_t)sizeof v * i, sizeof v);                                     \
            dst[i] = (float)v;                                                                     \
        }                                                                                          \
    }
RUN(u8_run, uint8_t)
RUN(i8_run, int8_t)
RUN(u16_run, uint16_t)
RUN(i16_run, int16_t)
RUN(u32_run, uint32_t)
RUN(i32_run, int32_t)
RUN(u64_run, uint64_t)
RUN(i64_run, int64_t)
RUN(f64_run, double)
#undef RUN

KERNEL static void bool_run(const uint8_t *restrict src, float *restrict dst, int64_t n)
{
    for (int64_t i = 0; i < n; i++) dst[i] = src[i] != 0;
}

KERNEL static void e5m2_run(const uint8_t *restrict src, float *restrict dst, int64_t n)
{
    for (int64_t i = 0; i < n; i++) dst[i] = f16_f32((uint16_t)(src[i] << 8));
}

KERNEL static void e4m3_run(const uint8_t *restrict src, float *restrict dst, int64_t n)
{
    for (int64_t i = 0; i < n; i++) dst[i] = e4m3_f32(src[i]);
}

/* n consecutive stored elements. */
static void read_run(DType dtype, const uint8_t *src, float *dst, int64_t n)
{
    switch (dtype) {
    case DT_BF16: bf16_run(src, dst, n); break;
    case DT_F32: memcpy(dst, src, (size_t)n * sizeof *dst); break;
    case DT_F16: f16_run(src, dst, n); break;
    case DT_F64: f64_run(src, dst, n); break;
    case DT_BOOL: bool_run(src, dst, n); break;
    case DT_U8: u8_run(src, dst, n); break;
    case DT_I8: i8_run(src, dst, n); break;
    case DT_U16: u16_run(src, dst, n); break;
    case DT_I16: i16_run(src, dst, n); break;
    case DT_U32: u32_run(src, dst, n); break;
    case DT_I32: i32_run(src, dst, n); break;
    case DT_U64: u64_run(src, dst, n); break;
    case DT_I64: i64_run(src, dst, n); break;
    case DT_F8_E5M2: e5m2_run(src, dst, n); break;
    case DT_F8_E4M3: e4m3_run(src, dst, n); break;
    case DT_COUNT: break;
    }
}

/* Where logical row `row` is stored (as a row, or as a column when transposed). */
static int64_t stored_row(const Tensor *t, int64_t row)
{
    if (t->group_rows <= 0) return row;
    return row / t->group_rows * t->group_stride + row % t->group_rows;
}

/* Rows from `row` on, at most n, that are stored one after another. */
static int64_t run_length(const Tensor *t, int64_t row, int64_t n)
{
    if (t->group_rows <= 0) return n;
    int64_t left = t->group_rows - row % t->group_rows;
    return left < n ? left : n;
}

static void read_rows(const Tensor *t, int64_t row, int64_t n, int64_t cols, float *out)
{
    const uint8_t *data = t->data;
    int64_t size = dtype_size(t->dtype), first = stored_row(t, row);
    if (t->ld == cols) {
        read_run(t->dtype, data + first * cols * size, out, n * cols);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        read_run(t->dtype, data + (first + i) * t->ld * size, out + i * cols, cols);
}

/* A tile of VIEW_TILE stored columns at a time: contiguous reads, as many streams of writes. */
static void read_columns(const Tensor *t, int64_t row, int64_t n, int64_t cols, float *out)
{
    const uint8_t *data = t->data;
    int64_t size = dtype_size(t->dtype), first = stored_row(t, row);
    float tile[VIEW_TILE];
    for (int64_t i0 = 0; i0 < n; i0 += VIEW_TILE) {
        int64_t m = n - i0 < VIEW_TILE ? n - i0 : VIEW_TILE;
        for (int64_t j = 0; j < cols; j++) {
            read_run(t->dtype, data + (j * t->ld + first + i0) * size, tile, m);
            for (int64_t i = 0; i < m; i++) out[(i0 + i) * cols + j] = tile[i];
        }
    }
}

const char *dtype_name(DType dtype)
{
    return DTYPE[dtype].name;
}

int dtype_size(DType dtype)
{
    return DTYPE[dtype].size;
}

bool dtype_parse(const char *name, DType *out)
{
    for (int i = 0; i < DT_COUNT; i++) {
        if (strcmp(DTYPE[i].name, name) != 0) continue;
        *out = (DType)i;
        return true;
    }
    return false;
}

int64_t tensor_rows(const Tensor *t)
{
    return t->ndim >= 2 ? t->shape[0] : 1;
}

int64_t tensor_cols(const Tensor *t)
{
    int64_t n = 1;
    for (int i = t->ndim >= 2 ? 1 : 0; i < t->ndim; i++) n *= t->shape[i];
    return n;
}

int64_t tensor_numel(const Tensor *t)
{
    return tensor_rows(t) * tensor_cols(t);
}

void tensor_read_f32(const Tensor *t, int64_t row, int64_t n, float *out)
{
    int64_t cols = tensor_cols(t);
    while (n > 0 && cols > 0) {
        int64_t m = run_length(t, row, n);
        if (t->transposed)
            read_columns(t, row, m, cols, out);
        else
            read_rows(t, row, m, cols, out);
        row += m, n -= m, out += m * cols;
    }
}

uint16_t bf16_round(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x) return 0x7fc0;
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
