/* tsne_affinity.c: see tsne_parts.h. The width of each point's Gaussian is found by bisection of
 * beta = 1 / (2 sigma^2), to an entropy within 1e-5 nats as in van der Maaten's program. Distances
 * are counted from the nearest neighbour: a factor that cancels in p, but saves it from underflow.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tsne_parts.h"

static const double ENTROPY_SLACK = 1e-5;
enum { BISECTIONS = 200 };

/* Fills p [k] for this beta; the entropy in nats. */
static double gaussian(const double *dist, int k, double beta, double *p)
{
    double sum = 0, mean = 0, near = dist[0] * dist[0];
    for (int c = 0; c < k; c++) {
        double square = dist[c] * dist[c] - near;
        p[c] = exp(-beta * square);
        sum += p[c];
        mean += square * p[c];
    }
    for (int c = 0; c < k; c++) p[c] /= sum;
    return log(sum) + beta * mean / sum;
}

static void calibrate_point(const double *dist, int k, double wanted, double *p)
{
    double spread = dist[k - 1] * dist[k - 1] - dist[0] * dist[0];
    double beta = spread > 0 ? 1 / spread : 1, lo = 0, hi = INFINITY;
    for (int i = 0; i < BISECTIONS; i++) {
        double off = gaussian(dist, k, beta, p) - wanted;
        if (fabs(off) < ENTROPY_SLACK) return;
        if (off > 0)
            lo = beta;
        else
            hi = beta;
        beta = isinf(hi) ? 2 * beta : (lo + hi) / 2;
        if (!isfinite(beta)) break;
    }
    if (!(spread > 0)) gaussian(dist, k, 0, p);
}

void tsne_calibrate(const Neighbours *nb, double perplexity, double *p)
{
    for (int64_t i = 0; i < nb->n; i++)
        calibrate_point(nb->dist + i * nb->k, nb->k, log(perplexity), p + i * nb->k);
}

static double add(double a, double b)
{
    return a + b;
}

void tsne_affinities(Sparse *p, const Neighbours *nb, double perplexity)
{
    double *half = mem_alloc((int64_t)nb->n * nb->k, sizeof *half), sum = 0;
    tsne_calibrate(nb, perplexity, half);
    sparse_join(p, nb->index, half, nb->n, nb->k, add);
    for (int64_t e = 0; e < p->start[p->n]; e++) sum += p->w[e];
    for (int64_t e = 0; e < p->start[p->n]; e++) p->w[e] /= sum;
    free(half);
}
