/* gram16.h: the integer kernels of gram.c. Private to math/. */
#ifndef MATH_GRAM16_H
#define MATH_GRAM16_H

#include <stdbool.h>
#include <stdint.h>

/* Packed entries: windows of GRAM16_PAIRS pairs of rows; in a window panels of GRAM16_PANEL
 * columns; in a panel [GRAM16_PAIRS][GRAM16_PANEL] lanes; a lane holds the column's two entries of
 * the pair, the first in the low half. 48 columns are 8 times 6 and 3 times 16: both sides of the
 * micro-tile come from one copy. */
enum {
    GRAM16_PAIRS = 32,
    GRAM16_PANEL = 48,
    GRAM16_MR = 6,
    GRAM16_NR = 16,
    GRAM16_LANES = GRAM16_PAIRS * GRAM16_PANEL /* of one panel in one window */
};

/* A window of k <= 64 rows: largest magnitude and sum of squares by column. x [k, n] or [n, k]. */
void gram16_look(const float *x, int k, int n, bool by_column, float *col_max, float *col_square);

/* The window's lanes for all panels (zeros beyond n and k). step, inverse [n]: the size of an
 * integer step, a power of two, and 1 / step. Adds the magnitude of the rounding errors to
 * col_err [n] and raises *row_err to the largest sum of a row. */
void gram16_pack(const float *x, int k, int n, bool by_column, const float *step,
                 const float *inverse, float *col_err, float *row_err, int32_t *lanes);

/* c [48, 48] += A'B over one window, A and B panels; rows, cols: how many of the 48 are wanted;
 * lower: only micro-tiles that reach below or onto the diagonal. Sums of products must stay below
 * 2^31: the caller's scales see to that. */
void gram16_multiply(const int32_t *a, const int32_t *b, int rows, int cols, bool lower, double *c);

const char *gram16_kernel(void);

/* The plain C that the above are tested against. */
void gram16_pack_portable(const float *x, int k, int n, bool by_column, const float *step,
                          const float *inverse, float *col_err, float *row_err, int32_t *lanes);
void gram16_multiply_portable(const int32_t *a, const int32_t *b, int rows, int cols, bool lower,
                              double *c);

#endif
