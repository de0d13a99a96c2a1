/* Gram matrices against plain sums, and what singular values they give. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "math/eigen.h"
#include "math/gram.h"
#include "math/gram16.h"
#include "math/singular.h"

static float number(uint32_t i)
{
    uint32_t u = i * 2654435761u + 12345;
    u = (u ^ (u >> 15)) * 2246822519u;
    u = (u ^ (u >> 13)) * 3266489917u;
    u ^= u >> 16;
    return (float)(u >> 8) / 16777216.0f - 0.5f;
}

/* The upper half of the bits: a bf16. */
static void cut_to_bf16(float *x, int n)
{
    for (int i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, &x[i], sizeof u);
        u &= 0xffff0000;
        memcpy(&x[i], &u, sizeof u);
    }
}

static float *make(int k, int n, float falloff)
{
    float *x = mem_alloc((int64_t)k * n, sizeof *x);
    float scale = 1;
    for (int j = 0; j < n; j++, scale *= falloff)
        for (int i = 0; i < k; i++) x[i * n + j] = number((uint32_t)(i * n + j)) * scale;
    cut_to_bf16(x, k * n);
    return x;
}

/* Windows of x [k, n] through a block, as they are or turned. */
static void fill_block(GramBlock *b, const float *x, int k, int n, bool by_column)
{
    float *w = mem_alloc((int64_t)GRAM_WINDOW * n, sizeof *w);
    gram_block_begin(b);
    for (int put = 0; put < 2; put++) {
        for (int at = 0; at < k; at += GRAM_WINDOW) {
            int m = k - at < GRAM_WINDOW ? k - at : GRAM_WINDOW;
            for (int r = 0; r < m; r++)
                for (int j = 0; j < n; j++)
                    w[by_column ? j * m + r : r * n + j] = x[(at + r) * n + j];
            if (put) gram_block_put(b, w, m, by_column);
            else gram_block_look(b, w, m, by_column);
        }
    }
    free(w);
}

static double *gram_of(GramKind kind, const float *x, int k, int n, bool by_column,
                       SingularLoss *lost)
{
    double *g = mem_alloc((int64_t)n * n, sizeof *g);
    GramBlock b;
    double worst = 0, variance = 0;
    gram_block_init(&b, kind, n);
    fill_block(&b, x, k, n, by_column);
    for (int t = 0; t < gram_tiles(kind, n); t++) gram_add_tile(&b, t, g);
    for (int j = 0; b.col_err && j < n; j++) {
        worst = fmax(worst, (double)b.col_err[j]);
        variance = fmax(variance, (double)b.col_err[j] * (double)b.scale[j] / 2 / k);
    }
    if (lost) *lost = (SingularLoss){sqrt(worst * (double)b.row_err), sqrt(variance)};
    gram_block_free(&b);
    return g;
}

/* Largest difference from plain f64 sums, over the root of the two diagonal entries. */
static double gram_error(const double *g, const float *x, int k, int n)
{
    double worst = 0, *norm = mem_alloc(n, sizeof *norm);
    for (int j = 0; j < n; j++) {
        for (int r = 0; r < k; r++) norm[j] += (double)x[r * n + j] * (double)x[r * n + j];
        norm[j] = sqrt(norm[j]);
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = 0;
            for (int r = 0; r < k; r++) sum += (double)x[r * n + i] * (double)x[r * n + j];
            worst = fmax(worst, fabs(g[i * n + j] - sum) / (norm[i] * norm[j]));
        }
    }
    free(norm);
    return worst;
}

static void check_kind(GramKind kind, double slack)
{
    static const int shape[][2] = {{512, 200}, {1, 3}, {63, 49}, {65, 7}, {130, 385}, {2, 48}};
    for (int s = 0; s < 6; s++) {
        int k = shape[s][0], n = shape[s][1];
        float *x = make(k, n, 0.97f);
        for (int by_column = 0; by_column < 2; by_column++) {
            double *g = gram_of(kind, x, k, n, by_column, NULL);
            assert_near(gram_error(g, x, k, n), 0, slack);
            free(g);
        }
        free(x);
    }
}

