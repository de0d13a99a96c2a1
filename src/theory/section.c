/* section.c: see section.h. */
#include "section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/stats.h"

double section_column_variance(const double *x, int rows, int cols, double *mean)
{
    for (int c = 0; c < cols; c++) {
        double sum = 0;
        for (int r = 0; r < rows; r++) sum += x[(int64_t)r * cols + c];
        mean[c] = sum / rows;
    }
    Moments m = moments_of_f64(mean, cols);
    return moments_std(&m) * moments_std(&m);
}

void section_shuffled_variance(const double *x, int rows, int cols, uint64_t seed, double *out)
{
    double *y = mem_alloc((int64_t)rows * cols, sizeof *y), *mean = mem_alloc(cols, sizeof *mean);
    int *order = mem_alloc(cols, sizeof *order);
    Control c = control_seed(seed);
    for (int s = 0; s < SECTION_SHUFFLES; s++) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < cols; i++) order[i] = i;
            control_shuffle(&c, order, cols);
            for (int i = 0; i < cols; i++)
                y[(int64_t)r * cols + i] = x[(int64_t)r * cols + order[i]];
        }
        out[s] = section_column_variance(y, rows, cols, mean);
    }
    free(y);
    free(mean);
    free(order);
}

double section_spread(const double *x, int n)
{
    if (n < 2) return NAN;
    Moments m = moments_of_f64(x, n);
    return moments_std(&m) * sqrt(n / (n - 1.0));
}
