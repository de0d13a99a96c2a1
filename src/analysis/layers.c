/* layers.c: see layers.h. Tension, and how the spectra of neighbouring blocks differ.
 *
 * Coherence: each of the two lists of singular values is resampled linearly to 64 points, and the
 * power spectra of these (mean removed, bins 1..32) are correlated. Delta: the L2 distance of two
 * spectra scaled to unit L2 length, the shorter one padded with zeros. */
#include "layers.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "math/fft.h"

enum { POINTS = 64 };

const Measure *layers_find(const Model *model, const Measure *m, int layer, int role)
{
    const ModelPart *p = model_find(model, layer, (Role)role);
    return p ? &m[p - model->part] : NULL;
}

/* Mean Frobenius norm of those of the roles that are there; 0 when none is. */
static double mean_norm(const Model *model, const Measure *m, int layer, const Role *role, int n)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < n; i++) {
        const Measure *x = layers_find(model, m, layer, role[i]);
        if (!x || x->kind != MEASURE_MATRIX) continue;
        sum += moments_norm(&x->scan.moments);
        count++;
    }
    return count > 0 ? sum / count : 0;
}

/* NaN when a side is missing or zero. */
static double raw_tension(const Model *model, const Measure *m, int layer)
{
    static const Role attention[] = {ROLE_Q, ROLE_K, ROLE_V, ROLE_O};
    static const Role mlp[] = {ROLE_GATE, ROLE_UP, ROLE_DOWN};
    double a = mean_norm(model, m, layer, attention, 4), b = mean_norm(model, m, layer, mlp, 3);
    return a > 0 && b > 0 ? a / b : NAN;
}

static void fill_tension(FeatureSet *fs, const Model *model, const Measure *m, int nl)
{
    int raw_col = feat_add_column(fs, FT_LAYERS, "tension_raw", "",
                                  "mean Frobenius norm of q, k, v, o over that of gate, up, down");
    int col = feat_add_column(fs, FT_LAYERS, "tension", "0..1", "tension_raw, norm01 over layers");
    double *raw = mem_alloc(2 * (int64_t)nl, sizeof *raw), *known = raw + nl;
    int n = 0;
    for (int l = 0; l < nl; l++) {
        raw[l] = raw_tension(model, m, l);
        if (!isnan(raw[l])) known[n++] = raw[l];
    }
    stats_norm01(known, n, known);
    n = 0;
    for (int l = 0; l < nl; l++) {
        if (isnan(raw[l])) continue;
        feat_set1(fs, FT_LAYERS, raw_col, l, raw[l]);
        feat_set1(fs, FT_LAYERS, col, l, known[n++]);
    }
    free(raw);
}

static const Measure *spectrum_of(const Model *model, const Measure *m, int layer, Role role)
{
    const Measure *x = layers_find(model, m, layer, role);
    return x && x->nsv > 0 ? x : NULL;
}

static void resample(const double *sv, int n, double *out)
{
    for (int i = 0; i < POINTS; i++) {
        double at = (double)i * (n - 1) / (POINTS - 1);
        int k = (int)at;
        out[i] = k + 1 < n ? sv[k] + (at - k) * (sv[k + 1] - sv[k]) : sv[n - 1];
    }
}

static double coherence(const Measure *a, const Measure *b)
{
    double x[POINTS], y[POINTS], px[POINTS / 2], py[POINTS / 2];
    resample(a->sv, a->nsv, x);
    resample(b->sv, b->nsv, y);
    fft_power(x, POINTS, px);
    fft_power(y, POINTS, py);
    return stats_correlation(px, py, POINTS / 2);
}

static double delta(const Measure *a, const Measure *b)
{
    double na = stats_norm(a->sv, a->nsv), nb = stats_norm(b->sv, b->nsv), sum = 0;
    int n = a->nsv > b->nsv ? a->nsv : b->nsv;
    for (int i = 0; i < n; i++) {
        double x = i < a->nsv && na > 0 ? a->sv[i] / na : 0;
        double y = i < b->nsv && nb > 0 ? b->sv[i] / nb : 0;
        sum += (x - y) * (x - y);
    }
    return sqrt(sum);
}

static void fill_deltas(FeatureSet *fs, const Model *model, const Measure *m, int nl, Role role,
                        const char *name)
{
    int col = feat_add_column(fs, FT_LAYERS, name, "",
                              "L2 distance from the layer before, spectra of unit length");
    for (int l = 1; l < nl; l++) {
        const Measure *a = spectrum_of(model, m, l - 1, role), *b = spectrum_of(model, m, l, role);
        if (a && b) feat_set1(fs, FT_LAYERS, col, l, delta(a, b));
    }
}

void layers_fill(FeatureSet *fs, const Model *model, const Measure *m, int nl)
{
    for (int l = 0; l < nl; l++) {
        RowKey key = {.prompt = -1, .layer = (int16_t)l, .role = -1, .head = -1, .token = -1};
        feat_add_row(fs, FT_LAYERS, key, NULL);
    }
    fill_tension(fs, model, m, nl);
    int w1 = feat_add_column(fs, FT_LAYERS, "w1_q", "",
                             "Wasserstein-1 distance of q's singular values to the next layer's");
    int coh = feat_add_column(fs, FT_LAYERS, "coh_qk", "",
                              "correlation of the power spectra of q's and k's singular values");
    for (int l = 0; l < nl; l++) {
        const Measure *q = spectrum_of(model, m, l, ROLE_Q), *k = spectrum_of(model, m, l, ROLE_K);
        const Measure *next = l + 1 < nl ? spectrum_of(model, m, l + 1, ROLE_Q) : NULL;
        if (q && next)
            feat_set1(fs, FT_LAYERS, w1, l, stats_wasserstein(q->sv, q->nsv, next->sv, next->nsv));
        if (q && k) feat_set1(fs, FT_LAYERS, coh, l, coherence(q, k));
    }
    fill_deltas(fs, model, m, nl, ROLE_Q, "sv_delta_q");
    fill_deltas(fs, model, m, nl, ROLE_DOWN, "sv_delta_down");
}