static void integer_products_differ_by_the_rounding_of_small_entries_only(void **state)
{
    (void)state;
    check_kind(GRAM_Q16, 2e-5); /* half a step of 2^-15 of the largest entry, partly cancelling */
}

static void single_precision_products_are_good_to_a_millionth(void **state)
{
    (void)state;
    check_kind(GRAM_F32, 1e-6); /* 512 terms of eps 6e-8, partly cancelling */
}

static void double_precision_products_are_exact(void **state)
{
    (void)state;
    check_kind(GRAM_F64, 1e-14); /* order of summation */
}

/* Signs that line up, all entries as large as they can be: sums reach the limit of 32 bits. */
static void integer_products_do_not_overflow(void **state)
{
    (void)state;
    enum { K = 512, N = 20 };
    float *x = mem_alloc(K * N, sizeof *x);
    for (int i = 0; i < K * N; i++) x[i] = 1.9921875f * (i % N % 2 ? -1 : 1); /* 255 / 128 */
    SingularLoss lost;
    double *g = gram_of(GRAM_Q16, x, K, N, false, &lost);
    assert_near(gram_error(g, x, K, N), 0, 0); /* all entries are kept whole */
    assert_near(lost.bound, 0, 0);
    free(g);
    free(x);
}

static void what_integers_lose_is_bounded(void **state)
{
    (void)state;
    enum { K = 512, N = 100 };
    float *x = make(K, N, 1);
    SingularLoss lost;
    double s[N], want[N], *a = mem_alloc(K * N, sizeof *a);
    double *g = gram_of(GRAM_Q16, x, K, N, false, &lost);
    for (int i = 0; i < K * N; i++) a[i] = (double)x[i];
    assert_true(svd_values_f64(a, K, N, want));
    assert_int_equal(singular_from_gram(g, N, GRAM_Q16, lost, s), SINGULAR_OK);
    assert_true(lost.bound > 0 && lost.deviation > 0);
    for (int i = 0; i < N; i++) {
        assert_near(s[i], want[i], lost.bound + 1e-6 * want[0]); /* Weyl, and the f32 reduction */
        assert_near(s[i], want[i], 1e-4 * want[i]);              /* the promise */
    }
    free(a);
    free(g);
    free(x);
}

static void a_column_of_huge_or_tiny_numbers_gives_up_on_integers(void **state)
{
    (void)state;
    static const float size[] = {1e25f, 1e-30f};
    for (int i = 0; i < 2; i++) {
        float x[4 * 3];
        double s[3];
        for (int k = 0; k < 12; k++) x[k] = (float)(k + 1) * (k % 3 == 1 ? size[i] : 1);
        SingularLoss lost;
        double *g = gram_of(GRAM_Q16, x, 4, 3, false, &lost);
        assert_int_equal(singular_from_gram(g, 3, GRAM_Q16, lost, s), SINGULAR_NEED_F32);
        free(g);
    }
}

static void the_kernel_in_use_gives_the_bits_of_plain_c(void **state)
{
    (void)state;
    enum { K = 61, N = 77, PANELS = 2 };
    float *x = make(K, N, 0.98f), step[N], inverse[N], err[2][N] = {{0}}, row[2] = {0};
    int32_t *lanes[2];
    double c[2][GRAM16_PANEL * GRAM16_PANEL] = {{0}};
    for (int j = 0; j < N; j++) inverse[j] = 1 / (step[j] = ldexpf(1, -11 - j / 30));
    for (int by_column = 0; by_column < 2; by_column++) {
        for (int i = 0; i < 2; i++) {
            lanes[i] = mem_alloc(PANELS * GRAM16_LANES, sizeof *lanes[i]);
            (i ? gram16_pack : gram16_pack_portable)(x, K, N, by_column, step, inverse, err[i],
                                                     &row[i], lanes[i]);
            (i ? gram16_multiply : gram16_multiply_portable)(lanes[i], lanes[i] + GRAM16_LANES, 48,
                                                             N - 48, false, c[i]);
        }
        assert_memory_equal(lanes[0], lanes[1], PANELS * GRAM16_LANES * sizeof *lanes[0]);
        assert_memory_equal(err[0], err[1], sizeof err[0]);
        assert_memory_equal(c[0], c[1], sizeof c[0]);
        assert_true(c[0][0] != 0 && err[0][0] > 0);
        free(lanes[0]);
        free(lanes[1]);
    }
    assert_memory_equal(&row[0], &row[1], sizeof row[0]);
    free(x);
}

