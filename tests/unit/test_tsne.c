/* test_tsne.c: t-SNE: affinities, gradient and maps against scikit-learn's and against differences;
 * the same bytes whatever the threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture_maps.h"
#include "fixture_near.h"
#include "math/tsne.h"
#include "math/tsne_parts.h"

static void affinities_of(Sparse *p, const MapPoints *m, double perplexity)
{
    Neighbours nb;
    neighbours_find(&nb, m->x, m->n, m->d, (int)(3 * perplexity) + 1, NULL);
    tsne_affinities(p, &nb, perplexity);
    neighbours_free(&nb);
}

static double entry(const Sparse *p, int i, int j)
{
    for (int64_t e = p->start[i]; e < p->start[i + 1]; e++)
        if (p->to[e] == j) return p->w[e];
    return 0;
}

/* Both bisect an entropy to 1e-5 nats, scikit-learn in f32: 1e-3 of the largest. Of equal
 * distances at the edge (irises) each keeps another. */
static void affinities_are_scikit_learns(void **state)
{
    MapSets m;
    double want[ROLL];
    (void)state;
    maps_open(&m);
    for (int s = 0; s < MAP_SETS; s++) {
        const MapPoints *p = &m.set[s];
        double top = 0, sum = 0, off = 0;
        Sparse a;
        affinities_of(&a, p, maps_number(m.want, "perplexity"));
        assert_int_equal(maps_list(json_get(p->want, "affinities"), want, ROLL), p->n);
        for (int64_t e = 0; e < a.start[p->n]; e++) sum += a.w[e];
        assert_near(sum, 1, 1e-12);
        for (int j = 0; j < p->n; j++) {
            top = fmax(top, want[j]);
            off = fmax(off, fabs(entry(&a, 0, j) - want[j]));
            assert_near(entry(&a, 0, j), entry(&a, j, 0), 1e-18);
        }
        assert_true(top > 0);
        assert_true(off < (s == 0 ? 2e-2 : 1e-3) * top);
        sparse_free(&a);
    }
    maps_close(&m);
}

static void perplexity_is_that_of_each_point(void **state)
{
    enum { N = 80, K = 61 };
    double *x = maps_roll(N), p[N * K];
    Neighbours nb;
    (void)state;
    neighbours_find(&nb, x, N, 3, K, NULL);
    tsne_calibrate(&nb, 20, p);
    for (int i = 0; i < N; i++) {
        double sum = 0, entropy = 0;
        for (int c = 0; c < K; c++) {
            sum += p[i * K + c];
            entropy -= p[i * K + c] > 0 ? p[i * K + c] * log(p[i * K + c]) : 0;
        }
        assert_near(sum, 1, 1e-12);
        assert_near(exp(entropy), 20, 20 * 1.1e-5); /* bisected to 1e-5 nats */
    }
    neighbours_free(&nb);
    for (int i = 0; i < 3 * N; i++) x[i] = i % 3; /* all one point: nothing tells them apart */
    neighbours_find(&nb, x, N, 3, 10, NULL);
    tsne_calibrate(&nb, 5, p);
    for (int e = 0; e < 10 * N; e++) assert_near(p[e], 0.1, 1e-15);
    neighbours_free(&nb);
    free(x);
}

/* The Kullback-Leibler divergence of the map y from p, over p's entries. */
static double divergence(const Sparse *p, const double *y, int n, int dims)
{
    double z = 0, sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double square = 0;
            for (int k = 0; k < dims; k++) square += pow(y[i * dims + k] - y[j * dims + k], 2);
            z += i == j ? 0 : 1 / (1 + square);
        }
    for (int i = 0; i < n; i++)
        for (int64_t e = p->start[i]; e < p->start[i + 1]; e++) {
            double square = 0;
            for (int k = 0; k < dims; k++)
                square += pow(y[i * dims + k] - y[p->to[e] * dims + k], 2);
            sum += p->w[e] * log(p->w[e] * z * (1 + square));
        }
    return sum;
}

static void the_gradient_is_the_slope_of_the_divergence(void **state)
{
    enum { N = 24 };
    const double h = 1e-5;
    MapPoints m = {.n = N, .d = 3, .x = maps_roll(N)};
    Pool *pool = pool_open(1);
    Sparse p;
    (void)state;
    affinities_of(&p, &m, 5);
    for (int dims = 2; dims <= 3; dims++) {
        double y[N * 3], grad[N * 3];
        Forces f;
        for (int e = 0; e < N * dims; e++) y[e] = 3 * sin(e * e + dims);
        forces_init(&f, &p, dims, 0);
        forces_gradient(&f, y, 1, grad, pool);
        for (int e = 0; e < N * dims; e++) {
            double at = y[e];
            y[e] = at + h;
            double up = divergence(&p, y, N, dims);
            y[e] = at - h;
            double down = divergence(&p, y, N, dims);
            y[e] = at;
            assert_near(grad[e], (up - down) / (2 * h), 1e-8);
        }
        forces_free(&f);
    }
    pool_close(pool);
    sparse_free(&p);
    free(m.x);
}

/* Barnes and Hut: with an angle of 0.5 within 3 % of the gradient, with 1e-6 all but equal; with
 * many points in one place too. */
