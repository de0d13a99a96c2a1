/* acid_pattern.h: the 16-step TB-303 pattern of one layer. */
#ifndef GENRE_ACID_PATTERN_H
#define GENRE_ACID_PATTERN_H

#include "feature/featset.h"
#include "music/scale.h"

enum { ACID_STEPS = 16 };

/* One step of the sequencer; every number keeps its address. */
typedef struct AcidStep {
    int key;        /* MIDI key, octave leap included */
    float u;        /* 0..1, norm01 of the row norm within the pattern */
    bool rest, accent, slide; /* slide: glides into this step from the one before */
    Value pitch;    /* row norm of down (pitch, velocity) */
    Value gate;     /* row norm of gate: rests and length of the note */
    float gate_u;
    Value slide_by; /* singular value of down whose step between layers decides the slide */
} AcidStep;

typedef struct AcidPattern {
    int layer;
    AcidStep step[ACID_STEPS];
} AcidPattern;

/* The pattern of a layer: pitches from the row norms of `role` (down for the main line), 28..76 in
 * the scale for the main line. False when the layer has no such matrix. */
bool acid_pattern(AcidPattern *p, const FeatureSet *fs, int layer, int role, Scale scale, int lo,
                  int hi);

/* The pattern `share` (0..1) of the way from a to b: the last steps come from b. */
AcidPattern acid_morph(const AcidPattern *a, const AcidPattern *b, double share);

#endif
