/* tsne_forces.c: see tsne_parts.h. The gradient of KL(P || Q) with q_ij = w_ij / Z, w = 1 / (1 +
 * d^2): 4 (sum_j p_ij w_ij (y_i - y_j) - sum_j w_ij^2 (y_i - y_j) / Z). The second sum is the
 * costly one: exact over all pairs, or by Barnes and Hut's tree (van der Maaten 2014), in which a
 * cell seen under an angle below theta counts as one point. Every point's sums belong to one
 * thread; Z is added up in the order of the points. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tsne_parts.h"

enum { BLOCK = 64, DEEPEST = 48 };

/* Bounds of the points of the tree: centre of the smallest square around them, and its side. */
static double bounds(const double *y, int n, int dims, double *centre)
{
    double width = 0;
    for (int k = 0; k < dims; k++) {
        double lo = y[k], hi = y[k];
        for (int i = 1; i < n; i++) {
            double v = y[(int64_t)i * dims + k];
            lo = v < lo ? v : lo;
            hi = v > hi ? v : hi;
        }
        centre[k] = (lo + hi) / 2;
        width = hi - lo > width ? hi - lo : width;
    }
    return width;
}

static int octant(const double *p, const double *centre, int dims)
{
    int o = 0;
    for (int k = 0; k < dims; k++) o |= (p[k] > centre[k]) << k;
    return o;
}

/* Sorts points lo..hi-1 of the tree by octant; first [2^dims + 1] says where each begins. */
static void split(Tree *t, const double *y, int lo, int hi, const double *centre, int *first)
{
    int count[9] = {0}, at[8], parts = 1 << t->dims;
    for (int i = lo; i < hi; i++)
        count[octant(y + (int64_t)t->point[i] * t->dims, centre, t->dims)]++;
    first[0] = lo;
    for (int o = 0; o < parts; o++) {
        at[o] = first[o];
        first[o + 1] = first[o] + count[o];
    }
    for (int i = lo; i < hi; i++)
        t->spare[at[octant(y + (int64_t)t->point[i] * t->dims, centre, t->dims)]++] = t->point[i];
    memcpy(t->point + lo, t->spare + lo, (size_t)(hi - lo) * sizeof *t->point);
}

/* True when all the points lo..hi-1 lie in one place. */
static bool one_place(const Tree *t, const double *y, int lo, int hi)
{
    const double *a = y + (int64_t)t->point[lo] * t->dims;
    for (int i = lo + 1; i < hi; i++)
        if (memcmp(a, y + (int64_t)t->point[i] * t->dims, (size_t)t->dims * sizeof *a) != 0)
            return false;
    return true;
}

static void add_node(Tree *t, const double *y, int lo, int hi, const double *centre, double width,
                     int depth)
{
    int me = t->n, first[9], dims = t->dims;
    TreeNode *node = mem_push(&t->node, &t->n, &t->cap, sizeof *node);
    node->count = hi - lo;
    node->width = width;
    for (int i = lo; i < hi; i++)
        for (int k = 0; k < dims; k++) node->centre[k] += y[(int64_t)t->point[i] * dims + k];
    for (int k = 0; k < dims; k++) node->centre[k] /= hi - lo;
    node->leaf = hi - lo == 1 || depth == DEEPEST || one_place(t, y, lo, hi);
    if (!node->leaf) {
        split(t, y, lo, hi, centre, first);
        for (int o = 0; o < 1 << dims; o++) {
            double mid[3];
            if (first[o] == first[o + 1]) continue;
            for (int k = 0; k < dims; k++) mid[k] = centre[k] + (o >> k & 1 ? 0.25 : -0.25) * width;
            add_node(t, y, first[o], first[o + 1], mid, width / 2, depth + 1);
        }
    }
    t->node[me].next = t->n;
}

void tree_build(Tree *t, const double *y, int n, int dims)
{
    double centre[3] = {0};
    if (!t->point) {
        t->point = mem_alloc(n, sizeof *t->point);
        t->spare = mem_alloc(n, sizeof *t->spare);
    }
    t->n = 0;
    t->dims = dims;
    for (int i = 0; i < n; i++) t->point[i] = i;
    double width = bounds(y, n, dims, centre);
    add_node(t, y, 0, n, centre, width, 0);
}

void tree_free(Tree *t)
{
    free(t->node);
    free(t->point);
    free(t->spare);
    *t = (Tree){0};
}

