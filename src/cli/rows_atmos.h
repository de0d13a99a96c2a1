/* rows_atmos.h: option rows of everything that a song conducts. */
#ifndef CLI_ROWS_ATMOS_H
#define CLI_ROWS_ATMOS_H

#include "atmos/contour.h"
#include "base/opt.h"
#include "infer/sampler.h"

/* At the offset of a ContourOpts. */
extern const Opt rows_contour[8];

/* The sampler without its temperature. */
typedef struct SamplingRows {
    int top_k, seed;
    double top_p, min_p;
} SamplingRows;
#define SAMPLING_DEFAULTS {.top_p = 1}

extern const Opt rows_sampling[4];
SamplerOpts rows_sampler(const SamplingRows *r);

#endif
