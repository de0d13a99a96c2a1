/* Principal components and power spectra with known answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "fixture_near.h"
#include "math/fft.h"
#include "math/pca.h"

/* Eigenvectors in f64 of numbers of order one. */
static const double EPS = 1e-10;

static void points_on_a_line_have_one_component(void **state)
{
    (void)state;
    double x[5 * 3];
    for (int i = 0; i < 5; i++) {
        x[i * 3] = 10 - 2 * i;
        x[i * 3 + 1] = 1 + i;
        x[i * 3 + 2] = 7 - 2 * i;
    }
    Pca p;
    assert_true(pca_fit(&p, x, 5, 3, 2));
    assert_near(p.var[0], 18, EPS); /* 9 times the variance 2 of 0..4 */
    assert_near(p.var[1], 0, 0);
    assert_near(p.comp[0], 2.0 / 3, EPS); /* the first of two equal magnitudes is positive */
    assert_near(p.comp[1], -1.0 / 3, EPS);
    assert_near(p.coord[0 * 2], 6, EPS);
    assert_near(p.coord[4 * 2], -6, EPS);
    assert_near(p.comp[3], 0, 0);
    pca_free(&p);
}

/* Turned by 30 degrees: variances 8 along, 0.5 across. */
static void fill_cross(double *x, double sign)
{
    const double c = sqrt(0.75), s = 0.5;
    static const double at[4][2] = {{4, 0}, {-4, 0}, {0, 1}, {0, -1}};
    for (int i = 0; i < 4; i++) {
        x[2 * i] = sign * (c * at[i][0] - s * at[i][1]);
        x[2 * i + 1] = sign * (s * at[i][0] + c * at[i][1]);
    }
}

static void a_turned_cross_is_turned_back_whatever_its_sign(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        double x[8];
        Pca p;
        fill_cross(x, sign);
        assert_true(pca_fit(&p, x, 4, 2, 2));
        assert_near(p.var[0], 8, EPS);
        assert_near(p.var[1], 0.5, EPS);
        assert_near(p.comp[0], sqrt(0.75), EPS);
        assert_near(p.comp[1], 0.5, EPS);
        assert_near(p.comp[3], sqrt(0.75), EPS);
        assert_near(p.coord[0], sign * 4, EPS);
        pca_free(&p);
    }
}

static void few_points_in_many_dimensions_agree_with_many_in_few(void **state)
{
    (void)state;
    enum { D = 9 };
    double wide[4 * D] = {0}, narrow[8];
    fill_cross(narrow, 1);
    for (int i = 0; i < 4; i++) {
        wide[i * D + 2] = narrow[2 * i];
        wide[i * D + 5] = narrow[2 * i + 1];
    }
    Pca p;
    assert_true(pca_fit(&p, wide, 4, D, 2)); /* over the points' Gram matrix */
    assert_near(p.var[0], 8, EPS);
    assert_near(p.comp[2], sqrt(0.75), EPS);
    assert_near(p.comp[D + 5], sqrt(0.75), EPS);
    assert_near(p.coord[0], 4, EPS);
    pca_free(&p);
}

/* (3, 3), (1, -1): singular values sqrt(18) and sqrt(2) about the origin; centred there is one. */
static void about_the_origin_nothing_is_centred(void **state)
{
    (void)state;
    enum { D = 5 };
    double x[2 * D] = {0}, thin[4] = {3, 3, 1, -1};
    x[1] = x[4] = 3;
    x[D + 1] = 1;
    x[D + 4] = -1;
    Pca p;
    assert_true(pca_fit_origin(&p, x, 2, D, 3)); /* over points */
    assert_near(p.var[0], 9, EPS);
    assert_near(p.var[1], 1, EPS);
    assert_near(p.var[2], 0, 0);
    assert_near(p.comp[1], sqrt(0.5), EPS);
    assert_near(p.comp[4], sqrt(0.5), EPS);
    assert_near(p.comp[D + 1], -p.comp[D + 4], EPS);
    assert_near(p.coord[0], sqrt(18), EPS);
    pca_free(&p);
    assert_true(pca_fit_origin(&p, thin, 2, 2, 2)); /* over dimensions */
    assert_near(p.var[0], 9, EPS);
    assert_near(p.comp[0], sqrt(0.5), EPS);
    pca_free(&p);
    assert_true(pca_fit(&p, x, 2, D, 2));
    assert_near(p.var[0], 5, EPS); /* (1, 2) from the mean */
    assert_near(p.var[1], 0, 0);
    pca_free(&p);
}

static void a_matrix_with_nan_has_no_components(void **state)
{
    (void)state;
    double x[6] = {1, 2, NAN, 4, 5, 7};
    Pca p;
    assert_false(pca_fit(&p, x, 2, 3, 1));
    pca_free(&p);
}

static void a_sine_has_its_power_in_one_bin(void **state)
{
    (void)state;
    double x[64], power[32];
    for (int i = 0; i < 64; i++) x[i] = 5 + cos(2 * 3.14159265358979 * 7 * i / 64);
    fft_power(x, 64, power);
    for (int k = 0; k < 32; k++)
        assert_near(power[k], k == 6 ? 1024 : 0, 1e-3); /* f32 beside a bin of 1024 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_on_a_line_have_one_component),
        cmocka_unit_test(a_turned_cross_is_turned_back_whatever_its_sign),
        cmocka_unit_test(few_points_in_many_dimensions_agree_with_many_in_few),
        cmocka_unit_test(about_the_origin_nothing_is_centred),
        cmocka_unit_test(a_matrix_with_nan_has_no_components),
        cmocka_unit_test(a_sine_has_its_power_in_one_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
