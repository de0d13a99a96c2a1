/* eigen.h: singular values and symmetric eigenproblems of dense matrices (LAPACKE behind it). All
 * matrices are row-major and are destroyed. False: the iteration did not converge, or the matrix
 * holds a NaN. */
#ifndef MATH_EIGEN_H
#define MATH_EIGEN_H

#include <stdbool.h>

/* Singular values of a [m, n], descending, into s [min(m, n)]. */
bool svd_values_f64(double *a, int m, int n, double *s);

/* Eigenvalues of the symmetric a [n, n] (its lower triangle is read), ascending, into w [n]. */
bool eigen_values_f64(double *a, int n, double *w);
/* The same in single precision: errors of about 1e-6 of the largest magnitude. */
bool eigen_values_f32(float *a, int n, double *w);

/* Eigenvalues and vectors: row i of a becomes the vector of w[i]. */
bool eigen_vectors_f64(double *a, int n, double *w);

/* The k <= n largest eigenvalues alone, descending, into w [k]; row i of v [k, n] is the vector of
 * w[i]. */
bool eigen_top_f64(double *a, int n, int k, double *w, double *v);

#endif
