/* studio_models.h: the models of a studio and what is known of each. */
#ifndef APP_STUDIO_MODELS_H
#define APP_STUDIO_MODELS_H

#include "analysis/direction.h"
#include "analysis/space.h"
#include "app/noise.h"
#include "app/source.h"
#include "app/studio.h"
#include "app/text_model.h"

/* What all seats share of a model; never changed once it is there. */
typedef struct StudioShared {
    Model m;
    Tokenizer *tok;
    WeightNoise noise;
    Space space;         /* layers 0: there is none */
    Direction direction; /* for tension */
    bool has_direction;
} StudioShared;

/* Opened on first use; the same pointer ever after. */
const StudioShared *studio_shared(Studio *s, int model, const Run *run, Err *err);
/* The features of its weights, analysed on first use; foreseen: with what the network beside the
 * models makes of them (app/generator_source.h). */
const Sources *studio_weights(Studio *s, int model, bool foreseen, const Run *run, Err *err);

#endif
