/* sinks.c: see analysis/sinks.h. */
#include "analysis/sinks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/stats.h"

static const double RATIO = 10; /* medians */

void sinks_find(const double *norm, int nt, bool bos, bool *sink)
{
    double *sorted = mem_alloc(nt, sizeof *sorted);
    memcpy(sorted, norm, (size_t)nt * sizeof *sorted);
    stats_sort_descending(sorted, nt);
    double median = 0.5 * (sorted[(nt - 1) / 2] + sorted[nt / 2]);
    for (int t = 0; t < nt; t++) sink[t] = norm[t] > RATIO * median;
    if (bos) sink[0] = true;
    free(sorted);
}

int sinks_last(const double *norm, int nt, bool bos)
{
    bool *sink = mem_alloc(nt, sizeof *sink);
    sinks_find(norm, nt, bos, sink);
    int t = nt - 1;
    while (t >= 0 && sink[t]) t--;
    free(sink);
    return t >= 0 ? t : nt - 1;
}
