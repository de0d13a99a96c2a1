/* sort.h: a stable sort: equal elements keep their order, so that music does not depend on the C
 * library's qsort. */
#ifndef SCORE_SORT_H
#define SCORE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* n elements of `size` bytes at `base`; cmp as for qsort. O(n log n), O(n) when already sorted. */
void stable_sort(void *base, int64_t n, size_t size, int (*cmp)(const void *, const void *));

#endif
