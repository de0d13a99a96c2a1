/* markov.c: see music/markov.h. */
#include "music/markov.h"

#include <assert.h>
#include <math.h>

#include "music/mapping.h"

static const double SHARPNESS = 3; /* of the softmax over outer(v, v) */

void markov_softmax(const double *x, int n, double *out)
{
    double most = x[0], sum = 0;
    for (int i = 1; i < n; i++) most = fmax(most, x[i]);
    for (int i = 0; i < n; i++) sum += out[i] = exp(x[i] - most);
    for (int i = 0; i < n; i++) out[i] /= sum;
}

void markov_from_norms(Markov *m, const float *norms, int n)
{
    float v[MARKOV_MAX];
    assert(n >= 1 && n <= MARKOV_MAX);
    *m = (Markov){.n = n};
    map_norm01(norms, n, v);
    for (int i = 0; i < n; i++) m->v[i] = (double)v[i];
    for (int i = 0; i < n; i++) {
        double row[MARKOV_MAX];
        for (int j = 0; j < n; j++) row[j] = SHARPNESS * m->v[i] * m->v[j];
        markov_softmax(row, n, m->m[i]);
    }
}

int markov_start(const Markov *m)
{
    int best = 0;
    for (int i = 1; i < m->n; i++)
        if (m->v[i] > m->v[best]) best = i;
    return best;
}

void markov_mix(double *p, const double *q, int n, double share)
{
    for (int i = 0; i < n; i++) p[i] = share * p[i] + (1 - share) * q[i];
}

void markov_sharpen(double *p, int n, double temperature)
{
    double most = 0, sum = 0;
    for (int i = 0; i < n; i++) most = fmax(most, p[i]);
    for (int i = 0; i < n; i++) sum += p[i] = pow(p[i] / most, 1 / temperature);
    for (int i = 0; i < n; i++) p[i] /= sum;
}

void markov_weary(double *p, int n, int k, double left)
{
    double rest = 1 - p[k] * (1 - left);
    p[k] *= left;
    for (int i = 0; i < n && rest > 0; i++) p[i] /= rest;
}

int markov_choose(const double *p, int n, double u)
{
    double sum = 0;
    if (isnan(u)) u = 0.5;
    for (int k = 0; k + 1 < n; k++) {
        sum += p[k];
        if (sum > u) return k;
    }
    return n - 1;
}

double markov_turn(double phase)
{
    if (!isfinite(phase)) return 0.5;
    double turns = phase / (2 * 3.14159265358979323846);
    double u = turns - floor(turns);
    return u < 1 ? u : 0;
}
