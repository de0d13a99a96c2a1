/* umap.c: see math/umap.h.
 *
 * The steps and constants are umap-learn's: the graph of umap_graph.c, a start from its spectrum
 * (from the principal components where the graph falls into parts), then epochs in which every edge
 * pulls its ends together as often as its weight says, and each pull is followed by five pushes
 * from other points. umap-learn draws those points at random. Here they are read off a sequence
 * that covers all points evenly: the n-th is the fractional part of n times the golden ratio (the
 * additive recurrence of least discrepancy, Weyl 1916), times the number of points.
 * Points move one after the other, as each edge has its turn. */
#include "math/umap.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/pca.h"
#include "umap_parts.h"

enum { NEGATIVE = 5, FIT_POINTS = 300, FIT_STEPS = 200 };
static const double CLIP = 4, SIDE = 10, REPULSION_FLOOR = 0.001, JITTER = 1e-4;
static const uint64_t GOLDEN = 0x9e3779b97f4a7c15u; /* 2^64 over the golden ratio */

typedef struct Edge {
    int head, tail;
    double every, next;                   /* epochs between two pulls; the next one */
    double every_negative, next_negative; /* the same of pushes */
} Edge;

typedef struct Layout {
    double *y; /* [n, dims] */
    int n, dims, epochs;
    double a, b;
    Edge *edge;
    int64_t nedges;
    uint64_t turn; /* how many points have been read off the sequence */
} Layout;

/* Sum of squares of the curve's errors, with the normal equations of a step in (a, b). */
static double curve_error(double a, double b, double min_dist, double spread, double h[3],
                          double g[2])
{
    double sum = 0;
    h[0] = h[1] = h[2] = g[0] = g[1] = 0;
    for (int i = 0; i < FIT_POINTS; i++) {
        double x = 3 * spread * i / (FIT_POINTS - 1);
        double want = x < min_dist ? 1 : exp(-(x - min_dist) / spread);
        double power = x > 0 ? pow(x, 2 * b) : 0, got = 1 / (1 + a * power);
        double da = -power * got * got, db = x > 0 ? a * da * 2 * log(x) : 0;
        double off = want - got;
        sum += off * off;
        h[0] += da * da;
        h[1] += da * db;
        h[2] += db * db;
        g[0] += da * off;
        g[1] += db * off;
    }
    return sum;
}

void umap_curve(double min_dist, double spread, double *a, double *b)
{
    double h[3], g[2], h2[3], g2[2], damp = 1e-3;
    *a = *b = 1;
    double error = curve_error(*a, *b, min_dist, spread, h, g);
    for (int i = 0; i < FIT_STEPS; i++) { /* Levenberg and Marquardt */
        double p = h[0] * (1 + damp), q = h[2] * (1 + damp), det = p * q - h[1] * h[1];
        if (!(det > 0)) break;
        double na = *a + (q * g[0] - h[1] * g[1]) / det, nb = *b + (p * g[1] - h[1] * g[0]) / det;
        double after = na > 0 && nb > 0 ? curve_error(na, nb, min_dist, spread, h2, g2) : INFINITY;
        if (after <= error) {
            error = after;
            *a = na;
            *b = nb;
            for (int k = 0; k < 3; k++) h[k] = h2[k];
            for (int k = 0; k < 2; k++) g[k] = g2[k];
        }
        damp = after <= error ? damp / 3 : damp * 5;
        if (damp > 1e12) break;
    }
}

/* The start of the map: each axis from 0 to 10, with a wave that parts equal points. */
static bool start(Layout *l, const Sparse *g, const double *x, int d, Err *err)
{
    if (!umap_spectral(l->y, g, l->dims)) {
        Pca p;
        bool ok = pca_fit(&p, x, l->n, d, l->dims);
        for (int64_t e = 0; ok && e < (int64_t)l->n * l->dims; e++) l->y[e] = p.coord[e];
        pca_free(&p);
        if (!ok) return err_set(err, "the principal components do not converge");
    }
    for (int k = 0; k < l->dims; k++) {
        double lo = INFINITY, hi = -INFINITY;
        for (int64_t i = 0; i < l->n; i++) {
            lo = fmin(lo, l->y[i * l->dims + k]);
            hi = fmax(hi, l->y[i * l->dims + k]);
        }
        for (int64_t i = 0; i < l->n; i++) {
            double *v = &l->y[i * l->dims + k];
            double wave = (double)((uint64_t)(i * l->dims + k + 1) * GOLDEN >> 11) * 0x1p-53;
            *v = (hi > lo ? SIDE * (*v - lo) / (hi - lo) : SIDE / 2) + JITTER * (wave - 0.5);
        }
    }
    return true;
}

