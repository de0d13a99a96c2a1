/* test_neighbours.c: nearest neighbours against all pairs compared one by one, trustworthiness
 * against scikit-learn's, the graph of neighbours, and principal components of the same points. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_maps.h"
#include "fixture_near.h"
#include "math/neighbours.h"
#include "math/pca.h"
#include "math/sparse.h"

static double distance(const double *a, const double *b, int d)
{
    double sum = 0;
    for (int k = 0; k < d; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(sum);
}

/* The k-th nearest of i in the order of (distance, index), by counting those before it. */
static void check_all_pairs(const double *x, int n, int d, int k)
{
    Neighbours nb;
    neighbours_find(&nb, x, n, d, k, NULL);
    assert_true(nb.n == n && nb.k == k);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < k; c++) {
            int j = nb.index[i * k + c], before = 0;
            double far = distance(x + i * d, x + j * d, d);
            assert_true(j != i && j >= 0 && j < n);
            assert_near(nb.dist[i * k + c], far, 0);
            for (int m = 0; m < n; m++) {
                double other = distance(x + i * d, x + m * d, d);
                before += m != i && (other < far || (other == far && m < j));
            }
            assert_int_equal(before, c);
        }
    neighbours_free(&nb);
}

static void neighbours_are_exact(void **state)
{
    (void)state;
    double *x = maps_roll(300);
    check_all_pairs(x, 300, 3, 1);
    check_all_pairs(x, 300, 3, 17);
    check_all_pairs(x, 60, 3, 59);
    free(x);
}

/* Whole numbers: differences are exact, and many distances equal. */
static void equals_come_in_the_order_of_their_index(void **state)
{
    double x[5 * 7 * 2];
    (void)state;
    for (int i = 0; i < 35; i++) {
        x[2 * i] = i % 5;
        x[2 * i + 1] = i / 5;
    }
    check_all_pairs(x, 35, 2, 4);
    check_all_pairs(x, 35, 2, 34);
    for (int i = 0; i < 70; i++) x[i] = 3; /* all one point */
    check_all_pairs(x, 35, 2, 5);
}

/* Sixteen digits in |x|^2 + |y|^2 - 2 x.y are not enough for these: the pair stands out only when
 * distances are taken again from differences. */
static void near_pairs_far_from_the_mean_are_found(void **state)
{
    enum { N = 200 };
    double x[N * 2];
    Neighbours nb;
    (void)state;
    for (int i = 0; i < N; i++) {
        x[2 * i] = (i % 2 ? 1e6 : -1e6) + i / 2;
        x[2 * i + 1] = 0.25 * (i / 2 % 3);
    }
    x[2 * 10] = x[2 * 40] + 1e-4;
    x[2 * 10 + 1] = x[2 * 40 + 1];
    neighbours_find(&nb, x, N, 2, 2, NULL);
    assert_int_equal(nb.index[2 * 10], 40);
    assert_int_equal(nb.index[2 * 40], 10);
    assert_near(nb.dist[2 * 10], 1e-4, 1e-9); /* 1e6 has 1e-10 in its last place */
    neighbours_free(&nb);
}

static void threads_do_not_change_neighbours(void **state)
{
    MapSets m;
    Neighbours a, b;
    Run one = {.threads = 1}, three = {.threads = 3};
    (void)state;
    maps_open(&m);
    const MapPoints *p = &m.set[1];
    neighbours_find(&a, p->x, p->n, p->d, 20, &one);
    neighbours_find(&b, p->x, p->n, p->d, 20, &three);
    assert_memory_equal(a.index, b.index, (size_t)p->n * 20 * sizeof *a.index);
    assert_memory_equal(a.dist, b.dist, (size_t)p->n * 20 * sizeof *a.dist);
    double y[ROLL];
    for (int i = 0; i < p->n; i++) y[i] = p->x[i * p->d + 20] + 1e-3 * i; /* a bad map */
    double trust = neighbours_trust(p->x, p->d, y, 1, p->n, 9, &one);
    assert_true(trust > 0.4 && trust < 0.9);
    assert_near(neighbours_trust(p->x, p->d, y, 1, p->n, 9, &three), trust, 0);
    neighbours_free(&a);
    neighbours_free(&b);
    maps_close(&m);
}

static void a_map_that_is_the_data_is_wholly_trustworthy(void **state)
{
    double *x = maps_roll(100), line[100], mirrored[100];
    (void)state;
    assert_near(neighbours_trust(x, 3, x, 3, 100, 12, NULL), 1, 0);
    /* By hand: 0 11 24 39 drawn at 0 15 10 26. Nearest in the map are 2 2 1 1, of rank 2 2 1 2 in
     * the data: 1 - 2 (1 + 1 + 0 + 1) / (4 * 1 * (2 * 4 - 3 * 1 - 1)). */
    for (int i = 0; i < 4; i++) line[i] = i * 10 + i * i;
    mirrored[0] = 0, mirrored[1] = 15, mirrored[2] = 10, mirrored[3] = 26;
    assert_near(neighbours_trust(line, 1, mirrored, 1, 4, 1, NULL), 1 - 2 * 3 / 16.0, 1e-15);
    free(x);
}

