/* finding.h: what a theory report is made of: numbers that say what they are, how many samples they
 * come from, how far those spread, and what chance would give. */
#ifndef THEORY_FINDING_H
#define THEORY_FINDING_H

#include <stdbool.h>

#include "base/json.h"
#include "base/run.h"
#include "base/str.h"

/* MEASURED: a number without a claim. A claim is FOUND only where it beats its control: p is at
 * most FINDING_P. */
typedef enum Verdict { FINDING_MEASURED, FINDING_FOUND, FINDING_NOT_FOUND } Verdict;
#define FINDING_P 0.05

typedef struct Finding {
    char *section;    /* of seed 002: "III intervals" */
    char *name;       /* "intervals.consonance" */
    char *definition; /* what the number is */
    char *unit;       /* "" = none */
    char *control;    /* "500 shuffles of the tokens"; NULL = there is none, and then no claim */
    char *says;       /* one plain sentence */
    double value;
    double spread;    /* standard deviation over the samples; NaN where there is one sample */
    int n;            /* samples */
    double control_mean, control_sd, p; /* NaN without a control */
    Verdict verdict;
} Finding;

/* Numbers in rows, for tables of heads, layers, pairs. */
typedef struct FindingTable {
    char *section, *name, *definition;
    int ncols, nrows;
    char **column; /* [ncols] with the unit: "mean distance (tokens)" */
    char **label;  /* [nrows] */
    double *v;     /* [nrows, ncols] NaN = absent */
    char **note;   /* [nrows] a word or two ("bass", "modulation"); NULL = none */
} FindingTable;

/* Zero is empty. */
typedef struct Findings {
    char *model, *text; /* what was measured; of several models "3 models" and their names */
    int nmodels;        /* 0 or 1 = one */
    Finding *f;
    int n, cap;
    FindingTable *table;
    int ntables, cap_tables;
    /* Asked between shuffles; NULL = never. What was measured when it has been stopped is not
     * compared with its control: whoever stopped throws all of it away. */
    const Run *run;
} Findings;

void findings_free(Findings *fs);

/* What the caller of finding_add() gives; strings are copied. */
typedef struct FindingSpec {
    const char *section, *name, *definition, *unit;
    double value, spread;
    int n;
    /* Values under the control [ncontrol]; control NULL: measured without a claim. smaller: the
     * claim is that the value is smaller than chance gives. */
    const char *control;
    const double *under;
    int ncontrol;
    bool smaller;
} FindingSpec;

/* p, mean and deviation of the control and the verdict follow. Its sentence is written with the
 * format: what is meant when it is found (or measured). The result is valid until the next call. */
Finding *finding_add(Findings *fs, const FindingSpec *spec, const char *found, ...)
    __attribute__((format(printf, 3, 4)));
/* The sentence when it is not found, in place of the other. Does nothing otherwise. */
void finding_else(Finding *f, const char *not_found, ...) __attribute__((format(printf, 2, 3)));

/* A table of nrows by names; cells are NaN, labels and notes NULL until they are set. Valid until
 * the next call. */
FindingTable *findings_table(Findings *fs, const char *section, const char *name,
                             const char *definition, const char *const *column, int ncols,
                             int nrows);
void table_label(FindingTable *t, int row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void table_note(FindingTable *t, int row, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void table_set(FindingTable *t, int row, int col, double v);

/* NULL when there is none of that name. */
const Finding *findings_get(const Findings *fs, const char *name);

/* A text to read: sections in order, each number with its definition, control and sentence. */
void findings_text(const Findings *fs, Str *out);
/* One object at the top or within what j has begun. */
void findings_json(const Findings *fs, JsonOut *j);

#endif
