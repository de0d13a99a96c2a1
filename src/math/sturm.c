/* sturm.c: see sturm.h.
 *
 * The number of eigenvalues below x is the number of negative pivots of T - x I (Sturm, Sylvester):
 * q_i = d_i - x - e_{i-1}^2 / q_{i-1}. In floating point this count is still monotone in x and
 * exact for a matrix within a few eps of T (Demmel, Applied Numerical Linear Algebra, 5.3.4). One
 * count is a chain of divisions, but the counts of many x are independent: LANES of them go through
 * the matrix together, in vectors. QL iteration (sterf) is one chain from beginning to end: at n =
 * 640 this takes a quarter of its time. A grid brackets all, then brackets are halved. */
#include "sturm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3") /* -O2 of gcc 12 does not vectorise the lanes */
#endif

enum { LANES = 32, HALVINGS = 14, GRID_PER_VALUE = 2 };

/* Eigenvalues below x[l] for all lanes. square [n-1]: e^2. tiny: what stands for a pivot of 0. */
static inline __attribute__((always_inline)) void count_any(const float *restrict d,
                                                            const float *restrict square, int n,
                                                            float tiny, const float *restrict x,
                                                            int *restrict count)
{
    float q[LANES];
    int below[LANES];
    for (int l = 0; l < LANES; l++) {
        q[l] = 1;
        below[l] = 0;
    }
    for (int i = 0; i < n; i++) {
        float di = d[i], s = i > 0 ? square[i - 1] : 0;
        for (int l = 0; l < LANES; l++) {
            float p = di - x[l] - s / q[l];
            p = fabsf(p) < tiny ? -tiny : p;
            q[l] = p;
            below[l] += p < 0;
        }
    }
    for (int l = 0; l < LANES; l++) count[l] = below[l];
}

static void count_portable(const float *d, const float *square, int n, float tiny, const float *x,
                           int *count)
{
    count_any(d, square, n, tiny, x, count);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void count_avx2(const float *d, const float *square, int n,
                                                       float tiny, const float *x, int *count)
{
    count_any(d, square, n, tiny, x, count);
}

static bool have_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#else
#define count_avx2 count_portable
static bool have_avx2(void)
{
    return false;
}
#endif

typedef struct Sturm {
    const float *d;
    float *square;
    int n;
    float tiny;
} Sturm;

/* count[i] = eigenvalues below x[i], i < m; the arrays have room up to a multiple of LANES. */
static void count_all(const Sturm *s, float *x, int m, int *count)
{
    for (int i = m; i % LANES; i++) x[i] = x[m - 1];
    for (int i = 0; i < m; i += LANES)
        (have_avx2() ? count_avx2 : count_portable)(s->d, s->square, s->n, s->tiny, x + i,
                                                    count + i);
}

/* An interval that holds all eigenvalues (Gershgorin), a little widened; its largest magnitude. */
static float bracket(const float *d, const float *e, int n, float *lo, float *hi)
{
    *lo = INFINITY;
    *hi = -INFINITY;
    for (int i = 0; i < n; i++) {
        float r = (i > 0 ? fabsf(e[i - 1]) : 0) + (i + 1 < n ? fabsf(e[i]) : 0);
        *lo = fminf(*lo, d[i] - r);
        *hi = fmaxf(*hi, d[i] + r);
    }
    float size = fmaxf(fabsf(*lo), fabsf(*hi));
    *lo -= 1e-6f * size;
    *hi += 1e-6f * size;
    return size;
}

/* lo[k], hi[k]: the cell of the grid that holds eigenvalue k. */
static void search_grid(const Sturm *s, float from, float to, float *x, int *count, float *lo,
                        float *hi)
{
    int m = GRID_PER_VALUE * s->n;
    for (int i = 0; i < m; i++) x[i] = from + (to - from) * (float)(i + 1) / (float)(m + 1);
    count_all(s, x, m, count);
    for (int k = 0, i = 0; k < s->n; k++) {
        while (i < m && count[i] <= k) i++;
        lo[k] = i > 0 ? x[i - 1] : from;
        hi[k] = i < m ? x[i] : to;
    }
}

void sturm_eigenvalues(const float *d, const float *e, int n, double *w)
{
    float from, to, size = bracket(d, e, n, &from, &to);
    int64_t room = GRID_PER_VALUE * (int64_t)n + LANES;
    float *x = mem_alloc(room + 3 * (int64_t)n, sizeof *x), *lo = x + room, *hi = lo + n;
    int *count = mem_alloc(room, sizeof *count);
    Sturm s = {.d = d, .square = hi + n, .n = n, .tiny = fmaxf(size * 1e-20f, 1e-30f)};
    for (int i = 0; i + 1 < n; i++) s.square[i] = e[i] * e[i];
    search_grid(&s, from, to, x, count, lo, hi);
    for (int h = 0; h < HALVINGS; h++) {
        for (int k = 0; k < n; k++) x[k] = lo[k] + 0.5f * (hi[k] - lo[k]);
        count_all(&s, x, n, count);
        for (int k = 0; k < n; k++) {
            if (count[k] <= k) lo[k] = x[k];
            else hi[k] = x[k];
        }
    }
    for (int k = 0; k < n; k++) w[k] = 0.5 * ((double)lo[k] + (double)hi[k]);
    free(x);
    free(count);
}
