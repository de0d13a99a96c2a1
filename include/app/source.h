/* source.h: the feature sets that a piece or a table is made from: models analysed, or a file of
 * features read back. */
#ifndef APP_SOURCE_H
#define APP_SOURCE_H

#include <stdbool.h>

#include "app/noise.h"
#include "app/say.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/run.h"
#include "feature/featset.h"

typedef struct Sources {
    FeatureSet *fs; /* [n], fs[i].id = i */
    const FeatureSet **ptr; /* [n] the same, as the genres take them */
    int n;
    WeightNoise noise; /* of the first */
    char network[128]; /* what has foreseen their layers (app/generator_source.h); "" = nothing */
} Sources;

/* model: names, directories, files or Hugging Face ids, empty = the default model; or features: a
 * file that `inspect -o x.json` wrote, NULL = none. What a reader should know is a warning. */
bool sources_load(Sources *s, const OptList *model, const char *features, const Say *report,
                  const Run *run, Err *err);
void sources_free(Sources *s);

#endif
