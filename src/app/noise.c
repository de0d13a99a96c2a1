/* noise.c: see app/noise.h.
 *
 * A trained matrix is near Gaussian and nearly white along its rows, but each has its own width:
 * every matrix (or vector of features) is standardised by itself, and what lies beyond four
 * standard deviations is held there, so that an outlier does not become a click. */
#include "app/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/stats.h"

enum { NOISE_MOST = 1 << 18 };
static const float NOISE_LIMIT = 4; /* standard deviations */

/* Keeps the finite ones of x [n], standardised; n in all at most NOISE_MOST. */
static void append(WeightNoise *w, const float *x, int64_t n)
{
    int64_t first = w->n;
    for (int64_t i = 0; i < n && w->n < NOISE_MOST; i++)
        if (isfinite(x[i])) w->x[w->n++] = x[i];
    Moments m = moments_of_f32(w->x + first, w->n - first);
    double std = moments_std(&m);
    if (!(std > 0) || !isfinite(std)) {
        w->n = first; /* a constant is no noise */
        return;
    }
    for (int64_t i = first; i < w->n; i++)
        w->x[i] = fmaxf(-NOISE_LIMIT, fminf(NOISE_LIMIT, (float)((w->x[i] - m.mean) / std)));
}

static void append_tensor(WeightNoise *w, const Tensor *t)
{
    int64_t cols = tensor_cols(t), rows = tensor_rows(t);
    if (cols < 1 || tensor_numel(t) < 1) return;
    int64_t want = (NOISE_MOST - w->n + cols - 1) / cols;
    int64_t n = rows < want ? rows : want;
    float *x = mem_alloc(n * cols, sizeof *x);
    tensor_read_f32(t, 0, n, x);
    append(w, x, n * cols);
    free(x);
}

/* Features as a last resort may all be constant: then a fixed rising and falling line. */
static void never_empty(WeightNoise *w)
{
    if (w->n > 0) return;
    for (int i = 0; i < 64; i++) w->x[w->n++] = (float)(i % 2 ? -1 : 1);
}

void noise_from_model(WeightNoise *w, const Model *m)
{
    static const Role FROM[] = {ROLE_DOWN, ROLE_UP, ROLE_GATE, ROLE_O, ROLE_Q};
    int nl = m->cfg.nl, middle = nl / 2;
    *w = (WeightNoise){.x = mem_alloc(NOISE_MOST, sizeof(float))};
    for (int d = 0; d < 2 * nl && w->n < NOISE_MOST; d++) {
        int layer = middle + (d % 2 ? -(d + 1) / 2 : d / 2);
        for (size_t r = 0; r < sizeof FROM / sizeof *FROM && w->n < NOISE_MOST; r++) {
            const ModelPart *p = layer >= 0 && layer < nl ? model_find(m, layer, FROM[r]) : NULL;
            if (p) append_tensor(w, &p->t);
        }
    }
    for (int i = 0; i < m->nparts && w->n == 0; i++) append_tensor(w, &m->part[i].t);
    never_empty(w);
}

void noise_from_features(WeightNoise *w, const FeatureSet *fs)
{
    *w = (WeightNoise){.x = mem_alloc(NOISE_MOST, sizeof(float))};
    for (int t = 0; t < FT_COUNT; t++) {
        const Table *table = &fs->table[t];
        for (int c = 0; c < table->ncols; c++)
            for (int r = 0; r < table->nrows && w->n < NOISE_MOST; r++)
                if (feat_len(fs, t, c, r) >= 32 && strcmp(table->col[c].name, "sv") != 0)
                    append(w, feat_vec(fs, t, c, r), feat_len(fs, t, c, r));
    }
    never_empty(w);
}

void noise_free(WeightNoise *w)
{
    free(w->x);
    *w = (WeightNoise){0};
}
