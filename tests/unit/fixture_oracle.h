/* fixture_oracle.h: committed references against a FeatureSet, for the tests of analysis/. */
#ifndef FIXTURE_ORACLE_H
#define FIXTURE_ORACLE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "feature/featset.h"

/* How far a feature may be from its reference: |got - want| <= rel * |want| + abs. */
typedef struct Tolerance {
    const char *name;
    double rel, abs;
} Tolerance;

/* Stored features carry six significant digits: half a unit of the sixth is 5e-6 of the number. */
static const double SIX_DIGITS = 5e-6;

/* sv: 1e-4 is the promise. mean: of a symmetric law it cancels, so 1e-6 of std, not of itself;
 * skew and kurt likewise are small numbers made of numbers of order 1.
 * alpha and its tail: the promise is 1e-3; the fit's d is a maximum over eigenvalues.
 * Ranks, entropies, norms are smooth sums of squares of sv. */
static const Tolerance TOLERANCE[] = {
    {"rows", 0, 0},
    {"cols", 0, 0},
    {"nonfinite", 0, 0},
    {"mean", 1e-6, 1e-6},
    {"std", 1e-6, 1e-12},
    {"skew", 1e-6, 1e-6},
    {"kurt", 1e-6, 1e-6},
    {"fro", 1e-6, 1e-12},
    {"sv", 1e-4, 0},
    {"row_norms", 1e-6, 1e-12},
    {"hist", 1e-6, 1e-9},
    {"hist_lo", 1e-6, 1e-9},
    {"hist_hi", 1e-6, 1e-9},
    {"spectral_norm", 2e-4, 0},
    {"log_spectral_norm", 1e-4, 1e-4},
    {"log_norm", 1e-6, 1e-6},
    {"stable_rank", 2e-4, 0},
    {"matrix_rank", 0, 0},
    {"effective_rank", 1e-4, 0},
    {"participation_ratio", 2e-4, 0},
    {"spectral_entropy", 1e-4, 1e-6},
    {"alpha", 1e-3, 0},
    {"alpha_d", 1e-3, 1e-4},
    {"alpha_sigma", 1e-3, 0},
    {"alpha_xmin", 1e-3, 0},
    {"alpha_weighted", 1e-3, 1e-4},
    {"log_alpha_norm", 1e-3, 1e-4},
    {"mp_lambda_plus", 1e-6, 0},
    {"mp_softrank", 2e-4, 0},
    {"num_spikes", 0, 0},
    {"alpha_stable", 1e-4, 0}, /* quantiles are exact; the table is read to 1e-3 of a column */
    {"bimodality", 1e-5, 0},
    {"gamma_mean", 1e-6, 1e-9},
    {"gamma_std", 1e-6, 1e-9},
    {"gamma_asym", 1e-5, 1e-6},
    {"tension_raw", 1e-6, 0},
    {"tension", 1e-4, 1e-5},       /* a difference of close numbers */
    {"w1_q", 1e-4, 1e-6},
    {"coh_qk", 0, 1e-4},           /* single-precision FFT */
    {"sv_delta_q", 1e-3, 1e-6},    /* a difference of close spectra */
    {"sv_delta_down", 1e-3, 1e-6},
    {"key_x", 1e-5, 1e-6},         /* eigenvectors of a [nl, nl] matrix in f64 */
    {"key_y", 1e-5, 1e-6},
    {"key_angle", 0, 1e-5},
    {"pc2_skew", 0, 1e-5},
    {"pc3_kurt", 0, 1e-5},
    {"key_root", 0, 0},
    {"key_mode", 0, 0},
};

static inline const Tolerance *oracle_tolerance(const char *name)
{
    for (size_t i = 0; i < sizeof TOLERANCE / sizeof TOLERANCE[0]; i++)
        if (strcmp(TOLERANCE[i].name, name) == 0) return &TOLERANCE[i];
    return NULL;
}

/* floor: for lists, what counts as zero beside the largest of them. */
static inline int oracle_compare(const char *where, const char *name, int lane, double got,
                                 double want, double floor)
{
    const Tolerance *t = oracle_tolerance(name);
    double slack = t ? (t->rel + (t->rel > 0 ? SIX_DIGITS : 0)) * fabs(want) + t->abs + floor : -1;
    if (fabs(got - want) <= slack) return 0;
    fprintf(stderr, "%s %s[%d]: got %.9g, want %.9g\n", where, name, lane, got, want);
    return 1;
}

/* Every member of the reference against the columns of the row: how many differ. Singular values
 * beyond the rank are rounding of the largest: `floor` of it. */
static inline int oracle_compare_row(const FeatureSet *fs, int table, int row, const char *where,
                                     const Json *want, double floor, int *checked)
{
    int bad = 0;
    for (const Json *f = json_child(want); f; f = json_next(f)) {
        const char *name = json_key(f);
        int col = feat_find_column(fs, table, name), lane = 0;
        double zero = strcmp(name, "sv") == 0 ? floor * json_number(json_child(f), 0) : 0;
        if (json_is_number(f)) {
            double got = (double)feat_value(fs, table, col, row, 0).x;
            bad += oracle_compare(where, name, 0, got, json_number(f, NAN), 0);
            (*checked)++;
        }
        for (const Json *e = json_child(f); e; e = json_next(e), lane++) {
            double got = (double)feat_value(fs, table, col, row, lane).x;
            bad += oracle_compare(where, name, lane, got, json_number(e, NAN), zero);
            (*checked)++;
        }
    }
    return bad;
}

/* A committed reference, NULL when it is not there. */
static inline Json *oracle_read(const char *name)
{
    const char *root = getenv("LLMSONIFY_ROOT");
    char path[4096];
    Err err;
    snprintf(path, sizeof path, "%s/tests/oracle/data/%s", root && *root ? root : ".", name);
    Json *j = json_read(path, &err);
    if (!j) fprintf(stderr, "%s\n", err.msg);
    return j;
}

#endif
