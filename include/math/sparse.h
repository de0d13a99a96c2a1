/* sparse.h: a sparse matrix by rows, made of the neighbours of points. */
#ifndef MATH_SPARSE_H
#define MATH_SPARSE_H

#include <stdint.h>

/* Owner; zero is empty. */
typedef struct Sparse {
    int n;
    int64_t *start; /* [n + 1] */
    int *to;        /* [start[n]] columns, rising in each row */
    double *w;      /* [start[n]] */
} Sparse;

/* Row i has w [n, k] at the columns index [n, k]; entry (i, j) of the result is join(w_ij, w_ji),
 * an absent one being 0. What becomes 0 is kept out. join is symmetric. */
void sparse_join(Sparse *s, const int *index, const double *w, int n, int k,
                 double (*join)(double a, double b));
void sparse_free(Sparse *s);
/* y = S x, y [n] */
void sparse_times(const Sparse *s, const double *x, double *y);
/* How many connected parts the graph of its entries has. */
int sparse_parts(const Sparse *s);

#endif
