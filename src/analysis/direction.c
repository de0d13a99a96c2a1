/* direction.c: see analysis/direction.h. Differences of the two prompts of each pair, layer by
 * layer; sums in f64. The difference of means follows Arditi et al. 2024 (Refusal in Language
 * Models Is Mediated by a Single Direction), the component Zou et al. 2023 (Representation
 * Engineering).
 *
 * The component comes from the Gram matrix of the differences [npairs, npairs], which is made once
 * a layer: leaving a pair out is leaving out a row and a column. */
#include "analysis/direction.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "direction_fit.h"
#include "math/blas.h"
#include "math/eigen.h"

/* One layer of the pairs. */
typedef struct LayerFit {
    int n, d, method;
    double *diff; /* [n, d] high - low */
    double *gram; /* [n, n] of diff; DIRECTION_PCA */
    double *r;    /* [d] */
} LayerFit;

static double dot(const double *a, const double *b, int d)
{
    double sum = 0;
    for (int j = 0; j < d; j++) sum += a[j] * b[j];
    return sum;
}

static double dot_state(const double *r, const float *h, int d)
{
    double sum = 0;
    for (int j = 0; j < d; j++) sum += r[j] * h[j];
    return sum;
}

/* r [d] = sum over pairs of weight [n] (NULL: 1) * diff, without pair `skip` (-1: with all). */
static void add_up(LayerFit *f, const double *weight, int skip)
{
    for (int j = 0; j < f->d; j++) f->r[j] = 0;
    for (int i = 0; i < f->n; i++)
        for (int j = 0; j < f->d && i != skip; j++)
            f->r[j] += (weight ? weight[i] : 1) * f->diff[(int64_t)i * f->d + j];
}

/* Unit length; a zero vector stays. False when it is not finite. */
static bool normalise(double *r, int d)
{
    double norm = sqrt(dot(r, r, d));
    for (int j = 0; j < d && norm > 0; j++) r[j] /= norm;
    return isfinite(norm);
}

/* High projects higher; where that does not tell, the largest entry is positive. */
static void fix_sign(LayerFit *f, int skip)
{
    double sum = 0;
    int top = 0;
    for (int i = 0; i < f->n; i++)
        if (i != skip) sum += dot(f->r, f->diff + (int64_t)i * f->d, f->d);
    for (int j = 0; j < f->d; j++)
        if (fabs(f->r[j]) > fabs(f->r[top])) top = j;
    if (sum > 0 || (sum == 0 && f->r[top] >= 0)) return;
    for (int j = 0; j < f->d; j++) f->r[j] = -f->r[j];
}

static bool fit_component(LayerFit *f, int skip)
{
    double value;
    double *g = mem_alloc((int64_t)f->n * f->n, sizeof *g), *u = mem_alloc(f->n, sizeof *u);
    for (int64_t i = 0; i < f->n; i++)
        for (int j = 0; j < f->n && i != skip; j++)
            if (j != skip) g[i * f->n + j] = f->gram[i * f->n + j];
    bool ok = eigen_top_f64(g, f->n, 1, &value, u);
    if (ok) add_up(f, u, skip);
    free(g);
    free(u);
    if (!ok || !normalise(f->r, f->d)) return false;
    fix_sign(f, skip);
    return true;
}

/* r from all pairs but `skip`; zero when those do not differ. */
static bool fit_vector(LayerFit *f, int skip)
{
    if (f->method == DIRECTION_PCA) return fit_component(f, skip);
    add_up(f, NULL, skip);
    return normalise(f->r, f->d);
}

/* P that one of high [n] is above one of low [n], ties 1/2. */
static double auc_of(const double *high, const double *low, int n)
{
    double wins = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) wins += high[i] > low[j] ? 1 : high[i] == low[j] ? 0.5 : 0;
    return wins / n / n;
}

static const float *state_of(const PairStates *s, const float *v, int pair, int layer)
{
    return v + ((int64_t)pair * (s->end - s->first) + layer - s->first) * s->d;
}

static bool leave_one_out(LayerFit *f, const PairStates *s, int layer, double *auc)
{
    double *high = mem_alloc(f->n, sizeof *high), *low = mem_alloc(f->n, sizeof *low);
    bool ok = true;
    for (int i = 0; ok && i < f->n; i++) {
        ok = fit_vector(f, i);
        high[i] = dot_state(f->r, state_of(s, s->high, i, layer), f->d);
        low[i] = dot_state(f->r, state_of(s, s->low, i, layer), f->d);
    }
    *auc = auc_of(high, low, f->n);
    free(high);
    free(low);
    return ok;
}

/* Share of the differences' squares along f->r. */
static double share_along(const LayerFit *f)
{
    double along = 0, all = 0;
    for (int i = 0; i < f->n; i++) {
        const double *x = f->diff + (int64_t)i * f->d;
        along += pow(dot(f->r, x, f->d), 2);
        all += dot(x, x, f->d);
    }
    double share = all > 0 ? along / all : 0;
    return share < 1 ? share : 1;
}