/* Edges that have at least one turn. */
static void make_edges(Layout *l, const Sparse *g)
{
    double top = 0;
    for (int64_t e = 0; e < g->start[g->n]; e++) top = fmax(top, g->w[e]);
    l->edge = mem_alloc(g->start[g->n], sizeof *l->edge);
    for (int i = 0; i < g->n; i++)
        for (int64_t e = g->start[i]; e < g->start[i + 1]; e++) {
            double every = top / g->w[e];
            if (every > l->epochs) continue;
            l->edge[l->nedges++] = (Edge){.head = i, .tail = g->to[e], .every = every,
                                          .next = every, .every_negative = every / NEGATIVE,
                                          .next_negative = every / NEGATIVE};
        }
}

static double clip(double x)
{
    return x > CLIP ? CLIP : x < -CLIP ? -CLIP : x;
}

static double square_distance(const double *a, const double *b, int dims)
{
    double sum = 0;
    for (int k = 0; k < dims; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

static void pull(Layout *l, double *head, double *tail, double rate)
{
    double square = square_distance(head, tail, l->dims);
    if (!(square > 0)) return;
    double power = pow(square, l->b);
    double by = -2 * l->a * l->b * power / square / (l->a * power + 1);
    for (int k = 0; k < l->dims; k++) {
        double move = clip(by * (head[k] - tail[k])) * rate;
        head[k] += move;
        tail[k] -= move;
    }
}

static void push(Layout *l, double *head, const double *other, double rate)
{
    double square = square_distance(head, other, l->dims);
    if (!(square > 0)) return;
    double by = 2 * l->b / ((REPULSION_FLOOR + square) * (l->a * pow(square, l->b) + 1));
    for (int k = 0; k < l->dims; k++) head[k] += clip(by * (head[k] - other[k])) * rate;
}

/* The next point of the sequence. */
static int next_point(Layout *l)
{
    return (int)((++l->turn * GOLDEN >> 32) * (uint64_t)l->n >> 32);
}

static void epoch(Layout *l, int at)
{
    double rate = 1 - (double)at / l->epochs;
    for (int64_t e = 0; e < l->nedges; e++) {
        Edge *edge = &l->edge[e];
        if (edge->next > at) continue;
        double *head = l->y + (int64_t)edge->head * l->dims;
        pull(l, head, l->y + (int64_t)edge->tail * l->dims, rate);
        edge->next += edge->every;
        int pushes = (int)((at - edge->next_negative) / edge->every_negative);
        for (int k = 0; k < pushes; k++) {
            int other = next_point(l);
            if (other != edge->head) push(l, head, l->y + (int64_t)other * l->dims, rate);
        }
        edge->next_negative += pushes * edge->every_negative;
    }
}

bool umap_fit(double *y, const double *x, int n, int d, const UmapOpts *o, const Run *run,
              Err *err)
{
    Neighbours nb;
    Sparse g;
    Layout l = {.y = y, .n = n, .dims = o->dims,
                .epochs = o->epochs > 0 ? o->epochs : n <= 10000 ? 500 : 200};
    int k = o->neighbours - 1 < n - 1 ? o->neighbours - 1 : n - 1;
    if (!neighbours_check(x, n, d, "UMAP", err)) return false;
    neighbours_find(&nb, x, n, d, k, run);
    umap_graph(&g, &nb);
    neighbours_free(&nb);
    umap_curve(o->min_dist, o->spread, &l.a, &l.b);
    bool ok = start(&l, &g, x, d, err);
    if (ok) make_edges(&l, &g);
    for (int i = 0; ok && i < l.epochs; i++) {
        epoch(&l, i);
        run_progress(run, "UMAP", i + 1, l.epochs);
        if (run_stopped(run)) ok = err_set(err, "interrupted");
    }
    free(l.edge);
    sparse_free(&g);
    return ok;
}
