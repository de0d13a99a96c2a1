/* test_umap.c: UMAP: curve, graph and maps against umap-learn's, density against scipy's, the order
 * of a correlation matrix; the same bytes whatever the threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_maps.h"
#include "fixture_near.h"
#include "math/density.h"
#include "math/neighbours.h"
#include "math/order.h"
#include "math/pca.h"
#include "math/umap.h"
#include "math/umap_parts.h"

/* umap-learn's find_ab_params(spread, min_dist), by scipy's curve_fit. */
static void the_curve_is_umap_learns(void **state)
{
    static const double want[][4] = {{0.1, 1, 1.57694346, 0.89506088},
                                     {0.001, 1, 1.92907334, 0.79150426},
                                     {0.5, 1, 0.58303002, 1.33416703},
                                     {0.99, 1, 0.11930530, 1.91639042},
                                     {0.1, 2, 0.54466054, 0.84205543}};
    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        double a, b;
        umap_curve(want[i][0], want[i][1], &a, &b);
        print_message("# %g %g: %.8f %.8f\n", want[i][0], want[i][1], a, b);
        assert_near(a, want[i][2], 1e-4);
        assert_near(b, want[i][3], 1e-4);
    }
}

/* umap-learn works in f32. Of equal distances (irises) each keeps another neighbour. */
static void the_graph_is_umap_learns(void **state)
{
    MapSets m;
    double want[ROLL];
    (void)state;
    maps_open(&m);
    for (int s = 1; s < MAP_SETS; s++) {
        const MapPoints *p = &m.set[s];
        Neighbours nb;
        Sparse g;
        int edges = 0;
        neighbours_find(&nb, p->x, p->n, p->d, 14, NULL);
        umap_graph(&g, &nb);
        const Json *row = json_get(json_get(p->want, "umap"), "graph");
        assert_int_equal(maps_list(row, want, ROLL), p->n);
        for (int j = 0; j < p->n; j++) {
            double got = 0;
            for (int64_t e = g.start[0]; e < g.start[1]; e++)
                if (g.to[e] == j) got = g.w[e];
            edges += want[j] > 0;
            assert_near(got, want[j], 1e-4);
        }
        assert_true(edges >= 14);
        sparse_free(&g);
        neighbours_free(&nb);
    }
    maps_close(&m);
}

static void fit(double *y, const MapPoints *p, int dims, int threads)
{
    Run run = {.threads = threads};
    UmapOpts o = UMAP_DEFAULTS;
    Err err;
    o.dims = dims;
    if (!umap_fit(y, p->x, p->n, p->d, &o, &run, &err)) fail_msg("%s", err.msg);
}

/* At least what umap-learn reaches over five seeds less 0.02. */
static void maps_are_as_good_as_umap_learns(void **state)
{
    MapSets m;
    (void)state;
    maps_open(&m);
    for (int s = 0; s < MAP_SETS; s++)
        for (int dims = 2; dims <= 3; dims++) {
            const MapPoints *p = &m.set[s];
            double *y = mem_alloc((int64_t)p->n * dims, sizeof *y);
            fit(y, p, dims, 1);
            maps_assert_trust(&m, p, y, dims, "umap-learn", json_get(p->want, "umap"),
                              dims == 2 ? "umap2_trust" : "umap3_trust");
            free(y);
        }
    maps_close(&m);
}

/* The eigenvectors of a ring's Laplacian are a sine and a cosine: the start is a circle. */
static void a_ring_begins_as_a_circle(void **state)
{
    enum { N = 90, K = 4 };
    const double turn = 6.28318530717958647692;
    double x[2 * N], y[2 * N];
    Neighbours nb;
    Sparse g;
    (void)state;
    for (int i = 0; i < N; i++) {
        x[2 * i] = cos(turn * i / N);
        x[2 * i + 1] = sin(turn * i / N);
    }
    neighbours_find(&nb, x, N, 2, K, NULL);
    umap_graph(&g, &nb);
    assert_true(umap_spectral(y, &g, 2));
    for (int i = 0; i < N; i++) {
        double r = hypot(y[2 * i], y[2 * i + 1]), next = hypot(y[2 * ((i + 1) % N)] - y[2 * i],
                                                              y[2 * ((i + 1) % N) + 1] -
                                                                  y[2 * i + 1]);
        assert_near(r, 10, 0.4); /* each axis is scaled by its own largest entry */
        assert_near(next, 10 * turn / N, 0.05);
    }
    sparse_free(&g);
    neighbours_free(&nb);
}

static void threads_do_not_change_a_map(void **state)
{
    MapSets m;
    double one[3 * ROLL], three[3 * ROLL];
    (void)state;
    maps_open(&m);
    const MapPoints *p = &m.set[2];
    fit(one, p, 3, 1);
    fit(three, p, 3, 3);
    assert_memory_equal(one, three, sizeof one);
    maps_close(&m);
}

