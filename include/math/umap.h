/* umap.h: maps of points by UMAP (McInnes, Healy and Melville 2018). */
#ifndef MATH_UMAP_H
#define MATH_UMAP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/run.h"

typedef struct UmapOpts {
    int dims;       /* 2 or 3 */
    int neighbours; /* 15, the point itself counted; at most n */
    double min_dist, spread; /* 0.1, 1: of the points in the map */
    int epochs;     /* 0 = 500 up to 10 000 points, 200 beyond */
} UmapOpts;
#define UMAP_DEFAULTS {.dims = 2, .neighbours = 15, .min_dist = 0.1, .spread = 1}

/* y [n, dims] from x [n, d]. No random numbers; one thread moves the points, so that the number of
 * threads changes nothing. Refused: what is not finite; fewer than 4 points; points that are all
 * the same. */
bool umap_fit(double *y, const double *x, int n, int d, const UmapOpts *o, const Run *run,
              Err *err);

/* The curve 1 / (1 + a x^2b) nearest to what min_dist and spread ask for. */
void umap_curve(double min_dist, double spread, double *a, double *b);

#endif
