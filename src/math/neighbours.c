/* neighbours.c: see math/neighbours.h.
 *
 * All pairs are compared by a matrix product, |x|^2 + |y|^2 - 2 x.y about the mean, a block of
 * points at a time. That loses digits where two points are much nearer to each other than to the
 * mean, so it only leaves out what is too far by more than its rounding can be (Higham 2002, 3.1:
 * d units of |x||y| for a product of d terms); the distances of the others are taken again from the
 * differences. A block belongs to one thread: the number of threads changes nothing. */
#include "math/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"

enum { BLOCK = 64 };
static const double ROUNDING = 1e-15; /* some four units, for the squares and their sum too */

typedef struct Near {
    double dist;
    int index;
} Near;

typedef struct Search {
    Neighbours *nb;
    const double *x; /* [n, d] */
    double *centred; /* [n, d] */
    double *square;  /* [n] squared norms of the centred */
    double *product; /* [workers, BLOCK, n] */
    Near *near;      /* [workers, n] */
    int n, d;
} Search;

static int nearer(const void *a, const void *b)
{
    const Near *p = a, *q = b;
    if (p->dist != q->dist) return p->dist < q->dist ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

/* Moves the `want` nearest of v [n] to the front, in no order (Hoare's quickselect). */
static void select_nearest(Near *v, int n, int want)
{
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        Near pivot = v[lo + (hi - lo) / 2];
        int i = lo, j = hi;
        while (i <= j) {
            while (nearer(&v[i], &pivot) < 0) i++;
            while (nearer(&v[j], &pivot) > 0) j--;
            if (i > j) break;
            Near t = v[i];
            v[i++] = v[j];
            v[j--] = t;
        }
        if (want - 1 <= j)
            hi = j;
        else if (want - 1 >= i)
            lo = i;
        else
            return;
    }
}

static double distance(const double *a, const double *b, int d)
{
    double sum = 0;
    for (int k = 0; k < d; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(sum);
}

/* The nearest of point i, given its products with all points. */
static void search_point(const Search *s, int i, const double *product, Near *v)
{
    int m = 0, near = 0, k = s->nb->k;
    double most = 0;
    const double *xi = s->x + (int64_t)i * s->d;
    for (int j = 0; j < s->n; j++) {
        if (j == i) continue;
        v[m++] = (Near){.dist = s->square[i] + s->square[j] - 2 * product[j], .index = j};
    }
    select_nearest(v, m, k);
    for (int c = 0; c < k; c++)
        most = fmax(most, distance(xi, s->x + (int64_t)v[c].index * s->d, s->d));
    for (int c = 0; c < m; c++) {
        int j = v[c].index;
        double slack = ROUNDING * (s->d + 4) * (s->square[i] + s->square[j] + most * most);
        if (v[c].dist > most * most + slack) continue;
        v[near++] = (Near){.dist = distance(xi, s->x + (int64_t)j * s->d, s->d), .index = j};
    }
    qsort(v, (size_t)near, sizeof *v, nearer);
    for (int c = 0; c < k; c++) {
        s->nb->index[(int64_t)i * k + c] = v[c].index;
        s->nb->dist[(int64_t)i * k + c] = v[c].dist;
    }
}

static void search_block(void *ud, int64_t block, int worker)
{
    const Search *s = ud;
    int first = (int)block * BLOCK, count = s->n - first < BLOCK ? s->n - first : BLOCK;
    double *product = s->product + (int64_t)worker * BLOCK * s->n;
    BlasShape shape = {.m = count, .n = s->n, .k = s->d, .tb = true, .lda = s->d, .ldb = s->d,
                       .ldc = s->n};
    blas_gemm_f64(&shape, s->centred + (int64_t)first * s->d, s->centred, product);
    for (int r = 0; r < count; r++)
        search_point(s, first + r, product + (int64_t)r * s->n, s->near + (int64_t)worker * s->n);
}

/* A copy of x about its mean. */
static double *centred(const double *x, int n, int d)
{
    double *c = mem_alloc((int64_t)n * d, sizeof *c), *mean = mem_alloc(d, sizeof *mean);
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < d; k++) mean[k] += x[i * d + k] / n;
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < d; k++) c[i * d + k] = x[i * d + k] - mean[k];
    free(mean);
    return c;
}

