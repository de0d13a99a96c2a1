/* The vector loops of math/vecmath.h at every level, against libm and sums in f64. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_level.h"
#include "math/vecmath.h"

enum { MAX_N = 67, SWEEP = 400001 }; /* MAX_N: full vectors of any level and every remainder */

static const float GUARD = 12345;

static double phi(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static double exact_silu(double x)
{
    return x / (1 + exp(-x));
}

static double exact_gelu(double x)
{
    return x * phi(x);
}

static double exact_gelu_tanh(double x)
{
    return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

/* |got - want| in units in the last place of f32 at want. */
static double ulps(float got, double want)
{
    if ((double)got == want) return 0;
    int e = 0;
    frexp(want, &e);
    e = e - 24 < -149 ? -149 : e - 24;
    return fabs((double)got - want) / ldexp(1, e);
}

static void check_near(float got, double want, double max_ulps, double max_error, float x)
{
    if (ulps(got, want) <= max_ulps || fabs((double)got - want) <= max_error) return;
    fail_msg("at %.9g: %.9g, not %.9g (%.1f ulp)", (double)x, (double)got, want, ulps(got, want));
}

/* f over lo..hi in even steps. */
static void sweep(void (*f)(const float *x, const float *up, float *y, int64_t n),
                  double (*exact)(double), float lo, float hi, double max_ulps, double max_error)
{
    float *x = mem_alloc(SWEEP, sizeof *x), *y = mem_alloc(SWEEP, sizeof *y);
    for (int i = 0; i < SWEEP; i++) x[i] = lo + (hi - lo) * (float)i / (SWEEP - 1);
    f(x, NULL, y, SWEEP);
    for (int i = 0; i < SWEEP; i++) check_near(y[i], exact(x[i]), max_ulps, max_error, x[i]);
    free(x);
    free(y);
}

static void exponentials_are_within_2_ulp(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    float *x = mem_alloc(SWEEP, sizeof *x), *y = mem_alloc(SWEEP, sizeof *y);
    for (int i = 0; i < SWEEP; i++) x[i] = -104 + 192.5f * (float)i / (SWEEP - 1);
    double sum = vm->exp_sum(x, 0, y, SWEEP), want = 0;
    for (int i = 0; i < SWEEP; i++) {
        check_near(y[i], exp(x[i]), 2, 0, x[i]);
        want += (double)y[i];
    }
    assert_true(fabs(sum - want) <= 1e-12 * want); /* the same numbers, added in another order */
    const float edge[] = {0, 100, INFINITY, -200, -INFINITY, NAN};
    vm->exp_sum(edge, 0, y, 6);
    assert_true(y[0] == 1 && y[1] == INFINITY && y[2] == INFINITY && y[3] == 0 && y[4] == 0);
    assert_true(isnan(y[5]));
    free(x);
    free(y);
}

static void sweep_tanh(const VecMath *vm, float lo, float hi, double max_ulps)
{
    float *x = mem_alloc(SWEEP, sizeof *x), *y = mem_alloc(SWEEP, sizeof *y);
    for (int i = 0; i < SWEEP; i++) x[i] = lo + (hi - lo) * (float)i / (SWEEP - 1);
    vm->tanh(x, y, SWEEP);
    for (int i = 0; i < SWEEP; i++) check_near(y[i], tanh(x[i]), max_ulps, 0, x[i]);
    free(x);
    free(y);
}

static void tanh_is_within_3_ulp(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    sweep_tanh(vm, -0.7f, 0.7f, 3);
    sweep_tanh(vm, -100, 100, 3);
    const float edge[] = {-0.0f, INFINITY, -INFINITY, NAN, 1e-30f};
    float y[5];
    vm->tanh(edge, y, 5);
    assert_true(signbit(y[0]) && y[0] == 0 && y[1] == 1 && y[2] == -1 && isnan(y[3]));
    assert_true(y[4] == 1e-30f);
}

static void activations_are_as_exact_as_stated(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    sweep(vm->silu, exact_silu, -80, 80, 4, 0);
    sweep(vm->silu, exact_silu, -2, 2, 4, 0);
    sweep(vm->gelu_tanh, exact_gelu_tanh, -12, 12, 4, 1.5e-7);
    sweep(vm->gelu_tanh, exact_gelu_tanh, -0.1f, 0.1f, 4, 0);
    sweep(vm->gelu, exact_gelu, -14, 14, 4, 1.5e-7);
    sweep(vm->gelu, exact_gelu, -0.1f, 0.1f, 4, 0);
}

static void activations_far_out_are_zero_or_the_argument(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    void (*const F[])(const float *, const float *, float *, int64_t) = {vm->silu, vm->gelu_tanh,
                                                                         vm->gelu};
    const float x[] = {1e4f, -1e4f, 3e38f, -3e38f, NAN, 0, 1e-30f};
    for (int f = 0; f < 3; f++) {
        float y[7];
        F[f](x, NULL, y, 7);
        assert_true(y[0] == x[0] && y[1] == 0 && y[2] == x[2] && y[3] == 0 && isnan(y[4]));
        assert_true(y[5] == 0 && fabsf(y[6] - 0.5e-30f) <= 1e-36f);
    }
}

/* Lengths 0..MAX_N: each element is what it is in a long vector, nothing behind is touched. */
static void each_length_gives_the_elements_of_a_long_vector(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    void (*const F[])(const float *, const float *, float *, int64_t) = {vm->silu, vm->gelu_tanh,
                                                                         vm->gelu};
    float x[MAX_N], up[MAX_N], whole[MAX_N], gated[MAX_N], y[MAX_N + 1];
    for (int i = 0; i < MAX_N; i++) x[i] = 4 * level_number((uint32_t)i), up[i] = x[i] + 1;
    for (int f = 0; f < 3; f++) {
        F[f](x, NULL, whole, MAX_N);
        F[f](x, up, gated, MAX_N);
        for (int n = 0; n <= MAX_N; n++) {
            for (int i = 0; i <= n; i++) y[i] = GUARD;
            F[f](x, NULL, y, n);
            assert_memory_equal(y, whole, (size_t)n * sizeof *y);
            F[f](x, up, y, n);
            assert_memory_equal(y, gated, (size_t)n * sizeof *y);
            for (int i = 0; i < n; i++) assert_true(gated[i] == whole[i] * up[i]);
            assert_true(y[n] == GUARD);
        }
    }
}

static void sums_and_products_of_each_length_equal_f64(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    float a[MAX_N], b[MAX_N];
    for (int i = 0; i < MAX_N; i++)
        a[i] = level_number((uint32_t)i), b[i] = level_number((uint32_t)i + 500);
    for (int n = 0; n <= MAX_N; n++) {
        double dot = 0, size = 0, sum = 0, squares = 0, top = -INFINITY;
        for (int i = 0; i < n; i++) {
            dot += (double)a[i] * (double)b[i];
            size += fabs((double)a[i] * (double)b[i]);
            sum += (double)a[i];
            squares += ((double)a[i] - 0.25) * ((double)a[i] - 0.25);
            top = fmax(top, (double)a[i]);
        }
        /* f32 rounds once an addition; a lane has at most n / 4 and what joins the lanes */
        assert_true(fabs((double)vm->dot(a, b, n) - dot) <= ldexp(size, -24) * (n / 4.0 + 6));
        assert_true(fabs(vm->sum(a, n) - sum) <= 1e-14 * n);
        assert_true(fabs(vm->sum_squares(a, 0.25, n) - squares) <= 1e-14 * n);
        if (n > 0) assert_true((double)vm->max(a, n) == top);
    }
}

static void elementwise_functions_follow_their_formulas(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    float x[MAX_N], w[MAX_N], b[MAX_N], y[MAX_N + 1];
    for (int i = 0; i < MAX_N; i++) {
        x[i] = level_number((uint32_t)i);
        w[i] = level_number((uint32_t)i + 900);
        b[i] = level_number((uint32_t)i + 1900);
    }
    for (int n = 0; n <= MAX_N; n++) {
        y[n] = GUARD;
        memcpy(y, b, (size_t)n * sizeof *y);
        vm->axpy(0.7f, x, y, n);
        for (int i = 0; i < n; i++)
            check_near(y[i], 0.7f * (double)x[i] + (double)b[i], 1, 1.2e-7, x[i]); /* 2 roundings */
        vm->norm(x, 0.25f, 3, w, 1, b, y, n);
        for (int i = 0; i < n; i++)
            check_near(y[i], ((double)x[i] - 0.25) * 3 * (1.0 + (double)w[i]) + (double)b[i], 4,
                       2e-6, x[i]); /* five roundings of values up to 7.5 */
        vm->norm(x, 0, 2, w, 0, NULL, y, n);
        for (int i = 0; i < n; i++) check_near(y[i], 2 * (double)x[i] * (double)w[i], 1, 0, x[i]);
        memcpy(y, x, (size_t)n * sizeof *y);
        vm->scale(-3, y, n);
        for (int i = 0; i < n; i++) assert_true(y[i] == -3 * x[i]);
        assert_true(y[n] == GUARD);
    }
}

static void rotations_turn_pairs_and_keep_their_length(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    enum { MAX_HALF = 33 };
    float x[2 * MAX_HALF + 1], y[2 * MAX_HALF + 1], c[MAX_HALF], s[MAX_HALF];
    for (int half = 1; half <= MAX_HALF; half++) {
        for (int i = 0; i < 2 * half; i++) x[i] = y[i] = level_number((uint32_t)i);
        y[2 * half] = GUARD;
        for (int i = 0; i < half; i++) c[i] = cosf((float)i), s[i] = sinf((float)i);
        vm->rope(y, c, s, half);
        for (int i = 0; i < half; i++) {
            double a = (double)x[i], b = (double)x[i + half];
            /* two products and a sum of numbers below 1 */
            assert_true(fabs((double)y[i] - (a * cos(i) - b * sin(i))) <= 3e-7);
            assert_true(fabs((double)y[i + half] - (b * cos(i) + a * sin(i))) <= 3e-7);
        }
        assert_true(y[2 * half] == GUARD);
    }
}

enum { MAT_LD = 80 };

static void matrix_products_of_each_shape_equal_f64(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    static float a[24 * MAT_LD], b[80 * MAT_LD], c[24 * MAT_LD];
    for (int i = 0; i < 24 * MAT_LD; i++) a[i] = level_number((uint32_t)i);
    for (int i = 0; i < 80 * MAT_LD; i++) b[i] = level_number((uint32_t)i + 9999);
    for (int m = 1; m <= 9; m++)
        for (int n = 0; n <= 41; n += n < 10 ? 1 : 7)
            for (int k = 0; k <= 70; k += k < 10 ? 1 : 9) {
                double bound = 1.2e-7 * (k / 2.0 + 6); /* products below 1; roundings 2^-23 */
                for (int i = 0; i < 24 * MAT_LD; i++) c[i] = GUARD;
                vm->mul_nt(a, MAT_LD, b, MAT_LD, c, MAT_LD, m, n, k);
                for (int i = 0; i <= m; i++)
                    for (int j = 0; j <= n; j++) {
                        double sum = 0;
                        for (int l = 0; l < k; l++)
                            sum += (double)a[i * MAT_LD + l] * (double)b[j * MAT_LD + l];
                        if (i == m || j == n) sum = (double)GUARD;
                        assert_true(fabs((double)c[i * MAT_LD + j] - sum) <= bound);
                    }
                for (int i = 0; i < 24 * MAT_LD; i++) c[i] = 0.5f;
                vm->mul_nn(a, MAT_LD, b, MAT_LD, c, MAT_LD, m, n, k);
                for (int i = 0; i <= m; i++)
                    for (int j = 0; j <= n; j++) {
                        double sum = 0.5;
                        for (int l = 0; l < k && i < m && j < n; l++)
                            sum += (double)a[i * MAT_LD + l] * (double)b[l * MAT_LD + j];
                        assert_true(fabs((double)c[i * MAT_LD + j] - sum) <= bound);
                    }
            }
}

/* Attention may be computed for any block of queries and keys. */
static void blocks_of_a_product_have_the_bytes_of_the_whole(void **state)
{
    const VecMath *vm = vecmath_at(level_of(state));
    enum { M = 11, N = 37, K = 45, CUT = 13 };
    static float a[M * MAT_LD], b[MAT_LD * MAT_LD], whole[M * N], part[M * N];
    for (int i = 0; i < M * MAT_LD; i++) a[i] = level_number((uint32_t)i);
    for (int i = 0; i < MAT_LD * MAT_LD; i++) b[i] = level_number((uint32_t)i + 9999);
    vm->mul_nt(a, MAT_LD, b, MAT_LD, whole, N, M, N, K);
    for (int i = 0; i < M; i++) {
        vm->mul_nt(a + i * MAT_LD, MAT_LD, b, MAT_LD, part + i * N, N, 1, CUT, K);
        vm->mul_nt(a + i * MAT_LD, MAT_LD, b + CUT * MAT_LD, MAT_LD, part + i * N + CUT, N, 1,
                   N - CUT, K);
    }
    assert_memory_equal(whole, part, sizeof whole);
    memset(whole, 0, sizeof whole);
    memset(part, 0, sizeof part);
    vm->mul_nn(a, MAT_LD, b, MAT_LD, whole, N, M, N, K);
    for (int i = 0; i < M; i++) {
        vm->mul_nn(a + i * MAT_LD, MAT_LD, b, MAT_LD, part + i * N, N, 1, N, CUT);
        vm->mul_nn(a + i * MAT_LD + CUT, MAT_LD, b + CUT * MAT_LD, MAT_LD, part + i * N, N, 1, N,
                   K - CUT);
    }
    assert_memory_equal(whole, part, sizeof whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEVEL_TESTS(exponentials_are_within_2_ulp),
        LEVEL_TESTS(tanh_is_within_3_ulp),
        LEVEL_TESTS(activations_are_as_exact_as_stated),
        LEVEL_TESTS(activations_far_out_are_zero_or_the_argument),
        LEVEL_TESTS(each_length_gives_the_elements_of_a_long_vector),
        LEVEL_TESTS(sums_and_products_of_each_length_equal_f64),
        LEVEL_TESTS(elementwise_functions_follow_their_formulas),
        LEVEL_TESTS(rotations_turn_pairs_and_keep_their_length),
        LEVEL_TESTS(matrix_products_of_each_shape_equal_f64),
        LEVEL_TESTS(blocks_of_a_product_have_the_bytes_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
