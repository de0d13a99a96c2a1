/* sparse.c: see math/sparse.h. */
#include "math/sparse.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

typedef struct Entry {
    int to;
    double w, back; /* w_ij and w_ji */
} Entry;

static int by_column(const void *a, const void *b)
{
    const Entry *p = a, *q = b;
    return (p->to > q->to) - (p->to < q->to);
}

/* Entries of row i: its own, and those that point to it, in one list with a place for each. */
static Entry *gather(const int *index, const double *w, int n, int k, int64_t *start)
{
    for (int64_t e = 0; e < (int64_t)n * k; e++) {
        start[e / k + 1]++;
        start[index[e] + 1]++;
    }
    for (int i = 0; i < n; i++) start[i + 1] += start[i];
    Entry *all = mem_alloc(2 * (int64_t)n * k, sizeof *all);
    int64_t *at = mem_alloc(n, sizeof *at);
    for (int i = 0; i < n; i++) at[i] = start[i];
    for (int64_t e = 0; e < (int64_t)n * k; e++) {
        int i = (int)(e / k), j = index[e];
        all[at[i]++] = (Entry){.to = j, .w = w[e]};
        all[at[j]++] = (Entry){.to = i, .back = w[e]};
    }
    free(at);
    return all;
}

void sparse_join(Sparse *s, const int *index, const double *w, int n, int k,
                 double (*join)(double a, double b))
{
    *s = (Sparse){.n = n};
    int64_t *first = mem_alloc(n + 1, sizeof *first), used = 0;
    Entry *all = gather(index, w, n, k, first);
    s->start = mem_alloc(n + 1, sizeof *s->start);
    s->to = mem_alloc(first[n], sizeof *s->to);
    s->w = mem_alloc(first[n], sizeof *s->w);
    for (int i = 0; i < n; i++) {
        qsort(all + first[i], (size_t)(first[i + 1] - first[i]), sizeof *all, by_column);
        for (int64_t e = first[i]; e < first[i + 1];) {
            Entry sum = {.to = all[e].to};
            for (; e < first[i + 1] && all[e].to == sum.to; e++) {
                sum.w += all[e].w;
                sum.back += all[e].back;
            }
            double v = join(sum.w, sum.back);
            if (v == 0) continue;
            s->to[used] = sum.to;
            s->w[used++] = v;
        }
        s->start[i + 1] = used;
    }
    free(first);
    free(all);
}

void sparse_free(Sparse *s)
{
    free(s->start);
    free(s->to);
    free(s->w);
    *s = (Sparse){0};
}

void sparse_times(const Sparse *s, const double *x, double *y)
{
    for (int i = 0; i < s->n; i++) {
        double sum = 0;
        for (int64_t e = s->start[i]; e < s->start[i + 1]; e++) sum += s->w[e] * x[s->to[e]];
        y[i] = sum;
    }
}

int sparse_parts(const Sparse *s)
{
    int *stack = mem_alloc(s->n, sizeof *stack), parts = 0;
    bool *seen = mem_alloc(s->n, sizeof *seen);
    for (int first = 0; first < s->n; first++) {
        if (seen[first]) continue;
        int depth = 0;
        parts++;
        seen[first] = true;
        stack[depth++] = first;
        while (depth > 0) {
            int i = stack[--depth];
            for (int64_t e = s->start[i]; e < s->start[i + 1]; e++) {
                if (seen[s->to[e]]) continue;
                seen[s->to[e]] = true;
                stack[depth++] = s->to[e];
            }
        }
    }
    free(stack);
    free(seen);
    return parts;
}
