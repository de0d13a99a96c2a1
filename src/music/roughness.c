/* roughness.c: see music/roughness.h. Formulas: Sethares 1993, "Local consonance and the
 * relationship between timbre and scale", JASA 94; Hutchinson and Knopoff 1978, "The acoustic
 * component of Western consonance", Interface 7, with Bigand, Parncutt and Lerdahl's (1996) fit of
 * Plomp and Levelt's curve; Vassilakis 2001, thesis, UCLA. */
#include "music/roughness.h"

#include <math.h>

const SetharesCurve ROUGHNESS_SETHARES = {3.5, 5.75, 0.021, 19};
const SetharesCurve ROUGHNESS_SETHARES_2005 = {3.51, 5.75, 0.0207, 18.96};
static const SetharesCurve VASSILAKIS = {3.5, 5.75, 0.0207, 18.96};

static const double PEAK = 0.25;   /* bandwidths at which beating is worst */
static const double CUT_OFF = 1.2; /* bandwidths beyond which nothing beats */

static double curve_at(const SetharesCurve *c, double hz1, double hz2)
{
    double s = 0.24 / (c->slope * fmin(hz1, hz2) + c->offset);
    double d = s * fabs(hz1 - hz2);
    return exp(-c->slow * d) - exp(-c->fast * d);
}

void roughness_partials(const double *key, int n, int harmonics, Partial *out)
{
    for (int i = 0; i < n; i++) {
        double hz = 440 * exp2((key[i] - 69) / 12);
        for (int k = 1; k <= harmonics; k++) *out++ = (Partial){.hz = hz * k, .amp = 1.0 / k};
    }
}

double roughness_sethares(const Partial *p, int n, const SetharesCurve *curve)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            sum += fmin(p[i].amp, p[j].amp) * curve_at(curve, p[i].hz, p[j].hz);
    return sum;
}

double roughness_vassilakis(const Partial *p, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            double a = p[i].amp, b = p[j].amp;
            if (a <= 0 || b <= 0) continue;
            double depth = pow(a * b, 0.1) * pow(2 * fmin(a, b) / (a + b), 3.11);
            sum += depth * curve_at(&VASSILAKIS, p[i].hz, p[j].hz);
        }
    }
    return sum;
}

double roughness_bandwidth(double hz1, double hz2)
{
    return 1.72 * pow((hz1 + hz2) / 2, 0.65);
}

double roughness_plomp_levelt(double bandwidths)
{
    double y = bandwidths / PEAK, g = y * exp(1 - y);
    return bandwidths > CUT_OFF ? 0 : g * g;
}

/* a1 a2 g of two partials. */
static double beat(const Partial *p, const Partial *q)
{
    double apart = fabs(p->hz - q->hz) / roughness_bandwidth(p->hz, q->hz);
    return apart > CUT_OFF ? 0 : p->amp * q->amp * roughness_plomp_levelt(apart);
}

double roughness_hutchinson_between(const Partial *a, int n, const Partial *b, int m)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++) sum += beat(&a[i], &b[j]);
    return sum;
}

double roughness_hutchinson(const Partial *p, int n)
{
    double sum = 0, power = 0;
    for (int i = 0; i < n; i++) {
        power += p[i].amp * p[i].amp;
        for (int j = i + 1; j < n; j++) sum += beat(&p[i], &p[j]);
    }
    return power > 0 ? sum / power : 0;
}
