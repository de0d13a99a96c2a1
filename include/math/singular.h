/* singular.h: singular values from a Gram matrix, with a check that they are good enough.
 *
 * The eigenvalues of G = X'X are the squares of the singular values, so an error that is small
 * against the largest is large against a small one. What is wanted: each of the top SINGULAR_TOP
 * values within 1e-4 of its own size. What was lost on the way is estimated, and when that is too
 * much the caller is told which better way to take. */
#ifndef MATH_SINGULAR_H
#define MATH_SINGULAR_H

#include "math/gram.h"

enum { SINGULAR_TOP = 64 };

typedef enum SingularAnswer {
    SINGULAR_OK,
    SINGULAR_NEED_F32,    /* make G again with GRAM_F32 */
    SINGULAR_NEED_F64,    /* make G again with GRAM_F64 */
    SINGULAR_NEED_DIRECT, /* G cannot tell: use svd_values_f64 on the matrix, or live with s */
    SINGULAR_FAILED       /* not finite, or no convergence */
} SingularAnswer;

/* What GRAM_Q16 rounded away, 0 otherwise. */
typedef struct SingularLoss {
    double bound;     /* no less than its spectral norm */
    double deviation; /* no less than the standard deviation of the errors of any column */
} SingularLoss;

/* g [n, n], lower triangle, made as `kind`; destroyed. s [n], descending. */
SingularAnswer singular_from_gram(double *g, int n, GramKind kind, SingularLoss lost, double *s);

#endif
