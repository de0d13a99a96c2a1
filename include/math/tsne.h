/* tsne.h: maps of points by t-SNE (van der Maaten and Hinton 2008). */
#ifndef MATH_TSNE_H
#define MATH_TSNE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/run.h"

enum { TSNE_EXACT = 1000 }; /* up to so many points all pairs repel each other one by one */

typedef struct TsneOpts {
    int dims;          /* 2 or 3 */
    double perplexity; /* 30; at most (n - 1) / 3, made smaller where n is small */
    double theta;      /* Barnes-Hut angle, 0.5; 0 = exact whatever n */
    double rate;       /* learning rate; 0 = max(n / 48, 50) */
    int iterations;    /* 1000, of which the first 250 are exaggerated 12 times */
} TsneOpts;
#define TSNE_DEFAULTS {.dims = 2, .perplexity = 30, .theta = 0.5, .iterations = 1000}

/* The perplexity that n points allow. */
double tsne_perplexity(double wanted, int n);

/* y [n, dims] from x [n, d]. No random numbers: the start is the plane of the principal
 * components. Refused: what is not finite; fewer than 4 points; points that are all the same. */
bool tsne_fit(double *y, const double *x, int n, int d, const TsneOpts *o, const Run *run,
              Err *err);

#endif
