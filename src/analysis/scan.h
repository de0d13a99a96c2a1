/* scan.h: what one reading of a tensor gives, in memory that does not depend on its length. Private
 * to analysis/. */
#ifndef ANALYSIS_SCAN_H
#define ANALYSIS_SCAN_H

#include "base/err.h"
#include "base/run.h"
#include "math/singular.h"
#include "math/stats.h"
#include "tensor/checkpoint.h"

enum {
    SCAN_BINS = 32,
    SCAN_MAX_SIDE = 32768,   /* no Gram matrix for a shorter side over this: 8 GB */
    SCAN_MAX_ROWS = 1 << 20  /* no row norms for more rows than this */
};

/* Percentiles taken of every tensor. */
enum { SCAN_P2, SCAN_P5, SCAN_P25, SCAN_P50, SCAN_P75, SCAN_P95, SCAN_P98, SCAN_NQ };

/* Owner; zero is empty. NaN and infinities are counted, left out of moments, percentiles and
 * histogram, and taken as 0 in row norms and products. */
typedef struct Scan {
    int64_t rows, cols;
    Moments moments;
    int64_t nonfinite;
    double pct[SCAN_NQ];
    double hist[SCAN_BINS]; /* equal bins between percentiles 2 and 98, sum 1 */
    double *row_norm;       /* [rows], NULL when not wanted */
    int side;               /* min(rows, cols) */
    GramKind kind;          /* how gram was made */
    double *gram;           /* [side, side], lower triangle; NULL when not wanted */
    SingularLoss lost;
} Scan;

/* The way to multiply that suits the tensor's numbers. */
GramKind scan_kind(const Tensor *t);
/* Moments, percentiles, histogram; for a matrix also row norms and Gram. ck may be NULL; otherwise
 * pages that have been read are given back to it. On an interruption the scan is incomplete. */
void scan_read(Scan *s, const Tensor *t, bool matrix, const Checkpoint *ck, const Run *run);
/* Gram again, made as `kind`. */
void scan_regram(Scan *s, const Tensor *t, GramKind kind, const Run *run);
void scan_free(Scan *s);

#endif
