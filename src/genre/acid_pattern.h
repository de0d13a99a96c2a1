/* acid_pattern.h: the 16-step TB-303 pattern of one layer. */
#ifndef GENRE_ACID_PATTERN_H
#define GENRE_ACID_PATTERN_H

#include "feature/featset.h"
#include "generator.h"

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
    /* Of a network that has foreseen the layer; lean 0: none has. */
    Cell said;      /* the number with the largest say in the degree; CELL_NONE: none */
    double lean;    /* 0..1: how far velocity and length go from the rows' to its own */
    Value level;    /* velocity, 0..1 */
    Value length;   /* log2 of sixteenths */
    Value onset;    /* probability; decided that the step sounds when `called` */
    bool called;
} AcidStep;

typedef struct AcidPattern {
    int layer;
    AcidStep step[ACID_STEPS];
} AcidPattern;

/* What a line is made of. */
typedef struct AcidVoice {
    Generator gen;
    int role;      /* of the row norms: down for the main line */
    int lo, hi;    /* keys */
    bool answers;  /* sounds where another line rests: has no rests of its own */
} AcidVoice;

/* The pattern of a layer, `turn` rows further on. With GEN_ROWS the row norms are the pitches, in
 * their order; otherwise a chain that begins at home chooses the degree of every step that sounds
 * by the row norm's rank, the first and the ninth among the tonic's triad, and the row norm's place
 * chooses the octave. A network moves rests, accents, velocities and lengths as well. False when
 * the layer has no such matrix. */
bool acid_pattern(AcidPattern *p, const FeatureSet *fs, const AcidVoice *v, int layer, int turn);
/* What the chain makes of a pattern whose numbers are all there. */
void acid_tell(AcidPattern *p, const FeatureSet *fs, const AcidVoice *v, const Series *norms);

/* The pattern `share` (0..1) of the way from a to b: the last steps come from b. */
AcidPattern acid_morph(const AcidPattern *a, const AcidPattern *b, double share);

#endif
