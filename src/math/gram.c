/* gram.c: see math/gram.h.
 *
 * GRAM_Q16: the step of a column is the smallest power of two that keeps its entries within 15 bits
 * and the sum of squares of each window below 2^31: by the Cauchy-Schwarz inequality no sum of
 * products of two columns over a window can then overflow 32 bits. */
#include "math/gram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gram16.h"
#include "math/blas.h"

enum {
    TILE = 4 * GRAM16_PANEL,     /* columns of a tile of G for BLAS */
    TILE_Q16 = 2 * GRAM16_PANEL, /* for the integer kernel */
    WINDOWS = GRAM_ROWS / GRAM_WINDOW,
    LINE = 16 /* lanes of a cache line */
};
_Static_assert(GRAM_WINDOW == 2 * GRAM16_PAIRS, "a window is whole pairs of rows");

/* sqrt(2^31), less what rounding can add: half a step an entry, 64 entries: 4. */
static const float MAX_NORM = 46330.0f;
static const float MAX_ENTRY = 32767.0f;

static int panels(int n)
{
    return (n + GRAM16_PANEL - 1) / GRAM16_PANEL;
}

static size_t window_lanes(int n)
{
    return (size_t)panels(n) * GRAM16_LANES;
}

/* The lanes begin on a cache line: a load that straddles two costs twice. */
static int32_t *lanes_of(const GramBlock *b)
{
    uintptr_t at = (uintptr_t)b->data, line = LINE * sizeof(int32_t);
    return (int32_t *)b->data + (line - at % line) % line / sizeof(int32_t);
}

void gram_block_init(GramBlock *b, GramKind kind, int n)
{
    *b = (GramBlock){.kind = kind, .n = n};
    int64_t entries = (int64_t)GRAM_ROWS * n;
    if (kind == GRAM_F64) {
        b->data = mem_alloc(entries, sizeof(double));
    } else if (kind == GRAM_F32) {
        b->data = mem_alloc(entries, sizeof(float));
    } else {
        b->data = mem_alloc((int64_t)(WINDOWS * window_lanes(n)) + LINE, sizeof(int32_t));
        b->scale = mem_alloc(n, sizeof *b->scale);
        b->col_max = mem_alloc(n, sizeof *b->col_max);
        b->col_square = mem_alloc(n, sizeof *b->col_square);
        b->col_err = mem_alloc(n, sizeof *b->col_err);
    }
}

void gram_block_free(GramBlock *b)
{
    free(b->data);
    free(b->scale);
    free(b->col_max);
    free(b->col_square);
    free(b->col_err);
    *b = (GramBlock){0};
}

void gram_block_begin(GramBlock *b)
{
    b->k = 0;
    b->row_err = 0;
    if (b->kind != GRAM_Q16) return;
    for (int j = 0; j < b->n; j++) b->col_max[j] = b->col_square[j] = b->col_err[j] = 0;
}

void gram_block_look(GramBlock *b, const float *x, int k, bool by_column)
{
    if (b->kind != GRAM_Q16) return;
    float *square = mem_alloc(b->n, sizeof *square);
    gram16_look(x, k, b->n, by_column, b->col_max, square);
    for (int j = 0; j < b->n; j++)
        b->col_square[j] = square[j] > b->col_square[j] ? square[j] : b->col_square[j];
    free(square);
}

/* The smallest power of two that is at least x; 1 for 0. Kept where its inverse is a number too;
 * what that loses of a column below 2^-85 shows up as rounding error. */
static float power_above(float x)
{
    if (!(x > 0)) return 1;
    int e;
    float f = frexpf(x, &e); /* x = f 2^e, f in [0.5, 1) */
    if (f == 0.5f) e--;
    return ldexpf(1, e < -100 ? -100 : e > 100 ? 100 : e);
}

static void set_scales(GramBlock *b)
{
    for (int j = 0; j < b->n; j++) {
        float norm = sqrtf(b->col_square[j]) * 1.0001f; /* the sum itself was rounded */
        b->scale[j] = power_above(fmaxf(b->col_max[j] / MAX_ENTRY, norm / MAX_NORM));
        /* The squares overflowed, or are too small to be seen: no promise. */
        if (!(norm < 1e18f) || (b->col_max[j] > 0 && b->col_max[j] < 1e-15f)) b->row_err = INFINITY;
    }
}

/* [n, k] or [k, n] to [k, n] at row `at` of the block. */
static void put_plain(GramBlock *b, const float *x, int k, bool by_column)
{
    float *f = b->kind == GRAM_F32 ? (float *)b->data + (size_t)b->k * (size_t)b->n : NULL;
    double *d = b->kind == GRAM_F64 ? (double *)b->data + (size_t)b->k * (size_t)b->n : NULL;
    size_t n = (size_t)b->n;
    for (size_t r = 0; r < (size_t)k; r++) {
        for (size_t j = 0; j < n; j++) {
            float v = by_column ? x[j * (size_t)k + r] : x[r * n + j];
            if (f) f[r * n + j] = v;
            else d[r * n + j] = v;
        }
    }
}

