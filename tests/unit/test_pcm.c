/* test_pcm.c: rounding, dither and the bytes' repeatability. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "audio/pcm.h"
#include "base/mem.h"

enum { N = 200000 };

/* Mean and standard deviation of the error, in steps, of a constant level given in steps. */
static void error_of(double level, double *mean, double *deviation)
{
    float *x = mem_alloc(N, sizeof *x);
    int16_t *y = mem_alloc(N, sizeof *y);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) x[i] = (float)(level / 32768);
    pcm_to_16(y, x, N, 0);
    for (int i = 0; i < N; i++) {
        double e = y[i] - level;
        sum += e;
        squares += e * e;
    }
    *mean = sum / N;
    *deviation = sqrt(squares / N - *mean * *mean);
    free(x);
    free(y);
}

/* Theory: TPDF dither and rounding give mean 0 and sqrt(1/4) step for every level; with 200,000
 * samples the standard error is 0.0011. */
static void dither_makes_the_error_independent_of_the_level(void **state)
{
    static const double LEVELS[] = {0.001, 0.25, 0.5, 0.77, -0.3, 100.4};
    (void)state;
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        double mean, deviation;
        error_of(LEVELS[i], &mean, &deviation);
        assert_true(fabs(mean) < 0.006);
        assert_true(fabs(deviation - 0.5) < 0.006);
    }
}

static void digital_silence_stays_silent(void **state)
{
    float x[64] = {0};
    int16_t y[64];
    (void)state;
    pcm_to_16(y, x, 64, 12345);
    for (int i = 0; i < 64; i++) assert_int_equal(y[i], 0);
}

static void the_noise_is_a_function_of_the_index(void **state)
{
    float x[64];
    int16_t whole[64], half[64];
    (void)state;
    for (int i = 0; i < 64; i++) x[i] = 0.1f;
    pcm_to_16(whole, x, 64, 1000);
    pcm_to_16(half, x, 32, 1000);
    pcm_to_16(half + 32, x + 32, 32, 1032);
    assert_memory_equal(whole, half, sizeof whole);
    pcm_to_16(half, x, 64, 1001);
    assert_memory_not_equal(whole, half, sizeof whole);
}

static void full_scale_is_clipped(void **state)
{
    const float x[] = {2, -2, 1, -1};
    int16_t s[4];
    int32_t l[4];
    (void)state;
    pcm_to_16(s, x, 4, 0);
    assert_int_equal(s[0], 32767);
    assert_int_equal(s[1], -32768);
    pcm_to_24(l, x, 4);
    assert_int_equal(l[0], 8388607 * 256);
    assert_int_equal(l[1], -8388608 * 256);
    assert_int_equal(l[2], 8388607 * 256);
    assert_int_equal(l[3], -8388608 * 256);
}

static void twenty_four_bits_are_rounded_to_nearest(void **state)
{
    const float x[] = {1.4f / 8388608, 1.6f / 8388608, -1.4f / 8388608, -1.6f / 8388608};
    int32_t l[4];
    (void)state;
    pcm_to_24(l, x, 4);
    assert_int_equal(l[0], 256);
    assert_int_equal(l[1], 512);
    assert_int_equal(l[2], -256);
    assert_int_equal(l[3], -512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dither_makes_the_error_independent_of_the_level),
        cmocka_unit_test(digital_silence_stays_silent),
        cmocka_unit_test(the_noise_is_a_function_of_the_index),
        cmocka_unit_test(full_scale_is_clipped),
        cmocka_unit_test(twenty_four_bits_are_rounded_to_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
