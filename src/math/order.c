/* order.c: see math/order.h. */
#include "math/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/eigen.h"

static const double TURN = 6.28318530717958647692;

typedef struct Angle {
    double at;
    int index;
} Angle;

static int by_angle(const void *a, const void *b)
{
    const Angle *p = a, *q = b;
    if (p->at != q->at) return p->at < q->at ? -1 : 1;
    return (p->index > q->index) - (p->index < q->index);
}

/* 1 or -1: the sign that makes the entry of largest magnitude positive. */
static double sign_of(const double *v, int n)
{
    int top = 0;
    for (int i = 0; i < n; i++)
        if (fabs(v[i]) > fabs(v[top]) * (1 + 1e-12)) top = i;
    return v[top] < 0 ? -1 : 1;
}

bool order_by_angle(int *order, const double *r, int n)
{
    for (int i = 0; i < n; i++) order[i] = i;
    if (n < 3) return true;
    double *a = mem_alloc((int64_t)n * n, sizeof *a), *w = mem_alloc(n, sizeof *w);
    Angle *angle = mem_alloc(n, sizeof *angle);
    memcpy(a, r, (size_t)n * (size_t)n * sizeof *a);
    bool ok = eigen_vectors_f64(a, n, w);
    if (ok) {
        const double *u = a + (int64_t)(n - 1) * n, *v = a + (int64_t)(n - 2) * n;
        double su = sign_of(u, n), sv = sign_of(v, n), widest = 0;
        int first = 0;
        for (int i = 0; i < n; i++) angle[i] = (Angle){atan2(sv * v[i], su * u[i]), i};
        qsort(angle, (size_t)n, sizeof *angle, by_angle);
        for (int i = 0; i < n; i++) {
            double gap = i ? angle[i].at - angle[i - 1].at : angle[0].at + TURN - angle[n - 1].at;
            if (gap > widest) {
                widest = gap;
                first = i;
            }
        }
        for (int i = 0; i < n; i++) order[i] = angle[(first + i) % n].index;
    }
    free(a);
    free(w);
    free(angle);
    return ok;
}