bool neighbours_check(const double *x, int n, int d, const char *who, Err *err)
{
    bool same = true;
    if (n < NEIGHBOURS_FEWEST)
        return err_set(err, "%s needs at least %d points, not %d", who, NEIGHBOURS_FEWEST, n);
    for (int64_t e = 0; e < (int64_t)n * d; e++) {
        if (!isfinite(x[e]))
            return err_set(err, "row %lld, column %lld is not a finite number",
                           (long long)(e / d), (long long)(e % d));
        same = same && x[e] == x[e % d];
    }
    return !same || err_set(err, "all %d points are the same: there is nothing to map", n);
}

void neighbours_find(Neighbours *nb, const double *x, int n, int d, int k, const Run *run)
{
    int workers = run_threads(run);
    *nb = (Neighbours){.n = n, .k = k};
    nb->index = mem_alloc((int64_t)n * k, sizeof *nb->index);
    nb->dist = mem_alloc((int64_t)n * k, sizeof *nb->dist);
    if (k < 1) return;
    Search s = {.nb = nb, .x = x, .n = n, .d = d, .centred = centred(x, n, d)};
    s.square = mem_alloc(n, sizeof *s.square);
    s.product = mem_alloc((int64_t)workers * BLOCK * n, sizeof *s.product);
    s.near = mem_alloc((int64_t)workers * n, sizeof *s.near);
    for (int64_t i = 0; i < n; i++)
        for (int c = 0; c < d; c++) s.square[i] += s.centred[i * d + c] * s.centred[i * d + c];
    parallel_for(run, NULL, (n + BLOCK - 1) / BLOCK, search_block, &s);
    free(s.centred);
    free(s.square);
    free(s.product);
    free(s.near);
}

void neighbours_free(Neighbours *nb)
{
    free(nb->index);
    free(nb->dist);
    *nb = (Neighbours){0};
}

typedef struct Trust {
    const double *x;
    const Neighbours *map;
    double *lost;    /* [n] */
    double *dist;    /* [workers, n] */
    int d;
} Trust;

/* By how much the ranks of point i's neighbours in the map exceed k. */
static void trust_point(void *ud, int64_t i, int worker)
{
    const Trust *t = ud;
    int n = t->map->n, k = t->map->k;
    double *dist = t->dist + (int64_t)worker * n;
    for (int j = 0; j < n; j++) dist[j] = distance(t->x + i * t->d, t->x + (int64_t)j * t->d, t->d);
    for (int c = 0; c < k; c++) {
        int other = t->map->index[i * k + c], rank = 1;
        for (int j = 0; j < n; j++)
            rank += j != i && (dist[j] < dist[other] || (dist[j] == dist[other] && j < other));
        if (rank > k) t->lost[i] += rank - k;
    }
}

double neighbours_trust(const double *x, int d, const double *y, int m, int n, int k,
                        const Run *run)
{
    Neighbours map;
    double sum = 0;
    neighbours_find(&map, y, n, m, k, run);
    Trust t = {.x = x, .map = &map, .d = d, .lost = mem_alloc(n, sizeof *t.lost)};
    t.dist = mem_alloc((int64_t)run_threads(run) * n, sizeof *t.dist);
    parallel_for(run, NULL, n, trust_point, &t);
    for (int i = 0; i < n; i++) sum += t.lost[i];
    free(t.lost);
    free(t.dist);
    neighbours_free(&map);
    return 1 - 2.0 * sum / ((double)n * k * (2.0 * n - 3.0 * k - 1));
}
