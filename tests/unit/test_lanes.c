/* The kernels of sixteen lanes (AVX-512) in the same source, compiled for AVX2: what a compiler
 * makes of their vectors with twice as many instructions. So they are tested where no processor
 * with AVX-512 is; test_linear.c tests them on one that has it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture_level.h"

#if defined(__x86_64__)
#pragma GCC diagnostic ignored "-Wpsabi" /* no vector is passed to another file */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#pragma clang fp contract(fast)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c")
#pragma GCC optimize("fp-contract=fast")
#endif
#define KERNEL_LANES 16
#define KERNEL_SET   KERNELS_EMULATED
#include "infer/kernel_body.h"
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

enum { MAX_NT = 40, COLS = KERNEL_COLS };

static float row_weight(int r, int i)
{
    return floorf(16 * level_number((uint32_t)(r * 7919 + i))) / 16; /* exact in bf16 and f16 */
}

static uint16_t bits16(Kind kind, float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    if (kind == KIND_BF16) return (uint16_t)(u >> 16);
    uint32_t exponent = f == 0 ? 0 : (u >> 23 & 255) - 112;
    return (uint16_t)((u >> 16 & 0x8000) | exponent << 10 | (u >> 13 & 0x3ff));
}

static void check_block(Kind kind, const float *x, int nr, int nt, int k)
{
    static float w32[KERNEL_ROWS][COLS], y[MAX_NT][KERNEL_ROWS];
    static uint16_t w16[KERNEL_ROWS][COLS];
    KernelFn *const kernel[] = {KERNELS_EMULATED.f32, KERNELS_EMULATED.bf16, KERNELS_EMULATED.f16};
    KernelArgs a = {.x = x, .y = y[0], .ldx = COLS, .ldy = KERNEL_ROWS, .nr = nr, .nt = nt, .k = k};
    a.add = k % 2;
    for (int r = 0; r < KERNEL_ROWS; r++) {
        for (int i = 0; i < k; i++) {
            w32[r][i] = row_weight(r, i);
            w16[r][i] = bits16(kind, w32[r][i]);
        }
        a.w[r] = kind == KIND_F32 ? (const uint8_t *)w32[r] : (const uint8_t *)w16[r];
    }
    for (int t = 0; t < MAX_NT; t++)
        for (int r = 0; r < KERNEL_ROWS; r++) y[t][r] = 0.5f;
    kernel[kind](&a);
    for (int t = 0; t < MAX_NT; t++)
        for (int r = 0; r < KERNEL_ROWS; r++) {
            bool out = t < nt && r < nr;
            double sum = a.add || !out ? 0.5 : 0, size = 1;
            for (int i = 0; i < k && out; i++) {
                double v = (double)row_weight(r, i) * (double)x[t * COLS + i];
                sum += v;
                size += fabs(v);
            }
            /* k / 16 additions in each lane, and those of the lanes */
            assert_true(fabs((double)y[t][r] - sum) <= ldexp(size, -24) * (k / 16.0 + 8));
        }
}

static void sixteen_lanes_sum_every_shape_as_f64_does(void **state)
{
    level_of(state);
    static float x[MAX_NT * COLS];
    static const int K[] = {1, 5, 15, 16, 17, 31, 63, 64, 65, 100, 128, 333, COLS};
    static const int NT[] = {1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 18, 19, MAX_NT};
    for (int i = 0; i < MAX_NT * COLS; i++) x[i] = level_number((uint32_t)i + 99);
    for (int i = 0; i < 13; i++)
        for (int j = 0; j < 13; j++)
            for (int kind = KIND_F32; kind <= KIND_F16; kind++)
                check_block((Kind)kind, x, 1 + (i + j) % KERNEL_ROWS, NT[j], K[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEVEL_TEST(sixteen_lanes_sum_every_shape_as_f64_does, CPU_AVX2)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int main(void)
{
    puts("1..0 # skipped: not x86-64");
    return 0;
}
#endif
