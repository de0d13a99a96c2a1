/* neighbours.h: nearest neighbours of points, and how well a map keeps them. */
#ifndef MATH_NEIGHBOURS_H
#define MATH_NEIGHBOURS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/run.h"

/* Owner; zero is empty. */
typedef struct Neighbours {
    int n, k;
    int *index;   /* [n, k] other points, nearest first, equals by index */
    double *dist; /* [n, k] Euclidean distances */
} Neighbours;

enum { NEIGHBOURS_FEWEST = 4 };

/* Whether x [n, d] can be mapped: at least NEIGHBOURS_FEWEST points, all finite, not all the same.
 * who: of the message, "t-SNE". */
bool neighbours_check(const double *x, int n, int d, const char *who, Err *err);

/* The k (< n) nearest other points of each of x [n, d], finite: exact, by comparing all pairs. */
void neighbours_find(Neighbours *nb, const double *x, int n, int d, int k, const Run *run);
void neighbours_free(Neighbours *nb);

/* Trustworthiness of the map y [n, m] of x [n, d] (Venna and Kaski 2001, as in scikit-learn): 1
 * when all of the k nearest neighbours in the map are among the k nearest in the data, less by the
 * ranks of those that are not. 0 < k < n / 2. */
double neighbours_trust(const double *x, int d, const double *y, int m, int n, int k,
                        const Run *run);

#endif
