/* section.h: what the sections share. Private to theory/. */
#ifndef THEORY_SECTION_H
#define THEORY_SECTION_H

#include "math/permute.h"
#include "theory/sections.h"

enum {
    SECTION_SHUFFLES = 499,
    SECTION_MOST = 256 /* tokens of a long text that measures of all pairs look at, evenly spread */
};

/* For loops over shuffles: k is one of SECTION_SHUFFLES, and the run was not stopped. */
bool section_more(const Run *run, int k);

/* x [rows, cols]: mean over the rows of each column, and the population variance of those means. */
double section_column_variance(const double *x, int rows, int cols, double *mean);
/* The same of data in which every row was shuffled by itself, SECTION_SHUFFLES times: under [that
 * many]. */
void section_shuffled_variance(const double *x, int rows, int cols, uint64_t seed, double *under,
                               const Run *run);
/* Standard deviation of x [n] (of a sample); NaN for fewer than two. */
double section_spread(const double *x, int n);

/* A statistic of n things in some order; the identity is the data as they are. */
typedef double SectionMeasure(const void *ud, const int *order, int n);
/* Sets value, n (unless it is set) and the control of s: the measure of the data, and under
 * SECTION_SHUFFLES shuffles of blocks of `block` things (1 = single things; the last block may be
 * shorter). under [SECTION_SHUFFLES] must live as long as s. */
void section_test(const Run *run, FindingSpec *s, SectionMeasure *measure, const void *ud,
                  int n, int block, uint64_t seed, double *under);

/* For section_test(): the mean of v [n, n] where each row meets the column that the order gives it;
 * the data as they are: the diagonal. */
typedef struct SectionSquare {
    const double *v; /* [n, n] */
    int n;
} SectionSquare;

double section_mean_at(const void *square, const int *order, int n);

/* At most `cap` of the tokens that are no sinks, evenly spread, into token [cap]; how many. */
int section_tokens(const Trace *t, int cap, int *token);
/* The first `cap` of them in a row, for measures of neighbours. */
int section_run(const Trace *t, int cap, int *token);
/* The stream of those tokens at a layer (0 = embedding) less their mean: [n, d], to be freed. */
double *section_points(const Trace *t, int layer, const int *token, int n);
/* Rows of x [n, d] to length 1; a row of zeros stays. */
void section_unit(double *x, int n, int d);
/* x [n, d] times y' [m, d]: [n, m], to be freed. */
double *section_dots(const double *x, int n, const double *y, int m, int d);
double section_dot(const double *x, const double *y, int d);
/* Degrees between two vectors by their product and squared lengths; 90 where one is zero. */
double section_angle(double dot, double xx, double yy);
/* Participation ratio of the eigenvalues of gram [n, n]: (sum l)^2 / sum l^2, from 1 to n; NaN of
 * zeros. */
double section_participation(const double *gram, int n);
/* The layer two thirds up, where a token's meaning in its context is looked for: 1..nl. */
int section_depth(const Trace *t);
/* The text of token i, "" when there is none. */
const char *section_label(const TheoryText *x, int token);
/* "embedding", "layer 3": layer counts the embedding as 0. */
void section_layer_label(FindingTable *t, int row, int layer);

#endif
