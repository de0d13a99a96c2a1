/* section.h: what the sections share. Private to theory/. */
#ifndef THEORY_SECTION_H
#define THEORY_SECTION_H

#include "math/permute.h"
#include "theory/sections.h"

enum { SECTION_SHUFFLES = 499 };

/* x [rows, cols]: mean over the rows of each column, and the population variance of those means. */
double section_column_variance(const double *x, int rows, int cols, double *mean);
/* The same of data in which every row was shuffled by itself, SECTION_SHUFFLES times: out [that
 * many]. */
void section_shuffled_variance(const double *x, int rows, int cols, uint64_t seed, double *out);
/* Standard deviation of x [n] (of a sample); NaN for fewer than two. */
double section_spread(const double *x, int n);

#endif
