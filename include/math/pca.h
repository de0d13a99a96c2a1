/* pca.h: principal components. */
#ifndef MATH_PCA_H
#define MATH_PCA_H

#include <stdbool.h>

/* Zero is empty. */
typedef struct Pca {
    int n, d, k;
    double *coord; /* [n, k] the points' coordinates */
    double *comp;  /* [k, d] unit vectors; zero where there is no variance left */
    double *var;   /* [k] variance along each (population), descending */
} Pca;

/* Of x [n, d], centred over the n points. The sign of a component is such that its entry of
 * largest magnitude (the first of equals) is positive. False when the solver fails. */
bool pca_fit(Pca *p, const double *x, int n, int d, int k);
/* The same about the origin, nothing centred: comp are the right singular vectors of x, var the
 * squares of its singular values over n. */
bool pca_fit_origin(Pca *p, const double *x, int n, int d, int k);
void pca_free(Pca *p);

/* The first k <= d components from a covariance matrix [d, d] (its lower triangle is read; it is
 * destroyed): comp [k, d], var [k], as above. */
bool pca_of_covariance(double *cov, int d, int k, double *comp, double *var);

#endif
