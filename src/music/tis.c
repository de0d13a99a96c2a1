/* tis.c: see music/tis.h. Bernardes, Cocharro, Caetano, Guedes and Davies 2016, "A multi-level
 * tonal interval space for modelling pitch relatedness and musical consonance", JNMR 45. */
#include "music/tis.h"

#include <math.h>

static const double WEIGHT[6] = {2, 11, 17, 16, 19, 7};

Tis tis_of(const double weight[12])
{
    /* cos of twelfths of a turn; sin is a quarter behind */
    static const double COS[12] = {1,  0.86602540378443864676,  0.5,  0, -0.5,
                                   -0.86602540378443864676, -1, -0.86602540378443864676,
                                   -0.5, 0, 0.5, 0.86602540378443864676};
    Tis t = {0};
    double total = 0;
    for (int i = 0; i < 12; i++) total += weight[i];
    if (!(total > 0)) return t;
    for (int k = 1; k <= 6; k++) {
        double re = 0, im = 0;
        for (int i = 0; i < 12; i++) {
            re += weight[i] * COS[k * i % 12];
            im -= weight[i] * COS[(k * i + 9) % 12];
        }
        t.re[k - 1] = WEIGHT[k - 1] * re / total;
        t.im[k - 1] = WEIGHT[k - 1] * im / total;
    }
    return t;
}

static double inner(const Tis *a, const Tis *b)
{
    double sum = 0;
    for (int k = 0; k < 6; k++) sum += a->re[k] * b->re[k] + a->im[k] * b->im[k];
    return sum;
}

double tis_dissonance(const Tis *t)
{
    double full = 0;
    for (int k = 0; k < 6; k++) full += WEIGHT[k] * WEIGHT[k];
    return 1 - sqrt(inner(t, t) / full);
}

double tis_quality(const Tis *t, int k)
{
    return hypot(t->re[k - 1], t->im[k - 1]) / WEIGHT[k - 1];
}

double tis_distance(const Tis *a, const Tis *b)
{
    double sum = 0;
    for (int k = 0; k < 6; k++) {
        double re = a->re[k] - b->re[k], im = a->im[k] - b->im[k];
        sum += re * re + im * im;
    }
    return sqrt(sum);
}

double tis_angle(const Tis *a, const Tis *b)
{
    double size = sqrt(inner(a, a) * inner(b, b));
    return acos(size > 0 ? fmax(-1, fmin(1, inner(a, b) / size)) : 0);
}
