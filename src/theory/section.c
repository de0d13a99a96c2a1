/* section.c: see section.h. */
#include "section.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "math/blas.h"
#include "math/stats.h"

bool section_more(const Run *run, int k)
{
    return k < SECTION_SHUFFLES && !run_stopped(run);
}

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

void section_shuffled_variance(const double *x, int rows, int cols, uint64_t seed, double *under,
                               const Run *run)
{
    double *y = mem_alloc((int64_t)rows * cols, sizeof *y), *mean = mem_alloc(cols, sizeof *mean);
    int *order = mem_alloc(cols, sizeof *order);
    Control c = control_seed(seed);
    for (int s = 0; section_more(run, s); s++) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < cols; i++) order[i] = i;
            control_shuffle(&c, order, cols);
            for (int i = 0; i < cols; i++)
                y[(int64_t)r * cols + i] = x[(int64_t)r * cols + order[i]];
        }
        under[s] = section_column_variance(y, rows, cols, mean);
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

/* order [n] = the identity with its blocks in the order `blocks` [nblocks]. */
static void lay_blocks(const int *blocks, int nblocks, int block, int n, int *order)
{
    int at = 0;
    for (int b = 0; b < nblocks; b++)
        for (int i = blocks[b] * block; i < (blocks[b] + 1) * block && i < n; i++) order[at++] = i;
}

void section_test(const Run *run, FindingSpec *s, SectionMeasure *measure, const void *ud,
                  int n, int block, uint64_t seed, double *under)
{
    int nblocks = (n + block - 1) / block;
    int *order = mem_alloc(n, sizeof *order), *blocks = mem_alloc(nblocks, sizeof *blocks);
    Control c = control_seed(seed);
    for (int i = 0; i < n; i++) order[i] = i;
    s->value = measure(ud, order, n);
    for (int k = 0; section_more(run, k); k++) {
        for (int b = 0; b < nblocks; b++) blocks[b] = b;
        control_shuffle(&c, blocks, nblocks);
        lay_blocks(blocks, nblocks, block, n, order);
        under[k] = measure(ud, order, n);
    }
    if (!s->n) s->n = n;
    s->under = under;
    s->ncontrol = SECTION_SHUFFLES;
    free(order);
    free(blocks);
}

double section_mean_at(const void *square, const int *order, int n)
{
    const SectionSquare *s = square;
    double sum = 0;
    for (int i = 0; i < n; i++) sum += s->v[(int64_t)i * s->n + order[i]];
    return sum / n;
}

int section_tokens(const Trace *t, int cap, int *token)
{
    int *all = mem_alloc(t->nt, sizeof *all), n = trace_tokens(t, all), take = n < cap ? n : cap;
    for (int i = 0; i < take; i++) token[i] = all[(int64_t)i * n / take];
    free(all);
    return take;
}

int section_run(const Trace *t, int cap, int *token)
{
    int n = 0;
    for (int i = 0; i < t->nt && n < cap; i++)
        if (!t->sink[i]) token[n++] = i;
    return n;
}

double *section_points(const Trace *t, int layer, const int *token, int n)
{
    double *x = mem_alloc((int64_t)n * t->d, sizeof *x), *mean = mem_alloc(t->d, sizeof *mean);
    for (int i = 0; i < n; i++) {
        const float *h = trace_at(t, layer, token[i]);
        for (int k = 0; k < t->d; k++) mean[k] += (x[(int64_t)i * t->d + k] = h[k]) / n;
    }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < t->d; k++) x[(int64_t)i * t->d + k] -= mean[k];
    free(mean);
    return x;
}

double section_dot(const double *x, const double *y, int d)
{
    double sum = 0;
    for (int k = 0; k < d; k++) sum += x[k] * y[k];
    return sum;
}

void section_unit(double *x, int n, int d)
{
    for (int i = 0; i < n; i++) {
        double *row = x + (int64_t)i * d, length = sqrt(section_dot(row, row, d));
        for (int k = 0; k < d && length > 0; k++) row[k] /= length;
    }
}

double *section_dots(const double *x, int n, const double *y, int m, int d)
{
    double *out = mem_alloc((int64_t)n * m, sizeof *out);
    BlasShape s = {.m = n, .n = m, .k = d, .tb = true, .lda = d, .ldb = d, .ldc = m};
    blas_gemm_f64(&s, x, y, out);
    return out;
}

double section_angle(double dot, double xx, double yy)
{
    double both = sqrt(xx * yy);
    if (!(both > 0)) return 90;
    double c = dot / both;
    return acos(c > 1 ? 1 : c < -1 ? -1 : c) * 180 / 3.14159265358979323846;
}

double section_participation(const double *gram, int n)
{
    double trace = 0, squares = 0;
    for (int i = 0; i < n; i++) trace += gram[(int64_t)i * (n + 1)];
    for (int64_t i = 0; i < (int64_t)n * n; i++) squares += gram[i] * gram[i];
    return squares > 0 ? trace * trace / squares : NAN;
}

int section_depth(const Trace *t)
{
    int l = (2 * t->nl + 1) / 3;
    return l < 1 ? 1 : l;
}

const char *section_label(const TheoryText *x, int token)
{
    return x->label && x->label[token] ? x->label[token] : "";
}

void section_layer_label(FindingTable *t, int row, int layer)
{
    if (layer)
        table_label(t, row, "layer %d", layer - 1);
    else
        table_label(t, row, "embedding");
}
