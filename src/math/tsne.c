/* tsne.c: see math/tsne.h. The schedule is scikit-learn's (manifold/_t_sne.py), so that maps can be
 * compared: affinities of the 3 * perplexity nearest neighbours; a start from the principal
 * components, scaled so that the first has a deviation of 1e-4; 250 steps with affinities times 12
 * and momentum 0.5, the rest with momentum 0.8; gains that grow by 0.2 where the gradient has
 * turned and shrink by 0.8 where it has not, never below 0.01; an end when the gradient's norm is
 * under 1e-7. A kernel with one degree of freedom serves three dimensions too. */
#include "math/tsne.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/pca.h"
#include "tsne_parts.h"

static const double EXAGGERATION = 12, START_DEVIATION = 1e-4, STILL = 1e-7, LEAST_GAIN = 0.01;
enum { EXAGGERATED = 250 };

static bool start(double *y, const double *x, int n, int d, int dims, Err *err)
{
    Pca p;
    bool ok = pca_fit(&p, x, n, d, dims) ||
              err_set(err, "the principal components do not converge");
    double scale = ok && p.var[0] > 0 ? START_DEVIATION / sqrt(p.var[0]) : 0;
    for (int64_t e = 0; ok && e < (int64_t)n * dims; e++) y[e] = p.coord[e] * scale;
    pca_free(&p);
    return ok;
}

/* One step of gradient descent with momentum and gains; the gradient's norm. */
static double step(double *y, double *speed, double *gain, const double *grad, int64_t count,
                   double momentum, double rate)
{
    double norm = 0;
    for (int64_t e = 0; e < count; e++) {
        bool turned = speed[e] * grad[e] < 0;
        gain[e] = fmax(LEAST_GAIN, turned ? gain[e] + 0.2 : gain[e] * 0.8);
        norm += grad[e] * grad[e];
        speed[e] = momentum * speed[e] - rate * gain[e] * grad[e];
        y[e] += speed[e];
    }
    return sqrt(norm);
}

static bool descend(Forces *f, double *y, const TsneOpts *o, const Run *run, Err *err)
{
    int64_t count = (int64_t)f->n * f->dims;
    double rate = o->rate > 0 ? o->rate : fmax(f->n / EXAGGERATION / 4, 50);
    double *speed = mem_alloc(3 * count, sizeof *speed), *gain = speed + count;
    double *grad = gain + count;
    Pool *pool = pool_open(run_threads(run));
    bool ok = true;
    for (int64_t e = 0; e < count; e++) gain[e] = 1;
    for (int i = 0; ok && i < o->iterations; i++) {
        bool early = i < EXAGGERATED;
        if (i == EXAGGERATED)
            for (int64_t e = 0; e < count; e++) {
                gain[e] = 1;
                speed[e] = 0;
            }
        forces_gradient(f, y, early ? EXAGGERATION : 1, grad, pool);
        double norm = step(y, speed, gain, grad, count, early ? 0.5 : 0.8, rate);
        run_progress(run, "t-SNE", i + 1, o->iterations);
        if (run_stopped(run)) ok = err_set(err, "interrupted");
        if (!early && norm < STILL) break;
    }
    pool_close(pool);
    free(speed);
    return ok;
}

double tsne_perplexity(double wanted, int n)
{
    return fmin(wanted, (n - 1) / 3.0);
}

bool tsne_fit(double *y, const double *x, int n, int d, const TsneOpts *o, const Run *run,
              Err *err)
{
    Neighbours nb;
    Sparse p;
    Forces f;
    if (!neighbours_check(x, n, d, "t-SNE", err) || !start(y, x, n, d, o->dims, err)) return false;
    double perplexity = tsne_perplexity(o->perplexity, n);
    int k = (int)(3 * perplexity) + 1 < n - 1 ? (int)(3 * perplexity) + 1 : n - 1;
    neighbours_find(&nb, x, n, d, k, run);
    tsne_affinities(&p, &nb, perplexity);
    neighbours_free(&nb);
    forces_init(&f, &p, o->dims, n <= TSNE_EXACT ? 0 : o->theta);
    bool ok = descend(&f, y, o, run, err);
    forces_free(&f);
    sparse_free(&p);
    return ok;
}
