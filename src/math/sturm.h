/* sturm.h: eigenvalues of a symmetric tridiagonal matrix by counting. Private to math/. */
#ifndef MATH_STURM_H
#define MATH_STURM_H

/* d [n] diagonal, e [n-1] off-diagonal, finite. Ascending into w [n], within about 3e-7 of the
 * largest magnitude. */
void sturm_eigenvalues(const float *d, const float *e, int n, double *w);

#endif
