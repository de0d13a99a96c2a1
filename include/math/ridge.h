/* ridge.h: linear prediction from many numbers and few examples: ridge regression in its dual
 * form. */
#ifndef MATH_RIDGE_H
#define MATH_RIDGE_H

#include <stdbool.h>

/* Predicts out [nq, m] for q [nq, p] from examples x [n, p] with answers y [n, m]. Columns of x are
 * standardised; the penalty is that of 1e-3 to 1e2 times the mean eigenvalue whose leave-one-out
 * error is least (Hoerl & Kennard 1970; Allen 1974). False when the solver fails or n < 2. */
bool ridge_predict(float *out, const float *q, int nq, const float *x, const float *y, int n, int p,
                   int m);

#endif
