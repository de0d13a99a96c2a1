/* density.h: how thick points lie in a plane. */
#ifndef MATH_DENSITY_H
#define MATH_DENSITY_H

#include <stdbool.h>

#include "base/run.h"

/* Density of the points xy [n, 2] on a grid: out [rows, cols], row 0 at y_lo; integrates to 1. A
 * Gaussian at each point, its covariance that of the points times n^(-1/3) (Scott 1992, as in
 * scipy.stats.gaussian_kde). False when the points lie on a line or there are fewer than 3. */
typedef struct DensityGrid {
    double x_lo, x_hi, y_lo, y_hi; /* of the outermost grid points */
    int rows, cols;                /* at least 2 */
} DensityGrid;
bool density_fill(double *out, const DensityGrid *g, const double *xy, int n, const Run *run);

#endif