static void the_tree_gives_nearly_the_same_gradient(void **state)
{
    enum { N = 700 };
    static const double angle[] = {0.5, 1e-6}, slack[] = {0.03, 1e-9};
    MapPoints m = {.n = N, .d = 3, .x = maps_roll(N)};
    Pool *pool = pool_open(2);
    Sparse p;
    (void)state;
    affinities_of(&p, &m, 20);
    for (int dims = 2; dims <= 3; dims++)
        for (int k = 0; k < 2; k++) {
            static double y[N * 3], exact[N * 3], tree[N * 3];
            double off = 0, norm = 0;
            Forces f;
            for (int e = 0; e < N * dims; e++) y[e] = e < 90 ? 1 : 30 * sin(e * e + dims);
            forces_init(&f, &p, dims, 0);
            forces_gradient(&f, y, 1, exact, pool);
            forces_free(&f);
            forces_init(&f, &p, dims, angle[k]);
            forces_gradient(&f, y, 1, tree, pool);
            forces_free(&f);
            for (int e = 0; e < N * dims; e++) {
                off += pow(tree[e] - exact[e], 2);
                norm += pow(exact[e], 2);
            }
            assert_true(sqrt(off / norm) < slack[k]);
        }
    pool_close(pool);
    sparse_free(&p);
    free(m.x);
}

static void fit(double *y, const MapPoints *p, const TsneOpts *o, int threads)
{
    Run run = {.threads = threads};
    Err err;
    if (!tsne_fit(y, p->x, p->n, p->d, o, &run, &err)) fail_msg("%s", err.msg);
}

/* At least what scikit-learn reaches less 0.02, and its divergence within 3 %: the valleys that two
 * descents end in are not the same one. */
static void maps_are_as_good_as_scikit_learns(void **state)
{
    MapSets m;
    (void)state;
    maps_open(&m);
    for (int s = 0; s < MAP_SETS; s++)
        for (int dims = 2; dims <= 3; dims++) {
            const MapPoints *p = &m.set[s];
            TsneOpts o = TSNE_DEFAULTS;
            double *y = mem_alloc((int64_t)p->n * dims, sizeof *y);
            o.dims = dims;
            o.perplexity = maps_number(m.want, "perplexity");
            fit(y, p, &o, 1);
            maps_assert_trust(&m, p, y, dims, "scikit-learn", p->want,
                              dims == 2 ? "tsne2_trust" : "tsne3_trust");
            if (dims == 2) {
                Sparse a;
                affinities_of(&a, p, o.perplexity);
                double got = divergence(&a, y, p->n, 2), kl = maps_number(p->want, "tsne2_kl");
                print_message("# %s: divergence %.4f, scikit-learn %.4f\n", p->name, got, kl);
                assert_true(got <= 1.03 * kl);
                sparse_free(&a);
            }
            free(y);
        }
    maps_close(&m);
}

/* With few points pairs are compared one by one, with many there is the tree. */
static void threads_do_not_change_a_map(void **state)
{
    static const int count[] = {300, TSNE_EXACT + 50};
    (void)state;
    for (int k = 0; k < 2; k++) {
        MapPoints p = {.n = count[k], .d = 3, .x = maps_roll(count[k])};
        TsneOpts o = TSNE_DEFAULTS;
        size_t bytes = 2 * (size_t)p.n * sizeof(double);
        double *one = mem_alloc(2 * (int64_t)p.n, sizeof *one);
        double *three = mem_alloc(2 * (int64_t)p.n, sizeof *three);
        o.iterations = 60;
        fit(one, &p, &o, 1);
        fit(three, &p, &o, 3);
        assert_memory_equal(one, three, bytes);
        free(one);
        free(three);
        free(p.x);
    }
}

static void few_and_equal_points_are_mapped_or_refused(void **state)
{
    double x[8] = {0, 0, 1, 0, 0, 0, 1, 0}, y[12];
    TsneOpts o = TSNE_DEFAULTS;
    Err err;
    (void)state;
    assert_true(tsne_fit(y, x, 4, 2, &o, NULL, &err)); /* two places, each twice */
    for (int e = 0; e < 8; e++) assert_true(isfinite(y[e]));
    assert_true(fabs(y[0] - y[2]) > 0);
    assert_near(tsne_perplexity(30, 4), 1, 0);
    assert_near(tsne_perplexity(30, 1000), 30, 0);
    assert_false(tsne_fit(y, x, 3, 2, &o, NULL, &err)); /* more of that: test_neighbours.c */
    assert_non_null(strstr(err.msg, "t-SNE needs at least 4 points"));
}

static void an_interrupt_ends_it(void **state)
{
    double *x = maps_roll(50), y[100];
    TsneOpts o = TSNE_DEFAULTS;
    volatile sig_atomic_t stop = 1;
    Run run = {.threads = 1, .stop = &stop};
    Err err;
    (void)state;
    assert_false(tsne_fit(y, x, 50, 3, &o, &run, &err));
    assert_non_null(strstr(err.msg, "interrupted"));
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(affinities_are_scikit_learns),
        cmocka_unit_test(perplexity_is_that_of_each_point),
        cmocka_unit_test(the_gradient_is_the_slope_of_the_divergence),
        cmocka_unit_test(the_tree_gives_nearly_the_same_gradient),
        cmocka_unit_test(maps_are_as_good_as_scikit_learns),
        cmocka_unit_test(threads_do_not_change_a_map),
        cmocka_unit_test(few_and_equal_points_are_mapped_or_refused),
        cmocka_unit_test(an_interrupt_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
