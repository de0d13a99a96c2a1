/* tally.h: order statistics of any number of f32 values in constant memory, exact.
 *
 * The upper 16 bits of a float (sign, exponent, 7 bits of mantissa: a bf16) name one of 65536 bins,
 * and bins sort like numbers. For values that came from bf16 or F8 the bin is the value, so that
 * counting gives moments, percentiles and histogram at once. For others a second pass refines the
 * few bins that hold the wanted ranks by the lower 16 bits. Counts are whole numbers: tallies of
 * parts may be added in any order. */
#ifndef MATH_TALLY_H
#define MATH_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "math/stats.h"

enum { TALLY_BINS = 65536 };

typedef struct Tally {
    int64_t *bin;   /* [TALLY_BINS] by the bits themselves */
    uint16_t *used; /* [nused] bins of finite values that are not empty, ascending */
    int nused;
    int64_t nfinite, nonfinite;
} Tally;

void tally_init(Tally *t);
void tally_free(Tally *t);
void tally_clear(Tally *t);
/* x [n], any values; NaN and infinities are counted too. */
void tally_add(Tally *t, const float *x, int64_t n);
void tally_merge(Tally *into, const Tally *from);
/* NaN and infinities so far; may be asked before tally_close. */
int64_t tally_count_nonfinite(const Tally *t);
/* After the last value, before any of the questions below. */
void tally_close(Tally *t);

/* Moments of the finite values, each taken as its bin's lower edge: exact for bf16 and F8. */
Moments tally_moments(const Tally *t);
/* Counts of the finite values by stats_bin() of their bin's lower edge. */
void tally_histogram(const Tally *t, double lo, double hi, int bins, double *count);

/* Percentiles (numpy's linear) of the finite values by rank. */
enum { TALLY_MAX_Q = 8 };
typedef struct TallyRanks {
    int nq;
    double q[TALLY_MAX_Q];            /* 0..1, set by the caller */
    int nbins;                        /* bins that hold a wanted rank */
    uint16_t bin[2 * TALLY_MAX_Q];    /* their bits */
    int64_t *fine;                    /* [nbins, 65536] by the lower bits; NULL when not needed */
    uint8_t slot[TALLY_BINS];         /* 1 + index into bin, or 0 */
} TallyRanks;

/* nq, q set: finds the bins. refine: they must be looked into (the values are not bf16). */
void ranks_begin(TallyRanks *r, const Tally *t, bool refine);
/* Second pass: all the values again. */
void ranks_add(TallyRanks *r, const float *x, int64_t n);
/* out [nq]; NaN when there is no finite value. Frees what ranks_begin allocated. */
void ranks_end(TallyRanks *r, const Tally *t, double *out);

#endif