static void fill_differences(LayerFit *f, const PairStates *s, int layer)
{
    for (int i = 0; i < f->n; i++) {
        const float *high = state_of(s, s->high, i, layer), *low = state_of(s, s->low, i, layer);
        for (int j = 0; j < f->d; j++)
            f->diff[(int64_t)i * f->d + j] = (double)high[j] - (double)low[j];
    }
    BlasShape shape = {.m = f->n, .n = f->n, .k = f->d, .tb = true, .lda = f->d, .ldb = f->d,
                       .ldc = f->n};
    if (f->method == DIRECTION_PCA) blas_gemm_f64(&shape, f->diff, f->diff, f->gram);
}

static bool fit_layer(Direction *r, LayerFit *f, const PairStates *s, int layer, Err *err)
{
    DirectionLayer *out = &r->layer[layer];
    double auc;
    fill_differences(f, s, layer);
    if (!leave_one_out(f, s, layer, &auc) || !fit_vector(f, -1))
        return err_set(err, "layer %d: the activations are not finite", layer);
    if (!(dot(f->r, f->r, f->d) > 0))
        return err_set(err, "layer %d: the prompts of the pairs do not differ in it", layer);
    for (int j = 0; j < f->d; j++) r->r[(int64_t)layer * f->d + j] = (float)f->r[j];
    *out = (DirectionLayer){.explained = share_along(f), .auc = auc};
    for (int i = 0; i < f->n; i++) {
        out->high += direction_project(r, layer, state_of(s, s->high, i, layer)) / f->n;
        out->low += direction_project(r, layer, state_of(s, s->low, i, layer)) / f->n;
    }
    return true;
}

/* ---- the interface -------------------------------------------------------------------------- */

const char *direction_method_name(int method)
{
    return method == DIRECTION_MEANS ? "means" : method == DIRECTION_PCA ? "pca" : NULL;
}

void direction_init(Direction *r, int nl, int d)
{
    *r = (Direction){.nl = nl, .d = d};
    r->r = mem_alloc((int64_t)nl * d, sizeof *r->r);
    r->layer = mem_alloc(nl, sizeof *r->layer);
    for (int l = 0; l < nl; l++) r->layer[l] = (DirectionLayer){NAN, NAN, NAN, NAN};
}

bool direction_fit_states(Direction *r, const PairStates *s, int method, Err *err)
{
    LayerFit f = {.n = s->npairs, .d = s->d, .method = method};
    blas_one_thread();
    direction_init(r, s->nl, s->d);
    r->method = method;
    r->npairs = s->npairs;
    r->first = s->first;
    r->moved = s->moved;
    f.diff = mem_alloc((int64_t)f.n * f.d, sizeof *f.diff);
    f.gram = mem_alloc((int64_t)f.n * f.n, sizeof *f.gram);
    f.r = mem_alloc(f.d, sizeof *f.r);
    bool ok = true;
    for (int l = s->first; ok && l < s->end; l++) ok = fit_layer(r, &f, s, l, err);
    free(f.diff);
    free(f.gram);
    free(f.r);
    if (!ok) direction_free(r);
    return ok;
}

bool direction_fit(Direction *r, Lm *lm, const DirectionPair *pair, int npairs,
                   const DirectionOpts *opts, const Run *run, Err *err)
{
    PairStates s = {0};
    *r = (Direction){0};
    bool ok = pair_states_collect(&s, lm, pair, npairs, opts, run, err) &&
              direction_fit_states(r, &s, opts->method, err);
    pair_states_free(&s);
    if (!ok) return false;
    r->name = mem_strdup(opts->name ? opts->name : "");
    r->model = mem_strdup(lm_model(lm)->name ? lm_model(lm)->name : "");
    return true;
}

void direction_free(Direction *r)
{
    free(r->name);
    free(r->model);
    free(r->r);
    free(r->layer);
    *r = (Direction){0};
}

bool direction_fits(const Direction *r, const Lm *lm, Err *err)
{
    const Hparams *hp = lm_hparams(lm);
    if (r->nl == hp->nl && r->d == hp->d) return true;
    return err_set(err,
                   "direction \"%s\" is of a model of %d layers and width %d, %s has %d and %d: "
                   "fit it anew with llmsonify direction fit",
                   r->name ? r->name : "", r->nl, r->d,
                   lm_model(lm)->name ? lm_model(lm)->name : "the model", hp->nl, (int)hp->d);
}

bool direction_has(const Direction *r, int l)
{
    return l >= 0 && l < r->nl && !isnan(r->layer[l].high);
}

double direction_project(const Direction *r, int l, const float *h)
{
    const float *v = r->r + (int64_t)l * r->d;
    double sum = 0;
    for (int j = 0; j < r->d; j++) sum += (double)v[j] * h[j];
    return sum;
}

double direction_auc(const Direction *r)
{
    double sum = 0;
    int n = 0;
    for (int l = 0; l < r->nl; l++) {
        if (!direction_has(r, l)) continue;
        sum += r->layer[l].auc;
        n++;
    }
    return n ? sum / n : NAN;
}