/* Point i is in the tree: its own w = 1 is taken off at the end. */
static void repulse_by_tree(Forces *f, int i)
{
    double angle = f->theta * f->theta, z = 0, sum[3] = {0}, yi[3] = {0};
    const TreeNode *node = f->tree.node;
    for (int k = 0; k < f->dims; k++) yi[k] = f->y[(int64_t)i * f->dims + k];
    for (int at = 0; at < f->tree.n;) {
        const TreeNode *t = node + at;
        double dx = yi[0] - t->centre[0], dy = yi[1] - t->centre[1], dz = yi[2] - t->centre[2];
        double square = dx * dx + dy * dy + dz * dz;
        if (!t->leaf && t->width * t->width >= angle * square) {
            at++;
            continue;
        }
        double w = 1 / (1 + square), mass = t->count * w;
        z += mass;
        sum[0] += mass * w * dx;
        sum[1] += mass * w * dy;
        sum[2] += mass * w * dz;
        at = t->next;
    }
    f->z[i] = z - 1;
    for (int k = 0; k < f->dims; k++) f->repulse[(int64_t)i * f->dims + k] = sum[k];
}

/* With two dimensions the third is 0 throughout: a fixed count lets the loop run straight. */
static void repulse_exactly(Forces *f, int i)
{
    double z = 0, sx = 0, sy = 0, sz = 0;
    const double *yi = f->padded + 3 * (int64_t)i;
    for (const double *yj = f->padded, *end = yj + 3 * (int64_t)f->n; yj < end; yj += 3) {
        double dx = yi[0] - yj[0], dy = yi[1] - yj[1], dz = yi[2] - yj[2];
        double w = 1 / (1 + dx * dx + dy * dy + dz * dz), w2 = w * w;
        z += w;
        sx += w2 * dx;
        sy += w2 * dy;
        sz += w2 * dz;
    }
    f->z[i] = z - 1;
    const double sum[3] = {sx, sy, sz};
    for (int k = 0; k < f->dims; k++) f->repulse[(int64_t)i * f->dims + k] = sum[k];
}

static void attract(Forces *f, int i)
{
    double sum[3] = {0}, d[3] = {0};
    int dims = f->dims;
    const double *yi = f->y + (int64_t)i * dims;
    for (int64_t e = f->p->start[i]; e < f->p->start[i + 1]; e++) {
        const double *yj = f->y + (int64_t)f->p->to[e] * dims;
        double square = 0;
        for (int k = 0; k < dims; k++) {
            d[k] = yi[k] - yj[k];
            square += d[k] * d[k];
        }
        double pull = f->p->w[e] / (1 + square);
        for (int k = 0; k < dims; k++) sum[k] += pull * d[k];
    }
    for (int k = 0; k < dims; k++) f->attract[(int64_t)i * dims + k] = sum[k];
}

static void one_block(void *ud, int task, int worker)
{
    Forces *f = ud;
    (void)worker;
    for (int i = task * BLOCK; i < f->n && i < (task + 1) * BLOCK; i++) {
        attract(f, i);
        if (f->theta > 0)
            repulse_by_tree(f, i);
        else
            repulse_exactly(f, i);
    }
}

void forces_init(Forces *f, const Sparse *p, int dims, double theta)
{
    *f = (Forces){.p = p, .n = p->n, .dims = dims, .theta = theta};
    f->repulse = mem_alloc((int64_t)f->n * dims, sizeof *f->repulse);
    f->attract = mem_alloc((int64_t)f->n * dims, sizeof *f->attract);
    f->z = mem_alloc(f->n, sizeof *f->z);
    f->padded = mem_alloc(3 * (int64_t)f->n, sizeof *f->padded);
}

void forces_free(Forces *f)
{
    free(f->repulse);
    free(f->attract);
    free(f->z);
    free(f->padded);
    tree_free(&f->tree);
    *f = (Forces){0};
}

void forces_gradient(Forces *f, const double *y, double exaggeration, double *grad, Pool *pool)
{
    double z = 0;
    f->y = y;
    for (int64_t i = 0; i < f->n; i++)
        for (int k = 0; k < f->dims; k++) f->padded[3 * i + k] = y[i * f->dims + k];
    if (f->theta > 0) tree_build(&f->tree, y, f->n, f->dims);
    pool_run(pool, (f->n + BLOCK - 1) / BLOCK, one_block, f);
    for (int i = 0; i < f->n; i++) z += f->z[i];
    for (int64_t e = 0; e < (int64_t)f->n * f->dims; e++)
        grad[e] = 4 * (exaggeration * f->attract[e] - f->repulse[e] / z);
}
