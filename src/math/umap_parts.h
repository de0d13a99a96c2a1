/* umap_parts.h: the pieces of UMAP: its graph of fuzzy neighbours, and a start for the map. */
#ifndef MATH_UMAP_PARTS_H
#define MATH_UMAP_PARTS_H

#include "math/neighbours.h"
#include "math/sparse.h"

/* For one point with distances dist [k], rising: rho, the nearest that is not 0, and sigma such
 * that the sum of exp(-max(0, dist - rho) / sigma) is `wanted`, as near as the floor of sigma
 * (a thousandth of `mean`) lets it. */
void umap_smooth(const double *dist, int k, double wanted, double mean, double *rho,
                 double *sigma);
/* Memberships of the fuzzy graph, joined as a + b - ab. */
void umap_graph(Sparse *g, const Neighbours *nb);

/* y [n, dims]: eigenvectors of the graph's normalised Laplacian after the first, each scaled to a
 * largest magnitude of 10. False when the graph has several parts, or nothing was found. */
bool umap_spectral(double *y, const Sparse *g, int dims);

#endif