/* Far apart and in parts: no spectrum to begin with, but groups stay groups. */
static void a_graph_in_parts_is_mapped_too(void **state)
{
    enum { N = 60 };
    double x[2 * N], y[2 * N], own = 0, other = INFINITY;
    UmapOpts o = UMAP_DEFAULTS;
    Err err;
    (void)state;
    for (int i = 0; i < N; i++) {
        x[2 * i] = (i % 2 ? 1000 : 0) + sin(i * i);
        x[2 * i + 1] = cos(3 * i * i + 1);
    }
    o.neighbours = 10;
    if (!umap_fit(y, x, N, 2, &o, NULL, &err)) fail_msg("%s", err.msg);
    for (int i = 0; i < N; i++) {
        double nearest = INFINITY;
        for (int j = 0; j < N; j++) {
            double far = hypot(y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]);
            if (j == i) continue;
            if (j % 2 == i % 2)
                nearest = fmin(nearest, far);
            else
                other = fmin(other, far);
        }
        own = fmax(own, nearest);
    }
    assert_true(isfinite(own) && other > 2 * own);
}

static void few_and_equal_points_are_mapped_or_refused(void **state)
{
    double x[8] = {0, 0, 1, 0, 0, 0, 1, 0}, y[8];
    UmapOpts o = UMAP_DEFAULTS;
    Err err;
    (void)state;
    assert_true(umap_fit(y, x, 4, 2, &o, NULL, &err));
    for (int e = 0; e < 8; e++) assert_true(isfinite(y[e]));
    assert_false(umap_fit(y, x, 3, 2, &o, NULL, &err)); /* more of that: test_neighbours.c */
    assert_non_null(strstr(err.msg, "UMAP needs at least 4 points"));
}

/* On a grid wide enough the trapezoid rule is exact to rounding for Gaussians. */
static void density_integrates_to_one(void **state)
{
    enum { N = 40, R = 151, C = 181 };
    static double out[R * C], again[R * C];
    double xy[2 * N], sum = 0;
    DensityGrid g = {.x_lo = -60, .x_hi = 60, .y_lo = -40, .y_hi = 40, .rows = R, .cols = C};
    Run one = {.threads = 1}, three = {.threads = 3};
    (void)state;
    for (int i = 0; i < N; i++) {
        xy[2 * i] = 9 * sin(i * i);
        xy[2 * i + 1] = 3 * cos(i * i + i) + 0.3 * xy[2 * i];
    }
    assert_true(density_fill(out, &g, xy, N, &one));
    for (int e = 0; e < R * C; e++) sum += out[e];
    assert_near(sum * (120.0 / (C - 1)) * (80.0 / (R - 1)), 1, 1e-9);
    assert_true(density_fill(again, &g, xy, N, &three));
    assert_memory_equal(out, again, sizeof out);
    for (int i = 0; i < N; i++) xy[2 * i + 1] = 2 * xy[2 * i];
    assert_false(density_fill(out, &g, xy, N, NULL)); /* on a line */
    assert_false(density_fill(out, &g, xy, 2, NULL));
}

/* Points of the oracle's grid: one corner of a grid of two by two each. */
static void density_is_scipys(void **state)
{
    MapSets m;
    double at[10], want[5];
    Pca pca;
    (void)state;
    maps_open(&m);
    const Json *j = json_get(m.want, "density");
    assert_int_equal(maps_list(json_get(j, "at"), at, 10), 10);
    assert_int_equal(maps_list(json_get(j, "value"), want, 5), 5);
    assert_true(pca_fit(&pca, m.set[0].x, m.set[0].n, 4, 2));
    double comp[4 * 3], sign[2] = {0, 0};
    const Json *p = json_get(m.set[0].want, "pca");
    maps_list(json_get(p, "components"), comp, 12);
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < 4; k++) sign[c] += pca.comp[4 * c + k] * comp[4 * c + k];
    for (int i = 0; i < 5; i++) {
        double x = at[2 * i] * (sign[0] < 0 ? -1 : 1), y = at[2 * i + 1] * (sign[1] < 0 ? -1 : 1);
        double out[4];
        DensityGrid g = {.x_lo = x, .x_hi = x + 1, .y_lo = y, .y_hi = y + 1, .rows = 2, .cols = 2};
        assert_true(density_fill(out, &g, pca.coord, m.set[0].n, NULL));
        assert_near(out[0] / want[i], 1, 1e-6);
    }
    pca_free(&pca);
    maps_close(&m);
}

/* Two blocks of alike variables, one the other's opposite, shuffled: the order parts them. */
static void alike_variables_stand_side_by_side(void **state)
{
    enum { N = 12 };
    double r[N * N];
    int order[N], changes = 0;
    (void)state;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            r[i * N + j] = i == j ? 1 : (5 * i % N < 6) == (5 * j % N < 6) ? 0.8 : -0.3;
    assert_true(order_by_angle(order, r, N));
    bool seen[N] = {false};
    for (int i = 0; i < N; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
        changes += i > 0 && (5 * order[i] % N < 6) != (5 * order[i - 1] % N < 6);
    }
    assert_int_equal(changes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_is_umap_learns),
        cmocka_unit_test(the_graph_is_umap_learns),
        cmocka_unit_test(maps_are_as_good_as_umap_learns),
        cmocka_unit_test(a_ring_begins_as_a_circle),
        cmocka_unit_test(threads_do_not_change_a_map),
        cmocka_unit_test(a_graph_in_parts_is_mapped_too),
        cmocka_unit_test(few_and_equal_points_are_mapped_or_refused),
        cmocka_unit_test(density_integrates_to_one),
        cmocka_unit_test(density_is_scipys),
        cmocka_unit_test(alike_variables_stand_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