void gram_block_put(GramBlock *b, const float *x, int k, bool by_column)
{
    if (b->kind != GRAM_Q16) {
        put_plain(b, x, k, by_column);
    } else {
        if (b->k == 0) set_scales(b);
        float *inverse = mem_alloc(b->n, sizeof *inverse);
        for (int j = 0; j < b->n; j++) inverse[j] = 1 / b->scale[j];
        int32_t *lanes = lanes_of(b) + (size_t)(b->k / GRAM_WINDOW) * window_lanes(b->n);
        gram16_pack(x, k, b->n, by_column, b->scale, inverse, b->col_err, &b->row_err, lanes);
        free(inverse);
    }
    b->k += k;
}

/* Rows and columns of a tile. The integer kernel does not mind small ones, which threads can share
 * more evenly; BLAS does. */
static int tile_side(GramKind kind)
{
    return kind == GRAM_Q16 ? TILE_Q16 : TILE;
}

int gram_tiles(GramKind kind, int n)
{
    int side = tile_side(kind), t = (n + side - 1) / side;
    return t * (t + 1) / 2;
}

/* Tile number to tile row and column, column <= row. Rows from the bottom: long rows first. */
static void tile_place(int tile, GramKind kind, int n, int *row, int *col)
{
    int side = tile_side(kind);
    *row = (n + side - 1) / side - 1;
    while (tile > *row) tile -= (*row)-- + 1;
    *col = tile;
}

/* Panel pi against panel pj, all windows of the block. */
static void add_panels(const GramBlock *b, int pi, int pj, double *g)
{
    double c[GRAM16_PANEL * GRAM16_PANEL] = {0};
    int i0 = pi * GRAM16_PANEL, j0 = pj * GRAM16_PANEL, n = b->n;
    int rows = n - i0 < GRAM16_PANEL ? n - i0 : GRAM16_PANEL;
    int cols = n - j0 < GRAM16_PANEL ? n - j0 : GRAM16_PANEL;
    const int32_t *lanes = lanes_of(b);
    for (int w = 0; w * GRAM_WINDOW < b->k; w++, lanes += window_lanes(n))
        gram16_multiply(lanes + (size_t)pi * GRAM16_LANES, lanes + (size_t)pj * GRAM16_LANES, rows,
                        cols, pi == pj, c);
    for (int i = 0; i < rows; i++) {
        double *row = g + (size_t)(i0 + i) * (size_t)n + j0, s = b->scale[i0 + i];
        int end = pi == pj ? i + 1 : cols;
        for (int j = 0; j < end; j++) row[j] += c[i * GRAM16_PANEL + j] * (s * b->scale[j0 + j]);
    }
}

static void add_tile_q16(const GramBlock *b, int row, int col, double *g)
{
    int per = TILE_Q16 / GRAM16_PANEL, last = panels(b->n);
    for (int pi = row * per; pi < (row + 1) * per && pi < last; pi++)
        for (int pj = col * per; pj < (col + 1) * per && pj <= pi; pj++) add_panels(b, pi, pj, g);
}

static void add_tile_plain(const GramBlock *b, int row, int col, double *g)
{
    int n = b->n, i0 = row * TILE, j0 = col * TILE;
    BlasShape s = {.ta = true, .lda = n, .ldb = n, .ldc = TILE, .k = b->k};
    s.m = n - i0 < TILE ? n - i0 : TILE;
    s.n = n - j0 < TILE ? n - j0 : TILE;
    bool single = b->kind == GRAM_F32;
    void *c = mem_alloc(TILE * TILE, single ? sizeof(float) : sizeof(double));
    if (single)
        blas_gemm_f32(&s, (const float *)b->data + i0, (const float *)b->data + j0, c);
    else
        blas_gemm_f64(&s, (const double *)b->data + i0, (const double *)b->data + j0, c);
    for (int i = 0; i < s.m; i++) {
        double *out = g + (size_t)(i0 + i) * (size_t)n + j0;
        int end = row == col ? i + 1 : s.n;
        for (int j = 0; j < end; j++)
            out[j] += single ? ((const float *)c)[i * TILE + j] : ((const double *)c)[i * TILE + j];
    }
    free(c);
}

void gram_add_tile(const GramBlock *b, int tile, double *g)
{
    int row, col;
    tile_place(tile, b->kind, b->n, &row, &col);
    if (b->kind == GRAM_Q16) add_tile_q16(b, row, col, g);
    else add_tile_plain(b, row, col, g);
}

const char *gram_kernel(void)
{
    return gram16_kernel();
}
