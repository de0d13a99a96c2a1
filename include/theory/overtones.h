/* overtones.h: models as instruments: timbre, intonation over a training, interference of what
 * two tasks have changed (seed 002, sections XI and XIV). Weights alone. */
#ifndef THEORY_OVERTONES_H
#define THEORY_OVERTONES_H

#include "base/run.h"
#include "model/model.h"
#include "theory/finding.h"

enum { INSTRUMENT_ROLES = 7, INSTRUMENT_BINS = 16, INSTRUMENT_SHUFFLES = 19 };

/* What a model's matrices sound like; corners of at most 256 x 256 of at most four layers. */
typedef struct Instrument {
    const char *name;
    int matrices;
    double share; /* mean participation ratio of the squared singular values over their number:
                     1 = all alike, low = few strong overtones */
    double spread;
    double under[INSTRUMENT_SHUFFLES]; /* the same of shuffled entries */
    double series[INSTRUMENT_ROLES][INSTRUMENT_BINS]; /* mean ln of singular values over the
                     largest, at places spread over their number; NAN where the role is missing */
} Instrument;

bool instrument_measure(Instrument *x, const Model *m, const Run *run, Err *err);

/* XI: timbre.own of each, timbre.distance; tables timbre.models, timbre.distances. n >= 1 */
void instrument_timbre(const Instrument *x, int n, Findings *out);
/* XIV: tuning.intonation, tuning.crystallises; table tuning.checkpoints, in order. n >= 2 */
void instrument_tuning(const Instrument *x, int n, Findings *out);
/* XIV: interference.consonance; table interference.layers. The models have one shape. */
bool instrument_interference(const Model *base, const Model *one, const Model *two,
                             const Run *run, Findings *out, Err *err);

#endif
