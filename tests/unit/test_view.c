/* test_view.c: every dtype, every way a view can lie in memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "tensor/view.h"

static float read_one(DType dtype, const void *bytes)
{
    unsigned char unaligned[16] = {0};
    float out = -77;
    memcpy(unaligned + 1, bytes, (size_t)dtype_size(dtype));
    Tensor t = {.dtype = dtype, .ndim = 1, .shape = {1}, .ld = 1, .data = unaligned + 1};
    tensor_read_f32(&t, 0, 1, &out);
    return out;
}

static float read_u8(DType dtype, unsigned v)
{
    uint8_t b = (uint8_t)v;
    return read_one(dtype, &b);
}

static float read_u16(DType dtype, unsigned v)
{
    uint16_t b = (uint16_t)v;
    return read_one(dtype, &b);
}

static void names_and_sizes_of_dtypes_agree(void **state)
{
    (void)state;
    for (int i = 0; i < DT_COUNT; i++) {
        DType back = DT_COUNT;
        assert_true(dtype_parse(dtype_name((DType)i), &back));
        assert_int_equal(back, i);
        assert_true(dtype_size((DType)i) >= 1);
    }
    DType d;
    assert_false(dtype_parse("bf16", &d));
    assert_int_equal(dtype_size(DT_BF16), 2);
    assert_int_equal(dtype_size(DT_I64), 8);
}

static void bf16_is_the_upper_half_of_f32(void **state)
{
    (void)state;
    assert_true(read_u16(DT_BF16, 0x3f80) == 1.0f);
    assert_true(read_u16(DT_BF16, 0xc049) == -3.140625f);
    assert_true(read_u16(DT_BF16, 0x0001) == ldexpf(1, -133)); /* subnormal */
    assert_true(isinf(read_u16(DT_BF16, 0x7f80)));
    assert_true(isnan(read_u16(DT_BF16, 0x7fc0)));
}

/* Every one of the 65536 patterns against the definition in IEEE 754. */
static void f16_is_exact_for_all_patterns(void **state)
{
    (void)state;
    for (unsigned h = 0; h < 65536; h++) {
        int e = (int)(h >> 10 & 31), m = (int)(h & 1023);
        double want = e == 0    ? ldexp(m, -24)
                      : e == 31 ? (m ? NAN : INFINITY)
                                : ldexp(1024 + m, e - 25);
        if (h & 0x8000) want = -want;
        float got = read_u16(DT_F16, h);
        if (isnan(want))
            assert_true(isnan(got));
        else
            assert_true(got == want && !signbit(got) == !signbit(want));
    }
}

static void f8_e4m3_has_no_infinity_and_one_nan(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 256; b++) {
        int e = (int)(b >> 3 & 15), m = (int)(b & 7);
        double want = e ? ldexp(8 + m, e - 10) : ldexp(m, -9);
        float got = read_u8(DT_F8_E4M3, b);
        if ((b & 0x7f) == 0x7f)
            assert_true(isnan(got));
        else
            assert_true(got == (b & 0x80 ? -want : want));
    }
    assert_true(read_u8(DT_F8_E4M3, 0x7e) == 448);
}

static void f8_e5m2_has_infinities_and_nans(void **state)
{
    (void)state;
    for (unsigned b = 0; b < 256; b++) {
        int e = (int)(b >> 2 & 31), m = (int)(b & 3);
        double want = e == 0    ? ldexp(m, -16)
                      : e == 31 ? (m ? NAN : INFINITY)
                                : ldexp(4 + m, e - 17);
        float got = read_u8(DT_F8_E5M2, b);
        if (isnan(want))
            assert_true(isnan(got));
        else
            assert_true(got == (b & 0x80 ? -want : want));
    }
}

static void integers_are_read_by_value(void **state)
{
    (void)state;
    assert_true(read_u8(DT_BOOL, 0) == 0 && read_u8(DT_BOOL, 1) == 1 && read_u8(DT_BOOL, 7) == 1);
    assert_true(read_u8(DT_U8, 200) == 200 && read_u8(DT_I8, 200) == -56);
    assert_true(read_u16(DT_U16, 65535) == 65535 && read_u16(DT_I16, 65535) == -1);
    assert_true(read_one(DT_I32, &(int32_t){-5}) == -5);
    assert_true(read_one(DT_U32, &(uint32_t){4000000000u}) == 4000000000.0f);
    assert_true(read_one(DT_I64, &(int64_t){-1}) == -1);
    assert_true(read_one(DT_U64, &(uint64_t){UINT64_MAX}) == 18446744073709551616.0f);
}

static void f32_and_f64_are_read_by_value(void **state)
{
    (void)state;
    assert_true(read_one(DT_F32, &(float){-0.1f}) == -0.1f);
    assert_true(read_one(DT_F64, &(double){0.1}) == 0.1f);
    assert_true(read_one(DT_F64, &(double){1e300}) == INFINITY);
}

static void a_long_unaligned_run_of_bf16_is_converted_whole(void **state)
{
    (void)state;
    enum { N = 1003 }; /* no multiple of any vector width */
    unsigned char bytes[2 * N + 1];
    float out[N + 1];
    for (int i = 0; i < N; i++) {
        uint16_t h = (uint16_t)(0x3f80 + i);
        memcpy(bytes + 1 + 2 * i, &h, 2);
    }
    out[N] = 42;
    Tensor t = {.dtype = DT_BF16, .ndim = 1, .shape = {N}, .ld = N, .data = bytes + 1};
    tensor_read_f32(&t, 0, 1, out);
    for (int i = 0; i < N; i++) {
        uint32_t want = (uint32_t)(0x3f80 + i) << 16;
        assert_memory_equal(&out[i], &want, 4);
    }
    assert_true(out[N] == 42);
}

