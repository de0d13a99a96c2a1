/* Spectral measures with known answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "fixture_near.h"
#include "math/spectrum.h"

/* What f64 leaves after sums of some hundred terms. */
static const double EPS = 1e-12;

static void stable_rank_of_identity_is_its_size(void **state)
{
    (void)state;
    double sv[100];
    Spectrum s;
    for (int i = 0; i < 100; i++) sv[i] = 1;
    spectrum_measure(sv, 100, 100, 100, &s);
    assert_near(s.stable_rank, 100, EPS * 100);
    assert_near(s.matrix_rank, 100, 0);
    assert_near(s.effective_rank, 100, EPS * 1000);
    assert_near(s.participation_ratio, 100, EPS * 100);
    assert_near(s.spectral_entropy, 1, EPS);
    assert_near(s.log_norm, 2, EPS);
    assert_near(s.mp_lambda_plus, 4, EPS);
    assert_near(s.num_spikes, 0, 0);
    assert_false(s.fitted); /* all eigenvalues are equal */
}

static void a_matrix_of_rank_one_has_one_of_everything(void **state)
{
    (void)state;
    const double sv[] = {5, 0, 0, 0};
    Spectrum s;
    spectrum_measure(sv, 4, 4, 16, &s);
    assert_near(s.spectral_norm, 25, EPS);
    assert_near(s.stable_rank, 1, EPS);
    assert_near(s.matrix_rank, 1, 0);
    assert_near(s.effective_rank, 1, EPS);
    assert_near(s.participation_ratio, 1, EPS);
    assert_near(s.spectral_entropy, 0, 0);
    assert_near(s.num_spikes, 1, 0);
    assert_near(s.mp_softrank, 2.25 / 4, EPS); /* Q = 4: (1 + 1/2)^2 * 25/4 over 25 */
}

static void a_zero_matrix_is_all_zero(void **state)
{
    (void)state;
    const double sv[3] = {0};
    Spectrum s;
    spectrum_measure(sv, 3, 3, 3, &s);
    assert_near(s.stable_rank, 0, 0);
    assert_true(isinf(s.log_norm));
    assert_false(s.fitted);
}

/* Quantiles of the law p(x) ~ x^-alpha above 1. */
static void a_power_law_gives_back_its_exponent(void **state)
{
    (void)state;
    enum { N = 2000 };
    double *x = mem_alloc(N, sizeof *x);
    for (int i = 0; i < N; i++) x[i] = pow(1 - (i + 0.5) / N, -1 / (2.5 - 1));
    PowerLaw p;
    assert_true(powerlaw_fit(x, N, &p));
    assert_near(p.alpha, 2.5, 0.02); /* the estimate from N mid-quantiles */
    assert_true(p.d < 0.002);
    assert_near(p.sigma, (p.alpha - 1) / sqrt(p.n), EPS);
    free(x);
}

/* The straightforward reading of the definition. */
static PowerLaw plain_fit(const double *x, int n)
{
    PowerLaw best = {.d = INFINITY};
    for (int i = 0; i + 1 < n; i++) {
        double sum = 0, worst = 0;
        int m = n - i;
        for (int k = i; k < n; k++) sum += log(x[k] / x[i]);
        double alpha = 1 + m / sum;
        for (int k = 0; k < m; k++)
            worst = fmax(worst, fabs(1 - pow(x[i + k] / x[i], 1 - alpha) - (double)k / m));
        if (worst < best.d) best = (PowerLaw){.alpha = alpha, .d = worst, .xmin = x[i], .n = m};
    }
    return best;
}

static void dropping_candidates_early_does_not_change_the_fit(void **state)
{
    (void)state;
    double x[300];
    for (int shape = 0; shape < 4; shape++) {
        for (int i = 0; i < 300; i++) {
            double u = (i + 1) / 301.0;
            x[i] = shape == 0   ? 1 + u
                   : shape == 1 ? exp(3 * u)
                   : shape == 2 ? pow(1 - u, -0.7)
                                : (i < 200 ? 1 + u * u : 3 * pow(1.5 - u, -2));
        }
        PowerLaw p, q = plain_fit(x, 300);
        assert_true(powerlaw_fit(x, 300, &p));
        assert_int_equal(p.n, q.n);
        assert_near(p.alpha, q.alpha, 1e-9);
        assert_near(p.d, q.d, 1e-12);
        assert_near(p.xmin, q.xmin, 0);
    }
}

static void fewer_than_ten_eigenvalues_are_not_fitted(void **state)
{
    (void)state;
    double x[10];
    PowerLaw p;
    for (int i = 0; i < 10; i++) x[i] = i + 1;
    assert_false(powerlaw_fit(x, 9, &p));
    assert_true(powerlaw_fit(x, 10, &p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stable_rank_of_identity_is_its_size),
        cmocka_unit_test(a_matrix_of_rank_one_has_one_of_everything),
        cmocka_unit_test(a_zero_matrix_is_all_zero),
        cmocka_unit_test(a_power_law_gives_back_its_exponent),
        cmocka_unit_test(dropping_candidates_early_does_not_change_the_fit),
        cmocka_unit_test(fewer_than_ten_eigenvalues_are_not_fitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
