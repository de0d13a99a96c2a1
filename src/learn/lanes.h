/* lanes.h: a batch split over tapes with gradients of their own. Private to learn/. */
#ifndef LEARN_LANES_H
#define LEARN_LANES_H

#include <stdint.h>

#include "base/run.h"

/* Adds the first n numbers of every other lane to those of lane 0, in the order of the lanes: g
 * [lanes, stride]. The number of threads changes nothing. */
void lanes_sum(float *g, int lanes, int64_t stride, int64_t n, const Run *run);

#endif