/* Stored element k has value k. */
static void fill(float *v, int n)
{
    for (int i = 0; i < n; i++) v[i] = (float)i;
}

static void shapes_fold_higher_dimensions_into_columns(void **state)
{
    (void)state;
    Tensor t = {.ndim = 3, .shape = {4, 3, 2}};
    assert_int_equal(tensor_rows(&t), 4);
    assert_int_equal(tensor_cols(&t), 6);
    assert_int_equal(tensor_numel(&t), 24);
    Tensor vector = {.ndim = 1, .shape = {9}};
    assert_int_equal(tensor_rows(&vector), 1);
    assert_int_equal(tensor_cols(&vector), 9);
    Tensor scalar = {.ndim = 0};
    assert_int_equal(tensor_numel(&scalar), 1);
}

static void a_slice_of_rows_skips_what_is_between(void **state)
{
    (void)state;
    float v[60], out[12];
    fill(v, 60);
    Tensor t = {.dtype = DT_F32, .ndim = 2, .shape = {6, 4}, .ld = 10, .data = v};
    tensor_read_f32(&t, 2, 3, out);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++) assert_true(out[4 * i + j] == (float)((i + 2) * 10 + j));
}

static void a_transposed_view_reads_columns(void **state)
{
    (void)state;
    enum { ROWS = 37, COLS = 5, LD = 50 }; /* more rows than a tile, and no multiple of it */
    float v[COLS * LD], out[ROWS * COLS];
    fill(v, COLS * LD);
    Tensor t = {
        .dtype = DT_F32, .ndim = 2, .shape = {ROWS, COLS}, .ld = LD, .transposed = true, .data = v};
    tensor_read_f32(&t, 0, ROWS, out);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLS; j++) assert_true(out[COLS * i + j] == (float)(j * LD + i));
    tensor_read_f32(&t, 20, 3, out);
    assert_true(out[0] == 20 && out[COLS] == 21 && out[COLS + 1] == LD + 21);
}

static void groups_of_rows_are_strided(void **state)
{
    (void)state;
    enum { GROUP = 3, STRIDE = 9, HEADS = 4, COLS = 2 };
    float v[HEADS * STRIDE * COLS], out[HEADS * GROUP * COLS];
    fill(v, HEADS * STRIDE * COLS);
    Tensor t = {.dtype = DT_F32,
                .ndim = 2,
                .shape = {HEADS * GROUP, COLS},
                .ld = COLS,
                .group_rows = GROUP,
                .group_stride = STRIDE,
                .data = v};
    for (int from = 0; from < HEADS * GROUP; from++) { /* from every place within a group */
        int n = HEADS * GROUP - from;
        tensor_read_f32(&t, from, n, out);
        for (int i = 0; i < n; i++) {
            int r = from + i, stored = r / GROUP * STRIDE + r % GROUP;
            assert_true(out[COLS * i] == (float)(stored * COLS));
            assert_true(out[COLS * i + 1] == (float)(stored * COLS + 1));
        }
    }
}

static void groups_of_columns_are_strided_too(void **state)
{
    (void)state;
    float v[2 * 12], out[4 * 2];
    fill(v, 24);
    Tensor t = {.dtype = DT_F32,
                .ndim = 2,
                .shape = {4, 2},
                .ld = 12,
                .transposed = true,
                .group_rows = 2,
                .group_stride = 6,
                .data = v};
    tensor_read_f32(&t, 0, 4, out);
    const float want[8] = {0, 12, 1, 13, 6, 18, 7, 19};
    assert_memory_equal(out, want, sizeof want);
}

static void nothing_is_written_for_empty_tensors(void **state)
{
    (void)state;
    float out = 5;
    Tensor t = {.dtype = DT_F32, .ndim = 2, .shape = {3, 0}, .ld = 0, .data = &out};
    tensor_read_f32(&t, 0, 3, &out);
    assert_true(out == 5);
}

static void bf16_is_rounded_to_the_nearest_even(void **state)
{
    (void)state;
    assert_int_equal(bf16_round(1), 0x3f80);
    assert_int_equal(bf16_round(1 + 1.0f / 256), 0x3f80); /* half: to the even one */
    assert_int_equal(bf16_round(1 + 3.0f / 256), 0x3f82); /* half: up to the even one */
    assert_int_equal(bf16_round(1 + 1.0f / 256 + 1e-6f), 0x3f81);
    assert_int_equal(bf16_round(-2.5f), 0xc020);
    assert_int_equal(bf16_round(3.4028235e38f), 0x7f80); /* beyond the last: infinity */
    assert_int_equal(bf16_round(INFINITY), 0x7f80);
    assert_int_equal(bf16_round(NAN), 0x7fc0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_sizes_of_dtypes_agree),
        cmocka_unit_test(bf16_is_the_upper_half_of_f32),
        cmocka_unit_test(bf16_is_rounded_to_the_nearest_even),
        cmocka_unit_test(f16_is_exact_for_all_patterns),
        cmocka_unit_test(f8_e4m3_has_no_infinity_and_one_nan),
        cmocka_unit_test(f8_e5m2_has_infinities_and_nans),
        cmocka_unit_test(integers_are_read_by_value),
        cmocka_unit_test(f32_and_f64_are_read_by_value),
        cmocka_unit_test(a_long_unaligned_run_of_bf16_is_converted_whole),
        cmocka_unit_test(shapes_fold_higher_dimensions_into_columns),
        cmocka_unit_test(a_slice_of_rows_skips_what_is_between),
        cmocka_unit_test(a_transposed_view_reads_columns),
        cmocka_unit_test(groups_of_rows_are_strided),
        cmocka_unit_test(groups_of_columns_are_strided_too),
        cmocka_unit_test(nothing_is_written_for_empty_tensors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
