/* grad_sum.h: gradients of a batch that is split over tapes. Private to learn/. */
#ifndef LEARN_GRAD_SUM_H
#define LEARN_GRAD_SUM_H

#include <stdint.h>

#include "base/run.h"

/* Adds the first n numbers of every other lane to those of lane 0, in the order of the lanes: g
 * [lanes, stride]. The number of threads changes nothing. */
void grad_sum(float *g, int lanes, int64_t stride, int64_t n, const Run *run);

#endif