/* Irises and digits have equal distances, whose ranks scikit-learn leaves to its sort. */
static void trustworthiness_is_scikit_learns(void **state)
{
    static const double slack[MAP_SETS] = {1e-3, 1e-4, 1e-8};
    MapSets m;
    (void)state;
    maps_open(&m);
    for (int s = 0; s < MAP_SETS; s++) {
        const MapPoints *p = &m.set[s];
        Pca pca;
        assert_true(pca_fit(&pca, p->x, p->n, p->d, 2));
        double got = neighbours_trust(p->x, p->d, pca.coord, 2, p->n,
                                      (int)maps_number(m.want, "trust_k"), NULL);
        assert_near(got, maps_number(p->want, "pca_trust"), slack[s]);
        pca_free(&pca);
    }
    maps_close(&m);
}

/* 1e-4 is the promise; references have nine digits. */
static void principal_components_are_scikit_learns_up_to_sign(void **state)
{
    MapSets m;
    (void)state;
    maps_open(&m);
    for (int s = 0; s < MAP_SETS; s++) {
        const MapPoints *p = &m.set[s];
        const Json *want = json_get(p->want, "pca");
        double comp[3 * 64], var[3], first[5 * 3];
        Pca pca;
        assert_true(pca_fit(&pca, p->x, p->n, p->d, 3));
        assert_int_equal(maps_list(json_get(want, "components"), comp, 3 * 64), 3 * p->d);
        assert_int_equal(maps_list(json_get(want, "variance"), var, 3), 3);
        assert_int_equal(maps_list(json_get(want, "first"), first, 15), 15);
        for (int c = 0; c < 3; c++) {
            double dot = 0;
            assert_near(pca.var[c] / var[c], 1, 1e-7);
            for (int k = 0; k < p->d; k++) dot += pca.comp[c * p->d + k] * comp[c * p->d + k];
            double sign = dot < 0 ? -1 : 1;
            for (int k = 0; k < p->d; k++)
                assert_near(pca.comp[c * p->d + k], sign * comp[c * p->d + k], 1e-4);
            for (int i = 0; i < 5; i++)
                assert_near(pca.coord[3 * i + c], sign * first[3 * i + c], 1e-4);
        }
        pca_free(&pca);
    }
    maps_close(&m);
}

static double add(double a, double b)
{
    return a + b;
}

static double both(double a, double b)
{
    return a * b;
}

/* 0-1, 1-0 point at each other, 2 and 3 point at 1: joined as sums and as products. */
static void a_graph_joins_what_points_both_ways(void **state)
{
    static const int index[] = {1, 0, 1, 1};
    static const double w[] = {1, 2, 4, 8}, x[] = {1, 10, 100, 1000};
    double y[4];
    Sparse s;
    (void)state;
    sparse_join(&s, index, w, 4, 1, add);
    assert_int_equal(s.start[4], 6);
    assert_int_equal(s.start[2] - s.start[1], 3);
    for (int e = 0; e < 3; e++) assert_int_equal(s.to[s.start[1] + e], e + (e > 0));
    sparse_times(&s, x, y);
    assert_near(y[0], 30, 0);
    assert_near(y[1], 3 + 400 + 8000, 0);
    assert_near(y[3], 80, 0);
    assert_int_equal(sparse_parts(&s), 1);
    sparse_free(&s);
    sparse_join(&s, index, w, 4, 1, both);
    assert_int_equal(s.start[4], 2); /* what became 0 is not kept */
    assert_near(s.w[0], 2, 0);
    assert_int_equal(sparse_parts(&s), 3);
    sparse_free(&s);
}

static void points_that_cannot_be_mapped_are_refused_with_the_reason(void **state)
{
    double x[8] = {0, 0, 1, 0, 0, 0, 1, 0};
    Err err;
    (void)state;
    assert_true(neighbours_check(x, 4, 2, "it", &err)); /* two places, each twice */
    assert_false(neighbours_check(x, 3, 2, "it", &err));
    assert_string_equal(err.msg, "it needs at least 4 points, not 3");
    x[5] = NAN;
    assert_false(neighbours_check(x, 4, 2, "it", &err));
    assert_non_null(strstr(err.msg, "row 2, column 1"));
    x[5] = 0;
    x[3] = INFINITY;
    assert_false(neighbours_check(x, 4, 2, "it", &err));
    assert_non_null(strstr(err.msg, "row 1, column 1"));
    for (int e = 0; e < 8; e++) x[e] = 5;
    assert_false(neighbours_check(x, 4, 2, "it", &err));
    assert_non_null(strstr(err.msg, "all 4 points are the same"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_are_exact),
        cmocka_unit_test(equals_come_in_the_order_of_their_index),
        cmocka_unit_test(near_pairs_far_from_the_mean_are_found),
        cmocka_unit_test(threads_do_not_change_neighbours),
        cmocka_unit_test(a_map_that_is_the_data_is_wholly_trustworthy),
        cmocka_unit_test(trustworthiness_is_scikit_learns),
        cmocka_unit_test(principal_components_are_scikit_learns_up_to_sign),
        cmocka_unit_test(points_that_cannot_be_mapped_are_refused_with_the_reason),
        cmocka_unit_test(a_graph_joins_what_points_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
