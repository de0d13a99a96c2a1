/* order.h: an order of variables that puts alike ones side by side. */
#ifndef MATH_ORDER_H
#define MATH_ORDER_H

#include <stdbool.h>

/* order [n]: the variables of the correlation matrix r [n, n] by the angle of their coordinates in
 * its first two eigenvectors, cut where the gap is widest (Friendly 2002, "Corrgrams"). False when
 * the solver fails. */
bool order_by_angle(int *order, const double *r, int n);

#endif
