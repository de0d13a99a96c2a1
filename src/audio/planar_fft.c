/* planar_fft.c: see planar_fft.h.
 *
 * T. Stockham's transform (1966; C. Van Loan, "Computational frameworks for the fast Fourier
 * transform", 1992, 1.7), which sorts itself, with radix 4: from the second stage on its inner loop
 * runs over neighbours with one and the same factor, so that four or eight go at once;
 * KissFFT, which this stands in for where whole pieces are convolved, goes one by one. */
#include "planar_fft.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/lanes.h"
#include "base/mem.h"

/* One half of a complex signal, and the other. */
typedef struct Planes {
    float *re, *im; /* [n] */
} Planes;

void planar_fft_open(PlanarFft *f, int n)
{
    assert(n >= 16 && (n & (n - 1)) == 0);
    *f = (PlanarFft){.n = n};
    f->turn = mem_alloc(6 * (n / 4), sizeof *f->turn);
    f->work = mem_alloc(2 * (int64_t)n, sizeof *f->work);
    for (int k = 0; k < 3; k++) {
        for (int p = 0; p < n / 4; p++) {
            double angle = -2 * M_PI * (k + 1) * p / n;
            f->turn[2 * k * (n / 4) + p] = (float)cos(angle);
            f->turn[(2 * k + 1) * (n / 4) + p] = (float)sin(angle);
        }
    }
}

void planar_fft_close(PlanarFft *f)
{
    free(f->turn);
    free(f->work);
    *f = (PlanarFft){0};
}

/* The first stage: four quarters of x meet; the results lie side by side. */
LANES_WIDE static void first_stage(const PlanarFft *f, Planes x, Planes y)
{
    const int n1 = f->n / 4;
    const float *restrict c1 = f->turn, *restrict s1 = c1 + n1, *restrict c2 = s1 + n1;
    const float *restrict s2 = c2 + n1, *restrict c3 = s2 + n1, *restrict s3 = c3 + n1;
    const float *restrict xr = x.re, *restrict xi = x.im;
    float *restrict yr = y.re, *restrict yi = y.im;
    for (int p = 0; p < n1; p++) {
        float sr = xr[p] + xr[p + 2 * n1], si = xi[p] + xi[p + 2 * n1];
        float dr = xr[p] - xr[p + 2 * n1], di = xi[p] - xi[p + 2 * n1];
        float tr = xr[p + n1] + xr[p + 3 * n1], ti = xi[p + n1] + xi[p + 3 * n1];
        float ur = xr[p + n1] - xr[p + 3 * n1], ui = xi[p + n1] - xi[p + 3 * n1];
        float ar = dr + ui, ai = di - ur, br = sr - tr, bi = si - ti, cr = dr - ui, ci = di + ur;
        yr[4 * p] = sr + tr;
        yi[4 * p] = si + ti;
        yr[4 * p + 1] = c1[p] * ar - s1[p] * ai;
        yi[4 * p + 1] = c1[p] * ai + s1[p] * ar;
        yr[4 * p + 2] = c2[p] * br - s2[p] * bi;
        yi[4 * p + 2] = c2[p] * bi + s2[p] * br;
        yr[4 * p + 3] = c3[p] * cr - s3[p] * ci;
        yi[4 * p + 3] = c3[p] * ci + s3[p] * cr;
    }
}

static inline Lane4 at(const float *x)
{
    return *(const Lane4 *)x;
}

static inline void put(float *x, Lane4 v)
{
    *(Lane4 *)x = v;
}

/* The butterflies of one factor w: s of them, as many at once as V has lanes. q = 4 p s is where
 * the results go. */
#define BUTTERFLIES(name, V)                                                                       \
    static inline void name(const float w[6], const float *xr, const float *xi, int quarter,       \
                            float *yr, float *yi, int s)                                           \
    {                                                                                              \
        const int step = (int)(sizeof(V) / sizeof(float));                                         \
        for (int q = 0; q < s; q += step, xr += step, xi += step, yr += step, yi += step) {        \
            const V *ar0 = (const V *)xr, *ar1 = (const V *)(xr + quarter);                        \
            const V *ar2 = (const V *)(xr + 2 * quarter), *ar3 = (const V *)(xr + 3 * quarter);    \
            const V *ai0 = (const V *)xi, *ai1 = (const V *)(xi + quarter);                        \
            const V *ai2 = (const V *)(xi + 2 * quarter), *ai3 = (const V *)(xi + 3 * quarter);    \
            V sr = *ar0 + *ar2, si = *ai0 + *ai2, dr = *ar0 - *ar2, di = *ai0 - *ai2;              \
            V tr = *ar1 + *ar3, ti = *ai1 + *ai3, ur = *ar1 - *ar3, ui = *ai1 - *ai3;              \
            V ar = dr + ui, ai = di - ur, br = sr - tr, bi = si - ti, cr = dr - ui, ci = di + ur;  \
            *(V *)yr = sr + tr;                                                                    \
            *(V *)yi = si + ti;                                                                    \
            *(V *)(yr + s) = w[0] * ar - w[1] * ai;                                                \
            *(V *)(yi + s) = w[0] * ai + w[1] * ar;                                                \
            *(V *)(yr + 2 * s) = w[2] * br - w[3] * bi;                                            \
            *(V *)(yi + 2 * s) = w[2] * bi + w[3] * br;                                            \
            *(V *)(yr + 3 * s) = w[4] * cr - w[5] * ci;                                            \
            *(V *)(yi + 3 * s) = w[4] * ci + w[5] * cr;                                            \
        }                                                                                          \
    }
BUTTERFLIES(four_at_once, Lane4)
BUTTERFLIES(eight_at_once, Lane8)

/* s = the product of the radices so far: 4, 16, ... */
LANES_WIDE static void stage(const PlanarFft *f, const Planes *x, const Planes *y, int s)
{
    const int factors = f->n / s / 4, quarter = f->n / 4;
    for (int p = 0; p < factors; p++) {
        const float *xr = x->re + p * s, *xi = x->im + p * s;
        float *yr = y->re + 4 * p * s, *yi = y->im + 4 * p * s, w[6];
        for (int k = 0; k < 6; k++) w[k] = f->turn[k * quarter + p * s];
        if (s < 8)
            four_at_once(w, xr, xi, quarter, yr, yi, s);
        else
            eight_at_once(w, xr, xi, quarter, yr, yi, s);
    }
}

static void halves(const float *x, float *y, int half)
{
    for (int q = 0; q < half; q += 4) {
        put(y + q, at(x + q) + at(x + q + half));
        put(y + q + half, at(x + q) - at(x + q + half));
    }
}

void planar_fft_run(PlanarFft *f, float *re, float *im)
{
    Planes home = {re, im}, away = {f->work, f->work + f->n}, x = home, y = away;
    int s = 1;
    for (; f->n / s >= 4; s *= 4) {
        Planes next = x;
        if (s == 1)
            first_stage(f, x, y);
        else
            stage(f, &x, &y, s);
        x = y;
        y = next;
    }
    if (s < f->n) {
        halves(x.re, y.re, f->n / 2);
        halves(x.im, y.im, f->n / 2);
        x = y;
    }
    if (x.re == re) return;
    memcpy(re, x.re, (size_t)f->n * sizeof *re);
    memcpy(im, x.im, (size_t)f->n * sizeof *im);
}
