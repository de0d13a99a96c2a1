/* permute.c: see math/permute.h. */
#include "math/permute.h"

#include <math.h>

static const double TAU = 6.283185307179586;

Control control_seed(uint64_t seed)
{
    return (Control){.state = seed};
}

uint64_t control_next(Control *c)
{
    uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double control_uniform(Control *c)
{
    return (double)(control_next(c) >> 11) * 0x1p-53;
}

int control_below(Control *c, int n)
{
    uint64_t range = (uint64_t)n, limit = UINT64_MAX - UINT64_MAX % range, u;
    do u = control_next(c);
    while (u >= limit);
    return (int)(u % range);
}

/* Box and Muller 1958. */
double control_normal(Control *c)
{
    double u = 1 - control_uniform(c), v = control_uniform(c);
    return sqrt(-2 * log(u)) * cos(TAU * v);
}

void control_shuffle(Control *c, int *index, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = control_below(c, i + 1);
        int swap = index[i];
        index[i] = index[j];
        index[j] = swap;
    }
}

double permutation_p(double value, const double *control, int n)
{
    if (isnan(value)) return NAN;
    int above = 0;
    for (int i = 0; i < n; i++)
        if (!(control[i] < value)) above++;
    return (1.0 + above) / (1.0 + n);
}
