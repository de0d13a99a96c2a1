/* density.c: see math/density.h. */
#include "math/density.h"

#include <math.h>
#include <stddef.h>

static const double TWO_PI = 6.28318530717958647692, FLAT = 1e-12;

typedef struct Kernel {
    double xx, xy, yy, height; /* exponent's coefficients; value at 0 */
    const double *at;
    int n;
    const DensityGrid *g;
    double *out;
} Kernel;

static void fill_row(void *ud, int64_t row, int worker)
{
    const Kernel *k = ud;
    const DensityGrid *g = k->g;
    double y = g->y_lo + (g->y_hi - g->y_lo) * (double)row / (g->rows - 1);
    (void)worker;
    for (int c = 0; c < g->cols; c++) {
        double x = g->x_lo + (g->x_hi - g->x_lo) * c / (g->cols - 1), sum = 0;
        for (int i = 0; i < k->n; i++) {
            double dx = x - k->at[2 * i], dy = y - k->at[2 * i + 1];
            sum += exp(-(k->xx * dx * dx + k->xy * dx * dy + k->yy * dy * dy));
        }
        k->out[row * g->cols + c] = sum * k->height;
    }
}

bool density_fill(double *out, const DensityGrid *g, const double *xy, int n, const Run *run)
{
    double mx = 0, my = 0, xx = 0, yy = 0, xyy = 0;
    if (n < 3) return false;
    for (int i = 0; i < n; i++) {
        mx += xy[2 * i] / n;
        my += xy[2 * i + 1] / n;
    }
    for (int i = 0; i < n; i++) {
        double dx = xy[2 * i] - mx, dy = xy[2 * i + 1] - my;
        xx += dx * dx / (n - 1);
        yy += dy * dy / (n - 1);
        xyy += dx * dy / (n - 1);
    }
    double factor = pow(n, -1.0 / 3);
    xx *= factor;
    yy *= factor;
    xyy *= factor;
    double det = xx * yy - xyy * xyy;
    if (!(det > FLAT * xx * yy)) return false;
    Kernel k = {.xx = yy / det / 2, .xy = -xyy / det, .yy = xx / det / 2, .at = xy, .n = n,
                .height = 1 / (TWO_PI * sqrt(det) * n), .g = g, .out = out};
    parallel_for(run, NULL, g->rows, fill_row, &k);
    return true;
}
