/* umap_graph.c: see umap_parts.h. Section 4.1 of the paper, with the constants of umap-learn: the
 * sum wanted is log2 of the number of neighbours, the point itself among them. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "umap_parts.h"

enum { BISECTIONS = 64 };
static const double SLACK = 1e-5, FLOOR = 1e-3;

static double membership(double dist, double rho, double sigma)
{
    return dist <= rho || !(sigma > 0) ? 1 : exp(-(dist - rho) / sigma);
}

void umap_smooth(const double *dist, int k, double wanted, double mean, double *rho,
                 double *sigma)
{
    double lo = 0, hi = INFINITY, mid = 1, own = 0;
    *rho = 0;
    for (int c = 0; c < k && *rho == 0; c++) *rho = dist[c];
    for (int i = 0; i < BISECTIONS; i++) {
        double sum = 0;
        for (int c = 0; c < k; c++) sum += membership(dist[c], *rho, mid);
        if (fabs(sum - wanted) < SLACK) break;
        if (sum > wanted)
            hi = mid;
        else
            lo = mid;
        mid = isinf(hi) ? 2 * mid : (lo + hi) / 2;
    }
    for (int c = 0; c < k; c++) own += dist[c] / (k + 1);
    *sigma = fmax(mid, FLOOR * (*rho > 0 ? own : mean));
}

static double fuzzy_union(double a, double b)
{
    return a + b - a * b;
}

void umap_graph(Sparse *g, const Neighbours *nb)
{
    double *w = mem_alloc((int64_t)nb->n * nb->k, sizeof *w), mean = 0, rho, sigma;
    for (int64_t e = 0; e < (int64_t)nb->n * nb->k; e++) mean += nb->dist[e];
    mean /= (double)nb->n * (nb->k + 1);
    for (int64_t i = 0; i < nb->n; i++) {
        const double *dist = nb->dist + i * nb->k;
        umap_smooth(dist, nb->k, log2(nb->k + 1), mean, &rho, &sigma);
        for (int c = 0; c < nb->k; c++) w[i * nb->k + c] = membership(dist[c], rho, sigma);
    }
    sparse_join(g, nb->index, w, nb->n, nb->k, fuzzy_union);
    free(w);
}
