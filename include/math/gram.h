/* gram.h: the Gram matrix G = X'X of a matrix too long to hold, a block of rows at a time.
 *
 * A block is packed once and then multiplied tile by tile into G [n, n] (f64, lower triangle).
 * Packing and tiles are separate calls so that threads can share a block: a tile of G belongs to
 * one thread, and blocks are added in order, so that the bits do not depend on the threads.
 *
 * Three ways to multiply:
 * GRAM_Q16  entries rounded to 16-bit integers, a power of two per column and block; products and
 *           sums are exact integers, summed in f64. Meant for bf16, whose 8-bit significands are
 *           kept whole but for entries over 128 times smaller than the largest of their column in
 *           the block. What was rounded away is bounded: see GramBlock.
 * GRAM_F32  single precision within a block, f64 across blocks
 * GRAM_F64  double precision throughout */
#ifndef MATH_GRAM_H
#define MATH_GRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GRAM_WINDOW = 64, /* rows that are looked at and packed at a time */
    GRAM_ROWS = 512   /* most rows in a block */
};

typedef enum GramKind { GRAM_Q16, GRAM_F32, GRAM_F64 } GramKind;

/* Zero is empty. */
typedef struct GramBlock {
    GramKind kind;
    int n;             /* columns */
    int k;             /* rows put so far */
    void *data;        /* packed entries */
    float *scale;      /* [n] Q16: value of an integer step */
    float *col_max;    /* [n] Q16: largest magnitude of the block */
    float *col_square; /* [n] Q16: largest sum of squares of a window */
    float *col_err;    /* [n] Q16: sum of |rounding error| by column of the block */
    float row_err;     /* Q16: largest sum of |rounding error| of a row. The spectral norm of all
                          that was rounded away is at most sqrt(largest row * largest column sum) */
} GramBlock;

void gram_block_init(GramBlock *b, GramKind kind, int n);
void gram_block_free(GramBlock *b);
/* For every block: begin; look at all its windows in order; put them all in the same order. Only
 * GRAM_Q16 needs the look. x: k rows of n columns, finite; k = GRAM_WINDOW but in the last window.
 * by_column: stored [n, k] instead of [k, n]. */
void gram_block_begin(GramBlock *b);
void gram_block_look(GramBlock *b, const float *x, int k, bool by_column);
void gram_block_put(GramBlock *b, const float *x, int k, bool by_column);

/* Tiles of the lower triangle of G [n, n], 0..gram_tiles()-1. */
int gram_tiles(GramKind kind, int n);
/* Adds the block's share of tile `tile` to g [n, n]. */
void gram_add_tile(const GramBlock *b, int tile, double *g);

/* "avx2" or "portable": what GRAM_Q16 runs on. */
const char *gram_kernel(void);

#endif
