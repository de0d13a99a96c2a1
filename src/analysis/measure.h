/* measure.h: all that weights.c wants to know of one tensor, and the columns it becomes. Private to
 * analysis/. */
#ifndef ANALYSIS_MEASURE_H
#define ANALYSIS_MEASURE_H

#include "base/run.h"
#include "feature/featset.h"
#include "math/spectrum.h"
#include "model/model.h"
#include "scan.h"

typedef enum MeasureKind {
    MEASURE_SHAPE, /* rows, columns, entries: what is no vector or matrix of numbers */
    MEASURE_PLAIN, /* moments too: tensors without a role, biases */
    MEASURE_GAMMA, /* and the vector itself */
    MEASURE_MATRIX /* and its spectrum */
} MeasureKind;

/* Owner; zero is empty. */
typedef struct Measure {
    MeasureKind kind;
    Scan scan;       /* its gram is gone after measure_spectrum */
    int nsv;         /* singular values kept */
    double *sv;      /* [nsv] descending */
    Spectrum spectrum;
    double *gamma;   /* [cols] norm vectors; NaN and infinities are 0 */
    bool no_spectrum;  /* side over SCAN_MAX_SIDE, or no convergence */
    bool approximate;  /* the smallest values may be off by more than 1e-4 of themselves */
} Measure;

MeasureKind measure_kind(const ModelPart *part);
/* Reads the tensor. */
void measure_read(Measure *m, const ModelPart *part, const Checkpoint *ck, const Run *run);
/* Singular values and what follows from them. */
void measure_spectrum(Measure *m, const ModelPart *part, const Run *run);
void measure_free(Measure *m);
/* Bytes that reading and solving this part take at most. */
int64_t measure_bytes(const ModelPart *part);

/* Adds the columns of FT_WEIGHTS (once), and the row of a part. */
void measure_columns(FeatureSet *fs);
void measure_row(FeatureSet *fs, const ModelPart *part, const Measure *m);

#endif