/* A diagonal matrix with the squares of s. */
static double *diagonal(const double *s, int n)
{
    double *g = mem_alloc((int64_t)n * n, sizeof *g);
    for (int i = 0; i < n; i++) g[i * n + i] = s[i] * s[i];
    return g;
}

static SingularAnswer ask(double ratio, GramKind kind, SingularLoss lost)
{
    double s[3] = {1, 1, ratio}, out[3];
    double *g = diagonal(s, 3);
    SingularAnswer a = singular_from_gram(g, 3, kind, lost, out);
    free(g);
    if (a == SINGULAR_OK) assert_near(out[2], ratio, 1e-4 * ratio);
    return a;
}

static void a_spectrum_too_wide_asks_for_a_better_way(void **state)
{
    (void)state;
    const SingularLoss none = {0}, strict = {.bound = 1e-3}, likely = {.deviation = 1e-5};
    assert_int_equal(ask(0.5, GRAM_F32, none), SINGULAR_OK);
    assert_int_equal(ask(0.01, GRAM_F32, none), SINGULAR_NEED_F64);
    assert_int_equal(ask(0.01, GRAM_F64, none), SINGULAR_OK);
    assert_int_equal(ask(1e-8, GRAM_F64, none), SINGULAR_NEED_DIRECT);
    assert_int_equal(ask(0.01, GRAM_Q16, none), SINGULAR_OK);
    assert_int_equal(ask(0.5, GRAM_Q16, strict), SINGULAR_NEED_F32);
    assert_int_equal(ask(0.5, GRAM_Q16, likely), SINGULAR_NEED_F32);
    assert_int_equal(ask(NAN, GRAM_F64, none), SINGULAR_FAILED);
    assert_int_equal(ask(NAN, GRAM_F32, none), SINGULAR_NEED_F64);
}

static void eigenvalues_of_a_known_matrix_are_known(void **state)
{
    (void)state;
    /* Second differences: 2 - 2 cos(pi i / (n + 1)). */
    enum { N = 60 };
    double *a = mem_alloc(N * N, sizeof *a), w[N];
    float *f = mem_alloc(N * N, sizeof *f);
    for (int i = 0; i < N; i++) {
        f[i * N + i] = 2;
        a[i * N + i] = 2;
        if (i > 0) f[i * N + i - 1] = -1;
        if (i > 0) a[i * N + i - 1] = -1;
    }
    assert_true(eigen_values_f64(a, N, w));
    for (int i = 0; i < N; i++)
        assert_near(w[i], 2 - 2 * cos(3.141592653589793 * (i + 1) / (N + 1)), 1e-14);
    assert_true(eigen_values_f32(f, N, w));
    for (int i = 0; i < N; i++)
        assert_near(w[i], 2 - 2 * cos(3.141592653589793 * (i + 1) / (N + 1)), 4e-6);
    free(a);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integer_products_differ_by_the_rounding_of_small_entries_only),
        cmocka_unit_test(single_precision_products_are_good_to_a_millionth),
        cmocka_unit_test(double_precision_products_are_exact),
        cmocka_unit_test(integer_products_do_not_overflow),
        cmocka_unit_test(the_kernel_in_use_gives_the_bits_of_plain_c),
        cmocka_unit_test(what_integers_lose_is_bounded),
        cmocka_unit_test(a_column_of_huge_or_tiny_numbers_gives_up_on_integers),
        cmocka_unit_test(a_spectrum_too_wide_asks_for_a_better_way),
        cmocka_unit_test(eigenvalues_of_a_known_matrix_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
