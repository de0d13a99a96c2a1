/* sort.c: see score/sort.h. Bottom-up merge sort (Knuth, TAOCP 3, 5.2.4); two runs that already
 * follow each other are left alone. */
#include "score/sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

typedef int Compare(const void *, const void *);

/* Merges the sorted runs [lo, mid) and [mid, hi) of a through the scratch memory tmp. */
static void merge_runs(char *a, char *tmp, int64_t lo, int64_t mid, int64_t hi, size_t size,
                       Compare *cmp)
{
    char *left = tmp, *left_end = tmp + (size_t)(mid - lo) * size;
    char *right = a + (size_t)mid * size, *right_end = a + (size_t)hi * size;
    char *out = a + (size_t)lo * size;
    if (cmp(right - size, right) <= 0) return;
    memcpy(tmp, out, (size_t)(mid - lo) * size);
    while (left < left_end) {
        char **from = right < right_end && cmp(left, right) > 0 ? &right : &left;
        memcpy(out, *from, size);
        *from += size;
        out += size;
    }
}

void stable_sort(void *base, int64_t n, size_t size, Compare *cmp)
{
    if (n < 2) return;
    char *tmp = mem_alloc(n, size);
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t lo = 0; lo + width < n; lo += 2 * width) {
            int64_t hi = lo + 2 * width < n ? lo + 2 * width : n;
            merge_runs(base, tmp, lo, lo + width, hi, size, cmp);
        }
    }
    free(tmp);
}
